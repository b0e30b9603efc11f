from datetime import timedelta

import pytest
from django.urls import reverse

from leads.models import Attempt, Handoff
from leads.work import attempts
from leads.work.handoffs import accept
from tests import cast

URL = "/leads/queue/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/queue/?whose=team"}
TEN = cast.MONDAY + timedelta(minutes=10)


@pytest.fixture
def clock(time_machine):
    """Ten minutes past nine on a Monday in Berlin."""
    time_machine.move_to(TEN, tick=False)
    return time_machine


@pytest.fixture
def client(signed_in, rep):
    return signed_in(rep)


def names(response):
    return [row.title for row in response.context["rows"]]


@pytest.mark.django_db
def test_a_marketer_has_no_queue(signed_in, marketer):
    assert signed_in(marketer).get(URL).status_code == 403


@pytest.mark.django_db
def test_a_stranger_to_the_team_sees_nothing_of_it(north, signed_in, stranger, clock):
    cast.handed(north, name="Ada")
    assert "Ada" not in signed_in(stranger).get(f"{URL}?whose=team").content.decode()


@pytest.mark.django_db
def test_by_default_a_rep_sees_the_own_and_the_unassigned(north, client, rep, sales_lead, clock):
    cast.handed(north, rep=rep, name="Own", at=cast.MONDAY)
    cast.handed(north, name="Free", at=cast.MONDAY + timedelta(minutes=1))
    cast.handed(north, rep=sales_lead, name="Colleague's")
    assert names(client.get(URL)) == ["Own", "Free"]
    assert names(client.get(f"{URL}?whose=mine")) == ["Own"]
    assert names(client.get(f"{URL}?whose=unassigned")) == ["Free"]
    assert sorted(names(client.get(f"{URL}?whose=team"))) == ["Colleague's", "Free", "Own"]


@pytest.mark.django_db
def test_the_counts_are_links_to_what_they_count(north, client, clock):
    cast.handed(north, name="Fresh", at=cast.MONDAY)
    cast.handed(north, name="Late", at=cast.MONDAY - timedelta(days=3))
    page = client.get(URL)
    overdue = next(tile for tile in page.context["tiles"] if tile["name"] == "overdue")
    assert overdue["count"] == 1
    assert names(client.get(URL + overdue["url"])) == ["Late"]


@pytest.mark.django_db
def test_the_time_left_is_said_in_words(north, client, clock):
    cast.handed(north)
    assert "due in 50 min" in client.get(URL).content.decode()


@pytest.mark.django_db
def test_a_clock_that_runs_over_the_weekend_says_its_day(north, client, clock):
    friday = cast.local(north, "2026-03-06 16:30")
    clock.move_to(friday, tick=False)
    cast.handed(north, at=friday)
    html = client.get(URL).content.decode()
    assert "due Monday 09:30" in html
    assert "1 h of working time left" in html


@pytest.mark.django_db
def test_overdue_is_counted_in_working_time(north, client, clock):
    cast.handed(north, at=cast.local(north, "2026-02-27 15:30"))  # due Friday 16:30
    assert ">by 40 min of working time</time>" in client.get(URL).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_needs_the_same_queries_for_any_number_of_rows(
    north, client, rep, clock, count, django_assert_num_queries
):
    for number in range(count):
        cast.handed(north, rep=rep, name=f"Lead {number}")
    with django_assert_num_queries(10):
        assert len(client.get(URL).context["rows"]) == count


