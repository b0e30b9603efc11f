import io
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.enums import DefaultReason
from leads.doors.fields import KINDS, LEAD_FIELDS
from leads.doors.files.reading.choices import CHANNELS, DIRECTIONS, RESULTS, RETURN_REASONS, VERDICTS, choice
from leads.doors.files.reading.recognition import Asked, recognise
from leads.doors.files.reading.rows import OpenDeal, Rejection, own_currency, packed, unpacked
from leads.doors.files.wording import FIELD_NAMES, WORDS, worded
from leads.enums import Channel, Direction, Result, Verdict
from leads.models import Attempt, Deal, Handoff, Lead
from leads.pages.lead.form import LeadForm
from smarketing.lib.file_problems import FileProblem

AT = datetime(2026, 3, 2, tzinfo=UTC)
HEADER = "lead_id,created_at,tier,email,name,value,notes"


def checked(lines: str | bytes, kind: str = "leads", header: str = HEADER, **asked):
    content = header.encode() + b"\n" + (lines if isinstance(lines, bytes) else lines.encode())
    file = io.BytesIO(content)
    plan = recognise(file, kind, Asked(**asked), time_zone="Europe/Berlin", currency="EUR").required()
    checker = plan.checker()
    return [checker.check(record, AT) for record in plan.records(file)]


def refused(line: str | bytes, **more) -> tuple[int, str, str]:
    found = checked(line if isinstance(line, bytes) else line + "\n", **more)[-1]
    assert isinstance(found, Rejection)
    return found.line, found.column, str(found.problem)


def test_a_good_row_is_read():
    (row,) = checked(' 7 ,2026-01-05 09:00,unknown,ADA@Example.org,Ada,"1,234.50",\n')
    assert row.values == {
        "external_id": "7",
        "created_at": datetime(2026, 1, 5, 8, tzinfo=UTC),
        "precision": 60,
        "tier": "unknown",
        "email": "ada@example.org",
        "name": "Ada",
        "value": Decimal("1234.50"),
        "question": "",
    }


def test_an_empty_cell_and_the_word_unknown_are_two_things():
    rows = checked("1,2026-01-05,,,,,\n2,2026-01-05,unknown,,,,\n")
    assert [row.values["tier"] for row in rows] == ["", "unknown"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,31.02.2018,,,,,", (2, "created_at", "no_such_day")),
        (",2026-01-05,,,,,", (2, "lead_id", "nobody")),
        ("1,,,,,,", (2, "created_at", "required")),
        ("1,2026-03-03,,,,,", (2, "created_at", "in_future")),
        ("1,2026-01-05", (2, "", "too_few_cells: 2/7")),
        ("1,2026-01-05,,,,,,8", (2, "", "too_many_cells: 8/7")),
        ('1,"2026-01-05,,,,,', (2, "", "open_quote")),
        ('"1,23457E+15",2026-01-05,,,,,', (2, "lead_id", "ruined_number")),
        ("1.23E+15,2026-01-05,,,,,", (2, "lead_id", "ruined_number")),
        ("x" * 201 + ",2026-01-05,,,,,", (2, "lead_id", "too_long: 200")),
    ],
)
def test_a_wrong_row_says_its_line_column_and_reason(line, reason):
    more = {"date_order": "dmy"}
    assert refused(line, **more) == reason


