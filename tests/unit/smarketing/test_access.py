"""The table of rights, and that the question about one agreement and the filter of many say the same."""

from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from agreements.models import Agreement
from leads.models import Handoff, Lead
from leads.ownership import check_give, check_withdraw
from smarketing.accounts.access import Access, access_of
from smarketing.accounts.models import Role, Side
from smarketing.accounts.rights import RIGHTS, Verb
from tests import cast

pytestmark = pytest.mark.django_db
V = Verb
OF_LEADS = {V.MATCH, V.AMEND, V.PLAN, V.EXCUSE, V.APPROVE, V.STAFF, V.INTEGRATE}
EVERYBODY = {
    (Side.MARKETING, Role.MEMBER): {V.READ, V.SEE, V.MARKET, V.EXCUSE},
    (Side.MARKETING, Role.LEAD): {V.READ, V.SEE, V.MARKET, *OF_LEADS},
    (Side.SALES, Role.MEMBER): {V.READ, V.SEE, V.FOLLOW_UP, V.EXCUSE},
    (Side.SALES, Role.LEAD): {V.READ, V.SEE, V.FOLLOW_UP, V.ASSIGN, *OF_LEADS},
    (Side.SERVICE, Role.MEMBER): {V.READ, V.ANSWER},
    (Side.SERVICE, Role.LEAD): {V.READ, V.ANSWER, V.AMEND, V.STAFF},
    **{key: {V.READ} for key in product(Side, [Role.LEADERSHIP])},
}


def teams(deal: Agreement) -> dict[str, object]:
    deal.service_team = cast.team(f"Service {deal.slug}", Side.SERVICE)
    deal.save()
    return {side: getattr(deal, f"{side}_team") for side in Side}


@pytest.mark.parametrize(("side", "role"), EVERYBODY)
def test_each_role_may_exactly_this_in_its_own_agreement_and_nothing_in_another(north, south, side, role):
    access = access_of(cast.person("x@example.org", teams(north)[side], role=role))
    assert {verb for verb in Verb if access.may(verb, north)} == EVERYBODY[side, role]
    assert {verb for verb in Verb if access.may(verb, south)} == set()
    assert access.verbs == EVERYBODY[side, role]


@pytest.mark.parametrize(("side", "role"), EVERYBODY)
def test_the_filter_of_many_agreements_says_what_is_said_of_one(north, south, side, role):
    access = access_of(cast.person("x@example.org", teams(north)[side], role=role))
    for verb in Verb:
        one_by_one = [deal for deal in (north, south) if access.may(verb, deal)]
        assert list(Agreement.objects.granted(access, verb).order_by("slug")) == one_by_one


def test_a_role_counts_in_its_own_team_only(north, south):
    person = cast.person("x@example.org", north.sales_team, role=Role.LEAD)
    person.memberships.create(team=south.sales_team)
    access = access_of(person)
    assert [access.may(Verb.ASSIGN, deal) for deal in (north, south)] == [True, False]
    assert [access.may(Verb.FOLLOW_UP, deal) for deal in (north, south)] == [True, True]


def test_a_team_of_one_side_gives_no_right_as_another_side(north, south):
    """The same team id on the other side of an agreement."""
    access = Access(roles=frozenset([(north.sales_team_id, Side.MARKETING, Role.LEAD)]))
    assert not access.may(Verb.SEE, north)


def test_an_administrator_may_everything_without_a_team(north, administrator):
    access = access_of(administrator)
    assert all(access.may(verb, north) for verb in Verb)
    assert access.own_verbs == frozenset()


def test_a_deactivated_person_may_nothing(north, administrator):
    administrator.is_active = False
    assert access_of(administrator).verbs == frozenset()


def test_only_rights_of_a_side_and_a_role_are_in_the_table():
    assert set(RIGHTS) == set(Verb)
    assert [verb for verb, right in RIGHTS.items() if bool(right.sides) != bool(right.roles)] == []


def test_leadership_sees_no_leads(north, leader, south):
    cast.handed(north)
    cast.handed(south)
    access = access_of(leader)
    assert list(Lead.objects.visible_to(access)) == list(Handoff.objects.visible_to(access)) == []
    assert list(Agreement.objects.visible_to(access)) == [north]


def test_sales_sees_a_lead_that_is_handed_over_and_marketing_each(north, rep, marketer):
    handoff, kept = cast.handed(north), cast.lead(north, name="Not yet")
    assert list(Lead.objects.visible_to(access_of(rep))) == [handoff.lead]
    assert set(Lead.objects.visible_to(access_of(marketer))) == {handoff.lead, kept}


def test_a_rep_takes_and_gives_up_and_only_a_lead_gives(north, rep, sales_lead, marketer):
    handoff = cast.handed(north, rep=rep)
    own, leading = access_of(rep), access_of(sales_lead)
    check_give(own, handoff, rep=rep, by=rep)
    check_give(own, handoff, rep=None, by=rep)
    check_give(leading, handoff, rep=rep, by=sales_lead)
    for access, to, by in ((own, sales_lead, rep), (access_of(marketer), marketer, marketer)):
        with pytest.raises(PermissionDenied):
            check_give(access, handoff, rep=to, by=by)


def test_a_rep_cannot_make_nobody_of_a_colleagues_handoff(north, rep, sales_lead):
    handoff = cast.handed(north, rep=sales_lead)
    with pytest.raises(PermissionDenied):
        check_give(access_of(rep), handoff, rep=None, by=rep)


def test_withdrawing_is_for_the_author_and_the_teams_lead(north, rep, sales_lead):
    second = cast.person("ron@example.org", north.sales_team)
    attempt = cast.attempted(cast.handed(north), cast.MONDAY, rep=rep, recorded_by=rep)
    check_withdraw(access_of(rep), attempt, by=rep)
    check_withdraw(access_of(sales_lead), attempt, by=sales_lead)
    with pytest.raises(PermissionDenied):
        check_withdraw(access_of(second), attempt, by=second)