@pytest.mark.django_db
def test_the_51st_row_is_on_the_second_page(north, client, clock):
    for number in range(51):
        cast.handed(north, name=f"Lead {number}", at=cast.MONDAY + timedelta(seconds=number))
    first = client.get(URL)
    assert len(names(first)) == 50
    assert names(client.get(URL + first.context["page"].next_url)) == ["Lead 50"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?page=x", "?page=-1", "?page=99999999999", "?clock=soon", "?whose=x&agreement=x"])
def test_an_address_that_makes_no_sense_shows_the_queue(north, client, clock, query):
    cast.handed(north, name="Ada")
    assert names(client.get(URL + query)) == ["Ada"]


@pytest.mark.django_db
def test_one_click_records_an_attempt_and_answers_the_row(north, client, rep, clock):
    handoff = cast.handed(north, name="Ada")
    url = reverse("leads:attempt", args=[handoff.pk])
    response = client.post(url, {"channel": "phone", "result": "no_answer"}, headers=HTMX)
    html = response.content.decode()
    attempt = Attempt.objects.get()
    assert (attempt.handoff, attempt.rep, attempt.attempted_at) == (handoff, rep, TEN)
    assert html.strip().startswith("<tbody")
    assert "1 of 6" in html
    assert response.headers["HX-Trigger"] == "handoff-changed"


@pytest.mark.django_db
def test_the_message_undoes_the_attempt_and_leads_back_to_the_queue(north, client, clock):
    handoff = cast.handed(north, name="Ada")
    url = reverse("leads:attempt", args=[handoff.pk])
    html = client.post(url, {"channel": "phone", "result": "no_answer"}, headers=HTMX).content.decode()
    undo = f"{reverse('leads:withdraw', args=[Attempt.objects.get().pk])}?next=%2Fleads%2Fqueue%2F%3Fwhose%3Dteam"
    assert f'action="{undo}"' in html
    response = client.post(undo)
    assert response.url == "/leads/queue/?whose=team"
    assert not Attempt.objects.exists()
    assert Handoff.objects.get().rep is None


@pytest.mark.django_db
def test_more_opens_the_form_in_place_and_keeps_what_was_typed(north, client, clock):
    handoff = cast.handed(north)
    url = reverse("leads:attempt", args=[handoff.pk])
    assert "data-open-form" in client.get(url, headers=HTMX).content.decode()
    typed = {"channel": "email", "result": "sent", "note": "wrote twice", "attempted_at": "2026-03-02T09:30"}
    response = client.post(url, typed, headers=HTMX)
    assert response.status_code == 422
    assert "wrote twice" in response.content.decode()
    assert "cannot be in the future" in response.content.decode()


@pytest.mark.django_db
def test_the_time_of_an_attempt_is_the_agreements(north, client, clock):
    handoff = cast.handed(north)
    typed = {"channel": "email", "result": "sent", "attempted_at": "2026-03-02T09:05"}
    client.post(reverse("leads:attempt", args=[handoff.pk]), typed)
    assert Attempt.objects.get().attempted_at == cast.MONDAY + timedelta(minutes=5)


@pytest.mark.django_db
def test_without_javascript_more_leads_to_the_leads_page(north, client, clock):
    handoff = cast.handed(north)
    response = client.get(reverse("leads:attempt", args=[handoff.pk]))
    assert response.url == f"/leads/{handoff.lead_id}/#attempt"


@pytest.mark.django_db
def test_accepting_in_the_queue_can_be_undone(north, client, rep, clock):
    handoff = cast.handed(north)
    html = client.post(reverse("leads:accept", args=[handoff.pk]), {"next": URL}, headers=HTMX).content.decode()
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep) == ("accepted", rep)
    assert reverse("leads:unaccept", args=[handoff.pk]) in html
    client.post(reverse("leads:unaccept", args=[handoff.pk]), {"next": URL})
    handoff.refresh_from_db()
    assert (handoff.state, handoff.rep) == ("waiting", None)


@pytest.mark.django_db
def test_hostile_fields_are_escaped(north, client, clock):
    cast.handed(north, name="<script>alert(1)</script>", company="<b>", phone="javascript:alert(1)")
    html = client.get(URL).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert 'href="tel' not in html
    assert 'href="javascript' not in html


@pytest.mark.django_db
def test_a_partial_request_answers_the_list_alone(north, client, clock):
    cast.handed(north, name="Ada")
    html = client.get(URL, headers={**HTMX, "HX-Target": "queue-list"}).content.decode()
    assert "Ada" in html
    assert "<html" not in html
    counts = client.get(URL, headers={**HTMX, "HX-Target": "queue-counts"}).content.decode()
    assert "Overdue" in counts
    assert "Ada" not in counts


