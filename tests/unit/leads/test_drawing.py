"""The rules of a team at the handing over: by every door, in one transaction, with the reason on record."""

from datetime import timedelta

import pytest

from agreements.terms import timeline
from leads.assignment.drawing import draw
from leads.doors.files.reading.rows import CheckedRow
from leads.doors.files.writing.chunk import take
from leads.doors.files.writing.claims import Hand
from leads.doors.files.writing.reps import rep_book
from leads.models import Absence, AssignmentRule, Draw, Handoff, Inquiry, RuleShare, Seat
from leads.pages.lead.history import history
from leads.work import handoffs
from leads.work.assigning import assign
from smarketing.accounts.access import access_of
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SOON, DAY = cast.MONDAY + timedelta(minutes=10), timedelta(days=1)


@pytest.fixture
def second_rep(north):
    return cast.person("ron@example.org", north.sales_team, name="Ron Rep")


def rule(deal, name="Everything", *reps, on=cast.MONDAY, **fields) -> AssignmentRule:
    fields = {"order": deal.assignment_rules.count(), "is_for_all": not reps, **fields}
    made = AssignmentRule.objects.create(agreement=deal, name=name, on_since=on, changed_at=cast.MONDAY, **fields)
    RuleShare.objects.bulk_create(RuleShare(rule=made, rep=rep, is_named=True) for rep in reps)
    return made


def handed(deal, number=0, at=SOON, **fields):
    return cast.handed(deal, at, email=f"lead-{number}@example.org", **fields)


def holders(deal, count, **fields):
    return [made.rep.name if (made := handed(deal, number, **fields)).rep else "" for number in range(count)]


def away(rep, begin=cast.MONDAY, end=cast.MONDAY + DAY):
    return Absence.objects.create(person=rep, begins_at=begin, ends_at=end, at=cast.MONDAY)


def told(handoff) -> list[str]:
    entries = history(handoff.lead, access_of(cast.person("x@example.org", handoff.agreement.sales_team)))
    return [f"{entry.label} {entry.detail}" for entry in entries if entry.kind in ("given", "assigned")]


def test_in_turn_by_weight_and_the_history_says_why(north, rep, second_rep):
    rule(north)
    Seat.objects.create(agreement=north, rep=second_rep, weight=2)
    assert holders(north, 6) == ["Ron Rep", "Rob Rep", "Ron Rep", "Ron Rep", "Rob Rep", "Ron Rep"]
    made = Handoff.objects.latest("pk")
    assert (made.rep, made.rep_name, made.assigned_at) == (second_rep, "Ron Rep", SOON)
    assert told(made) == ["Assigned by a rule to Ron Rep: was next in turn by the rule “Everything”"]


def test_the_first_rule_that_suits_decides_and_where_none_does_it_stays_in_the_pool(north, rep, second_rep):
    rule(north, "Large firms", second_rep, conditions=[{"fact": "company_size", "rule": "at_least", "value": "50"}])
    rule(north, "Tier B", rep, conditions=[{"fact": "tier", "rule": "one_of", "value": "B"}])
    found = [
        handed(north, number, **fields).rep
        for number, fields in enumerate(
            [{"company_size": 50, "tier": "B"}, {"company_size": 49, "tier": "B"}, {"tier": "A"}]
        )
    ]
    assert found == [second_rep, rep, None]
    assert Draw.objects.count() == 2


def test_nobody_away_inactive_outside_the_team_or_not_taking_part_gets_anything(north, rep, second_rep, sales_lead):
    gone = cast.person("gone@example.org", north.sales_team, is_active=False)
    stranger = cast.person("strange@example.org", north.marketing_team)
    resting = cast.person("resting@example.org", north.sales_team)
    Seat.objects.create(agreement=north, rep=resting, takes_part=False)
    rule(north, "All of them", rep, second_rep, sales_lead, gone, stranger, resting)
    away(second_rep)
    assert holders(north, 3) == ["Rob Rep"] * 3
    away(rep)
    made = handed(north, 9)
    assert made.rep is None
    assert told(made) == [
        "Assigned by a rule to nobody: nobody was free for the rule “All of them”: it is in the pool · 2 are away"
    ]


def test_caps_count_all_leads_of_the_team_and_those_of_the_agreements_day(north, rep, second_rep):
    rule(north)
    Seat.objects.create(agreement=north, rep=rep, most_today=2)
    Seat.objects.create(agreement=north, rep=second_rep, most_open=1)
    cast.handed(north, cast.MONDAY, rep=rep, email="by-hand@example.org")
    assert holders(north, 3) == ["Rob Rep", "Ron Rep", ""]
    assert Draw.objects.latest("pk").passed == {str(rep.pk): "day_full", str(second_rep.pk): "open_full"}
    assert holders(north, 1, at=SOON + DAY, phone="1") == ["Rob Rep"]


