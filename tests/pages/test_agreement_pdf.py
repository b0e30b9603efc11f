"""The PDF of an agreement: read back by what stands in its streams, for no reader of PDF is installed."""

import re
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from agreements.document.groups.consequences import CONSEQUENCES
from agreements.document.groups.every_group import GROUPS
from agreements.document.groups.scope import SCOPE
from agreements.document.groups.wordings import Definition, Goals, Texts
from agreements.document.stored import document_of
from agreements.document.text import read
from agreements.document.versions import apply
from agreements.models import Signature
from agreements.pages.reading.chapters import ReadAgreement
from agreements.pages.reading.group_words import said, titles
from agreements.pages.reading.pdf import Imprint, agreement_pdf, month_rows
from tests import cast
from tests.pages.test_agreement_detail import HOSTILE, amend, words_of
from tests.unit.agreements.document.test_text import WHOLE
from tests.unit.agreements.months.test_tier_targets import TIERED

URL = "/agreements/north/pdf/"


@pytest.fixture(autouse=True)
def _march(time_machine):
    time_machine.move_to(cast.MONDAY)


def streams(pdf: bytes) -> list[bytes]:
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(one) if one[:1] == b"\x78" else one for one in found]


def text_of(pdf: bytes) -> str:
    """Every glyph back by the map of its font that the file carries for readers and for copying."""
    parts = streams(pdf)
    told = {}
    fonts = [dict(glyphs(part)) for part in parts if b"beginbfchar" in part or b"beginbfrange" in part]
    for part in parts:
        if b"BT" in part and b"Tf" in part:
            told.setdefault(len(told), part)
    names = re.findall(rb"/F(\d+) (\d+) 0 R", pdf)
    numbers = sorted({int(number) for number, _object in names})
    by_font = dict(zip(numbers, fonts, strict=True))
    return "".join(written(part, by_font) for part in told.values())


def glyphs(part: bytes):
    for code, sign in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,8})>\n", part):
        yield int(code, 16), bytes.fromhex(sign.decode()).decode("utf-16-be")


def written(part: bytes, by_font: dict) -> str:
    text, font = "", {}
    for number, shown in re.findall(rb"/F(\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\)", part, re.DOTALL):
        if number:
            font = by_font[int(number)]
            continue
        raw = re.sub(
            rb"\\(.)", lambda found: {b"n": b"\n", b"r": b"\r"}.get(found[1], found[1]), shown, flags=re.DOTALL
        )
        text += "".join(font.get(int.from_bytes(raw[at : at + 2]), "?") for at in range(0, len(raw), 2)) + "\n"
    return text


def test_a_stranger_gets_none(signed_in, stranger, north):
    assert signed_in(stranger).get(URL).status_code == 404


def test_it_says_the_text_the_version_and_its_digest_with_german_and_danish_letters(
    signed_in, rep, north, administrator
):
    amend(north, by=administrator, groups=words_of() | {"goals": (Goals(sales="Größe, Blåbær, Ærø – „so“"),)})
    response = signed_in(rep).get(URL)
    version = north.versions.current().get()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="north-{version.number}.pdf"'
    text = text_of(response.content)
    for told in (
        version.digest,
        f"Version {version.number}, in force from",
        administrator.name,
        "Größe, Blåbær, Ærø – „so“",
    ):
        assert told in text, told
    assert "Änne" in text
    assert "within 1 h in 90%" in text


def test_hostile_text_stays_text_and_no_link_script_or_markup_comes_of_it(signed_in, rep, north):
    words = words_of(hostile=f"{HOSTILE} **bold** ) Tj ET /JS (app.alert)")
    amend(north, name="**North** (Tj) \\ <b>", groups=words)
    pdf = signed_in(rep).get(URL).content
    assert not re.search(
        rb"/(JS|JavaScript|URI|Launch|EmbeddedFile|OpenAction /S)\b",
        re.sub(rb"stream.*?endstream", b"", pdf, flags=re.DOTALL),
    )
    text = " ".join(text_of(pdf).split())
    assert text.count("<img src=x onerror=alert(1)>{{ 7|add:7 }} **bold** ) Tj ET /JS (app.alert)") == 2
    assert text.startswith("**North** (Tj) \\ <b>")


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "word " * 2_000, "\n".join("x" * 400), "中文 العربية 😀 \u202e\u200b\ufeff", "a\t\tb"]
)
def test_whatever_can_be_written_comes_on_paper(signed_in, rep, north, text):
    groups = {
        "texts": (Texts(summary=text[:10_000]),),
        "goals": (Goals(marketing=text[:10_000], sales="short"),),
        "definitions": tuple(Definition(term=f"Term {n}", meaning=text[:2_000].strip()) for n in range(3)),
    }
    amend(north, groups=groups)
    pdf = signed_in(rep).get(URL).content
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


