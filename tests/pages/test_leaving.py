"""Somebody leaves, also by the administration: the leads are nobody's at once, the others see and take them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Handoff
from smarketing.accounts.models import User
from tests import cast


def sent_back(page) -> dict[str, str]:
    """What a browser would send of the person's page in the administration."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    return {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}


def deactivate(client, person: User) -> int:
    url = reverse("admin:accounts_user_change", args=[person.pk])
    sent = sent_back(client.get(url))
    assert sent.pop("is_active") == "on"
    return client.post(url, sent).status_code


def closed(client, person: User) -> int:
    """By the page of the person."""
    return client.post(reverse("people:leave", args=[person.pk])).status_code


@pytest.mark.parametrize("leave", [deactivate, closed])
def test_the_leads_of_somebody_who_left_stand_in_the_others_queue_and_are_given_away(
    north, signed_in, administrator, rep, sales_lead, time_machine, leave
):
    time_machine.move_to(cast.MONDAY + timedelta(minutes=30))
    gone = cast.person("gone@example.org", north.sales_team, name="Gina Gone")
    left, tried = cast.handed(north, rep=gone, name="Left"), cast.handed(north, rep=gone, name="Tried")
    cast.attempted(tried, cast.MONDAY + timedelta(minutes=5), rep=gone, rep_name=gone.name)
    cast.handed(north, rep=sales_lead, name="Held")

    def shown(who, whose: str) -> tuple[list[str], int]:
        page = signed_in(who).get("/leads/queue/", {"whose": whose})
        return sorted(row.title for row in page.context["rows"]), sum(t["count"] for t in page.context["tiles"])

    assert (shown(rep, ""), shown(rep, "unassigned")) == (([], 0), ([], 0))
    assert leave(signed_in(administrator), gone) == 302
    assert not User.objects.filter(pk=gone.pk, is_active=True).exists()
    assert {shown(who, "unassigned")[0] == ["Left", "Tried"] for who in (rep, sales_lead)} == {True}
    assert shown(rep, "") == (["Left", "Tried"], 2)
    page = signed_in(rep).get("/leads/queue/").text
    assert "Gina Gone" in page  # whose it was is still told
    assert "Gina Gone" in signed_in(rep).get(tried.lead.get_absolute_url()).text
    sent = {"handoff": [left.pk, tried.pk], "rep": rep.pk}
    answer = signed_in(sales_lead).post("/leads/give-away/", sent, follow=True)
    assert "2 leads are with Rob Rep now." in answer.text
    assert shown(rep, "mine")[0] == ["Left", "Tried"]
    assert shown(rep, "unassigned") == ([], 0)
    assert Handoff.objects.get(pk=tried.pk).attempts_count == 1
