"""On the lead's page one side asks to excuse a breach, and the other side's lead decides."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.promises.promise import AcceptancePromise, HandoverPromise
from leads.models import Clock, Handoff
from leads.work.handoffs import hand_over
from smarketing.accounts.models import Role
from tests import cast
from tests.pages.seen import count_of

LATE = cast.MONDAY + timedelta(hours=3)


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(LATE)


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


@pytest.fixture
def handoff(north):
    cast.promise(north.versions.get(), AcceptancePromise(within_minutes=30, share=Decimal("0.5")))
    return cast.handed(north)


def ask(client, handoff, kind="response", reason="The telephones were dead.", **more):
    clock = handoff.clocks.get(kind=kind)
    return client.post(f"/leads/{handoff.lead_id}/excuse/", {"clock": clock.pk, "reason": reason}, **more)


def answer(client, handoff, what, kind="response"):
    return client.post(f"/leads/clocks/{handoff.clocks.get(kind=kind).pk}/{what}/", follow=True)


def line(client, north, measure="speed"):
    card = client.get(reverse("reports:scorecard", args=[north.slug])).context["card"]
    return next(one for one in (*card.marketing, *card.sales) if one.judgement.measure == measure)


def test_who_answers_reads_the_tier_and_whether_and_when_it_was_done(north, signed_in, rep, marketing_lead):
    for minutes, tier in ((90, "A"), (None, "B")):
        handoff = cast.handed(north, tier=tier)
        if minutes:
            cast.attempted(handoff, cast.MONDAY + timedelta(minutes=minutes))
        ask(signed_in(rep), handoff)
    page = signed_in(marketing_lead).get(reverse("leads:excuses")).text
    told = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert re.findall(r"· ((?:not )?done)(?: today (\S+))? Tier (.)", told) == [
        ("done", "10:30", "A"),
        ("not done", "", "B"),
    ]


def test_asked_by_the_rep_and_approved_by_the_other_sides_lead_it_counts_apart(
    north, handoff, signed_in, rep, marketing_lead
):
    other = cast.handed(north)
    cast.attempted(other, cast.MONDAY + timedelta(minutes=5))
    client = signed_in(rep)
    assert (line(client, north).delivered, line(client, north).state) == ("50.0%", "at_risk")
    page = ask(client, handoff, follow=True).text
    assert "Rob Rep asks to excuse that this was missed" in page
    assert "Take the request back" in page
    assert "Excuse it" not in page
    lead = signed_in(marketing_lead)
    assert "Excuse it" in lead.get(handoff.lead.get_absolute_url()).text
    page = answer(lead, handoff, "approve").text
    assert "excused. Rob Rep asked for it, Max Lead approved." in page
    assert "Excuse approved" in page
    shown = line(client, north)
    assert (shown.delivered, shown.state) == ("100.0%", "on_the_way")
    texts = dict(shown.behind)
    assert list(texts)[:3] == ["1 in time", "of 1 judged", "1 excused, not counted"]
    records = client.get(texts["1 excused, not counted"])
    assert (count_of(records), [row.clock for row in records.context["records"]]) == (1, ["excused"])


def test_the_one_who_asks_and_the_own_side_do_not_approve(
    north, handoff, signed_in, rep, sales_lead, marketer, stranger
):
    ask(signed_in(sales_lead), handoff)
    asked_by = {who: answer(signed_in(who), handoff, "approve").status_code for who in (sales_lead, rep, marketer)}
    assert asked_by == {sales_lead: 403, rep: 403, marketer: 403}
    second = cast.person("sal@example.org", north.sales_team, role=Role.LEAD)
    assert answer(signed_in(second), handoff, "approve").status_code == 403
    foreign = cast.person("fay@example.org", cast.team("Elsewhere", "marketing"), role=Role.LEAD)
    assert [answer(signed_in(who), handoff, "approve").status_code for who in (stranger, foreign)] == [404, 404]
    assert Handoff.objects.get(pk=handoff.pk).excused_at is None


def test_an_administrator_approves_but_not_what_he_asked_for_himself(handoff, signed_in, administrator, marketing_lead):
    client = signed_in(administrator)
    ask(client, handoff)
    assert answer(client, handoff, "approve").status_code == 403
    answer(signed_in(marketing_lead), handoff, "approve")
    assert Clock.objects.get(kind="response").excused_by == marketing_lead


def test_it_is_taken_back_by_the_own_side_and_declined_by_the_other(north, handoff, signed_in, rep, marketing_lead):
    second = cast.person("ron@example.org", north.sales_team)
    for who in (second, marketing_lead):
        ask(signed_in(rep), handoff)
        assert "Excuse taken back or declined" in answer(signed_in(who), handoff, "drop").text
        assert handoff.clocks.get(kind="response").excuse == ""


@pytest.mark.parametrize("reason", ["", " "])
def test_without_a_reason_the_form_comes_back_open(handoff, signed_in, rep, reason):
    page = ask(signed_in(rep), handoff, reason=reason)
    assert page.status_code == 422
    assert '<details id="excuse" open>' in page.text
    assert handoff.clocks.get(kind="response").excuse == ""


def test_what_is_kept_or_still_runs_is_not_offered(handoff, signed_in, rep):
    cast.attempted(handoff, cast.MONDAY + timedelta(minutes=40))
    client = signed_in(rep)
    form = client.get(handoff.lead.get_absolute_url()).context["excuse_form"]
    assert [name for _pk, name in form.fields["clock"].choices] == ["Accepted or returned"]
    assert ask(client, handoff).status_code == 422


def test_marketing_asks_for_its_own_clock_and_sales_approves(north, signed_in, marketer, sales_lead):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=60, share=Decimal("0.9")))
    early = cast.lead(north, cast.MONDAY)
    client = signed_in(marketer)
    handoff = hand_over(early, by=marketer, at=cast.MONDAY + timedelta(minutes=90))
    shown = line(client, north, "handover")
    assert (shown.delivered, shown.state, shown.judgement.side) == ("0.0%", "at_risk", "marketing")
    ask(client, handoff, "handover", reason="The form was down.")
    answer(signed_in(sales_lead), handoff, "approve", "handover")
    shown = line(client, north, "handover")
    assert (shown.delivered, [text for text, _url in shown.behind]) == ("–", ["1 excused, not counted"])


def test_a_lead_that_nobody_has_handed_over_shows_its_clock(north, signed_in, marketer):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=60))
    handoff = cast.handed(north)
    signed_in(marketer).post("/leads/take-back/", {"handoff": handoff.pk})
    page = signed_in(marketer).get(handoff.lead.get_absolute_url())
    assert [(one.name, one.state) for one in page.context["clocks"]] == [("Handed over by marketing", "overdue")]
    assert "Handed over by marketing" in page.text


def count_told(client):
    return client.get(reverse("leads:excuse_count")).text.split("<")[0]


def test_who_is_to_answer_finds_every_excuse_on_one_page_and_nobody_else_does(
    north, handoff, signed_in, rep, sales_lead, marketing_lead, marketer
):
    cast.promise(north.versions.get(), HandoverPromise(within_minutes=60))
    taken_back = cast.handed(north)
    signed_in(marketer).post("/leads/take-back/", {"handoff": taken_back.pk})
    own = taken_back.lead.clocks.get()
    ask(signed_in(rep), handoff, kind="acceptance", reason="Trade fair, nobody was there.")
    signed_in(marketer).post(f"/leads/{own.lead_id}/excuse/", {"clock": own.pk, "reason": "The form was down."})

    page = signed_in(marketing_lead).get(reverse("leads:excuses"))
    assert [(name, clock.excuse) for name, clock, _of in page.context["rows"]] == [
        ("Accepted or returned", "Trade fair, nobody was there.")
    ]
    assert "Rob Rep" in page.text
    assert count_told(signed_in(marketing_lead)) == "1"
    assert "1 excuse waits for your answer" in signed_in(marketing_lead).get(reverse("leads:list")).text
    sales = signed_in(sales_lead).get(reverse("leads:excuses"))
    assert [clock.pk for _name, clock, _of in sales.context["rows"]] == [own.pk]

    back = {"next": reverse("leads:excuses")}
    asked = handoff.clocks.get(kind="acceptance")
    answered = signed_in(marketing_lead).post(f"/leads/clocks/{asked.pk}/approve/", back, follow=True)
    assert "The breach is excused" in answered.text
    assert "No excuse waits for your answer" in answered.text
    assert "excuse waits" not in signed_in(marketing_lead).get(reverse("leads:list")).text


def test_of_a_foreign_agreement_nothing_waits_and_an_administrator_sees_what_others_asked(
    south, handoff, signed_in, rep, administrator
):
    ask(signed_in(rep), handoff)
    assert count_told(signed_in(cast.person("sue@example.org", south.marketing_team, role=Role.LEAD))) == ""
    assert count_told(signed_in(administrator)) == "1"


def test_the_page_of_excuses_needs_the_same_queries_for_any_number(
    north, signed_in, rep, marketing_lead, django_assert_num_queries
):
    for _number in range(3):
        ask(signed_in(rep), cast.handed(north))
    client = signed_in(marketing_lead)
    client.get(reverse("leads:excuses"))
    with django_assert_num_queries(5):
        page = client.get(reverse("leads:excuses"))
    assert len(page.context["rows"]) == 3
