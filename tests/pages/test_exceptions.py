"""On one page a side proposes an exception, and a second person of the other side accepts, declines or ends it."""

from datetime import date, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command

from agreements.document.clauses import PauseClause
from agreements.exceptions.agreeing import ExceptionSettled, accept_exception, propose_exception, withdraw_exception
from agreements.models import AgreedException, Agreement, Target
from agreements.months.agreed import month_targets
from agreements.terms import timeline
from leads.models import Handoff
from reports.facts.reading import read
from smarketing.accounts.models import Role, Side, User
from smarketing.lib.periods import Period, period_of
from tests import cast
from tests.threads import at_once

URL = "/agreements/north/exceptions/"
NOON = cast.MONDAY + timedelta(hours=3)
FAIR = {
    "begins_on": "2026-03-09",
    "ends_on": "2026-03-13",
    "reason": "Trade fair",
    "pauses": ["sales"],
    "month_1": "2026-03-01",
    "leads_1": "34",
}
OUTAGE = {
    "begins_on": "2026-03-02",
    "begins_at": "09:00",
    "ends_on": "2026-03-02",
    "ends_at": "10:00",
    "reason": "The telephones were dead",
    "pauses": ["sales"],
    "covers_measured": "on",
}


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON)


@pytest.fixture
def marketing_lead(north: Agreement) -> User:
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


def settle(client, decision: str, **more: str):
    pk = AgreedException.objects.latest("pk").pk
    return client.post(f"{URL}{pk}/settle/", {"decision": decision, **more}, follow=True)


def test_one_side_proposes_with_a_target_and_it_counts_once_the_other_has_accepted(
    north, signed_in, sales_lead, marketing_lead
):
    cast.target(north, "2026-03", 44, {"A": 33, "B": 11})
    sales, marketing = signed_in(sales_lead), signed_in(marketing_lead)
    assert "Propose an exception" in sales.get(URL).text
    page = sales.post(URL, FAIR, follow=True).text
    assert "Trade fair" in page
    assert "34 leads instead of what was agreed" in page
    assert 'value="accept"' not in page
    assert settle(sales, "accept").status_code == 422
    assert timeline(north).versions[0].agreed == ()
    page = settle(marketing, "accept").text
    assert "agreed, to come" in page
    assert len(timeline(north).versions[0].agreed) == 1
    month = month_targets(north, Period.parse("2026-03"), timeline(north))
    assert [(t.leads, [(tier.tier, tier.leads) for tier in t.by_tier]) for t in month.values()] == [
        (34, [("A", 26), ("B", 8)])
    ]
    history = sales.get("/agreements/north/").text
    assert "(March 9, 2026 – March 13, 2026) counts: every side that it concerns has agreed." in history


def test_the_days_of_an_exception_that_changes_a_target_carry_nothing_of_the_line(
    north, signed_in, sales_lead, marketing_lead
):
    cast.target(north, "2026-03", 44)  # 22 working days, two a day
    signed_in(sales_lead).post(URL, FAIR)
    settle(signed_in(marketing_lead), "accept")
    march = read(north, period_of("2026-03"), at=NOON, today=NOON.date())
    assert march.goal is not None
    assert [march.goal[day - 1] for day in (6, 9, 13, 16, 31)] == [10, 10, 10, 12, 34]


def test_after_the_fact_the_preview_is_offered_and_what_was_measured_changes_when_asked(
    north, signed_in, sales_lead, marketing_lead
):
    handoff = cast.handed(north)
    cast.attempted(handoff, cast.MONDAY + timedelta(minutes=75))
    page = signed_in(marketing_lead).post(URL, OUTAGE, follow=True).text
    foreseen = f"{URL}{AgreedException.objects.get().pk}/foreseen/"
    assert foreseen in page
    before = signed_in(sales_lead).get(foreseen)  # before anybody has answered
    assert (before.context["moves"], before.context["may"]) == ([("missed", "kept", 1)], False)
    assert Handoff.objects.get().clock(NOON) == "missed"
    answer = settle(signed_in(sales_lead), "accept")
    assert answer.redirect_chain[-1][0] == f"{URL}measure/"
    assert "1 promise would stand otherwise than it does." in answer.text
    assert answer.context["moved"] == sum(count for _before, _after, count in answer.context["moves"]) == 1
    assert "also for what was measured before once that is measured again" in answer.text
    assert Handoff.objects.get().clock(NOON) == "missed"
    rep = cast.person("ria@example.org", north.sales_team)
    assert signed_in(rep).post(f"{URL}measure/").status_code == 403
    page = signed_in(sales_lead).post(f"{URL}measure/", follow=True).text
    assert "1 record is measured again" in page
    assert Handoff.objects.get().clock(NOON) == "kept"


