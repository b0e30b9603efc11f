from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from smarketing.accounts.models import User
from smarketing.lib import paging

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
    return paging.page_of(people, KEYS, QueryDict(query), size=size)


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


@pytest.mark.parametrize(
    "at", ["2026-03-02T08:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1e400", "\\u0000"]
)
@pytest.mark.parametrize("direction", ["after", "before"])
def test_an_instant_that_no_row_can_have_leads_to_the_first_page(people, at, direction):
    query = QueryDict(mutable=True)
    query[direction] = f'["{at}","a",1]'
    assert names(paging.page_of(people, KEYS, query, size=2)) == ["P4", "P3"]


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
def test_a_text_that_no_row_can_have_leads_to_the_first_page(people, text):
    query = QueryDict(mutable=True)
    query["after"] = f'["2026-03-02T08:00:00+00:00","{text}",1]'
    assert names(paging.page_of(people, KEYS, query, size=2)) == ["P4", "P3"]


@pytest.mark.parametrize(
    "place", ["x", "[1]", '["2026","a",{}]', "[null,null,null]", "[" * 9000, '["x","y","z"]', '["x","y",1e400]']
)
def test_a_place_that_was_tampered_with_leads_to_the_first_page(people, place):
    query = QueryDict(mutable=True)
    query["after"] = place
    assert names(paging.page_of(people, KEYS, query, size=2)) == ["P4", "P3"]


def test_counting_stops_at_the_cap(people, monkeypatch):
    assert page(people).count_text == "5 in all"
    monkeypatch.setattr(paging, "CAP", 4)
    assert page(people).count_text == "more than 4"


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def kept(rf, text):
    request = rf.get("/", {"at": text})
    request.now = NOW
    return paging.kept_instant(request)


def test_a_page_that_is_turned_keeps_its_instant(people, rf):
    first = paging.page_of(people, KEYS, QueryDict(), size=2, at=NOW - timedelta(minutes=5))
    instant = QueryDict(first.next_url[1:])["at"]
    assert kept(rf, instant) == NOW - timedelta(minutes=5)
    second = paging.page_of(people, KEYS, QueryDict(first.next_url[1:]), size=2, at=kept(rf, instant))
    assert QueryDict(second.next_url[1:])["at"] == QueryDict(second.previous_url[1:])["at"] == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-03-02T08:59:00",
        "2026-03-02T09:00:01+00:00",
        "2026-03-02T08:44:59+00:00",
        "2026-13-41T00:00:00+00:00",
        "2026-02-30T08:59:00+00:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_an_instant_that_is_no_such_or_to_come_or_long_past_is_now(rf, text):
    assert kept(rf, text) == NOW


def test_a_list_in_memory_is_turned_in_the_same_way():
    ids, seen, query = [7, 3, 9, 1, 4], [], ""
    for _turn in range(3):
        current = paging.page_of_list(ids, QueryDict(query), size=2)
        seen.append(current.rows)
        query = current.next_url[1:]
    assert (seen, query, current.count_text) == ([[7, 3], [9, 1], [4]], "", "5 in all")
    back = paging.page_of_list(ids, QueryDict(current.previous_url[1:]), size=2)
    assert (back.rows, paging.page_of_list(ids, QueryDict(back.previous_url[1:]), size=2).rows) == ([9, 1], [7, 3])


@pytest.mark.parametrize("place", ["x", "-1", "[7]", "99", "", "٣", "9" * 40])
def test_a_place_in_memory_that_is_not_there_is_the_first_page(place):
    query = QueryDict(mutable=True)
    query["after"] = place
    assert paging.page_of_list([7, 3, 9], query, size=2).rows == [7, 3]


def test_another_filter_begins_at_the_first_page_and_now():
    params = QueryDict("whose=mine&after=%5B1%5D&at=2026-03-02T09%3A00%3A00%2B00%3A00")
    assert paging.address(params, clock="overdue") == "?whose=mine&clock=overdue"
