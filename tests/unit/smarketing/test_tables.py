from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from smarketing.accounts.models import User
from smarketing.lib import tables

KEYS = ("-joined_at", "name", "-id")


@pytest.fixture
def people(db):
    """Two of them joined at the same instant, told apart by a microsecond from the third."""
    instants = [datetime(2026, 3, 2, 9, 0, 0, micro, tzinfo=UTC) for micro in (1, 1, 2, 3, 4)]
    for n, joined_at in enumerate(instants):
        person = User.objects.create(email=f"p{n}@example.org", name=f"P{n}")
        User.objects.filter(pk=person.pk).update(joined_at=joined_at)
    return User.objects.order_by(*KEYS)


def page(people, query="", size=2):
    return tables.page_of(people, KEYS, QueryDict(query), size=size)


def names(page):
    return [row.name for row in page.rows]


def test_going_on_from_page_to_page_shows_every_row_once(people, django_assert_num_queries):
    seen, query = [], ""
    for _turn in range(3):
        with django_assert_num_queries(2):
            current = page(people, query)
        seen += names(current)
        query = current.next_url.removeprefix("?")
    assert seen == ["P4", "P3", "P2", "P0", "P1"]
    assert query == ""


def test_going_back_shows_what_was_there_before(people):
    last = page(people, page(people, page(people).next_url[1:]).next_url[1:])
    middle = page(people, last.previous_url[1:])
    assert names(middle) == ["P2", "P0"]
    first = page(people, middle.previous_url[1:])
    assert names(first) == ["P4", "P3"]
    assert first.previous_url == ""
    assert names(page(people, first.next_url[1:])) == ["P2", "P0"]


def test_the_filter_stays_while_turning_pages(people):
    assert page(people, "source=fair&q=%26").next_url.startswith("?source=fair&q=%26&after=")


@pytest.mark.parametrize("place", ["x", "[1]", '["2026","a",{}]', "[null,null,null]", "[" * 9000, '["x","y","z"]'])
def test_a_place_that_was_tampered_with_leads_to_the_first_page(people, place):
    query = QueryDict(mutable=True)
    query["after"] = place
    assert names(tables.page_of(people, KEYS, query, size=2)) == ["P4", "P3"]


def test_counting_stops_at_the_cap(people, monkeypatch):
    assert page(people).count_text == "5 in all"
    monkeypatch.setattr(tables, "CAP", 4)
    assert page(people).count_text == "more than 4"
