from itertools import combinations, product

import pytest
from django.test import RequestFactory
from django.urls import resolve

from smarketing.accounts.access import Access
from smarketing.accounts.models import Role, Side
from smarketing.roof.navigation import places


def labels(*roles, is_administrator=False):
    request = RequestFactory().get("/")
    request.access = Access(is_administrator, frozenset(roles))
    return [str(place.label) for place in places(request)]


REP, SALES_LEAD = (1, Side.SALES, Role.MEMBER), (1, Side.SALES, Role.LEAD)
MARKETER, CHIEF = (2, Side.MARKETING, Role.MEMBER), (1, Side.SALES, Role.LEADERSHIP)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], []),
        ([REP], ["Queue", "Leads", "Reports", "Scorecard", "Agreements"]),
        ([SALES_LEAD], ["Queue", "Leads", "Escalations", "Reports", "Scorecard", "Agreements", "People"]),
        ([MARKETER], ["Leads", "Reports", "Scorecard", "Agreements", "Imports"]),
        ([CHIEF], ["Reports", "Scorecard", "Agreements"]),
        ([(3, Side.SERVICE, Role.LEAD)], ["Reports", "Scorecard", "Agreements", "People"]),
    ],
)
def test_places_differ_by_role(roles, expected):
    assert labels(*roles) == expected


def test_an_administrator_needs_no_team():
    places = ["Leads", "Escalations", "Reports", "Scorecard", "Agreements", "People", "Imports"]
    assert labels(is_administrator=True) == places


def test_nobody_sees_more_than_seven_places():
    everywhere = list(product((1,), Side, Role))
    for count in range(len(everywhere)):
        for roles in combinations(everywhere, min(count, 3)):
            assert len(labels(*roles, is_administrator=True)) <= 7


def test_the_nearest_place_is_the_present_one():
    request = RequestFactory().get("/leads/queue/")
    request.access = Access(roles=frozenset([REP]))
    assert [str(place.label) for place in places(request) if place.is_current] == ["Queue"]


def test_the_scorecard_of_one_agreement_belongs_to_the_scorecards(rf):
    request = rf.get("/reports/north/scorecard/")
    request.access = Access(roles=frozenset([CHIEF]))
    request.resolver_match = resolve(request.path)
    assert [str(place.label) for place in places(request) if place.is_current] == ["Scorecard"]


def test_a_request_that_failed_before_its_roles_were_read_has_no_places():
    assert places(RequestFactory().get("/")) == []