def test_nobody_measures_the_past_again_where_the_sides_have_not_agreed_to_that(
    north, signed_in, sales_lead, marketing_lead, administrator
):
    cast.attempted(cast.handed(north), cast.MONDAY + timedelta(minutes=75))
    signed_in(marketing_lead).post(URL, OUTAGE | {"covers_measured": ""})
    answer = settle(signed_in(sales_lead), "accept")
    assert "It counts only for what is recorded after it is agreed." in answer.text
    assert answer.redirect_chain[-1][0] == URL
    assert signed_in(sales_lead).get(f"{URL}{AgreedException.objects.get().pk}/foreseen/").status_code == 404
    for who in (sales_lead, marketing_lead, administrator):
        signed_in(who).post(f"{URL}measure/")
        call_command("recompute", "north", "--exceptions", "--apply", stdout=StringIO())
    assert Handoff.objects.get().clock(NOON) == "missed"
    assert AgreedException.objects.get().applied_at is None


def test_declined_with_a_reason_or_withdrawn_nothing_changes(north, signed_in, sales_lead, marketing_lead):
    cast.target(north, "2026-03", 44)
    sales, marketing = signed_in(sales_lead), signed_in(marketing_lead)
    sales.post(URL, FAIR)
    assert "Say why: the others read it." in settle(marketing, "decline").text
    page = settle(marketing, "decline", reason="Nobody goes there").text
    assert "Declined by Max Lead" in page
    assert "“Nobody goes there”" in page
    sales.post(URL, FAIR)
    assert settle(marketing, "withdraw").status_code == 422
    assert "Withdrawn by Lea Lead" in settle(sales, "withdraw").text
    assert not Target.objects.waiting().exists()
    assert timeline(north).versions[0].agreed == ()


def test_it_is_called_off_only_by_both(north, signed_in, sales_lead, marketing_lead):
    sales, marketing = signed_in(sales_lead), signed_in(marketing_lead)
    sales.post(URL, {**FAIR, "month_1": "", "leads_1": ""})
    settle(marketing, "accept")
    fair = AgreedException.objects.get()
    end = {"decision": "end", "last_on": "2026-03-04", "last_at": "12:00"}
    page = marketing.post(f"{URL}{fair.pk}/settle/", end, follow=True).text
    assert "called off, instead of" in page
    assert {one.end - one.begin for one in timeline(north).versions[0].agreed} == {timedelta(days=5)}
    settle(sales, "accept")
    standing = timeline(north).versions[0].pauses_for("sales", None)
    assert standing == ()


