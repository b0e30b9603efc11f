from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Attempt
from leads.work import attempts
from tests import cast

TEN = cast.MONDAY + timedelta(minutes=10)
CALL = {"channel": "phone", "result": "no_answer"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(TEN, tick=False)
    return time_machine


@pytest.fixture
def handoff(north):
    return cast.handed(north)


@pytest.fixture
def url(handoff):
    return reverse("leads:attempt", args=[handoff.pk])


def recorded(handoff, by):
    return attempts.record(handoff, **CALL, by=by, at=TEN)


@pytest.mark.django_db
def test_the_form_leads_back_to_the_lead(signed_in, rep, handoff, url):
    assert signed_in(rep).post(url, {**CALL, "note": "engaged"}).url == handoff.lead.get_absolute_url()
    assert Attempt.objects.get().note == "engaged"


@pytest.mark.django_db
def test_it_goes_nowhere_but_to_our_own_pages(signed_in, rep, handoff, url):
    response = signed_in(rep).post(url, {**CALL, "next": "https://evil.example/"})
    assert response.url == handoff.lead.get_absolute_url()


@pytest.mark.django_db
def test_marketing_may_look_but_not_record(signed_in, marketer, url):
    assert signed_in(marketer).post(url, CALL).status_code == 403
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_to_a_stranger_the_handoff_is_not_there(signed_in, stranger, url):
    assert signed_in(stranger).post(url, CALL).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**CALL, "result": "shouted"}, "result"),
        ({**CALL, "channel": ""}, "channel"),
        ({**CALL, "attempted_at": "yesterday"}, "attempted_at"),
        ({**CALL, "attempted_at": "2026-02-31T10:00"}, "attempted_at"),
        ({**CALL, "attempted_at": "2026-03-02T11:00"}, "attempted_at"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(signed_in, rep, url, typed, field):
    response = signed_in(rep).post(url, typed)
    assert response.status_code == 422
    assert field in response.context["attempt_form"].errors
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_a_time_typed_to_the_minute_does_not_lie_before_the_handoff(north, signed_in, rep, clock):
    handoff = cast.handed(north, at=cast.MONDAY + timedelta(seconds=40))
    typed = {**CALL, "attempted_at": "2026-03-02T09:00"}
    signed_in(rep).post(reverse("leads:attempt", args=[handoff.pk]), typed)
    handoff.refresh_from_db()
    assert not handoff.is_early


@pytest.mark.django_db
def test_the_hour_that_a_clock_change_skips_moves_forward(north, signed_in, rep, clock):
    handoff = cast.handed(north, at=cast.local(north, "2026-03-27 16:00"))
    clock.move_to(cast.local(north, "2026-03-30 09:00"), tick=False)
    typed = {**CALL, "attempted_at": "2026-03-29T02:30"}
    signed_in(rep).post(reverse("leads:attempt", args=[handoff.pk]), typed)
    assert Attempt.objects.get().attempted_at == cast.local(north, "2026-03-29 03:30")


@pytest.mark.django_db
def test_who_recorded_it_withdraws_it(signed_in, rep, handoff):
    made = recorded(handoff, rep)
    signed_in(rep).post(reverse("leads:withdraw", args=[made.pk]))
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_the_team_lead_withdraws_it_too(signed_in, rep, sales_lead, handoff):
    made = recorded(handoff, rep)
    signed_in(sales_lead).post(reverse("leads:withdraw", args=[made.pk]))
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_a_colleague_may_not(north, signed_in, rep, handoff):
    made = recorded(handoff, rep)
    colleague = cast.person("col@example.org", north.sales_team)
    assert signed_in(colleague).post(reverse("leads:withdraw", args=[made.pk])).status_code == 403


@pytest.mark.django_db
def test_neither_may_marketing_nor_a_stranger(signed_in, rep, marketer, stranger, handoff):
    url = reverse("leads:withdraw", args=[recorded(handoff, rep).pk])
    assert signed_in(marketer).post(url).status_code == 403
    assert signed_in(stranger).post(url).status_code == 404


@pytest.mark.django_db
def test_a_double_click_on_undo_withdraws_once_and_says_so(signed_in, rep, handoff):
    url = reverse("leads:withdraw", args=[recorded(handoff, rep).pk])
    client = signed_in(rep)
    client.post(url)
    assert "already been withdrawn" in client.post(url, follow=True).content.decode()


@pytest.mark.django_db
def test_withdrawing_one_of_two_attempts_keeps_the_rep(signed_in, rep, handoff):
    made = recorded(handoff, rep)
    attempts.record(handoff, channel="email", result="sent", by=rep, at=TEN)
    signed_in(rep).post(reverse("leads:withdraw", args=[made.pk]))
    handoff.refresh_from_db()
    assert handoff.rep == rep


@pytest.mark.django_db
def test_a_closed_handoff_takes_no_attempt_and_says_so(signed_in, rep, handoff, url):
    client = signed_in(rep)
    client.post(reverse("leads:send_back", args=[handoff.pk]), {"reason": "duplicate"})
    response = client.post(url, {**CALL, "note": "long talk"})
    assert "long talk" in response.content.decode()
    assert "This handoff is closed." in response.content.decode()
