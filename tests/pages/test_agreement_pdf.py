"""The PDF of an agreement: read back by what stands in its streams, for no reader of PDF is installed."""

import re
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agreements.document.groups.consequences import CONSEQUENCES
from agreements.document.groups.wordings import Definition, Goals, Texts
from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.models import Signature
from tests import cast
from tests.pages.test_agreement_detail import HOSTILE, amend, words_of
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
