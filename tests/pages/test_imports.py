import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from leads.doors.files import runs
from leads.enums import RunStatus
from leads.models import Handoff, ImportRun, Lead
from tests import cast
from tests.unit.leads.doors.files.reading.test_workbook import workbook

LEADS = "lead_id,created_at,origin\n7,2026-01-05 09:00,fair\n8,31.02.2026,fair\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def queued(monkeypatch):
    """The ids handed to the broker; no worker takes them."""
    sent: list[int] = []
    monkeypatch.setattr("leads.tasks.run_import.delay", lambda *, run_id: sent.append(run_id))
    return sent


def upload(client, agreement, text=LEADS, kind="leads", name="leads.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    data = {"agreement": agreement.pk, "kind": kind, "file": SimpleUploadedFile(name, content)}
    return client.post(reverse("leads:import_new"), data)


def draft(client, agreement, **options) -> ImportRun:
    assert upload(client, agreement, **options).status_code == 302
    return ImportRun.objects.latest("pk")


def form_of(page) -> dict[str, str]:
    """What a browser would send if nothing was changed."""
    form = page.context["form"]
    return {name: "" if form[name].initial is None else form[name].initial for name in form.fields}


def test_a_page_without_imports_says_how_to_begin(signed_in, marketer):
    page = signed_in(marketer).get(reverse("leads:imports"))
    assert "No file has been imported" in page.content.decode()
    assert reverse("leads:import_new") in page.content.decode()


def test_an_uploaded_file_is_shown_as_it_is_read_and_takes_nothing(signed_in, marketer, north):
    client = signed_in(marketer)
    page = client.get(upload(client, north).url)
    said = page.content.decode()
    assert "Jan. 5, 2026, 09:00" in said
    assert "There is no such day or time." in said
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a picture"),
        ("empty.csv", b" \n", "The file is empty."),
        ("header.csv", b"lead_id,created_at\n", "has a header but no rows"),
        ("zeros.csv", b"\0" * 999, "This is not a text file"),
        ("sheet.xlsx", b"PK\x03\x04....", "This workbook cannot be read"),
        ("line.csv", b"x" * 2_000_000, "too long for a row"),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(signed_in, marketer, north, name, content, reason):
    answer = upload(signed_in(marketer), north, text=content, name=name)
    assert answer.status_code == 422
    assert reason in str(answer.context["form"].errors["file"])
    assert not ImportRun.objects.exists()


def test_missing_columns_are_asked_for_and_the_import_cannot_start(signed_in, marketer, north, queued):
    client = signed_in(marketer)
    run = draft(client, north, text="shoe,size\nred,41\n")
    page = client.get(run.get_absolute_url())
    assert (
        "No column was recognised for: Lead&#x27;s external id (external_id) / E-mail (email) / Phone (phone), "
        "Created (created_at)." in page.content.decode()
    )
    assert client.post(reverse("leads:import_start", args=[run.pk]), form_of(page)).status_code == 422
    run.refresh_from_db()
    assert (run.status, queued) == (RunStatus.DRAFT, [])


def test_another_column_makes_the_preview_again(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north, text="shoe,lead_id,created_at\nred,7,2026-01-05\n")
    data = form_of(client.get(run.get_absolute_url())) | {"column_tier": "0"}
    answer = client.post(reverse("leads:import_reading", args=[run.pk]), data, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<form")
    assert '<span class="quiet d-block">shoe</span>' in answer.content.decode()


def test_a_constant_can_stand_in_for_a_column(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north, text="mql_id,won_date\n7,2026-01-05\n", kind="outcomes")
    data = form_of(client.get(run.get_absolute_url())) | {"column_outcome": "=won"}
    page = client.post(reverse("leads:import_reading", args=[run.pk]), data, follow=True)
    assert page.context["plan"].problem is None
    assert page.context["preview"].rows[0].cells[-1] == "Won"


def test_a_word_of_the_file_can_be_told_what_it_means(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north, text="mql_id,stage,won_date\n7,TRUE,2026-01-05\n8,Won,2026-01-05\n", kind="outcomes")
    page = client.get(run.get_absolute_url())
    assert "Outcome: TRUE" in page.content.decode()
    assert [row.reason for row in page.context["preview"].rows] == ["“TRUE” is not one of the known values.", ""]
    assert page.text.count("Would be rejected") == 1
    data = form_of(page) | {"word_0": "lost"}
    page = client.post(reverse("leads:import_reading", args=[run.pk]), data, follow=True)
    assert [row.cells[1] for row in page.context["preview"].rows] == ["Lost", "Won"]
    assert page.context["form"]["word_0"].initial == "lost"


def test_the_line_of_the_header_can_be_chosen_and_a_file_can_have_none(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north, text="Report,\n\nlead_id,created_at\n7,2026-01-05\n")
    page = client.get(run.get_absolute_url())
    assert (page.context["plan"].header, page.context["form"]["header"].initial) == (3, 3)
    data = form_of(page) | {"header": "4"}
    page = client.post(reverse("leads:import_reading", args=[run.pk]), data, follow=True)
    assert page.status_code == 422
    page = client.post(reverse("leads:import_reading", args=[run.pk]), data | {"header": "0"}, follow=True)
    assert page.context["plan"].labels == ("1", "2")
    data = form_of(page) | {"column_external_id": "0", "column_created_at": "1"}
    page = client.post(reverse("leads:import_reading", args=[run.pk]), data, follow=True)
    assert page.context["plan"].columns == {"external_id": "1", "created_at": "2"}


def test_a_decimal_mark_that_nothing_settles_is_asked_for(signed_in, marketer, north, queued):
    client = signed_in(marketer)
    run = draft(client, north, text="lead_id,created_at,value\n7,2026-01-05,12.500\n")
    page = client.get(run.get_absolute_url())
    assert "The amounts can be read in two ways" in page.content.decode()
    page = client.post(
        reverse("leads:import_reading", args=[run.pk]), form_of(page) | {"decimal_mark": ","}, follow=True
    )
    assert page.context["preview"].rows[0].cells[-1] == "12,500.00"


def test_cells_left_empty_and_open_deals_are_told_beside_the_other_counts(signed_in, marketer, north):
    client = signed_in(marketer)
    text = "lead_id,stage,close_date,amount\n7,Won,2026-01-02,n/a\n8,Negotiation,,\n"
    run = draft(client, north, text=text, kind="outcomes")
    page = client.get(run.get_absolute_url())
    assert [row.is_taken for row in page.context["preview"].rows] == [True, True]
    runs.queue(run, run.options, at=cast.MONDAY)
    runs.process(run.pk, clock=lambda: cast.MONDAY)
    page = client.get(run.get_absolute_url())
    run.refresh_from_db()
    assert (run.waiting, run.open, run.warnings, run.rejected) == (1, 1, 1, 0)
    assert [(row.line, reason) for row, reason in page.context["rejects"]] == [
        (2, "Taken without this cell: This is not an amount.")
    ]


def test_an_encoding_that_does_not_fit_is_said_and_not_kept(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north)
    data = form_of(client.get(run.get_absolute_url())) | {"encoding": "utf-16"}
    assert client.post(reverse("leads:import_reading", args=[run.pk]), data).status_code in (302, 422)
    assert client.get(run.get_absolute_url()).status_code == 200


def test_start_queues_the_run_once_and_the_worker_brings_the_rows(
    signed_in, marketer, north, queued, django_capture_on_commit_callbacks
):
    client = signed_in(marketer)
    run = draft(client, north)
    data = form_of(client.get(run.get_absolute_url())) | {"date_order": "dmy", "hand_over": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("leads:import_start", args=[run.pk]), data)
        assert client.post(reverse("leads:import_start", args=[run.pk]), data).status_code == 404
    assert queued == [run.pk]
    runs.process(run.pk, clock=lambda: cast.MONDAY)
    said = client.get(run.get_absolute_url()).content.decode()
    assert "There is no such day or time." in said
    assert (Lead.objects.get().external_id, Handoff.objects.count()) == ("7", 1)


def test_a_dead_broker_loses_nothing(signed_in, marketer, north, monkeypatch, django_capture_on_commit_callbacks):
    def refuse(run_id):
        raise ConnectionError

    monkeypatch.setattr("leads.tasks.run_import.delay", refuse)
    client = signed_in(marketer)
    run = draft(client, north)
    data = form_of(client.get(run.get_absolute_url())) | {"date_order": "dmy"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("leads:import_start", args=[run.pk]), data).status_code == 302
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED
    assert runs.tidy(run.touched_at + 2 * runs.RESEND) == [run.pk]


def test_the_progress_is_asked_for_until_it_ends(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north)
    ImportRun.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, read=1, position=20, size=80)
    page = client.get(run.get_absolute_url()).content.decode()
    assert 'value="25"' in page
    assert reverse("leads:import_progress", args=[run.pk]) in page
    ImportRun.objects.filter(pk=run.pk).update(status=RunStatus.DONE)
    assert client.get(reverse("leads:import_progress", args=[run.pk])).headers["HX-Refresh"] == "true"


def test_rejects_come_as_csv_that_a_spreadsheet_does_not_run(signed_in, marketer, north):
    client = signed_in(marketer)
    run = draft(client, north, text='lead_id,created_at,phone\n"=cmd()",never,+49 89 1234\n')
    runs.queue(run, run.options, at=cast.MONDAY)
    runs.process(run.pk, clock=lambda: cast.MONDAY)
    answer = client.get(reverse("leads:import_rejects", args=[run.pk]))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        "line,column,reason,lead_id,created_at,phone",
        "2,created_at,This is not a date or time.,'=cmd(),never,+49 89 1234",
    ]