def test_another_version_is_printed_by_its_day(signed_in, rep, north):
    apply(replace(document_of(north), effective_on=date(2026, 4, 1)), by=None, at=cast.MONDAY)
    first, second = (text_of(signed_in(rep).get(f"{URL}?on={on}").content) for on in ("2026-03-02", "2026-04-02"))
    assert "in force from April 1, 2026" in second
    assert "in force from April 1, 2026" not in first


@pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01", "2199-12-31", "1900-01-01", "soon"])
def test_a_day_out_of_reach_is_today(signed_in, rep, north, on):
    assert signed_in(rep).get(f"{URL}?on={on}").status_code == 200


def test_who_has_signed_stands_at_the_end(signed_in, rep, sales_lead, north):
    version = north.versions.current().get()
    facts = {"side": "sales", "capacity": "lead", "signed_by": sales_lead, "signed_at": cast.MONDAY}
    Signature.objects.create(version=version, digest="f" * 64, **facts)
    text = text_of(signed_in(rep).get(URL).content)
    assert f"{sales_lead.name} (as lead)" in text
    assert "f" * 64 in text
    assert "nobody yet" not in text


def test_targets_stand_on_paper_by_tier_and_sums_with_their_currency(signed_in, rep, north):
    rule = CONSEQUENCES.from_stored([{"name": "Missed", "follows": "compensation", "amount": "500"}])
    document = replace(document_of(north), **TIERED, groups={"consequences": rule})
    document = replace(document, quotas={date(2026, 3, 1): Decimal(200_000)})
    apply(document, by=None, at=cast.local(north, "2026-02-02 09:00"))
    text = text_of(signed_in(rep).get(f"{URL}?on=2026-03-02").content)
    assert "€500" in text
    assert all(told in text for told in ("A: 16 leads", "B: 100 leads", "€10,000 a deal")), text


FULL = (
    WHOLE.replace(
        "[calendar]",
        """year_begins = 7
    return_within_working_days = 4
    [[tiers]]
    name = "A"
    points = 70
    [calendar]""",
    )
    .replace('"BE" }', '"BE", optional = true }')
    .replace("0.0000000001", "0.05\ncycle_days = 45\nshift_by_cycle = true")
    + """
[ledger]
propose_on = 9
fewest_customers = 17
[[exceptions]]
from = 2011-07-04
to = 2011-07-05
reason = "Stocktaking"
[[return_reasons]]
key = "too_small"
label = "Too small"
whose = "marketing"
counts = true
[scope]
kind = "multi_level"
region = "Northern Europe"
business_unit = "Enterprise"
product_line = "Sensors"
[texts]
summary = "The summary"
when_missed = "What if missed"
when_beaten = "What if beaten"
cancellation = "How to cancel"
dispute = "How to disagree"
unexpected = "What nobody foresees"
[goals]
marketing = "Growth of marketing"
sales = "Growth of sales"
service = "Calm customers"
[needs]
marketing = "Answers"
sales = "Briefs"
service = "Reports"
[[definitions]]
term = "Handover"
meaning = "The moment of the hand-over"
[[criteria]]
fact = "country"
rule = "one_of"
value = ["DE", "DK"]
any_of = "place"
tier = "A"
[[brief]]
fact = "question"
[capacity]
reps = 3.5
hours_a_week = 31
absence_days = 27
time_share = 0.62
minutes_per_attempt = 8
minutes_per_conversation = 23
connection_rate = 0.34
[judging]
working_day = 6
fewest = 12
[[consequences]]
name = "Third miss"
side = "sales"
months = 3
within_months = 6
same_objective = true
follows = "credit"
text = "As said in the annex"
monthly_fee = 1234
share_of_fee = 0.21
at_most = 4321
[[consequences]]
name = "Beaten"
when = "kept"
beaten_by = 0.13
follows = "reward"
per_missing_lead = 19
[[consequences]]
name = "Fixed"
follows = "compensation"
amount = 888
[[contacts]]
name = "Anne Ask"
role = "Head"
side = "service"
email = "anne@example.com"
telephone = "+49 30 1234567"
deputy = "Bo Back"
[[responsibilities]]
what = "Clean the list"
who = "Carl Care"
side = "marketing"
until = "each fifth"
[[escalation]]
level = "Management"
side = "sales"
person = "Dora Decide"
deputy = "Emil Else"
after_working_days = 14
[friction]
due_working_day = 5
by = "Petra Paulsen"
holds = "What customers struggle with"
[review]
every_months = 5
first_on = 2011-02-03
agenda = "Figures and people"
[[signers]]
side = "marketing"
email = "sign@example.com"
signs_as = "deputy"
"""
)
SAID_OTHERWISE = {"due_day", "absence_share"}  # in the other of two fields
SHOWN_AS = {
    ("criteria", "value"): "Germany; Denmark",
    ("contacts", "side"): "Service",
    ("scope", "kind"): "Multi-level: with a service team",
}
TOLD = (  # beside the groups
    *("Bank", "Europe/Amsterdam", "EUR", "Marketing", "Sales", "Service", "July", "in force from Jan. 1, 2011"),
    *("by calendar day", "50% of the time", "count as attempts", "within 1 h in 90%", "6 attempts"),
    *("45%", "€9,000", "5%", "Sales cycle in days: 45", "Leads serve the quota of a cycle later"),
    *("proposed 9", "kept 17", "including optional and half-day holidays", "DE BE", "May 5, 2011"),
    *("Dec. 24, 2011: 09:00-12:00", "22:00-06:00", "July 4, 2011 – July 5, 2011 Stocktaking"),
    *("Too small Marketing yes", "up to 4 working days after it", "A · 70 points"),
    "Short name bank",
)


