from datetime import timedelta

import pytest

from agreements.promises.promise import InquiryPromise
from leads.doors.form import log_lead
from leads.models import Lead
from leads.work.attempts import record
from tests import cast

pytestmark = pytest.mark.django_db


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


@pytest.fixture
def asking(north, south, rep, marketer, time_machine):
    """Ada asks again ten minutes after nine; it is twenty past nine."""
    cast.promise(north.versions.get(), InquiryPromise(within_minutes=30))
    handoff = cast.handed(north, rep=rep)
    cast.handed(north, name="Never asked", email="")
    foreign = cast.handed(south, email="eve@example.org")
    record(handoff, channel="phone", result="no_answer", by=rep, at=after(5))
    for agreement, email in ((north, "ada@example.org"), (south, foreign.lead.email)):
        told = {"question": "<b>How much?</b>", "created_at": after(10)}
        log_lead(Lead(agreement=agreement, email=email, **told), by=marketer, at=after(10))
    time_machine.move_to(after(20), tick=False)
    return handoff


def test_the_rep_is_shown_who_asks_again_everywhere_until_somebody_tries(asking, signed_in, rep, stranger):
    client = signed_in(rep)
    page = client.get("/leads/inquiries/")
    (row,) = page.context["rows"]
    assert (row.inquiry.lead, row.rep, row.clock, row.due_at) == (asking.lead, rep.name, "running", after(40))
    assert "&lt;b&gt;How much?" in page.text
    assert client.get("/leads/inquiries/count/").text.startswith("1<")
    assert "1 known lead asks again" in client.get("/waiting/").text
    assert client.get("/leads/queue/").text.count("#inquiries") == 1
    assert 'id="inquiries"' in client.get(asking.lead.get_absolute_url()).text
    client.post(f"/leads/handoffs/{asking.pk}/attempt/", {"channel": "phone", "result": "no_answer"})
    assert client.get("/leads/inquiries/").context["rows"] == []
    assert client.get("/leads/inquiries/count/").text == ""
    assert 'id="inquiries"' not in client.get(asking.lead.get_absolute_url()).text


def test_the_page_takes_the_same_queries_for_any_number(asking, north, signed_in, rep, django_assert_num_queries):
    client = signed_in(rep)
    client.get("/leads/inquiries/")
    for number in range(4):
        handoff = cast.handed(north, name=f"P{number}", email=f"p{number}@example.org", rep=rep)
        told = Lead(agreement=north, email=handoff.lead.email, created_at=after(12))
        log_lead(told, by=rep, at=after(12))
    with django_assert_num_queries(7):
        assert len(client.get("/leads/inquiries/").context["rows"]) == 5


def test_a_promised_answer_stands_beside_the_speed(asking, signed_in, rep):
    record(asking, channel="phone", result="no_answer", by=rep, at=after(18))
    numbers = signed_in(rep).get("/reports/north/speed/?month=2026-03").context["sheet"].numbers
    (found,) = [number for number in numbers if str(number.label) == "Answers to inquiries"]
    assert found.value == "100.0%"


def test_who_asks_again_before_any_handoff_is_said_to_be_nobodys(north, signed_in, administrator, marketer):
    lead = cast.lead(north, after(-60))
    log_lead(Lead(agreement=north, email=lead.email, created_at=after(10)), by=marketer, at=after(10))
    page = signed_in(administrator).get(lead.get_absolute_url())
    assert (page.status_code, page.context["asking"][0].lead) == (200, lead)
    assert "Nobody in sales has this lead yet" in page.text
    assert 'id="attempt"' not in page.text
