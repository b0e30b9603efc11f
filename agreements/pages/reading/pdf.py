"""An agreement on paper: its chapters as a PDF with the version, its digest and who has signed.

Text is set as it stands: the library reads no markup in it. A sign that the font lacks is drawn as an empty box.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, VAlign, XPos, YPos

from agreements.document.clauses import AgreementDocument
from agreements.models import Agreement, Signature, Target, Version
from agreements.pages.months.formula import tier_text
from agreements.pages.reading.chapters import Chapter, ReadAgreement
from agreements.promises.promise import Promise
from smarketing.accounts.models import Side
from smarketing.lib.numbers import exact_percent, money, number

FONTS = {"": "Roboto-Regular.ttf", "B": "Roboto-Bold.ttf"}
INK, QUIET, LINE = 31, 100, 200  # greys
LEAST_ROOM, MOST_ROOM = 28.0, 120.0  # millimetres that a chapter needs to begin on a page, and may take for that
LONGEST_CELL, MOST_COLUMNS = 400, 8  # a table with longer texts or more columns is set as a list
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Imprint:
    """What says which text this is. `months` are rows of month, quota and leads as of the day `months_on`."""

    number: int
    digest: str
    made_by: str
    made_at: datetime | None
    months: Sequence[tuple[str, str, str]] = ()
    months_on: date | None = None
    signatures: Sequence[tuple[str, str]] = ()


class Paper(FPDF):
    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        for style, path in FONTS.items():
            self.add_font("Roboto", style, str(files("font_roboto") / "files" / path))
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(auto=True, margin=20)
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self.face(size=7.5, grey=QUIET)
        self.cell(self.epw * 0.85, 4, self.foot)
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align="R")

    def face(self, style: str = "", size: float = 9.5, grey: int = INK) -> None:
        self.set_font("Roboto", style, size)
        self.set_text_color(grey)

    def line_of(self, text: str, **face: Any) -> None:
        self.face(**face)
        self.multi_cell(0, self.font_size * 1.45, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def chapter(self, title: str, room: float = LEAST_ROOM) -> None:
        """`room` in millimetres is what it needs at least to begin on this page."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(4)
        self.set_draw_color(LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2)
        self.face("B", 12)
        self.start_section(title)
        self.line_of(title, style="B", size=12)
        self.ln(0.5)

    def height_of(self, text: str, width: float, **face: Any) -> float:
        """In millimetres, as it would be set."""
        self.face(**face)
        found = self.multi_cell(
            width, self.font_size * 1.45, text, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        assert isinstance(found, int | float)  # as asked for by `output`
        return found

    def room_of_terms(self, pairs: Pairs) -> float:
        width = self.epw
        return sum(
            self.height_of(title, width, size=8) + self.height_of(text or "–", width) + 0.8 for title, text in pairs
        )

    def room_of_columns(self, blocks: Sequence[tuple[str, str]]) -> float:
        """Of the first two, which are rows of a table and stand on one page."""
        return max((self.height_of(text or "–", self.epw / 2 - 3) for _title, text in blocks[:2]), default=0)

    def terms(self, pairs: Pairs) -> None:
        for title, text in pairs:
            self.line_of(title, size=8, grey=QUIET)
            self.line_of(text or "–")
            self.ln(0.8)

    def rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if len(heads) > MOST_COLUMNS or any(
            len(cell) > LONGEST_CELL or cell.count("\n") > 8 for row in rows for cell in row
        ):
            for row in rows:
                self.terms((head, cell) for head, cell in zip(heads, row, strict=True) if cell)
                self.ln(1.5)
            return
        self.face(size=8.5)
        self.set_draw_color(LINE)
        look = {"borders_layout": "HORIZONTAL_LINES", "text_align": "LEFT", "line_height": 4.4, "padding": 1}
        headed = any(heads)
        with self.table(**look, first_row_as_headings=headed) as table:
            for row in ([heads] if headed else []) + list(rows):
                cells = table.row()
                for cell in row:
                    cells.cell(cell)

    def columns(self, blocks: Sequence[tuple[str, str]]) -> None:
        """Side by side; what is too long for that stands one under the other."""
        if any(len(text) > 1_500 or text.count("\n") > 30 for _title, text in blocks):
            for title, text in blocks:
                self.line_of(title, style="B")
                self.line_of(text or "–")
                self.ln(1)
            return
        for at in range(0, len(blocks), 2):
            self.pair(blocks[at], blocks[at + 1] if at + 1 < len(blocks) else ("", ""))

    def pair(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        self.face(size=9.5)
        look = {"borders_layout": "NONE", "text_align": "LEFT", "line_height": 4.8, "padding": (0, 3, 1, 0)}
        with self.table(**look, v_align=VAlign.T) as table:
            for left, right in zip(one, other, strict=True):
                cells = table.row()
                cells.cell(left or "–")
                cells.cell(right or ("–" if other[0] else ""))


def agreement_pdf(reading: ReadAgreement, imprint: Imprint) -> bytes:
    document = reading.document
    paper = Paper(f"{document.name[:60]} · {gettext('Version')} {imprint.number} · {imprint.digest[:16]}")
    paper.set_title(document.name)
    paper.set_lang(get_language() or "en")
    if imprint.made_at:
        paper.set_creation_date(imprint.made_at)
    _head(paper, reading, imprint)
    for chapter in reading.chapters_on_paper:
        paper.chapter(chapter.title, _room(paper, chapter, reading))
        _set(paper, chapter, reading, imprint)
    _foot(paper, imprint, document.slug)
    return bytes(paper.output())


def _room(paper: Paper, chapter: Chapter, reading: ReadAgreement) -> float:
    """A heading stands with what it heads; a short list of terms on one page."""
    match chapter.kind:
        case "promises":
            needed = paper.room_of_columns(_both_promises(reading))
        case "sides":
            needed = paper.room_of_columns(_sides(chapter))
        case "people":
            needed = paper.room_of_columns(_people(chapter))
        case "terms":
            needed = paper.room_of_terms((title, text) for title, text in chapter.rows)
        case _:
            return LEAST_ROOM
    needed += LEAST_ROOM / 2
    return max(LEAST_ROOM, needed) if needed < MOST_ROOM else LEAST_ROOM


def _sides(chapter: Chapter) -> list[tuple[str, str]]:
    return [(block.title, block.passage.text if block.passage else "") for block in chapter.blocks]


def _people(chapter: Chapter) -> list[tuple[str, str]]:
    return [(block.title, "\n".join(map(_person, block.rows))) for block in chapter.blocks]


def _both_promises(reading: ReadAgreement) -> list[tuple[str, str]]:
    return [
        (gettext("Marketing promises"), _promises(reading.marketing_promises, _leads(reading))),
        (gettext("Sales promises"), _promises(reading.sales_promises, [])),
    ]


def _head(paper: Paper, reading: ReadAgreement, imprint: Imprint) -> None:
    document = reading.document
    paper.line_of(document.name, style="B", size=20)
    parties = [document.marketing_team, document.sales_team, document.service_team]
    paper.line_of(" · ".join(party for party in parties if party), size=11, grey=QUIET)
    paper.line_of(reading.kind_and_scope, size=9)
    paper.ln(2)
    on = date_format(document.effective_on, "DATE_FORMAT")
    paper.line_of(gettext("Version %(number)s, in force from %(on)s") % {"number": imprint.number, "on": on}, size=9)
    paper.line_of(f"SHA-256 {imprint.digest}", size=8, grey=QUIET)


def _foot(paper: Paper, imprint: Imprint, slug: str) -> None:
    paper.chapter(gettext("Signatures"), room=60)
    paper.terms(
        [
            (gettext("Short name"), slug),
            (gettext("Written by"), imprint.made_by),
            (gettext("Digest of the text (SHA-256)"), imprint.digest),
            *(imprint.signatures or [(gettext("Signed by"), gettext("nobody yet"))]),
        ]
    )


def _instant(at: datetime, zone: ZoneInfo) -> str:
    return date_format(localtime(at, zone), "DATETIME_FORMAT")


def _set(paper: Paper, chapter: Chapter, reading: ReadAgreement, imprint: Imprint) -> None:
    match chapter.kind:
        case "prose":
            for block in chapter.blocks:
                paper.line_of(block.passage.text if block.passage else "")
        case "sides":
            paper.columns(_sides(chapter))
        case "people":
            paper.columns(_people(chapter))
        case "table":
            paper.rows(chapter.heads, chapter.rows)
        case "terms":
            paper.terms((title, text) for title, text in chapter.rows)
        case _:
            _set_own(paper, chapter.kind, reading, imprint)


def _set_own(paper: Paper, kind: str, reading: ReadAgreement, imprint: Imprint) -> None:
    match kind:
        case "promises":
            paper.columns(_both_promises(reading))
            paper.terms(_counting(reading))
        case "months":
            paper.rows((gettext("Month"), gettext("Quota"), gettext("Leads")), list(imprint.months))
            paper.ln(2)
            if imprint.months_on:
                paper.line_of(_as_agreed_by(imprint.months_on), size=8, grey=QUIET)
                paper.ln(1)
            paper.terms(_ledger(reading.document))
        case "calendar":
            paper.rows(("", ""), [(day.label, day.hours or gettext("closed")) for day in reading.week])
            paper.ln(2)
            paper.terms(_calendar(reading))
        case "returns":
            heads = (gettext("Reason"), gettext("Whose to put right"), gettext("Taken off the volume"))
            yes_no = (gettext("no"), gettext("yes"))
            paper.rows(heads, [(words, whose, yes_no[counts]) for words, whose, counts in reading.reasons])
            paper.ln(2)
            paper.terms(_of_returns(reading.document))


def _as_agreed_by(on: date) -> str:
    text = gettext(
        "Months are agreed apart from the version: these are the ones agreed by %(on)s, with what they were before."
    )
    return text % {"on": date_format(on, "DATE_FORMAT")}


def _leads(reading: ReadAgreement) -> list[str]:
    document = reading.document
    if document.marketing_share is None:
        return []
    return [
        f"{gettext('Share of revenue from marketing leads')}: {exact_percent(document.marketing_share)}",
        f"{gettext('Average deal size')}: {money(document.average_deal, document.currency)}",
        f"{gettext('Lead-to-customer rate')}: {exact_percent(document.lead_to_customer)}",
        *([f"{gettext('Sales cycle in days')}: {number(document.cycle_days)}"] if document.cycle_days else []),
        *([gettext("Leads serve the quota of a cycle later")] if document.is_shifted else []),
        *(f"{tier}: {assumed}" for tier, assumed in reading.assumed_tiers),
    ]


def _counting(reading: ReadAgreement) -> Pairs:
    document = reading.document
    yield gettext("The month's goal rises"), reading.pacing
    share = exact_percent(document.warn_share)
    yield gettext("Due soon after"), gettext("%(share)s of the time") % {"share": share}
    counts = gettext("count as attempts") if document.automated_counts else gettext("do not count")
    yield gettext("Automated messages"), counts


def _ledger(document: AgreementDocument) -> Pairs:
    """How the next month's target is proposed."""
    on = gettext("never") if document.propose_on is None else number(document.propose_on)
    yield gettext("Day on which the next month's target is proposed"), on
    yield gettext("Customers below which an assumption is kept"), number(document.fewest_customers)


def _of_returns(document: AgreementDocument) -> Pairs:
    days = document.return_within_working_days
    text = ngettext(
        "taken off their own month up to %(days)s working day after it; later ones in the month they arrive",
        "taken off their own month up to %(days)s working days after it; later ones in the month they arrive",
        days,
    )
    yield gettext("Late returns"), text % {"days": number(days)}
    if document.tier_points:
        tiers = [
            f"{tier} · {points_text(points)}" if points is not None else tier for tier, points in document.tier_points
        ]
        yield gettext("Tiers, best first"), ", ".join(tiers)


def points_text(points: int) -> str:
    return ngettext("%(worth)s point", "%(worth)s points", points) % {"worth": number(points)}


def _promises(promises: Sequence[tuple[str, Promise]], others: list[str]) -> str:
    return "\n".join(
        [
            *others,
            *(
                f"{_named(name, promise)}: {_promised(promise)} ({gettext(promise.source)})"
                for name, promise in promises
            ),
        ]
    )


def _named(name: str, promise: Promise) -> str:
    return f"{name} ({promise.tier})" if promise.tier else name


def _promised(promise: Promise) -> str:
    return unescape(render_to_string("agreements/promise.html", {"promise": promise})).strip()


def _calendar(reading: ReadAgreement) -> Pairs:
    holidays, calendar = reading.holidays, reading.document.calendar
    yield gettext("Time zone"), reading.document.time_zone
    public = [f"{holidays.country} {holidays.subdivision}".strip() or gettext("none")]
    if holidays.optional:
        public.append(gettext("including optional and half-day holidays"))
    yield gettext("Public holidays"), "\n".join(public)
    if calendar.closed:
        yield gettext("Closed days"), "\n".join(date_format(on, "DATE_FORMAT") for on in calendar.closed)
    if other := reading.other_hours:
        yield gettext("Other hours"), "\n".join(f"{on}: {hours or gettext('closed')}" for on, hours in other)
    if pauses := reading.exceptions:
        yield gettext("Exceptions (clocks pause)"), "\n".join(f"{a} – {b} {why}".strip() for a, b, why in pauses)


def _person(row: Any) -> str:
    deputy = f"{gettext('Deputy')}: {row.deputy}" if row.deputy else ""
    return "\n".join(part for part in (row.name, row.role, row.email, row.telephone, deputy) if part) + "\n"


def imprint_of(version: Version, agreement: Agreement, months: Sequence[tuple[str, str, str]], today: date) -> Imprint:
    zone = ZoneInfo(agreement.time_zone)
    signed = [(str(Side(one.side).label), _signed(one, zone)) for one in version.signatures.select_related("signed_by")]
    author = version.made_by.name if version.made_by else ""
    made = [author, _instant(version.made_at, zone) if version.made_at else ""]
    by = " · ".join(part for part in made if part)
    return Imprint(version.number, version.digest, by, version.made_at, months, today, signatures=signed)


def _signed(signature: Signature, zone: ZoneInfo) -> str:
    who = f"{signature.signed_by.name} ({signature.get_capacity_display()})"
    return f"{who}, {_instant(signature.signed_at, zone)}\nSHA-256 {signature.digest}"


def month_rows(months: Iterable[Any], document: AgreementDocument) -> list[tuple[str, str, str]]:
    zone = ZoneInfo(document.time_zone)
    return [(date_format(one.on, "YEAR_MONTH_FORMAT"), _quota(one, document), _wanted(one, zone)) for one in months]


def _quota(month: Any, document: AgreementDocument) -> str:
    parts = document.quota_parts.get(month.on, {}).items()
    named = [f"{name}: {money(amount, document.currency)}" for name, amount in parts]
    return "\n".join([money(month.quota, document.currency), *named])


def _wanted(month: Any, zone: ZoneInfo) -> str:
    """The leads, of which tier how many, what they are worth together, and what was agreed before."""
    former = [_until(target, zone) for target in month.former]
    if month.target is None:
        return "\n".join([number(None), *former])
    tiers = [tier_text(row.tier, row.leads, row.points) for row in month.target.numbers.by_tier]
    value = [f"{gettext('Value')}: {number(month.value)}"] if tiers and month.value else []
    return "\n".join([number(month.leads), *tiers, *value, *former])


def _until(former: Target, zone: ZoneInfo) -> str:
    on = date_format(localtime(former.superseded_at, zone), "DATE_FORMAT")
    text = ngettext("Until %(on)s: %(leads)s lead", "Until %(on)s: %(leads)s leads", former.leads)
    return text % {"on": on, "leads": number(former.leads)}