def test_a_time_that_has_gone_by_is_taken_back_with_a_reason_only(north, signed_in, sales_lead, marketing_lead):
    sales, marketing = signed_in(sales_lead), signed_in(marketing_lead)
    sales.post(URL, OUTAGE)
    settle(marketing, "accept")
    address = f"{URL}{AgreedException.objects.get().pk}/settle/"
    end = {"decision": "end", "last_on": "2026-03-02", "last_at": "09:30"}
    answer = marketing.post(address, end)
    assert answer.status_code == 422
    assert "This takes back a time that has gone by: say why." in answer.text
    assert 'value="09:30"' in answer.text
    assert AgreedException.objects.count() == 1
    page = marketing.post(address, end | {"end_reason": "They worked again from half past nine"}, follow=True).text
    assert "it ends so once it is accepted for Sales." in page
    assert "Why it ends otherwise: They worked again from half past nine" in page
    sales.post(URL, {**FAIR, "month_1": "", "leads_1": ""})  # of what is to come nothing has gone by
    settle(marketing, "accept")
    fair = AgreedException.objects.get(reason="Trade fair")
    earlier = {"decision": "end", "last_on": "2026-03-11", "last_at": "12:00"}
    assert marketing.post(f"{URL}{fair.pk}/settle/", earlier).status_code == 302


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends_at": "08:00"}, "It has to end after it begins."),
        ({"pauses": []}, "Say whose clocks pause, or which target changes."),
        ({"ends_on": "2028-01-01"}, "An exception lasts a year at most"),
        ({"reason": ""}, "This field is required."),
        ({"begins_on": "2037-01-01", "ends_on": "2037-01-02"}, "at most 10 years away"),
        ({"month_1": "2026-03-01"}, "Say how many leads the month is to have."),
        ({"leads_1": "5"}, "Say which month."),
        ({"month_1": "2026-03-01", "leads_1": "2147483648"}, "less than or equal to 2147483647"),
        ({"pauses": ["service"]}, "service is not one of the available choices."),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field_with_what_was_typed(
    north, signed_in, sales_lead, changed, said
):
    cast.target(north, "2026-03", 44)
    answer = signed_in(sales_lead).post(URL, OUTAGE | changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{changed.get("begins_on", "2026-03-02")}"' in answer.text
    assert not AgreedException.objects.exists()


def test_who_signs_for_nobody_reads_and_a_stranger_finds_nothing(north, signed_in, rep, stranger, administrator):
    assert "Propose to the other side" not in signed_in(rep).get(URL).text
    assert signed_in(rep).post(URL, OUTAGE).status_code == 403
    assert signed_in(administrator).post(URL, OUTAGE).status_code == 403
    assert signed_in(stranger).get(URL).status_code == 404


def test_who_signs_for_both_sides_is_no_second_person(north, signed_in):
    both = cast.person("bo@example.org", north.marketing_team, north.sales_team, role=Role.LEAD)
    signed_in(both).post(URL, OUTAGE)
    assert settle(signed_in(both), "accept").status_code == 422
    assert timeline(north).versions[0].agreed == ()


@pytest.mark.django_db(transaction=True)
def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins_and_the_other_is_told(signed_in):
    north = cast.agreement("north")
    sales = cast.person("lea@example.org", north.sales_team, role=Role.LEAD)
    marketing = cast.person("max@example.org", north.marketing_team, role=Role.LEAD)
    signed_in(sales).post(URL, OUTAGE)
    row = AgreedException.objects.get()

    def said(action, by: User) -> str:
        try:
            action(row, by=by, at=NOON)
        except ExceptionSettled as refusal:
            return str(refusal)
        return ""

    told = at_once(lambda: said(accept_exception, marketing), lambda: said(withdraw_exception, sales))
    state = AgreedException.objects.get().get_state_display()
    assert sorted(told) == ["", f"Nothing was done: this exception is {state} by now."]


@pytest.mark.django_db(transaction=True)
def test_two_parties_that_accept_at_once_are_both_written_down_and_it_counts():
    north = cast.agreement("north")
    north.service_team = cast.team("Service north", Side.SERVICE)
    north.save()
    marketing, sales, service = (
        cast.person(f"{side}@example.org", getattr(north, f"{side}_team"), role=Role.LEAD) for side in Side
    )
    clause = PauseClause(date(2026, 3, 9), date(2026, 3, 10), "Fair")
    both = frozenset({Side.SALES, Side.SERVICE})
    for _n in range(12):
        row = propose_exception(north, clause, pauses=both, targets={}, by=marketing, at=NOON)
        at_once(*(partial(accept_exception, row, by=by, at=NOON) for by in (sales, service)))
        row.refresh_from_db()
        assert (row.state, set(row.consents.values_list("side", flat=True))) == ("agreed", {"sales", "service"})
