import csv
import json
from contextlib import suppress
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from leads.models import Attempt, Deal, Handoff, ImportRun, Lead, WaitingRow
from tests.unit.leads.doors.files.files import FILES, written


@pytest.fixture
def import_file(north, tmp_path):
    """Runs the command on a file of this content and answers its JSON."""

    def run(kind, content=None, *options, name="file.csv"):
        path = written(tmp_path, name, FILES[kind] if content is None else content)
        out = StringIO()
        call_command("import_file", kind, path, "--agreement", "north", "--json", *options, stdout=out)
        return json.loads(out.getvalue())

    return run


def nothing_is_there() -> bool:
    return not any(model.objects.exists() for model in (Lead, Handoff, Attempt, Deal, WaitingRow, ImportRun))


def test_the_answer_has_the_counts_and_what_was_recognised(import_file):
    found = import_file("leads", "id;created;shoe\n1;05.01.2026;red\n2;31.02.2026;red\n")
    assert {name: found[name] for name in ("read", "created", "unchanged", "waiting", "rejected")} == {
        "read": 2,
        "created": 1,
        "unchanged": 0,
        "waiting": 0,
        "rejected": 1,
    }
    assert found["recognised"] == {
        "delimiter": ";",
        "encoding": "utf-8",
        "date_order": "dmy",
        "decimal_mark": ".",
        "time_zone": "Europe/Berlin",
        "header": 1,
        "columns": {"external_id": "id", "created_at": "created"},
        "ignored_columns": ["shoe"],
    }


@pytest.mark.parametrize(("second", "named"), [("created_at", "created_at #3"), ("Created At", "Created At")])
def test_of_two_columns_for_one_field_the_other_is_named(import_file, second, named):
    found = import_file("leads", f"id,created_at,{second}\n1,2026-01-05 08:00,2026-01-06 08:00\n")["recognised"]
    assert (found["columns"]["created_at"], found["ignored_columns"]) == ("created_at", [named])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "This is a picture"),
        (b"", "The file is empty."),
        (b"lead_id,created_at\n", "no rows"),
        (b"x" * 3_000_000, "too long"),
        (b"lead_id,created_at\n" + b"\0" * 500, "not a text file"),
        (b"shoe,size\nred,41\n", "Columns of the file: shoe, size."),
        (b"id,created\n1,03/04/2018\n", "--date-order dmy"),
    ],
)
def test_a_wrong_file_is_refused_and_leaves_the_data_as_they_were(import_file, content, reason):
    with pytest.raises(CommandError, match=reason):
        import_file("leads", content)
    assert nothing_is_there()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--map", "shoe=id"], "no field “shoe”"),
        (["--map", "tier=size"], "no column “size”"),
        (["--map", "tier"], "write field=column"),
        (["--map", "tier=id", "--map", "tier=created"], "given twice"),
        (["--set", "shoe=red"], "no field “shoe”"),
        (["--set", "value=much"], "This is not an amount"),
        (["--time-zone", "Mars/Olympus"], "not a time zone"),
        (["--time-zone", "../../etc/passwd"], "not a time zone"),
        (["--encoding", "rot13"], "not a text encoding"),
        (["--delimiter", "ab"], "cannot separate"),
        (["--rejects", "/nowhere/rejects.csv"], "No such file"),
    ],
)
def test_options_that_cannot_be_are_refused(import_file, options, reason):
    with pytest.raises(CommandError, match=reason):
        import_file("leads", "id,created\n1,2026-01-05\n", *options)
    assert nothing_is_there()


