"""No reading of what people send takes longer than its length: every field and every kind of text, with 480 shapes."""

import copy
import io
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib import admin
from django.urls import get_resolver
from django.utils.translation import override

from agreements.document.text import DocumentError, read
from agreements.pages import fields
from agreements.promises.kinds import shown, without_controls
from leads.doors.fields import KINDS, Reads
from leads.doors.files.reading import columns, dates, dialect
from leads.doors.files.reading.choices import compared, direction_in
from leads.doors.files.reading.recognition import Asked, recognise
from leads.doors.files.reading.records import Record
from leads.doors.files.reading.rows import Checker, Notation
from leads.doors.texts import Partly
from leads.persons.spelling import keys
from smarketing.lib import amounts, cells, words
from smarketing.lib.file_problems import RefusedFile, Unreadable
from smarketing.lib.periods import Period
from tests.cast import MONDAY
from tests.shapes import LENGTH, SHAPES, slow

AGREEMENT_TEXT = (Path(__file__).parents[1] / "acceptance" / "bank.toml").read_text()
# One field of each way of reading: those of one kind and length are read by the same lines.
FIELDS = {
    (field.reads, field.longest, field.is_required, field.name if field.reads == Reads.CHOICE else ""): (
        kind,
        field.name,
    )
    for kind, fields in KINDS.items()
    for field in fields
}.values()
REFUSALS = (Unreadable, RefusedFile, Partly, DocumentError, forms.ValidationError, ValueError)
READERS = {
    "order of dates": dates.vote,
    "decimal mark": amounts.mark_vote,
    "direction": direction_in,
    "foreign word": compared,
    "name of a column": lambda text: columns.labels([text]),
    "known column": lambda text: columns.recognised("leads", [text]),
    "currency of a column": columns.currency_in,
    "encoding": dialect.encoding_named,
    "delimiter": dialect.delimiter_named,
    "word": words.key,
    "id": words.same_id,
    "cell for a spreadsheet": lambda text: cells.plain_cell(cells.safe_cell(text)),
    "person": lambda text: keys(email=text, phone=text, name=text, company=text, country="DE"),
    "period": Period.parse,
    "value in a message": shown,
    "text in a message": without_controls,
}


def refusing(action):
    def tried(text):
        with suppress(REFUSALS):
            action(text)

    return tried


def test_there_are_480_shapes_of_60_000_characters():
    assert len({text for _name, text in SHAPES}) == 480
    assert {len(text) for _name, text in SHAPES} == {LENGTH}


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=" ".join)
def test_every_kind_of_field_in_a_file(kind, field):
    """Also with a word of the agreement's table, which every cell of the field is compared with."""
    reading = Notation("dmy", ".", ZoneInfo("Europe/Berlin"), "EUR", {field: {"hot": "A"}})
    checker = Checker(kind, [field], {field: (0,)}, {}, reading)
    assert slow(refusing(lambda text: checker.check(Record(1, [text]), MONDAY))) == []


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_names_and_words(name):
    assert slow(refusing(READERS[name])) == []


@pytest.mark.parametrize("where", ["header", "file", "row"])
def test_every_recognition_of_a_file(where):
    """As a name of a column, all alone, and in a row; in one line, for lines are counted one by one."""
    rows = "1,03/04/2026,1.234\n"
    around = {"header": "lead_id,{},created\n" + rows, "file": "{}", "row": "lead_id,created,value\n{}," + rows}

    def tried(text):
        file = io.BytesIO(around[where].replace("{}", text.replace("\n", "\v")).encode())
        recognise(file, "leads", Asked(), time_zone="Europe/Berlin")

    assert slow(refusing(tried)) == []


@pytest.mark.parametrize("where", ["{}", AGREEMENT_TEXT + "\n{}", "{} = 1", 'name = """{}"""', "pacing = '{}'"])
def test_every_place_of_an_agreements_text(where):
    assert slow(refusing(lambda text: read(where.replace("{}", text)))) == []


@pytest.mark.parametrize("text", ["a." * 50_000 + "a = 1", f"[{'a.' * 50_000}a]"], ids=["pair", "table"])
def test_a_key_of_many_parts_is_refused_before_it_is_read(text):
    with pytest.raises(DocumentError):
        read(text)


def forms_of_the_house():
    """Each field of each form that is declared in the house or handles signing in, by its kind and length."""
    assert get_resolver().url_patterns, "the pages import all forms"
    admin.autodiscover()
    found = {}
    for form in subclasses(forms.BaseForm):
        is_ours = form.__module__.partition(".")[0] in ("smarketing", "agreements", "leads", "reports")
        if is_ours or form.__module__ == "allauth.account.forms":
            for name, field in getattr(form, "base_fields", {}).items():
                found.setdefault((type(field), getattr(field, "max_length", None)), (f"{form.__name__}.{name}", field))
    return {"hours of a day": fields.HoursField(), **dict(found.values())}


def subclasses(kind):
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


FORM_FIELDS = forms_of_the_house()


def test_the_forms_are_found():
    kinds = {type(field) for field in FORM_FIELDS.values()}
    declared = {value for value in vars(fields).values() if isinstance(value, type) and issubclass(value, forms.Field)}
    assert declared - kinds == set()
    assert len(kinds) > 15


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(FORM_FIELDS))
def test_every_kind_of_form_field(name):
    field = copy.deepcopy(FORM_FIELDS[name])
    with override("de"):
        assert slow(refusing(field.clean)) == []


def test_lists_in_a_form_have_an_end():
    """Each line of them costs a hundred characters' worth of reading."""
    (days,) = [field for name, field in FORM_FIELDS.items() if name.endswith("CalendarForm.closed")]
    with pytest.raises(forms.ValidationError):
        days.clean("2026-05-15\n" * 5_000)
