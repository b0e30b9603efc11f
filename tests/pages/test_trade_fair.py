"""A list of a trade fair's visitors: no ids, two ways to write a number, doubles in capitals, German heads, remarks."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.models import Agreement
from leads.doors.files import runs
from leads.models import Handoff, ImportRun, Lead
from leads.pages.imports.forms import UploadForm
from tests import cast

HEADS = "Nr.;Vorname;Nachname;Firma;Funktion;E-Mail-Adresse;Tel.;Bemerkung\n"


def visitor(number: int) -> str:
    phone = f"0711 / 55{number:04}" if number % 2 else f"+49 (711) 55{number:04}"
    email = f"v{number}@firma{number}.example" if number % 3 else ""
    return f"{number};Vera;Besucher {number};Firma {number} GmbH;Einkauf;{email};{phone};möchte ein Angebot {number}"


def a_list() -> bytes:
    rows = [visitor(number) for number in range(1, 56)]
    rows += [row.upper() for row in rows[:3]] + [rows[8].replace("0711 / ", "+49 711 "), rows[54]]
    return ("Besucherliste Messe\n\n" + HEADS + "\n".join(rows) + "\n").encode("cp1252")


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_sixty_visitors_are_in_and_handed_over_in_three_clicks(
    signed_in, marketer, north, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("leads.tasks.run_import.delay", lambda *, run_id: runs.process(run_id, clock=lambda: at))
    client, at = signed_in(marketer), cast.MONDAY + timedelta(days=400)
    file = SimpleUploadedFile("besucher.csv", a_list())
    upload = {"agreement": north.pk, "kind": "leads", "file": file}
    page = client.post(reverse("leads:import_new"), upload, follow=True)  # one: look at the file
    assert (page.context["plan"].problem, page.context["problem"]) == (None, "")
    assert "No column says when" in page.text
    assert [row.reason for row in page.context["preview"].rows] == [""] * 8
    form = page.context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    with django_capture_on_commit_callbacks(execute=True):
        typed = {"always_source": "Messe Stuttgart", "always_country": "Deutschland"}
        client.post(reverse("leads:import_start", args=[page.context["run"].pk]), sent | typed)  # two: start
    run = ImportRun.objects.get()
    assert (run.read, run.created, run.unchanged, run.rejected, run.differing) == (60, 55, 5, 0, 0)
    page = client.get(run.get_absolute_url())
    address = re.search(r'href="([^"]+)">See the new leads', page.text)[1]
    assert client.get(address).context["page"].rows[0].run == run
    seventh = Lead.objects.get(name="Vera Besucher 7")
    assert (seventh.question, seventh.source, seventh.country) == ("möchte ein Angebot 7", "Messe Stuttgart", "DE")
    ticked = re.findall(r'name="lead" value="(\d+)"', page.text)
    client.post(reverse("leads:hand_over"), {"lead": ticked})  # three: hand over
    assert len(ticked) == Handoff.objects.count() == 55
    assert "Hand over" not in client.get(run.get_absolute_url()).text
    again = UploadForm(
        {"agreement": north.pk, "kind": "leads"},
        {"file": SimpleUploadedFile("nochmal.csv", a_list())},
        agreements=Agreement.objects.all(),
        at=at + timedelta(days=500),
    )
    assert again.is_valid()
    assert again.draft(by=marketer).options["constants"]["created_at"] == run.options["constants"]["created_at"]
