import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from leads.enums import EventKind
from leads.models import Attempt, Deal, Event, Handoff
from leads.work import attempts
from leads.work.closing import close
from leads.work.handoffs import accept, send_back
from tests import cast

TEN = cast.MONDAY + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(TEN, tick=False)


def page(client, lead):
    return client.get(lead.get_absolute_url())


def tried(handoff, rep, times=1):
    for number in range(times):
        at = handoff.handed_at + timedelta(minutes=number + 1)
        attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=at, attempted_at=at)


@pytest.mark.django_db
def test_marketing_sees_its_lead_and_strangers_do_not(north, signed_in, marketer, stranger):
    lead = cast.lead(north, name="Ada")
    assert "Ada" in page(signed_in(marketer), lead).content.decode()
    assert page(signed_in(stranger), lead).status_code == 404


@pytest.mark.django_db
def test_sales_sees_a_lead_once_it_is_handed_over(north, signed_in, rep):
    assert page(signed_in(rep), cast.lead(north)).status_code == 404
    assert page(signed_in(rep), cast.handed(north).lead).status_code == 200


@pytest.mark.django_db
def test_leadership_sees_figures_and_no_leads(north, signed_in, leader):
    assert page(signed_in(leader), cast.lead(north)).status_code == 403


@pytest.mark.django_db
def test_the_clock_is_explained(north, signed_in, rep):
    handoff = cast.handed(north, at=cast.local(north, "2026-02-27 16:30"))
    html = page(signed_in(rep), handoff.lead).content.decode()
    said = " ".join(html.split())
    assert "1 h of working time from" in said
    assert "Friday 16:30" in said
    assert [stretch.worked for stretch in page(signed_in(rep), handoff.lead).context["clock"].stretches] == [
        timedelta(minutes=30),
        timedelta(minutes=30),
    ]


@pytest.mark.django_db
def test_a_clock_that_starts_outside_working_time_says_so(north, signed_in, rep):
    handoff = cast.handed(north, at=cast.local(north, "2026-02-28 12:00"))
    response = page(signed_in(rep), handoff.lead)
    assert response.context["clock"].runs_from == cast.MONDAY
    assert "outside working time" in response.content.decode()


@pytest.mark.django_db
def test_an_early_attempt_is_flagged_in_words(north, signed_in, rep):
    handoff = cast.handed(north)
    cast.attempted(handoff, cast.MONDAY - timedelta(minutes=5))
    html = page(signed_in(rep), handoff.lead).content.decode()
    assert "response time counts as zero" in html


@pytest.mark.django_db
def test_each_side_finds_its_own_actions(north, signed_in, rep, marketer):
    handoff = cast.handed(north)
    sales, marketing = (page(signed_in(user), handoff.lead).content.decode() for user in (rep, marketer))
    take_back, attempt = reverse("leads:take_back"), reverse("leads:attempt", args=[handoff.pk])
    assert (take_back in sales, attempt in sales) == (False, True)
    assert (take_back in marketing, attempt in marketing) == (True, False)


@pytest.mark.django_db
def test_hostile_fields_are_escaped(north, signed_in, marketer):
    lead = cast.lead(
        north, name="<script>x</script>", source="<b>", phone="javascript:alert(1)", email="a?cc=b@example.org"
    )
    html = page(signed_in(marketer), lead).content.decode()
    assert "<script>x" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html
    assert 'href="mailto:a%3Fcc%3Db@example.org"' in html


@pytest.mark.django_db
def test_unreached_opens_with_the_promised_attempts(north, signed_in, rep):
    handoff = cast.handed(north)
    url = reverse("leads:send_back", args=[handoff.pk])
    response = signed_in(rep).post(url, {"reason": "not_reached", "note": "nobody there"})
    assert response.status_code == 422
    assert "0 of 6" in response.context["return_form"].errors["reason"][0]
    assert "nobody there" in response.content.decode()
    tried(handoff, rep, times=6)
    signed_in(rep).post(url, {"reason": "not_reached"})
    handoff.refresh_from_db()
    assert handoff.return_reason == "not_reached"


@pytest.mark.django_db
def test_a_return_can_be_undone_from_its_message(north, signed_in, rep):
    handoff, client = cast.handed(north), signed_in(rep)
    response = client.post(reverse("leads:send_back", args=[handoff.pk]), {"reason": "duplicate"}, follow=True)
    undo = reverse("leads:undo_return", args=[handoff.pk])
    assert f'action="{undo}?next=' in response.content.decode()
    client.post(undo)
    assert Handoff.objects.get().state == "waiting"


@pytest.mark.django_db
def test_a_lead_is_won_with_its_revenue_and_reopened(north, signed_in, rep):
    handoff, client = cast.handed(north), signed_in(rep)
    tried(handoff, rep)
    client.post(reverse("leads:close", args=[handoff.pk]), {"outcome": "won", "revenue": "1200.50"})
    assert (Deal.objects.get().revenue, Handoff.objects.get().state) == (Decimal("1200.50"), "won")
    client.post(reverse("leads:reopen", args=[handoff.pk]))
    assert Handoff.objects.get().state == "working"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"outcome": "won", "revenue": ""}, "revenue"),
        ({"outcome": "won", "revenue": "-1"}, "revenue"),
        ({"outcome": "won", "revenue": "1", "closed_at": "2030-01-01T10:00"}, "closed_at"),
        ({"outcome": "won", "revenue": "1", "closed_at": "0001-01-01T00:00"}, "closed_at"),
        ({"outcome": "lost", "reason": ""}, "reason"),
        ({"outcome": "lost", "reason": "other", "words": ""}, "words"),
        ({"outcome": "lost", "reason": "not_reached"}, "reason"),
    ],
)
def test_what_cannot_close_a_lead_is_said_beside_its_field(north, signed_in, rep, typed, field):
    handoff = cast.handed(north)
    tried(handoff, rep)
    response = signed_in(rep).post(reverse("leads:close", args=[handoff.pk]), typed)
    assert response.status_code == 422
    assert field in response.context[f"{typed['outcome']}_form"].errors
    assert not Deal.objects.exists()