def test_in_the_evening_it_is_for_who_is_here_next_morning(north, rep, second_rep):
    """Own hours of somebody who begins later do not hold up the others."""
    rule(north)
    Seat.objects.create(agreement=north, rep=rep, hours={"mon": [["09:00", "17:00"]]})
    evening = cast.MONDAY + timedelta(hours=12)
    away(second_rep, cast.MONDAY, cast.MONDAY + timedelta(hours=22))
    assert holders(north, 1, at=evening) == ["Ron Rep"]
    assert Draw.objects.get().passed == {str(rep.pk): "off_hours"}


def test_what_was_handed_over_before_the_rule_is_left_alone_until_somebody_asks(north, rep):
    rule(north, on=SOON + DAY)
    made = handed(north)
    assert made.rep is None
    assert [one.pk for one in draw([made], at=SOON + 2 * DAY, is_asked=True).given] == [made.pk]
    assert Handoff.objects.get().rep == rep


def test_a_rule_that_is_off_gives_nothing_and_one_for_the_pool_leaves_it_there(north, rep):
    rule(north, "Off", on=None)
    assert handed(north, 1).rep is None
    rule(north, "Pool", way="pool")
    made = handed(north, 2)
    assert told(made) == ["Assigned by a rule to nobody: left in the pool by the rule “Pool”"]


def test_who_is_named_by_marketing_gets_it_and_no_turn_is_taken(north, rep, second_rep):
    rule(north)
    assert handed(north, rep=second_rep).rep == second_rep
    assert not Draw.objects.exists()


def test_a_returned_lead_does_not_go_back_to_the_same_rep_at_once(north, rep, second_rep):
    rule(north, "One", rep)
    made = handed(north)
    handoffs.send_back(made, reason="duplicate", by=rep, at=SOON)
    again = handoffs.hand_over(made.lead, by=None, at=SOON + timedelta(hours=1))
    assert again.rep is None
    assert list(Draw.objects.latest("pk").passed.values()) == ["had_it"]


def test_who_asks_again_goes_to_the_earlier_rep_unless_away(north, rep, second_rep):
    rule(north, "Second", second_rep)
    first = [handed(north, number, rep=rep) for number in range(2)]
    for made in first:
        handoffs.send_back(made, reason="duplicate", by=rep, at=SOON)
        Inquiry.objects.create(lead=made.lead, agreement=north, asked_at=SOON, recorded_at=SOON, handoff=made)
    here = handoffs.hand_over(first[0].lead, by=None, at=SOON + timedelta(hours=1))
    away(rep, end=cast.MONDAY + 3 * DAY)
    gone = handoffs.hand_over(first[1].lead, by=None, at=SOON + timedelta(hours=1))
    assert (here.rep, gone.rep) == (rep, second_rep)
    assert told(here) == ["Assigned by a rule to Rob Rep: had this lead before"]


def test_taking_a_handoff_back_gives_the_turn_back(north, rep, second_rep):
    rule(north)
    first = handed(north)
    handoffs.take_back(first, by=rep, at=SOON)
    assert {share.credit for share in RuleShare.objects.all()} == {0}
    assert handed(north, 1).rep == first.rep


@pytest.mark.parametrize("days_ago", [0, 3])
def test_a_file_and_a_program_bring_handoffs_that_the_rules_give_but_not_history(north, rep, days_ago):
    rule(north, on=SOON - DAY)
    hand = Hand(north.pk, "EUR", timeline(north), rep_book(north), by=None, at=SOON)
    values = {"external_id": "L-1", "name": "Ada", "created_at": SOON - days_ago * DAY}
    take("leads", [CheckedRow(1, values)], hand, hand_over=True, run=None)
    assert Handoff.objects.get().rep == (None if days_ago else rep)


def test_by_hand_and_out_of_the_pool_are_told_apart(north, rep, sales_lead):
    made = handed(north)
    assign(made, rep=rep, by=rep, at=SOON)
    assign(made, rep=sales_lead, by=sales_lead, at=SOON + timedelta(minutes=1))
    assert told(made) == ["Assigned to Lea Lead · given by hand", "Assigned to Rob Rep · taken from the pool"]


@pytest.mark.django_db(transaction=True)
def test_leads_handed_over_at_once_pass_no_cap_and_take_no_turn_twice(north, rep, second_rep):
    rule(north)
    Seat.objects.create(agreement=north, rep=rep, most_open=3)
    Seat.objects.create(agreement=north, rep=second_rep, most_open=5)
    leads = [cast.lead(north, email=f"lead-{number}@example.org") for number in range(12)]
    at_once_all = [lambda lead=lead: handoffs.hand_over(lead, by=None, at=SOON) for lead in leads]
    answers = [answer for some in (at_once_all[:6], at_once_all[6:]) for answer in at_once(*some)]
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    held = {who: Handoff.objects.filter(rep=who).count() for who in (rep, second_rep, None)}
    assert held == {rep: 3, second_rep: 5, None: 4}
    assert Draw.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_turns_taken_at_once_are_even(north, rep, second_rep):
    rule(north)
    leads = [cast.lead(north, email=f"lead-{number}@example.org") for number in range(8)]
    at_once(*[lambda lead=lead: handoffs.hand_over(lead, by=None, at=SOON) for lead in leads])
    assert [Handoff.objects.filter(rep=who).count() for who in (rep, second_rep)] == [4, 4]