def test_a_removed_draft_takes_its_file_along(signed_in, marketer, north, settings, django_capture_on_commit_callbacks):
    client = signed_in(marketer)
    run = draft(client, north)
    path = Path(run.file.path)
    assert re.fullmatch(r"[0-9a-f]{32}\.csv", path.name)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("leads:import_delete", args=[run.pk]))
    assert (ImportRun.objects.exists(), path.exists()) == (False, False)


def test_the_imports_of_others_are_not_there(signed_in, marketer, stranger, north):
    run = draft(signed_in(marketer), north)
    client = signed_in(stranger)
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.get(reverse("leads:import_rejects", args=[run.pk])).status_code == 404
    assert client.post(reverse("leads:import_delete", args=[run.pk])).status_code == 404
    assert run.file_name not in client.get(reverse("leads:imports")).content.decode()
    assert upload(client, north).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    signed_in, marketer, north, count, django_assert_num_queries
):
    for _number in range(count):
        ImportRun.objects.create(agreement=north, kind="leads", file_name="a.csv", by=marketer)
    client = signed_in(marketer)
    with django_assert_num_queries(6):
        page = client.get(reverse("leads:imports"))
    assert len(page.context["page"].rows) == count


def differing_run(client, north):
    runs_of = []
    for source in ("fair", "web"):
        run = draft(client, north, text=f"lead_id,created_at,origin\n7,2026-01-05 09:00,{source}\n")
        client.post(reverse("leads:import_start", args=[run.pk]), form_of(client.get(run.get_absolute_url())))
        runs.process(run.pk, clock=lambda: cast.MONDAY)
        runs_of.append(run)
    return runs_of[-1]


