"""Small files of other programs, read whole."""

from datetime import timedelta

import pytest
from django.utils import translation

from agreements.promises.promise import DepthPromise
from leads.models import Attempt, Handoff, Lead
from tests import cast
from tests.unit.leads.doors.files.files import taken

pytestmark = pytest.mark.django_db
SUITECRM = (
    "First Name,Last Name,ID,Email Address,Lead Source,Converted,Contact ID,Account ID,Assigned to,Date Created\n"
    "Ann,One,lead-1,ann@example.com,Cold Call,0,,,sally,28-08-2022 17:00\n"
    "Bob,Two,lead-2,bob@example.com,Web Site,1,contact-77,account-5,sally,29-08-2022 09:00\n"
)
LEADS = "Lead ID,Created Date\nL-1,2026-01-12 08:00\nL-2,2026-01-12 08:00\n"
HANDOFFS = "Lead ID,Handed over\nL-1,2026-01-12 10:00\nL-2,2026-01-12 10:00\n"
CALLS = (
    "Activity ID,Lead ID,Activity Date,Type,Result,Rep\n"
    "T-1,L-1,2026-01-13,Call,No answer,Ada Kern\n"
    "T-2,L-1,2026-01-13,Call,No answer,Ada Kern\n"
    "T-3,L-1,2026-01-14,Call,No answer,Ada Kern\n"
    "T-4,L-2,2026-01-12,Call,No answer,Ada Kern\n"
)


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_first_and_a_last_name_are_one_name_and_one_alone_has_no_blank(north):
    one_named = "Zed,,lead-3,zed@example.com,Cold Call,0,,,sally,29-08-2022 09:00\n"
    taken(north, "leads", SUITECRM + one_named)
    assert set(Lead.objects.values_list("external_id", "name")) == {
        ("lead-1", "Ann One"),
        ("lead-2", "Bob Two"),
        ("lead-3", "Zed"),
    }


@pytest.fixture
def called(db):
    """Three attempts are promised, and the calls are known to the day."""
    deal = cast.agreement("calls", promises=False)
    cast.promise(deal.versions.get(), DepthPromise(attempts=3, within_working_days=5))
    for kind, text in (("leads", LEADS), ("handoffs", HANDOFFS), ("attempts", CALLS)):
        taken(deal, kind, text)
    return deal


def test_the_id_of_a_suitecrm_lead_is_its_own_and_not_that_of_the_contact_it_became(north):
    run = taken(north, "leads", SUITECRM)
    assert run.options["wanted"]["external_id"] == ["ID"]
    assert list(Lead.objects.order_by("pk").values_list("external_id", "email")) == [
        ("lead-1", "ann@example.com"),
        ("lead-2", "bob@example.com"),
    ]


def test_calls_of_one_day_with_ids_of_their_own_are_several_and_keep_the_promise(called):
    first = Handoff.objects.get(lead__external_id="L-1")
    assert (first.attempts_count, first.promised_attempts, first.attempts_in_window) == (3, 3, 3)
    assert first.depth_met_at <= first.depth_due_at
    assert taken(called, "attempts", CALLS).unchanged == 4
    assert Attempt.objects.count() == 4


def test_a_call_of_the_handoffs_own_day_is_no_answer_in_no_time_and_the_page_says_so(called, signed_in):
    second = Handoff.objects.get(lead__external_id="L-2")
    assert (second.response_us, second.response_precision) == (7 * 60 * 60 * 10**6, 86400)  # 10:00 until 17:00
    page = signed_in(cast.person("r@example.org", called.sales_team)).get(f"/leads/{second.lead_id}/").text
    assert "Known to the day only: the first attempt came within 7 h of working time." in page


@pytest.mark.parametrize(("moved", "is_taken"), [(timedelta(hours=-3), True), (timedelta(hours=3), False)])
def test_a_creation_time_may_be_put_earlier_and_not_later_than_the_handoff(north, signed_in, marketer, moved, is_taken):
    handoff = cast.handed(north, cast.local(north, "2026-03-02 12:00"), external_id="1")
    client, url = signed_in(marketer), f"/leads/{handoff.lead_id}/edit/"
    wanted = handoff.handed_at + moved
    with translation.override("en"):
        typed = {field.html_name: field.value() or "" for field in client.get(url).context["form"]}
    typed["created_at"] = f"{wanted + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert client.post(url, typed).status_code == (302 if is_taken else 422)
    assert (Lead.objects.get().created_at == wanted) == is_taken
    assert Handoff.objects.get().waited_us == (3 if is_taken else 0.5) * 60 * 60 * 10**6
