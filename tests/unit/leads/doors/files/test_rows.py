import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.doors.files.choices import CHANNELS, RESULTS, VERDICTS, choice
from leads.doors.files.problems import Problem
from leads.doors.files.recognition import Asked, recognise, records_of
from leads.doors.files.rows import LONGEST, Rejection, packed, unpacked
from leads.doors.files.wording import FIELD_NAMES, WORDS, worded
from leads.enums import Channel, Result, Verdict
from leads.models import Attempt, Deal, Handoff, Lead

AT = datetime(2026, 3, 2, tzinfo=UTC)
HEADER = "lead_id,created_at,tier,email,name,value,notes"


def checked(lines: str | bytes, kind: str = "leads", header: str = HEADER, **asked):
    content = header.encode() + b"\n" + (lines if isinstance(lines, bytes) else lines.encode())
    file = io.BytesIO(content)
    plan = recognise(file, kind, Asked(**asked), time_zone="Europe/Berlin").required()
    checker = plan.checker()
    return [checker.check(record, AT) for record in records_of(file, plan.encoding, plan.delimiter)]


def refused(line: str | bytes, **more) -> tuple[int, str, str]:
    found = checked(line if isinstance(line, bytes) else line + "\n", **more)[-1]
    assert isinstance(found, Rejection)
    return found.line, found.column, str(found.problem)


def test_a_good_row_is_read():
    (row,) = checked(' 7 ,2026-01-05 09:00,unknown,ADA@Example.org,Ada,"1,234.50",\n')
    assert row.values == {
        "external_id": "7",
        "created_at": datetime(2026, 1, 5, 8, tzinfo=UTC),
        "tier": "unknown",
        "email": "ada@example.org",
        "name": "Ada",
        "value": Decimal("1234.50"),
    }


def test_an_empty_cell_and_the_word_unknown_are_two_things():
    rows = checked("1,2026-01-05,,,,,\n2,2026-01-05,unknown,,,,\n")
    assert [row.values["tier"] for row in rows] == ["", "unknown"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,31.02.2018,,,,,", (2, "created_at", "no_such_day")),
        (",2026-01-05,,,,,", (2, "lead_id", "required")),
        ("1,,,,,,", (2, "created_at", "required")),
        ("1,2026-03-03,,,,,", (2, "created_at", "in_future")),
        ("1,2026-01-05,,no address,,,", (2, "email", "no_email")),
        ("1,2026-01-05,,a@b.de;c@d.de,,,", (2, "email", "no_email")),
        ("1,2026-01-05,,,,much,", (2, "value", "no_number")),
        ("1,2026-01-05,,,,-5,", (2, "value", "negative")),
        ("1,2026-01-05," + "x" * 61 + ",,,,", (2, "tier", "too_long: 60")),
        ("1,2026-01-05,A\0B,,,,", (2, "tier", "control_characters")),
        ("1,2026-01-05", (2, "", "too_few_cells: 2/7")),
        ("1,2026-01-05,,,,,,8", (2, "", "too_many_cells: 8/7")),
        ('1,"2026-01-05,,,,,', (2, "", "open_quote")),
        (b"1,2026-01-05,\xc3\xbc,,,,\n2,2026-01-05,,,M\xfcller,,\n", (3, "name", "undecodable")),
    ],
)
def test_a_wrong_row_says_its_line_column_and_reason(line, reason):
    more = {"date_order": "dmy"}
    assert refused(line, **more) == reason


def test_further_cells_are_let_pass_where_nothing_is_in_them():
    (row,) = checked("1,2026-01-05,,,,,,,\n")
    assert row.values["external_id"] == "1"


def test_what_could_be_read_of_a_wrong_row_is_kept_as_a_database_takes_it():
    (found,) = checked("1,2026-01-05,A\0B,,,,\n")
    assert found.cells[:3] == ["1", "2026-01-05", "A\ufffdB"]


def test_only_a_note_keeps_its_line_breaks():
    header = "lead_id,called_at,result,rep,note"
    (row,) = checked('1,2026-01-05,busy,"A\nB","x\r\ny"\n', kind="attempts", header=header)
    assert (row.values["rep"], row.values["note"]) == ("A B", "x\ny")


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("result", "No Answer", "no_answer"),
        ("result", "nicht erreicht", "no_answer"),
        ("result", "Left voicemail", "voicemail"),
        ("result", "CONNECTED", "connected"),
        ("channel", "Anruf", "phone"),
        ("channel", "E-Mail", "email"),
        ("outcome", "Closed Won", "won"),
        ("outcome", "verloren", "lost"),
    ],
)
def test_words_of_other_systems_are_understood(field, text, found):
    assert choice(field, text) == found


def test_the_known_choices_are_those_of_the_models():
    assert list(CHANNELS) == Channel.values
    assert list(RESULTS) == Result.values
    assert list(VERDICTS) == Verdict.values


def test_no_text_is_longer_than_its_place_in_the_database():
    places = {
        "source": [(Lead, "source"), (Handoff, "own_source")],
        "tier": [(Lead, "tier"), (Handoff, "own_tier")],
        "rep": [(Handoff, "rep_name"), (Attempt, "rep_name")],
        "reason": [(Deal, "reason")],
        **{name: [(Lead, name)] for name in ("external_id", "email", "name", "company", "phone")},
    }
    for name, found in places.items():
        for model, field in found:
            assert model._meta.get_field(field).max_length == LONGEST[name]


def test_every_problem_has_words():
    codes = {"empty", "required", "too_long", "no_choice", "in_future", "missing_fields"}
    assert codes <= WORDS.keys()
    assert worded(Problem("too_long", "60")) == "This is longer than 60 characters."
    assert worded(Problem.parse("wrong_constant: no_choice: perhaps")).endswith(
        "“perhaps” is none of the known values."
    )
    assert set(LONGEST) <= FIELD_NAMES.keys()


MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2))


@given(st.text(max_size=9), MOMENTS, st.one_of(st.none(), st.decimals(0, 10**15, places=2)))
def test_waiting_rows_come_back_as_they_were(external_id, at, revenue):
    values = {"external_id": external_id, "closed_at": at, "revenue": revenue, "outcome": "won"}
    assert unpacked(packed(values)) == values