@pytest.mark.parametrize(
    ("line", "field", "value", "warning"),
    [
        ("1,2026-01-05,,no address,,,", "email", "", (2, "email", "no_email")),
        ("1,2026-01-05,,a@b.de;c@d.de,,,", "email", "a@b.de", (2, "email", "more_addresses")),
        ("1,2026-01-05,,a@firm,,,", "email", "", (2, "email", "no_email")),
        ("1,2026-01-05,,jane doe@firm.example,,,", "email", "", (2, "email", "no_email")),
        ("1,2026-01-05,,jörg@müller.example,,,", "email", "", (2, "email", "no_email")),
        ("1,2026-01-05,,,,much,", "value", None, (2, "value", "no_number")),
        ("1,2026-01-05,,,,-5,", "value", None, (2, "value", "negative")),
        ("1,2026-01-05,,,,USD 5,", "value", None, (2, "value", "other_currency: USD")),
        ("1,2026-01-05," + "x" * 61 + ",,,,", "tier", "", (2, "tier", "too_long: 60")),
        ("1,2026-01-05,A\0B,,,,", "tier", "", (2, "tier", "control_characters")),
        (b"1,2026-01-05,,,M\xfcller,,\n2,2026-01-05,\xc3\xbc,,,,\n", "name", "", (2, "name", "undecodable")),
    ],
)
def test_a_wrong_cell_that_is_not_needed_costs_only_itself_and_is_told(line, field, value, warning):
    row = checked(line, encoding="utf-8")[0]
    assert row.values["external_id"] == "1"
    assert row.values[field] == value
    assert [(one.line, one.column, str(one.problem)) for one in row.warnings] == [warning]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Eve E <e@kunde.example>", "e@kunde.example"),
        ('"E, Eve <E@Kunde.example>"', "e@kunde.example"),
        ("mailto:g@kunde.example?subject=x", "g@kunde.example"),
        ("f@kunde.example.", "f@kunde.example"),
        ("f@kunde.example;", "f@kunde.example"),
        ("F@kunde.example; f@kunde.example", "f@kunde.example"),
        ("f@kunde.example; n/a", "f@kunde.example"),
    ],
)
def test_an_address_that_only_wears_something_is_taken_without_a_word(cell, found):
    (row,) = checked(f"1,2026-01-05,,{cell},,,")
    assert (row.values["email"], row.warnings) == (found, ())


@pytest.mark.parametrize("cell", ["1.23E+11", '"4,9E+11"', "4.9151E+012"])
def test_a_telephone_number_that_a_spreadsheet_shortened_is_left_empty(cell):
    (row,) = checked(f"1,2026-01-05,{cell}", header="lead_id,created_at,phone")
    assert (row.values["phone"], str(row.warnings[0].problem)) == ("", "ruined_number")


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("leads", "lead_id,created_at,source,tier,email,name,company,phone,value,currency"),
        ("handoffs", "lead_id,handed_at,rep,handoff_id,accepted_at,returned_at,return_reason,return_note"),
        ("attempts", "lead_id,attempted_at,channel,result,rep,note,attempt_id,direction"),
        ("outcomes", "lead_id,outcome,closed_at,revenue,reason,deal_id,currency"),
    ],
)
def test_a_cell_of_endless_blanks_costs_no_time_in_any_field(kind, header):
    blanks = "a" + " " * 130_000 + "b"
    for place in range(header.count(",") + 1):
        cells = ["1"] * (header.count(",") + 1)
        cells[place] = blanks
        began = process_time()
        checked(",".join(cells), kind=kind, header=header, date_order="iso", decimal_mark=".")
        assert process_time() - began < 0.5


def test_a_bare_date_is_the_end_of_its_day_where_something_was_done_and_its_beginning_where_it_began():
    (call,) = checked("1,2026-01-05,busy", kind="attempts", header="lead_id,called_at,result")
    (handed,) = checked("1,2026-01-05,2026-01-06", kind="handoffs", header="lead_id,handed_at,accepted_at")
    assert call.values["attempted_at"] == datetime(2026, 1, 5, 22, 59, 59, 999_999, tzinfo=UTC)
    assert handed.values["handed_at"] == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert handed.values["accepted_at"] == datetime(2026, 1, 6, 22, 59, 59, 999_999, tzinfo=UTC)
    assert call.values["precision"] == handed.values["precision"] == 86_400


def test_a_call_of_today_without_a_time_does_not_lie_in_the_future():
    (today,) = checked("1,2026-03-02,busy", kind="attempts", header="lead_id,called_at,result")
    assert today.values["attempted_at"] > AT
    assert refused("1,2026-03-03,busy", kind="attempts", header="lead_id,called_at,result")[2] == "in_future"


