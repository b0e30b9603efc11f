from itertools import product

import pytest
from django.test import RequestFactory
from django.urls import resolve

from smarketing.accounts.access import Access
from smarketing.roof.navigation import places


def labels(path="/", **roles):
    request = RequestFactory().get(path)
    request.access = Access(**roles)
    return [str(place.label) for place in places(request)]


TEAM = frozenset({1})


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({}, []),
        ({"sales": TEAM}, ["Queue", "Leads", "Reports", "Scorecard", "Agreements"]),
        ({"sales": TEAM, "led": TEAM}, ["Queue", "Leads", "Escalations", "Reports", "Scorecard", "Agreements"]),
        ({"marketing": TEAM}, ["Leads", "Reports", "Scorecard", "Agreements", "Imports"]),
        ({"is_leadership": True}, ["Reports", "Scorecard", "Agreements"]),
        (
            {"is_administrator": True},
            ["Leads", "Escalations", "Reports", "Scorecard", "Agreements", "People", "Imports"],
        ),
    ],
)
def test_places_differ_by_role(roles, expected):
    assert labels(**roles) == expected


def test_nobody_sees_more_than_seven_places():
    teams, flags = (frozenset(), TEAM), (False, True)
    for sales, marketing, led, chief, admin in product(teams, teams, teams, flags, flags):
        shown = labels(sales=sales, marketing=marketing, led=led, is_leadership=chief, is_administrator=admin)
        assert len(shown) <= 7


def test_the_nearest_place_is_the_present_one():
    request = RequestFactory().get("/leads/queue/")
    request.access = Access(sales=TEAM)
    assert [str(place.label) for place in places(request) if place.is_current] == ["Queue"]


def test_the_scorecard_of_one_agreement_belongs_to_the_scorecards(rf):
    request = rf.get("/reports/north/scorecard/")
    request.access = Access(is_leadership=True)
    request.resolver_match = resolve(request.path)
    assert [str(place.label) for place in places(request) if place.is_current] == ["Scorecard"]


def test_a_request_that_failed_before_its_roles_were_read_has_no_places():
    assert places(RequestFactory().get("/")) == []
