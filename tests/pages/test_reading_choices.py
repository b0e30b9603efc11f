"""What somebody chose for a file is remembered for the next one with its columns; and what would go wrong is told."""

import pytest
from django.urls import reverse

from agreements.models import Tier
from leads.doors.files import runs
from leads.models import Deal, Lead, RememberedReading
from tests import cast
from tests.pages.test_imports import draft, form_of
from tests.unit.leads.doors.files.files import taken

ODD = "Nummer,Wann,Kanal,Stufe\n{number},03/04/2025,Messe,hot\n"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _worked_off(monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("leads.tasks.run_import.delay", lambda *, run_id: None)


def opened(client, run):
    return client.get(run.get_absolute_url())


def started(client, run, **chosen):
    client.post(reverse("leads:import_start", args=[run.pk]), form_of(opened(client, run)) | chosen)
    runs.process(run.pk, clock=lambda: cast.MONDAY)
    run.refresh_from_db()
    return run


def test_a_reading_is_remembered_for_the_columns_until_it_is_forgotten(signed_in, marketer, north, south):
    taken(north, "leads", "lead_id,created_at,source\n0,2025-01-01,Trade fair\n")
    Tier.objects.create(version=north.versions.get(), name="A", order=0)
    client = signed_in(marketer)
    run = draft(client, north, text=ODD.format(number=1))
    columns = {"column_external_id": "0", "column_created_at": "1", "column_source": "2", "column_tier": "3"}
    client.post(reverse("leads:import_reading", args=[run.pk]), form_of(opened(client, run)) | columns)
    form = opened(client, run).context["form"]
    words = dict(form.foreign)
    assert words == {"source": "Messe", "tier": "hot"}
    chosen = {
        f"word_{number}": {"source": "Trade fair", "tier": "A"}[field] for number, (field, _) in enumerate(form.foreign)
    }
    assert started(client, run, date_order="dmy", **chosen).created == 1
    second = draft(client, north, text="Besucher\n\n" + ODD.format(number=2), name="next.csv")
    page = opened(client, second)
    assert "Read as leads.csv was" in page.text
    assert page.context["preview"].rows[0].cells == ["2", "April 3, 2025, 00:00", "Messe", "hot"]
    assert started(client, second).created == 1
    assert set(Lead.objects.exclude(external_id="0").values_list("source", "tier")) == {("Trade fair", "A")}
    RememberedReading.objects.update(agreement=south)
    assert "Read as" not in opened(client, draft(client, north, text=ODD.format(number=3))).text
    RememberedReading.objects.update(agreement=north)
    third = draft(client, north, text=ODD.format(number=3))
    client.post(reverse("leads:import_forget", args=[third.pk]))
    page = opened(client, third)
    assert "Read as" not in page.text
    assert "No column was recognised" in page.text
    assert not RememberedReading.objects.exists()


def test_a_file_that_shows_the_order_of_its_dates_is_read_by_it_whatever_was_remembered(signed_in, marketer, north):
    client = signed_in(marketer)
    text = "lead_id,created_at\n1,03/04/2025\n"
    started(client, draft(client, north, text=text), date_order="dmy")
    page = opened(client, draft(client, north, text=text))
    assert page.context["plan"].date_order == "dmy"
    page = opened(client, draft(client, north, text="created_at,lead_id\n03/25/2025,1\n03/04/2025,2\n"))
    assert page.context["plan"].date_order == "mdy"


def test_a_file_that_is_read_as_it_shows_itself_leaves_nothing_to_remember(signed_in, marketer, north):
    client = signed_in(marketer)
    started(client, draft(client, north))
    assert not RememberedReading.objects.exists()


@pytest.mark.parametrize(("wrong", "is_said"), [(3, False), (6, True), (10, True)])
def test_where_most_rows_would_be_rejected_the_main_button_is_not_the_way_on(
    signed_in, marketer, north, wrong, is_said
):
    rows = [f"{number},{'soon' if number < wrong else '2025-01-01'}\n" for number in range(10)]
    page = opened(signed_in(marketer), draft(signed_in(marketer), north, text="lead_id,created_at\n" + "".join(rows)))
    start = page.text.partition(reverse("leads:import_start", args=[page.context["run"].pk]))[0].rpartition("<button")[
        2
    ]
    assert ("btn-secondary" in start, "would be rejected." in page.text) == (is_said, is_said)
    assert ("Mostly: created_at: This is not a date or time." in " ".join(page.text.split())) == is_said


def test_the_enter_key_reads_again_and_neither_starts_nor_forgets(signed_in, marketer, north):
    client = signed_in(marketer)
    page = opened(client, draft(client, north))
    form = page.text.partition('<form id="reading"')[2]
    assert "formaction" not in form.partition('type="submit"')[2].partition(">")[0]


def test_words_for_an_empty_cell_say_nothing(signed_in, marketer, north):
    taken(north, "leads", "lead_id,created_at\n1,2025-01-01\n")
    client = signed_in(marketer)
    text = "lead_id,outcome,closed_at,revenue,reason\n1,TRUE,2025-02-01,n/a,-\n"
    run = draft(client, north, text=text, kind="outcomes")
    page = opened(client, run)
    number = page.context["form"].foreign.index(("outcome", "TRUE"))
    started(client, run, **{f"word_{number}": "won", "empties": "N/A, -"})
    assert (run.created, run.warnings) == (1, 0)
    assert Deal.objects.values_list("outcome", "revenue", "reason").get() == ("won", None, "")