DEALS = "lead_id,stage,close_date,amount,currency,deal_id"


@pytest.mark.parametrize(
    ("header", "line", "column"),
    [
        (DEALS, '1,Won,2026-01-20,"£10,000.00",,d', "amount"),
        (DEALS, "1,Won,2026-01-20,JPY 1500,,d", "amount"),
        (DEALS, "1,Won,2026-01-20,10000,USD,d", "currency"),
        (DEALS, "1,Won,2026-01-20,10000,unknown,d", "currency"),
        ("lead_id,stage,close_date,Amount (USD)", "1,Won,2026-01-20,10000", "Amount (USD)"),
        ("lead_id,stage,close_date,amount_usd", "1,Won,2026-01-20,10000", "amount_usd"),
    ],
)
def test_a_deal_in_another_currency_is_set_apart(header, line, column):
    found = refused(line, kind="outcomes", header=header)
    assert (found[1], found[2].partition(":")[0]) == (column, "other_currency")


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (DEALS, '1,Won,2026-01-20,"EUR 10,000.00",EUR,d'),
        (DEALS, '1,Won,2026-01-20,"€10,000.00",,d'),
        (DEALS, "1,Won,2026-01-20,10000,Euro,d"),
        ("lead_id,stage,close_date,Amount (EUR)", "1,Won,2026-01-20,10000"),
    ],
)
def test_a_deal_in_the_agreements_currency_is_taken_however_it_says_so(header, line):
    (row,) = checked(line, kind="outcomes", header=header)
    assert (row.values["revenue"], row.values["currency"]) == (10_000, "EUR")


def test_a_currency_column_costs_a_leads_value_and_not_the_lead():
    found = checked("1,2026-01-05,900,GBP\n2,2026-01-05,800,EUR\n", header="lead_id,created_at,value,currency")
    assert [(row.values["value"], len(row.warnings)) for row in found] == [(None, 1), (800, 0)]
    assert all("currency" not in row.values for row in found)


@pytest.mark.parametrize("stage", ["Negotiation", "Offen", "Appointment scheduled", "In Verhandlung", "åben"])
def test_an_open_deal_is_no_error_whatever_else_it_lacks(stage):
    (found,) = checked(f"1,{stage},,much,USD,d", kind="outcomes", header=DEALS)
    assert found == OpenDeal(2)


def test_a_refund_is_below_zero_and_a_wrong_amount_costs_only_itself():
    found = checked('1,Won,2026-01-20,"-101,15",,\n2,Won,2026-01-20,k. A.,,\n', kind="outcomes", header=DEALS)
    assert [row.values["revenue"] for row in found] == [Decimal("-101.15"), None]
    assert [len(row.warnings) for row in found] == [0, 1]


def test_a_call_that_came_in_is_told_by_its_channel_where_no_column_tells_its_direction():
    header, lines = "lead_id,called_at,result,type", "1,2026-01-05,reached,Inbound call\n1,2026-01-05,reached,Call\n"
    found = checked(lines, kind="attempts", header=header)
    assert [row.values.get("direction") for row in found] == ["inbound", None]
    assert [row.values["channel"] for row in found] == ["phone", "phone"]
    (told,) = checked("1,2026-01-05,sent,Inbound call,out", kind="attempts", header=f"{header},direction")
    assert told.values["direction"] == "outbound"


def test_words_of_one_file_mean_what_was_said_for_it():
    words = {"outcome": {"TRUE": "won", "\u2713": "lost", "Later": "open"}}
    rows = "1,true,2026-01-20,,,\n2,\u2713,2026-01-20,,,\n3,Later,,,,\n4,perhaps,2026-01-20,,,\n"
    won, lost, later, unknown = checked(rows, kind="outcomes", header=DEALS, words=words)
    assert (won.values["outcome"], lost.values["outcome"], later) == ("won", "lost", OpenDeal(4))
    assert str(unknown.problem) == "no_choice: perhaps"


