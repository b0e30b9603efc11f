"""Files that have no id of the lead: by address, then by number, as everywhere."""

from datetime import timedelta

import pytest

from leads.enums import Result
from leads.models import Attempt, DifferingRow, Handoff, Lead, WaitingRow
from tests import cast
from tests.unit.leads.doors.files.files import counts, taken

pytestmark = pytest.mark.django_db
FAIR = (
    "Datum;Firma;Name;E-Mail;Telefon;Notiz\n"
    "05.01.2026;Engine GmbH;Ada King;ADA@engine.example;;\n"
    "05.01.2026;Loom AG;Bob Weber;;0170 / 1234567;\n"
    "05.01.2026;Engine Gmbh;ADA KING;ada@engine.example;+49 711 123456;\n"
    "05.01.2026;;Bob Weber;;+49 170 1234567;\n"
    "05.01.2026;Mill KG;Eve Moore;;;\n"
    "05.01.2026;MILL KG;eve moore;;;\n"
    "05.01.2026;;Max;;;\n"
)
# The contacts and activities of the case f07.
CONTACTS = "Contact ID,Email,Create Date\nCONT-1,anna@example.net,2025-09-01\n"
ACTIVITIES = (
    "Activity Type,Activity Date,Call Outcome,Meeting Outcome,Associated Contact Email\n"
    "Call,2025-09-02,Connected,,anna@example.net\nEmail,2025-09-03,,,ANNA@example.net\n"
    "Meeting,2025-09-04,,Completed,anna@example.net\nNote,2025-09-05,,,anna@example.net\n"
)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_one_person_of_a_list_is_one_lead_however_it_is_written_and_comes_once(north):
    run = taken(north, "leads", FAIR, wanted={"created_at": ["Datum"]})
    assert counts(run) == (7, 3, 3, 0, 1)
    assert run.rejects.get().reason == "nobody"
    assert list(Lead.objects.order_by("pk").values_list("name", "email", "phone")) == [
        ("Ada King", "ada@engine.example", "+49 711 123456"),
        ("Bob Weber", "", "0170 / 1234567"),
        ("Eve Moore", "", ""),
    ]
    assert counts(taken(north, "leads", FAIR, wanted={"created_at": ["Datum"]})) == (7, 0, 6, 0, 1)
    assert not DifferingRow.objects.filter(said__has_key="created_at")


def test_who_is_on_a_list_of_another_day_asks_again_and_is_counted_once(north):
    text = "email,company,question\nADA@a.example,Engine,a price\nada@a.example,Engine,\n"
    told = []
    for day in ("2026-01-05", "2026-01-05", "2026-02-05", "2026-02-05"):
        run = taken(north, "leads", text, constants={"created_at": day})
        told.append((run.created, run.asked, run.unchanged, run.differing))
    assert told == [(1, 0, 1, 0), (0, 0, 2, 0), (0, 1, 1, 0), (0, 0, 2, 0)]
    assert Lead.objects.get().inquiries.filter(is_first=False).count() == 1


def test_an_id_that_comes_later_is_taken_on_and_who_has_one_asks_again_under_another(north):
    taken(north, "leads", "email,created_at,name\nada@a.example,2026-01-05,Ada\n")
    run = taken(north, "leads", "lead_id,email,created_at\n7,Ada@a.example,2026-01-05\n8,ada@a.example,2026-01-05\n")
    assert (run.created, run.unchanged, run.asked) == (0, 1, 1)
    assert list(Lead.objects.values_list("external_id", "name")) == [("7", "Ada")]


@pytest.mark.parametrize("leads_first", [True, False])
def test_activities_find_their_lead_by_its_address_whichever_comes_first(north, leads_first):
    files = [("leads", CONTACTS), ("attempts", ACTIVITIES)]
    for kind, text in files if leads_first else reversed(files):
        run = taken(north, kind, text)
    if not leads_first:
        assert run.linked == 3
    assert not WaitingRow.objects.exists()
    assert list(Attempt.objects.order_by("attempted_at").values_list("lead__external_id", "result")) == [
        ("CONT-1", Result.CONNECTED),
        ("CONT-1", Result.SENT),
        ("CONT-1", Result.CONNECTED),
    ]
    assert counts(taken(north, "attempts", ACTIVITIES)) == (4, 0, 3, 0, 1)


def test_a_number_finds_its_lead_and_waits_for_one_that_is_logged_by_hand(north, signed_in, marketer):
    lead = cast.lead(north, cast.MONDAY - timedelta(days=60), phone="0711 / 123456", email="")
    text = "phone,handed_at\n+49 711 123456,2026-01-06\n+49 170 1234567,2026-01-07\n"
    assert counts(taken(north, "handoffs", text)) == (2, 1, 0, 1, 0)
    assert Handoff.objects.get().lead == lead
    form = {"agreement": north.pk, "name": "Ada", "phone": "0170 1234567", "created_at": "2026-01-06T09:00"}
    assert signed_in(marketer).post("/leads/new/", form).status_code == 302
    assert Handoff.objects.latest("pk").lead.name == "Ada"