@pytest.mark.django_db
def test_an_empty_queue_says_what_belongs_there(north, client, clock):
    assert "Nothing to follow up" in client.get(URL).content.decode()


@pytest.mark.django_db
def test_what_was_followed_up_shows_until_when_the_rest_is_due(north, client, rep, clock):
    handoff = cast.handed(north, rep=rep)
    attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=TEN)
    page = client.get(f"{URL}?clock=followed_up")
    assert [row.next_due_at is not None for row in page.context["rows"]] == [True]
    assert "1 of 6" in page.content.decode()


@pytest.mark.django_db
def test_a_handoff_taken_back_meanwhile_is_not_found(north, client, rep, clock):
    handoff = cast.handed(north)
    accept(handoff, by=rep, at=TEN)
    Handoff.objects.all().delete()
    assert client.post(reverse("leads:accept", args=[handoff.pk]), headers=HTMX).status_code == 404


@pytest.mark.django_db
def test_a_lead_whose_clock_moves_on_meanwhile_is_on_exactly_one_page(north, client, clock, monkeypatch):
    """Fifty-two run; while the first page is read two of them become due soon, and one is called."""
    handed = [cast.handed(north, cast.MONDAY + timedelta(seconds=n), name=f"Lead {n:02}") for n in range(52)]
    first = client.get(f"{URL}?clock=running&whose=team")
    clock.move_to(TEN + timedelta(minutes=14), tick=False)
    attempts.record(handed[0], channel="phone", result="no_answer", by=cast.person("x@example.org"), at=TEN)
    second = client.get(URL + first.context["page"].next_url)
    assert names(first) + names(second) == [f"Lead {n:02}" for n in range(52)]
    assert second.context["page"].next_url == ""


@pytest.mark.django_db
def test_in_the_whole_queue_one_who_is_called_meanwhile_is_on_exactly_one_page(north, client, rep, clock):
    """Of the first page one is reached and one is not: both go down in the queue, and are not met again."""
    handed = [cast.handed(north, cast.MONDAY + timedelta(seconds=n), name=f"Lead {n:02}") for n in range(52)]
    first = client.get(f"{URL}?whose=team")
    clock.move_to(TEN + timedelta(minutes=1), tick=False)
    for number, result in ((0, "connected"), (1, "no_answer"), (51, "no_answer")):
        attempts.record(handed[number], channel="phone", result=result, by=rep, at=TEN + timedelta(minutes=1))
    second = client.get(URL + first.context["page"].next_url)
    assert names(first) + names(second) == [f"Lead {n:02}" for n in range(52)]


@pytest.mark.django_db
def test_a_filtered_queue_offers_the_whole_one(north, client, clock):
    assert client.get(URL).context["clear_url"] == ""
    assert client.get(f"{URL}?whose=mine").context["clear_url"] == URL


@pytest.mark.django_db
def test_with_whom_nothing_is_left_to_do_is_folded_and_has_a_list_of_its_own(north, client, rep, clock):
    pending, connected = cast.handed(north, rep=rep, name="Ada"), cast.handed(north, rep=rep, name="Bea")
    cast.attempted(connected, cast.MONDAY + timedelta(minutes=5), result="connected", rep=rep)
    page = client.get(URL)
    told = {name: [row.title for row in page.context[name]] for name in ("pending", "settled")}
    assert told == {"pending": ["Ada"], "settled": ["Bea"]}
    assert page.text.index("Ada") < page.text.index('id="queue-settled"') < page.text.index(">Bea<")
    own = client.get(f"{URL}?clock=followed_up")
    assert ([row.title for row in own.context["pending"]], own.context["settled"]) == (["Bea"], [])
    assert pending.pk in [row.handoff.pk for row in page.context["rows"]]