def test_a_file_that_is_not_there_or_an_unknown_agreement_is_said(north, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_file", "leads", str(tmp_path / "none.csv"), "--agreement", "north")
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("import_file", "leads", str(tmp_path), "--agreement", "north")
    with pytest.raises(CommandError, match="no agreement 'east'"):
        call_command("import_file", "leads", str(tmp_path), "--agreement", "east")


def test_columns_constants_and_the_time_zone_can_be_given(import_file):
    import_file("leads")
    found = import_file(
        "outcomes",
        "who,won_date,declared_monthly_revenue\n1,2026-02-01 12:00:00,0.0\n",
        *("--map", "external_id=who", "closed_at=won_date", "--set", "outcome=won", "reason=price"),
        *("--time-zone", "UTC"),
    )
    assert found["created"] == 1
    outcome = Deal.objects.get()
    assert (outcome.closed_at.isoformat(), outcome.revenue, outcome.reason) == ("2026-02-01T12:00:00+00:00", 0, "price")


def test_a_dry_run_counts_and_keeps_nothing(import_file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    content = "id,created\n1,2026-01-05\n2,never\n"
    found = import_file("leads", content, "--hand-over", "--dry-run", "--rejects", str(rejects))
    assert (found["created"], found["rejected"], found["dry_run"]) == (1, 1, True)
    assert nothing_is_there()
    assert len(rejects.read_text().splitlines()) == 2


def test_the_rejects_say_line_column_and_reason_and_no_spreadsheet_runs_them(import_file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    content = 'id,created,phone\n1,2026-01-05,\n"=1+1",31.02.2026,+49 89 1234\n3,2026-01-05\n'
    import_file("leads", content, "--rejects", str(rejects), "--date-order", "dmy")
    assert list(csv.reader(rejects.read_text().splitlines())) == [
        ["line", "column", "reason", "id", "created", "phone"],
        ["3", "created", "There is no such day or time.", "'=1+1", "31.02.2026", "+49 89 1234"],
        ["4", "", "The row has too few cells (2/3).", "3", "2026-01-05"],
    ]


def test_the_rejects_never_overwrite_the_file_itself(import_file, tmp_path):
    with pytest.raises(CommandError, match="the file itself"):
        import_file("leads", None, "--rejects", str(tmp_path / "file.csv"))


def test_without_json_the_answer_is_for_people(north, tmp_path):
    out = StringIO()
    path = written(tmp_path, "a.csv", "lead_id\toutcome\tclosed_at\n1\twon\t2026-01-05\n")
    call_command("import_file", "outcomes", path, "--agreement", "north", stdout=out)
    assert "delimiter: tab" in out.getvalue()
    assert "1 read, 0 created, 0 unchanged, 0 asked, 1 waiting, 0 open, 0 rejected" in out.getvalue()
    assert "linked as soon as their lead comes" in out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_brings_the_same_names(import_file, encoding):
    import_file("leads", "id;created;Firma\n1;05.01.2026;Müßig & Söhne\n".encode(encoding))
    assert Lead.objects.get().company == "Müßig & Söhne"


TITLED = """MQL report
Generated by: Op Erator
Period,"1 Jan 2026 - 31 Jan 2026"

Lead ID,Created Date,Lead Source
L-1,2026-01-12 08:00,Web
L-2,2026-01-12 08:00,Web

Grand Totals (2 records)

"Confidential Information - Do Not Distribute"
"Copyright (c) 2000-2026 crm.example"
"""


def ids() -> list[str]:
    return list(Lead.objects.order_by("external_id").values_list("external_id", flat=True))


def test_titles_above_the_header_and_lines_under_the_table_are_no_rows(import_file):
    found = import_file("leads", TITLED)
    assert (found["read"], found["created"], found["recognised"]["header"]) == (2, 2, 5)
    assert ids() == ["L-1", "L-2"]


def test_a_header_nobody_would_recognise_can_be_named(import_file):
    text = "Report,x\nLead ID,Created Date\nWer,Wann\nL-1,2026-01-12 08:00\n"
    found = import_file("leads", text, "--header", "3", "--map", "external_id=Wer", "created_at=Wann")
    assert (found["created"], ids()) == (1, ["L-1"])
    with pytest.raises(CommandError, match="no line 9"):
        import_file("leads", text, "--header", "9")


def test_a_file_without_a_header_loses_no_row(import_file):
    text = "dac3,2018-02-01 00:00:00,social\n8c18,2017-10-20 00:00:00,paid_search\n"
    found = import_file("leads", text, "--no-header", "--map", "external_id=1", "created_at=2", "source=3")
    assert (found["read"], found["created"], ids()) == (2, 2, ["8c18", "dac3"])


def test_a_wrong_row_before_a_good_one_is_no_footer(import_file):
    text = "Lead ID,Created Date\nL-1,2026-01-12\n\nTotals\nL-2,2026-01-12\n\nSum,2\n"
    found = import_file("leads", text)
    assert (found["read"], found["created"], found["rejected"]) == (3, 2, 1)


def test_open_deals_are_counted_apart_and_only_the_wrong_row_is_rejected(import_file):
    deals = "L1;Gewonnen;08.05.2018\nL2;Offen;\nL3;In Verhandlung;\nL4;Gewonen;09.05.2018\n"
    found = import_file("outcomes", "Lead-Nr.;Status;Abgeschlossen am\n" + deals)
    assert (found["read"], found["open"], found["waiting"], found["rejected"]) == (4, 2, 1, 1)


def test_a_file_of_which_no_row_can_be_taken_is_a_failure_and_tells_its_counts(north, tmp_path):
    path, out = written(tmp_path, "a.csv", "id,created\n1,never\n2,never\n"), StringIO()
    with pytest.raises(CommandError, match="None of the rows"):
        call_command("import_file", "leads", path, "--agreement", "north", "--json", stdout=out)
    assert json.loads(out.getvalue())["rejected"] == 2
    assert not Lead.objects.exists()


def test_a_file_of_open_deals_is_no_failure(import_file):
    assert import_file("outcomes", "Lead ID,Stage,Close Date\n1,Negotiation,\n")["open"] == 1


@pytest.mark.parametrize(
    ("decimal", "revenue"), [("comma", [8_000, 12_500]), ("point", [Decimal("8.00"), Decimal("12.50")])]
)
def test_amounts_that_can_be_read_in_two_ways_are_refused_until_somebody_says_how(import_file, decimal, revenue):
    import_file("leads", "Lead ID,Created Date\nL-1,2026-01-12\nL-2,2026-01-12\n")
    deals = "Lead ID,Stage,Close Date,Umsatz\nL-1,Gewonnen,20.01.2026,12.500\nL-2,Gewonnen,20.01.2026,8.000\n"
    with pytest.raises(CommandError, match="--decimal comma or --decimal point"):
        import_file("outcomes", deals)
    import_file("outcomes", deals, "--decimal", decimal)
    assert sorted(Deal.objects.values_list("revenue", flat=True)) == revenue


def test_dates_that_contradict_each_other_are_refused_until_somebody_says_how(import_file):
    text = "id,created\n1,13/01/2026\n2,01/14/2026\n"
    with pytest.raises(CommandError, match="--date-order"):
        import_file("leads", text)
    assert import_file("leads", text, "--date-order", "dmy")["rejected"] == 1


def test_deals_in_other_currencies_are_set_apart_with_the_reason(import_file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    text = (
        "Lead ID,Stage,Close Date,Amount\n"
        'L-1,Won,2026-01-05,"EUR 10,000.00"\nL-2,Won,2026-01-05,"£10,000.00"\nL-3,Won,2026-01-05,"JPY 1,500,000"\n'
    )
    found = import_file("outcomes", text, "--rejects", str(rejects))
    assert (found["waiting"], found["rejected"]) == (1, 2)
    assert [line.split(",")[0] for line in rejects.read_text().splitlines()] == ["line", "3", "4"]
    assert "not the agreement's currency: JPY" in rejects.read_text()


def test_words_of_the_file_and_columns_to_leave_alone_can_be_named(import_file):
    calls = "lead_id,at,Picked the phone,type\nL1,2021-01-11 10:00,Yes,Lead\nL1,2021-01-12 10:00,No,Lead\n"
    found = import_file(
        "attempts",
        calls,
        *("--map", "result=Picked the phone", "--word", "result:Yes=connected", "result:No=no_answer"),
        *("--ignore", "type"),
    )
    assert (found["waiting"], found["warnings"], found["recognised"]["ignored_columns"]) == (2, 0, ["type"])
    import_file("leads", "lead_id,created_at\nL1,2021-01-10\n")
    results = Attempt.objects.order_by("attempted_at").values_list("result", flat=True)
    assert list(results) == ["connected", "no_answer"]


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (["--word", "result=Yes"], "write field:foreign=ours"),
        (["--word", "shoe:Yes=won"], "no field “shoe”"),
        (["--ignore", "size"], "no column “size”"),
    ],
)
def test_words_and_columns_that_are_not_there_are_refused(import_file, option, reason):
    with pytest.raises(CommandError, match=reason):
        import_file("leads", None, *option)


def test_a_wrong_optional_cell_is_told_and_the_lead_comes_with_its_handoff(import_file, tmp_path):
    rejects = tmp_path / "rejects.csv"
    text = "Lead ID,Created Date,Email,Value\nL-1,2026-01-05,n/a,1000\nL-2,2026-01-05,b@c.example,n/a\n"
    found = import_file("leads", text, "--rejects", str(rejects))
    assert (found["created"], found["rejected"], found["warnings"]) == (2, 0, 2)
    assert list(Lead.objects.order_by("external_id").values_list("email", "value")) == [
        ("", 1000),
        ("b@c.example", None),
    ]
    lines = list(csv.reader(rejects.read_text().splitlines()))
    assert [line[:3] for line in lines[1:]] == [
        ["2", "Email", "Taken without this cell: This is not an e-mail address."],
        ["3", "Value", "Taken without this cell: This is not an amount."],
    ]
    assert import_file("handoffs", "Lead ID,Assigned Date\nL-1,2026-01-05 09:00\n")["created"] == 1


@pytest.mark.parametrize("language", ["en", "de", "da"])
def test_rejects_come_back_as_they_were_but_for_what_was_corrected(import_file, tmp_path, language):
    rejects = tmp_path / "rejects.csv"
    import_file("leads", "Lead ID,Created Date\nL-1,2026-01-05 08:00\n")
    calls = "Lead ID,Call time,Call outcome,Call notes\nL-1,2026-01-05 09:10,Call back later,{}\n"
    notes = ["+ wants price", "'=quoted", "-", "+49 89 1234", "'n roll"]
    with translation.override(language), suppress(CommandError):
        import_file(
            "attempts",
            calls.format(notes[0])
            + "".join(f"L-1,2026-01-05 1{hour}:00,Call back later,{note}\n" for hour, note in enumerate(notes[1:])),
            "--rejects",
            str(rejects),
        )
    words = {"de": "Zeile,Spalte,Grund", "da": "linje,kolonne,årsag", "en": "line,column,reason"}
    corrected = rejects.read_text().replace("line,column,reason", words[language])
    corrected = corrected.replace(",Call back later,", ",No answer,")
    found = import_file("attempts", corrected, "--ignore", "Call outcome", "--set", "result=no_answer")
    assert (found["created"], found["rejected"]) == (5, 0)
    assert list(Attempt.objects.order_by("attempted_at").values_list("note", flat=True)) == notes


def test_the_reason_of_a_rejected_deal_is_not_why_the_deal_was_lost(import_file):
    import_file("leads", "Lead ID,Created Date\nL-1,2026-01-05 08:00\n")
    text = "line,column,reason,Lead ID,Stage,Close Date,Reason\n2,Stage,Unknown.,L-1,Lost,2026-01-05,price\n"
    import_file("outcomes", text)
    assert Deal.objects.get().reason == "price"
