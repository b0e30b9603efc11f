"""A handoff keeps its tier; putting it right is an action of its own, which both sides see."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from agreements.promises.promise import SpeedPromise
from leads.models import Handoff
from smarketing.accounts.models import Role
from tests import cast

HOUR = timedelta(hours=1)


@pytest.fixture
def tiers(north):
    """Tier A within half an hour, tier B within two."""
    for tier, minutes in (("A", 30), ("B", 120)):
        cast.promise(north.versions.get(), SpeedPromise(within_minutes=Decimal(minutes), tier=tier))
    return north


@pytest.fixture
def marketing_lead(tiers):
    return cast.person("max@example.org", tiers.marketing_team, role=Role.LEAD, name="Max Lead")


def shown(client, sheet):
    card = client.get(sheet).context["card"]
    return [(line.label, line.target, line.delivered, line.state) for line in (*card.marketing, *card.sales)]


def put_right(client, handoff, tier, reason="a director called"):
    return client.post(f"/leads/handoffs/{handoff.pk}/tier/", {"tier": tier, "reason": reason}, follow=True)


def test_the_other_tiers_promise_counts_from_the_beginning_and_both_sides_see_who_and_why(
    tiers, signed_in, marketing_lead, rep, time_machine
):
    time_machine.move_to(cast.MONDAY + HOUR)
    handoff = cast.handed(tiers, rep=rep, tier="A")
    cast.attempted(handoff, cast.MONDAY + HOUR)
    assert put_right(signed_in(marketing_lead), handoff, "B").status_code == 200
    stands = Handoff.objects.get()
    assert (stands.tier, stands.lead.tier, stands.due_at) == ("B", "A", cast.MONDAY + 2 * HOUR)
    assert stands.stopped_at <= stands.due_at
    for who in (marketing_lead, rep):
        page = signed_in(who).get(f"/leads/{handoff.lead_id}/").text
        assert "from A to B · a director called" in page
        assert "Max Lead" in page


def test_without_a_reason_nothing_is_changed_and_the_form_says_so(tiers, signed_in, marketing_lead):
    handoff = cast.handed(tiers, tier="A")
    assert put_right(signed_in(marketing_lead), handoff, "B", reason=" ").status_code == 422
    assert (Handoff.objects.get().tier, handoff.events.filter(kind="tier_put_right").count()) == ("A", 0)


def test_who_may_not_is_told_and_a_foreign_one_is_not_found(tiers, signed_in, rep, stranger):
    handoff = cast.handed(tiers, tier="A")
    assert [put_right(signed_in(who), handoff, "B").status_code for who in (rep, stranger)] == [403, 404]
    assert Handoff.objects.get().tier == "A"


@pytest.mark.parametrize("changed", [{"tier": "A"}, {"source": "webinar"}])
def test_whatever_is_edited_on_the_lead_later_its_handoff_and_the_months_figures_stay(
    tiers, signed_in, marketer, changed, time_machine
):
    handoff = cast.handed(tiers, tier="B", external_id="1")
    cast.attempted(handoff, cast.MONDAY + HOUR)
    time_machine.move_to(cast.MONDAY + timedelta(days=40))
    client, before = signed_in(marketer), Handoff.objects.values().get()
    sheet = reverse("reports:scorecard", args=[tiers.slug], query={"period": "2026-03"})
    figures = [shown(client, sheet)]
    form = client.get(f"/leads/{handoff.lead_id}/edit/").context["form"]
    typed = {field.html_name: field.value() or "" for field in form} | changed
    typed["created_at"] = "2026-03-02T08:30"
    assert client.post(f"/leads/{handoff.lead_id}/edit/", typed).status_code == 302
    figures.append(shown(client, sheet))
    assert Handoff.objects.values().get() == before
    assert figures[0] == figures[1]
    (name,) = changed
    assert getattr(Handoff.objects.get().lead, name) == changed[name]


def test_while_a_clock_runs_the_edit_page_says_that_the_handoff_keeps_its_tier(tiers, signed_in, marketer, rep):
    handoff = cast.handed(tiers, tier="B")
    url = f"/leads/{handoff.lead_id}/edit/"
    assert "the handoff keeps its source and tier" in signed_in(marketer).get(url).text
    other = cast.lead(tiers)
    assert "the handoff keeps its source and tier" not in signed_in(marketer).get(f"/leads/{other.pk}/edit/").text
