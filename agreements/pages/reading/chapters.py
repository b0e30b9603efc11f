"""An agreement as it is read: its chapters in their order, made of the document that a version or a template says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.criterion_words import values_text
from agreements.document.clauses import AgreementDocument
from agreements.document.groups.clause_group import AnyGroup, ClauseRow
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.qualification import Criterion
from agreements.document.groups.review import REVIEW, open_day
from agreements.document.groups.scope import BETWEEN, KIND_NAMES, SCOPE, kind_of, scope_of
from agreements.enums import Pacing, reason_words
from agreements.pages.reading import overview
from agreements.pages.reading.group_words import said, titles
from agreements.promises.promise import Promise
from agreements.terms import terms_in
from smarketing.accounts.models import Side

# Chapters that have a page part of their own; all others are made of a clause group.
OWN = {
    "promises": _("What is promised"),
    "calendar": _("Working calendar"),
    "returns": _("Returns and tiers"),
    "months": _("Quotas and targets"),
    "capacity": _("Time of the sales team"),
    "versions": _("Versions and history"),
}
OF_TEXT = ("promises", "calendar", "returns")  # those of them that say nothing but what the text says
ORDER = (
    *(
        "summary",
        "goals",
        "needs",
        "promises",
        "months",
        "capacity",
        "definitions",
        "criteria",
        "brief",
        "contacts",
        "responsibilities",
    ),
    *("when_missed", "when_beaten", "escalation", "dispute", "friction", "review", "cancellation", "unexpected"),
    *("calendar", "returns"),
)
LAST = ("versions",)
LONG = 700  # signs of a text from which on the rest is folded


@dataclass(frozen=True)
class Passage:
    """A text of several lines. What is beyond the first paragraph of a long one is in `rest`."""

    text: str

    @cached_property
    def parts(self) -> tuple[str, str]:
        first, _break, rest = self.text.partition("\n\n")
        return (first, rest) if len(self.text) > LONG else (self.text, "")

    @property
    def first(self) -> str:
        return self.parts[0]

    @property
    def rest(self) -> str:
        return self.parts[1]


@dataclass(frozen=True)
class Block:
    """Of a chapter: a column of one side, with a passage or rows under it."""

    title: str
    passage: Passage | None = None
    rows: tuple[ClauseRow, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """`kind` names the part of the page that shows it. A table has `heads` and `rows`, a list of terms only rows."""

    key: str
    title: str
    kind: str
    blocks: tuple[Block, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def template(self) -> str:
        return f"agreements/chapters/{self.kind}.html"


@dataclass(frozen=True)
class Holidays:
    country: str
    subdivision: str
    optional: bool
    until: int | None


@dataclass(frozen=True)
class ReadAgreement:
    """`today` says which review is the next one by the rhythm, which may be older than these terms; `is_outside`: a
    party is an outside organisation."""

    document: AgreementDocument
    today: date
    rhythm_since: date | None = None
    is_outside: bool = False

    @cached_property
    def chapters(self) -> list[Chapter]:
        """Of an agreement that runs: its months as they are agreed by now, and what has become of it."""
        return _ordered(self._written | {key: Chapter(key, str(title), key) for key, title in OWN.items()})

    @cached_property
    def chapters_of_text(self) -> list[Chapter]:
        """What the text itself says, and no more: a version, or a template."""
        own = {key: Chapter(key, str(OWN[key]), key) for key in OF_TEXT}
        months = overview.written_months(self.document)
        if months.rows:
            own["months"] = Chapter("months", str(OWN["months"]), "table", heads=months.heads, rows=months.rows)
        return [self._parties, *_ordered(self._written | own)]

    @cached_property
    def chapters_on_paper(self) -> list[Chapter]:
        """All that the text says, with the months as they are agreed by now."""
        own = {key: Chapter(key, str(OWN[key]), key) for key in (*OF_TEXT, "months")}
        return [self._parties, *_ordered(self._written | own)]

    @property
    def _written(self) -> dict[str, Chapter]:
        return {chapter.key: chapter for group in GROUPS.values() for chapter in _chapters(group, self)}

    @property
    def _parties(self) -> Chapter:
        return Chapter("heading", gettext("Parties"), "terms", rows=tuple(self._heading()))

    def _heading(self) -> Iterator[tuple[str, str]]:
        document = self.document
        teams = (document.marketing_team, document.sales_team, document.service_team)
        yield gettext("Name"), document.name
        yield gettext("Kind"), self.kind_and_scope
        yield from ((str(side.label), team) for side, team in zip(Side, teams, strict=True) if team)
        yield gettext("Currency"), document.currency
        yield gettext("The year begins in month"), overview.month_of_year(document.year_begins)

    @property
    def kind_and_scope(self) -> str:
        """Which kind of agreement it is, and for what."""
        kind = capfirst(gettext(KIND_NAMES[kind_of(self.document, is_outside=self.is_outside)]))
        return BETWEEN.join(part for part in (kind, scope_of(self.document)) if part)

    @property
    def not_written(self) -> list[str]:
        """The chapters of which the agreement says nothing yet, and no rule stands without it."""
        there = {chapter.key for chapter in self.chapters}
        named = [pair for group in GROUPS.values() if not group.holds_unwritten for pair in _names(group)]
        return [title for key, title in named if key not in there]

    @property
    def marketing_promises(self) -> list[tuple[str, Promise]]:
        return overview.promises(self.document.promises, Side.MARKETING)

    @property
    def sales_promises(self) -> list[tuple[str, Promise]]:
        return overview.promises(self.document.promises, Side.SALES)

    @property
    def general_promises(self) -> list[tuple[str, Promise]]:
        """Those for every tier, of both sides."""
        return [pair for pair in (*self.marketing_promises, *self.sales_promises) if not pair[1].tier]

    @property
    def assumed_tiers(self) -> list[tuple[str, str]]:
        return overview.assumed_tiers(self.document)

    @property
    def pacing(self) -> str:
        return str(Pacing(self.document.pacing).label)

    @cached_property
    def week(self) -> list[overview.DrawnDay]:
        return overview.week(self.document.calendar)

    @property
    def other_hours(self) -> list[tuple[str, str]]:
        return overview.other_hours(self.document.calendar)

    @property
    def exceptions(self) -> list[tuple[str, str, str]]:
        return overview.exceptions(self.document.exceptions)

    @property
    def holidays(self) -> Holidays:
        calendar = self.document.calendar
        until = overview.holidays_until(calendar)
        return Holidays(calendar.country, calendar.subdivision, calendar.optional, until)

    @property
    def reasons(self) -> list[tuple[str, str, bool]]:
        """Words, the side that puts it right, and whether it is taken off the volume."""
        reasons = self.document.return_reasons
        return [(reason_words(one.key, one.label), str(Side(one.whose).label), one.counts) for one in reasons]

    @property
    def next_review(self) -> date | None:
        review = REVIEW.one(self.document)
        on = review.next_on(self.rhythm_since or self.document.effective_on, self.today) if review else None
        return open_day(on, terms_in(self.document).calendar.is_working_day) if on else None


def _ordered(made: dict[str, Chapter]) -> list[Chapter]:
    others = [key for key in made if key not in (*ORDER, *LAST)]
    return [made[key] for key in (*ORDER, *others, *LAST) if key in made]


def _names(group: AnyGroup) -> list[tuple[str, str]]:
    return list(titles(group).items()) if group.layout == "chapters" else [(group.key, gettext(group.name))]


def _chapters(group: AnyGroup, reading: ReadAgreement) -> Iterator[Chapter]:
    rows, name = group.of(reading.document), gettext(group.name)
    if not rows or group is SCOPE:  # which stands beside the name
        return
    match group.layout:
        case "chapters":
            words = titles(group)
            for key, text in rows[0].values().items():
                yield Chapter(key, words[key], "prose", blocks=(Block("", Passage(text)),))
        case "sides":
            yield Chapter(group.key, name, "sides", blocks=tuple(_sides(group, rows[0])))
        case "people":
            yield Chapter(group.key, name, "people", blocks=tuple(_people(rows, reading.document)))
        case _ if group.many:
            heads, cells = _table(group, rows, reading.document.currency)
            yield Chapter(group.key, name, "table", heads=heads, rows=cells)
        case _:
            yield Chapter(group.key, name, "terms", rows=tuple(_terms(group, rows[0], reading)))


def _sides(group: AnyGroup, row: ClauseRow) -> Iterator[Block]:
    """Marketing and sales have their column also where nothing stands in it."""
    said_of = row.flat()
    for side, title in titles(group).items():
        if side in said_of or side != Side.SERVICE:
            yield Block(title, Passage(said_of.get(side, "")))


def _people(rows: tuple[Any, ...], document: AgreementDocument) -> Iterator[Block]:
    parties = {
        "marketing": document.marketing_team,
        "sales": document.sales_team,
        "service": document.service_team or str(Side.SERVICE.label),
        "both": gettext("For both sides"),
    }
    for side, title in parties.items():
        own = tuple(row for row in rows if row.side == side)
        if own or side in ("marketing", "sales"):
            yield Block(title, rows=own)


def _table(
    group: AnyGroup, rows: tuple[ClauseRow, ...], currency: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns in which something stands."""
    kinds, words = group.table.kinds(), titles(group)
    used = [name for name in kinds if any(row.flat().get(name) for row in rows)]
    cells = tuple(
        tuple(said(kinds[name], texts.get(name, ""), currency) for name in used) for texts in map(_texts, rows)
    )
    return tuple(words[name] for name in used), cells


def _texts(row: ClauseRow) -> dict[str, str]:
    """What a criterion asks as people say it: a country by its name."""
    texts = row.flat()
    if isinstance(row, Criterion) and row.value:
        texts["value"] = values_text(row.fact, row.value)
    return texts


def _terms(group: AnyGroup, row: ClauseRow, reading: ReadAgreement) -> Iterator[tuple[str, ...]]:
    kinds, words = group.table.kinds(), titles(group)
    if group is REVIEW and reading.next_review:
        yield gettext("Next review by the rhythm"), overview.dated(reading.next_review.isoformat())
    yield from ((words[name], said(kinds[name], text, reading.document.currency)) for name, text in row.flat().items())