def squeezed(text: str) -> str:
    """Lines are broken where a cell ends."""
    return "".join(text.split())


def test_all_that_the_digest_covers_stands_on_paper():
    document = read(FULL)
    imprint = Imprint(1, "f" * 64, "Ada", cast.MONDAY)
    on_paper = squeezed(text_of(agreement_pdf(ReadAgreement(document, date(2011, 3, 1)), imprint)))
    for key, group in GROUPS.items():  # a new one has to be stated in FULL, with all of its fields
        rows = [row.flat() for row in group.of(document)]
        assert {name for row in rows for name in row} | SAID_OTHERWISE >= group.table.model_fields.keys(), key
        for name, value in (pair for row in rows for pair in row.items()):
            shown = SHOWN_AS.get((key, name)) or said(group.table.kinds()[name], value, "EUR")
            told = [shown] if group.layout or group is SCOPE else [shown, titles(group)[name]]
            assert [text for text in told if squeezed(text) not in on_paper] == [], (key, name)
    assert [text for text in TOLD if squeezed(text) not in on_paper] == []


def test_a_quota_in_parts_names_them(north):
    parts = {date(2026, 3, 1): {"North": Decimal(300), "South": Decimal(700)}}
    document = replace(document_of(north), quotas={date(2026, 3, 1): Decimal(1_000)}, quota_parts=parts)
    month = SimpleNamespace(on=date(2026, 3, 1), quota=Decimal(1_000), target=None, former=[])
    assert month_rows([month], document) == [("March 2026", "€1,000\nNorth: €300\nSouth: €700", "–")]


def test_a_target_of_another_day_than_the_version_says_so_and_what_it_was_before(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.local(north, "2026-03-25 12:00"))
    former = cast.target(north, "2026-04", 213)
    former.superseded_at = cast.local(north, "2026-03-24 23:30")
    former.save()
    cast.target(north, "2026-04", 176)
    on_paper = squeezed(text_of(signed_in(rep).get("/agreements/north/pdf/").content))
    told = ("176Until March 24, 2026: 213 leads", "the ones agreed by March 25, 2026, with what they were before")
    assert [text for text in told if squeezed(text) not in on_paper] == []


def test_the_months_of_every_year_that_the_version_covers_stand_on_paper(signed_in, rep, north):
    for month in ("2026-03", "2027-02", "2029-05"):
        cast.target(north, month, 40 + int(month[3]))
    address, client = "/agreements/north/pdf/", signed_in(rep)
    on_paper = text_of(client.get(address).content)
    told = {month: month in on_paper for month in ("March 2026", "February 2027", "January 2028", "May 2029")}
    assert told == {"March 2026": True, "February 2027": True, "January 2028": False, "May 2029": True}
    assert "May 2029" not in text_of(client.get(f"{address}?year=2026").content)
