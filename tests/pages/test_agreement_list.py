from datetime import UTC, datetime, time, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from agreements.models import Agreement
from smarketing.accounts.models import Role, Side
from tests import cast

URL = "/agreements/"


def names(response) -> list[str]:
    return [row.agreement.name for row in response.context["rows"]]


def test_everyone_sees_the_agreements_of_the_own_teams(signed_in, marketer, rep, south):
    assert names(signed_in(marketer).get(URL)) == ["Agreement North"]
    assert names(signed_in(rep).get(URL)) == ["Agreement North"]


def test_leadership_sees_those_of_its_teams_and_administrators_all(signed_in, leader, administrator, north, south):
    assert names(signed_in(leader).get(URL)) == ["Agreement North"]
    assert names(signed_in(administrator).get(URL)) == ["Agreement North", "Agreement South"]


def test_the_promises_and_this_month_s_leads_are_in_the_row(signed_in, rep, north, time_machine):
    time_machine.move_to(cast.MONDAY)
    cast.target(north, "2026-03", 1234)
    cast.target(north, "2026-04", 5678)
    page = signed_in(rep).get(URL).content.decode()
    assert "1,234" in page
    assert "5,678" not in page
    assert "within 1 h in 90%" in page
    assert "6 attempts in 15 working days" in page


def test_before_it_begins_the_row_says_when(signed_in, rep, north, time_machine):
    begins = north.versions.get().effective_on
    time_machine.move_to(datetime.combine(begins - timedelta(days=3), time(12), UTC))
    assert "begins on" in signed_in(rep).get(URL).text
    time_machine.move_to(datetime.combine(begins, time(12), UTC))
    assert "begins on" not in signed_in(rep).get(URL).text


def test_a_version_that_has_not_begun_is_named_once(signed_in, rep, north, time_machine):
    first = north.versions.get()
    time_machine.move_to(datetime.combine(first.effective_on - timedelta(days=3), time(12), UTC))
    (row,) = signed_in(rep).get(URL).context["rows"]
    assert (row.version, row.coming, row.later) == (first, [first], [])


@pytest.mark.parametrize(("count", "said"), [(1, "version waiting"), (2, "versions waiting")])
def test_the_number_beside_the_agreements_is_said_in_its_number(count, said):
    assert said in render_to_string("agreements/list.html#count", {"count": count})


def test_this_month_is_that_of_each_agreements_own_today(signed_in, administrator, time_machine):
    east, west = cast.agreement("east", zone="Pacific/Auckland"), cast.agreement("west", zone="America/New_York")
    for deal, leads in ((east, 30), (west, 70)):
        cast.target(deal, "2026-03", leads)
        cast.target(deal, "2026-04", leads + 1)
    time_machine.move_to(datetime(2026, 4, 1, 0, 30, tzinfo=UTC))
    rows = {row.agreement.slug: row.leads for row in signed_in(administrator).get(URL).context["rows"]}
    assert rows == {"east": 31, "west": 70}


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_takes_the_same_queries_for_one_and_for_three(
    more, signed_in, administrator, north, django_assert_num_queries
):
    for number in range(more):
        cast.agreement(f"other-{number}")
    client = signed_in(administrator)
    client.get(URL)
    with django_assert_num_queries(8):
        assert len(names(client.get(URL))) == 1 + more


def test_only_administrators_are_offered_to_make_one(signed_in, leader, administrator, north):
    link = reverse("agreements:begin")
    assert link in signed_in(administrator).get(URL).content.decode()
    assert link not in signed_in(leader).get(URL).content.decode()


def test_an_empty_list_says_how_to_begin(signed_in, administrator):
    chief = cast.person("chief@example.org", cast.team("Marketing", Side.MARKETING), role=Role.LEADERSHIP)
    assert not Agreement.objects.exists()
    assert "An agreement says what marketing and sales promise" in signed_in(administrator).get(URL).content.decode()
    assert "Their leads or an administrator write them" in signed_in(chief).get(URL).content.decode()