def test_a_return_comes_with_its_instant_reason_and_note():
    header = "lead_id,handed_at,handoff_id,accepted_at,returned_at,return_reason,return_note"
    line = '2,2021-01-18 09:00,H-7,,2021-01-21 10:30,Low quality,"no\nbudget"'
    (row,) = checked(line, kind="handoffs", header=header)
    assert row.values["handoff_id"] == "H-7"
    assert row.values["accepted_at"] is None
    assert row.values["returned_at"] == datetime(2021, 1, 21, 9, 30, tzinfo=UTC)
    assert (row.values["return_reason"], row.values["return_note"]) == ("below_quality", "no\nbudget")


def test_an_id_keeps_its_case_and_loses_blanks_and_the_way_its_letters_are_composed():
    rows = checked("a b\u200b,2026-01-05\nAB,2026-01-05\nu\u0308-1,2026-01-05\n", header="lead_id,created_at")
    assert [row.values["external_id"] for row in rows] == ["ab", "AB", "\u00fc-1"]


def test_further_cells_are_let_pass_where_nothing_is_in_them():
    (row,) = checked("1,2026-01-05,,,,,,,\n")
    assert row.values["external_id"] == "1"


def test_what_could_be_read_of_a_wrong_row_is_kept_as_a_database_takes_it():
    (found,) = checked("A\0B,2026-01-05,,,,,\n")
    assert found.cells[:2] == ["A\ufffdB", "2026-01-05"]


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
    assert list(RETURN_REASONS) == DefaultReason.values
    assert set(DIRECTIONS) == set(Direction.values)


def test_no_text_is_longer_than_its_place_in_the_database():
    places = {
        "leads": {field.name: (Lead, field.name) for field in KINDS["leads"]},
        "handoffs": {"source": (Handoff, "source"), "tier": (Handoff, "tier"), "rep": (Handoff, "rep_name")},
        "attempts": {"rep": (Attempt, "rep_name"), "attempt_id": (Attempt, "external_id")},
        "outcomes": {name: (Deal, name) for name in ("reason", "currency")},
    }
    for kind, found in places.items():
        for field in KINDS[kind]:
            if field.longest and field.is_kept and field.name in found:
                model, name = found[field.name]
                assert model._meta.get_field(name).max_length == field.longest


def test_what_is_declared_of_a_lead_is_what_a_lead_has_and_what_every_door_takes():
    own = {field.name for field in Lead._meta.get_fields() if field.concrete and not field.is_relation}
    keys = {"phone_key", "name_key", "who_key"}
    assert own - set(LEAD_FIELDS) - keys == {"id", "precision", "door", "recorded_at", "notes", "found_by"}
    assert set(LEAD_FIELDS) <= own
    assert set(LeadForm.Meta.fields) == {"agreement", *LEAD_FIELDS}


def test_every_problem_has_words():
    codes = {"empty", "required", "too_long", "no_choice", "in_future", "missing_fields"}
    assert codes <= WORDS.keys()
    assert worded(FileProblem("too_long", "60")) == "This is longer than 60 characters."
    assert worded(FileProblem.parse("wrong_constant: no_choice: perhaps")).endswith(
        "“perhaps” is not one of the known values."
    )
    assert {field.name for fields in KINDS.values() for field in fields} == FIELD_NAMES.keys()


MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2))


@given(st.text(max_size=9), MOMENTS, st.one_of(st.none(), st.decimals(0, 10**15, places=2)))
def test_waiting_rows_come_back_as_they_were(external_id, at, revenue):
    values = {"external_id": external_id, "closed_at": at, "revenue": revenue, "outcome": "won", "returned_at": None}
    assert unpacked(packed(values)) == values


def test_where_the_agreement_has_no_currency_a_code_is_kept_as_long_as_a_code_is():
    assert [own_currency(sign, "") for sign in ("eur", "EURO", "")] == ["EUR", "EUR", ""]