def test_rows_that_say_something_else_are_seen_downloaded_and_taken_over(signed_in, marketer, north, queued):
    client = signed_in(marketer)
    run = differing_run(client, north)
    page = client.get(run.get_absolute_url())
    (one,) = page.context["differing"]
    assert [(field.known, field.said) for field in one.fields] == [("fair", "web")]
    lines = b"".join(client.get(reverse("leads:import_differing", args=[run.pk]))).decode().splitlines()
    assert lines[1:] == ["2,7,Source,fair,web,"]
    client.post(
        reverse("leads:import_take_over", args=[run.pk]), {"rows": [one.row.pk], "reason": "the fair was online"}
    )
    assert Lead.objects.get().source == "web"
    assert "the fair was online" in client.get(run.get_absolute_url()).content.decode()


@pytest.mark.parametrize("data", [{"all": "1"}, {"reason": "so"}, {"reason": "so", "rows": ["0"]}])
def test_nothing_is_taken_over_without_a_reason_or_a_row(signed_in, marketer, north, queued, data):
    client = signed_in(marketer)
    run = differing_run(client, north)
    client.post(reverse("leads:import_take_over", args=[run.pk]), data)
    assert Lead.objects.get().source == "fair"
    client.post(reverse("leads:import_take_over", args=[run.pk]), {"all": "1", "reason": "so"})
    assert Lead.objects.get().source == "web"


