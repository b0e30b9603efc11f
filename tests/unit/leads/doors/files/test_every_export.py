"""The exports of every system that offices have come in as they are: read from their names, no question asked."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.models import Agreement
from leads.doors.files import runs
from leads.models import Attempt, Deal, ImportRun, Lead
from leads.pages.imports.forms import UploadForm
from tests import cast

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Name -> kind of rows, and the file. Headers and dates are written as the systems write them; the rows are made up.
EXPORTS = {
    name: (kind, text.strip() + "\n")
    for name, kind, text in re.findall(
        r"^## (.+): (\w+)\n((?:(?!## ).*\n?)*)", (Path(__file__).parent / "exports.txt").read_text(), re.MULTILINE
    )
}


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def brought(agreement: Agreement, kind: str, text: str) -> ImportRun:
    """As by somebody who sends the file and clicks on to the end."""
    sent = {"file": SimpleUploadedFile("export.csv", text.encode())}
    data = {"agreement": agreement.pk, "kind": kind}
    form = UploadForm(data, sent, agreements=Agreement.objects.all(), at=AT)
    assert form.is_valid(), form.errors
    run = form.draft(by=None)
    runs.queue(run, run.options, at=AT)
    runs.process(run.pk, clock=lambda: AT)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("name", EXPORTS)
def test_it_comes_in_without_a_question(north, name):
    kind, text = EXPORTS[name]
    run = brought(north, kind, text)
    assert len(EXPORTS) == 17
    assert (run.error, run.rejected, run.read) == ("", 0, 1)
    assert run.created + run.waiting == 1
    if kind == "leads":
        lead = Lead.objects.get()
        assert "Lee" in lead.name or lead.email == "w@a.example"
    assert not run.warnings


def test_a_deal_of_several_contacts_counts_once_for_the_first_that_is_a_lead(north):
    cast.lead(north, external_id="101")
    kind, text = EXPORTS["hubspot deals"]
    assert brought(north, kind, text).created == 1
    assert Deal.objects.values_list("lead__external_id", "external_id").get() == ("101", "7")
    assert brought(north, kind, text).unchanged == 1
    assert not Attempt.objects.exists()