@pytest.mark.django_db
def test_a_loss_may_be_said_in_own_words(north, signed_in, rep):
    handoff = cast.handed(north)
    tried(handoff, rep)
    typed = {"outcome": "lost", "reason": "other", "words": "moved to Mars"}
    html = signed_in(rep).post(reverse("leads:close", args=[handoff.pk]), typed, follow=True).content.decode()
    assert Deal.objects.get().reason == "moved to Mars"
    assert "moved to Mars" in html


@pytest.mark.django_db
def test_closing_without_an_attempt_says_why_not(north, signed_in, rep):
    handoff = cast.handed(north)
    response = signed_in(rep).post(reverse("leads:close", args=[handoff.pk]), {"outcome": "won", "revenue": "1"})
    assert "Record an attempt first" in response.content.decode()


@pytest.mark.django_db
def test_an_unknown_outcome_is_not_found(north, signed_in, rep):
    url = reverse("leads:close", args=[cast.handed(north).pk])
    assert signed_in(rep).post(url, {"outcome": "drawn"}).status_code == 404


@pytest.mark.django_db
def test_marketing_edits_and_the_history_names_the_fields(north, signed_in, marketer):
    lead = cast.lead(north)
    url = reverse("leads:edit", args=[lead.pk])
    client = signed_in(marketer)
    assert 'value="2026-03-02T09:00"' in client.get(url).content.decode()
    typed = {"name": "Ada King", "email": "ADA@example.org", "source": "fair", "tier": "B"}
    client.post(url, {**typed, "created_at": "2026-03-02T09:00"})
    lead.refresh_from_db()
    assert (lead.name, lead.email, lead.created_at) == ("Ada King", "ada@example.org", cast.MONDAY)
    assert Event.objects.get(kind=EventKind.EDITED).details == {"fields": ["tier", "name"]}


@pytest.mark.django_db
def test_editing_is_marketings(north, signed_in, rep):
    lead = cast.handed(north).lead
    assert signed_in(rep).get(reverse("leads:edit", args=[lead.pk])).status_code == 403


@pytest.mark.django_db
def test_a_lead_cannot_be_moved_behind_its_handoff(north, signed_in, marketer):
    lead = cast.handed(north).lead
    typed = {"name": "Ada", "created_at": "2026-03-02T09:05"}
    response = signed_in(marketer).post(reverse("leads:edit", args=[lead.pk]), typed)
    assert "created_at" in response.context["form"].errors


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_the_page_needs_the_same_queries_for_a_long_history(north, signed_in, rep, count, django_assert_num_queries):
    handoff = cast.handed(north)
    accept(handoff, by=rep, at=cast.MONDAY)
    tried(handoff, rep, times=count)
    client = signed_in(rep)
    with django_assert_num_queries(21):
        page(client, handoff.lead)


@pytest.mark.django_db
def test_a_returned_lead_is_offered_for_handing_over_again(north, signed_in, rep, marketer):
    handoff = cast.handed(north)
    send_back(handoff, reason="duplicate", by=rep, at=TEN)
    assert "Hand over again" in page(signed_in(marketer), handoff.lead).content.decode()


@pytest.mark.django_db
def test_a_closed_lead_is_not(north, signed_in, rep, marketer):
    handoff = cast.handed(north)
    tried(handoff, rep)
    close(handoff, outcome="won", revenue=Decimal(1), by=rep, at=TEN)
    assert reverse("leads:hand_over") not in page(signed_in(marketer), handoff.lead).content.decode()


@pytest.mark.django_db
def test_a_lead_that_was_tried_very_often_comes_in_pages(north, signed_in, marketer, django_assert_max_num_queries):
    lead = cast.lead(north)
    instants = [cast.MONDAY - timedelta(hours=number) for number in range(250)]
    Attempt.objects.bulk_create(
        Attempt(lead=lead, attempted_at=at, recorded_at=at, result="no_answer", note=f"Try {n}.")
        for n, at in enumerate(instants)
    )
    client, query, seen = signed_in(marketer), "", []
    for count in (100, 100, 51):
        with django_assert_max_num_queries(22):
            shown = client.get(lead.get_absolute_url() + query)
        assert len(shown.context["history"]) == count
        seen += re.findall(r"Try (\d+)\.", shown.text)
        query = shown.context["page"].next_url
    assert query == ""
    assert seen == [str(number) for number in range(250)]


def test_an_attempt_known_to_the_day_shows_its_day_and_no_hour(north, signed_in, rep):
    handoff = cast.handed(north)
    cast.attempted(handoff, cast.local(north, "2026-03-03 23:59:59.999999"), precision=86_400)
    page = signed_in(rep).get(handoff.lead.get_absolute_url()).text
    history = page[page.index('class="timeline"') :]
    assert "March 3, 2026" in history
    assert "23:59" not in history
