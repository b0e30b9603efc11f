import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "This is a picture"),
        (b"", "The file is empty."),
        (b"lead_id,created_at\n", "no rows"),
        (b"x" * 3_000_000, "too long"),
        (b"lead_id,created_at\n" + b"\0" * 500, "no text file"),
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
        (["--set", "value=much"], "This is no amount"),
        (["--time-zone", "Mars/Olympus"], "no time zone"),
        (["--time-zone", "../../etc/passwd"], "no time zone"),
        (["--encoding", "rot13"], "no encoding"),
        (["--delimiter", "ab"], "cannot divide"),
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
    assert "1 read, 0 created, 0 unchanged, 1 waiting, 0 open, 0 rejected" in out.getvalue()
    assert "linked as soon as their lead comes" in out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_brings_the_same_names(import_file, encoding):
    import_file("leads", "id;created;Firma\n1;05.01.2026;Müßig & Söhne\n".encode(encoding))
    assert Lead.objects.get().company == "Müßig & Söhne"