def test_nobody_takes_over_what_another_company_differs_in(signed_in, marketer, stranger, north, queued):
    run = differing_run(signed_in(marketer), north)
    client = signed_in(stranger)
    assert client.get(reverse("leads:import_differing", args=[run.pk])).status_code == 404
    assert (
        client.post(reverse("leads:import_take_over", args=[run.pk]), {"all": "1", "reason": "so"}).status_code == 404
    )
    assert Lead.objects.get().source == "fair"


def test_the_record_of_a_finished_import_is_removed_by_nobody(signed_in, marketer, administrator, north):
    run = ImportRun.objects.create(agreement=north, kind="leads", status="done", read=2, rejected=1, by=marketer)
    run.rejects.create(line=3, column="created", reason="no_date", values=["2", "never"])
    for person in (marketer, administrator):
        client = signed_in(person)
        assert reverse("leads:import_delete", args=[run.pk]) not in client.get(run.get_absolute_url()).content.decode()
        assert client.post(reverse("leads:import_delete", args=[run.pk])).url == run.get_absolute_url()
        assert "never" in b"".join(client.get(reverse("leads:import_rejects", args=[run.pk]))).decode()


@pytest.mark.parametrize("name", ["import", "import_reading", "import_start"])
@pytest.mark.parametrize("text", ["", "id,created\n"])
def test_a_draft_whose_file_was_changed_says_so(signed_in, marketer, north, name, text):
    client = signed_in(marketer)
    run = draft(client, north)
    Path(run.file.path).write_text(text)
    url = reverse(f"leads:{name}", args=[run.pk])
    answer = client.get(url, follow=True) if name == "import" else client.post(url, {}, follow=True)
    assert "The stored file is not the one that was sent" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_workbook_comes_in_by_the_sheet_that_is_chosen_and_its_rejects_come_back_as_one(
    signed_in, marketer, north, queued, django_capture_on_commit_callbacks
):
    client, head = signed_in(marketer), ["lead_id", "created_at", "phone", "note"]
    last_year = [["7", datetime(2025, 1, 5, 9, 0), "+49 170 1", "'=1"]]
    this_year = [["8", datetime(2026, 1, 5, 9, 0), "+49 (170) 2-3", ""], ["9", "31.02.2026", "", "'=1+1"]]
    book = workbook(head, *last_year, title="2025", **{"2026": [head, *this_year]})
    run = draft(client, north, text=book.getvalue(), name="leads.xlsx")
    page = client.get(run.get_absolute_url())
    assert "Jan. 5, 2025, 09:00" in page.text
    chosen = {**form_of(page), "sheet": "2026"}
    assert "+49 (170) 2-3" in client.post(reverse("leads:import_reading", args=[run.pk]), chosen, follow=True).text
    page = client.get(run.get_absolute_url())
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("leads:import_start", args=[run.pk]), form_of(page))
    runs.process(queued[0], clock=lambda: cast.MONDAY)
    run.refresh_from_db()
    assert Lead.objects.get().phone == "+49 (170) 2-3"
    assert (run.read, run.created, run.rejected, run.workbook.name) == (2, 1, 1, "")
    again = b"".join(client.get(reverse("leads:import_rejects", args=[run.pk])).streaming_content)
    sheet = load_workbook(BytesIO(again)).active
    assert [cell.value for cell in sheet[2]] == [
        "3", "created_at", "There is no such day or time.", "9", "31.02.2026", "", "'=1+1"
    ]  # fmt: skip
    sheet["E2"] = datetime(2026, 2, 28)
    mended = BytesIO()
    sheet.parent.save(mended)
    page = client.get(draft(client, north, text=mended.getvalue(), name="rejects.xlsx").get_absolute_url())
    assert page.context["preview"].rows[0].cells[:2] == ["9", "Feb. 28, 2026, 00:00"]
