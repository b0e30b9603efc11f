import re
from datetime import timedelta

import pytest
from django.urls import reverse

from leads.clock.sweep import note_clocks
from leads.models import Escalation
from leads.work import attempts
from leads.work.handoffs import hand_over
from smarketing.accounts.models import Role
from tests import cast

URL = "/leads/escalations/"
NOON = cast.MONDAY + timedelta(hours=3)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def client(signed_in, sales_lead):
    return signed_in(sales_lead)


@pytest.fixture
def noted(north):
    """One long overdue, one due soon, one fresh; the sweep has been there."""
    made = {
        "overdue": cast.handed(north, at=cast.MONDAY, name="Late"),
        "due_soon": cast.handed(north, at=NOON - timedelta(minutes=50), name="Soon"),
        "running": cast.handed(north, at=NOON - timedelta(minutes=5), name="Fresh"),
    }
    note_clocks(at=NOON)
    return made


def names(response):
    return [entry.row.title for entry, _reps in response.context["rows"]]


@pytest.mark.django_db
def test_escalations_are_for_team_leads(signed_in, rep, marketer, noted):
    assert signed_in(rep).get(URL).status_code == 403
    assert signed_in(marketer).get(URL).status_code == 403


@pytest.mark.django_db
def test_the_overdue_come_first_and_the_fresh_not_at_all(client, noted):
    assert names(client.get(URL)) == ["Late", "Soon"]


@pytest.mark.django_db
def test_the_counts_are_the_queues(client, noted):
    queue = client.get("/leads/queue/?whose=team").context["tiles"]
    page = client.get(URL)
    counts = page.context["counts"]
    assert [tile["count"] for tile in queue[:2]] == [counts.overdue, counts.due_soon] == [1, 1]


@pytest.mark.django_db
def test_another_teams_clocks_are_not_there(south, signed_in, noted):
    other = cast.person("ola@example.org", south.sales_team, role=Role.LEAD)
    client = signed_in(other)
    assert names(client.get(URL)) == []
    client.post(reverse("leads:seen"), {"all": "1"})
    client.post(reverse("leads:seen"), {"handoff": noted["overdue"].pk})
    assert not Escalation.objects.exclude(seen_at=None).exists()


@pytest.mark.django_db
def test_what_was_followed_up_is_gone(client, rep, noted):
    attempts.record(noted["overdue"], channel="phone", result="no_answer", by=rep, at=NOON)
    assert names(client.get(URL)) == ["Soon"]


@pytest.mark.django_db
def test_the_badge_counts_what_is_unseen_and_still_runs(client, rep, noted):
    count = reverse("leads:escalation_count")
    assert client.get(count).content.decode().strip().startswith("2")
    client.post(reverse("leads:seen"), {"handoff": noted["due_soon"].pk})
    assert client.get(count).content.decode().strip().startswith("1")
    attempts.record(noted["overdue"], channel="phone", result="no_answer", by=rep, at=NOON)
    assert client.get(count).content.decode().strip() == ""


@pytest.mark.django_db
def test_all_are_seen_at_once_and_by_whom(client, sales_lead, noted):
    html = client.post(reverse("leads:seen"), {"all": "1"}, follow=True).content.decode()
    assert "2 escalations are seen." in html
    assert set(Escalation.objects.values_list("seen_by", "seen_at")) == {(sales_lead.pk, NOON)}
    assert names(client.get(URL)) == ["Late", "Soon"]


@pytest.mark.django_db
def test_a_lead_is_assigned_from_there(client, rep, noted):
    handoff = noted["overdue"]
    response = client.post(reverse("leads:assign", args=[handoff.pk]), {"rep": rep.pk, "next": URL})
    handoff.refresh_from_db()
    assert (handoff.rep, response.url) == (rep, URL)


@pytest.mark.django_db
def test_what_came_late_from_a_file_is_counted_in_the_queue_and_said(north, client, noted):
    handoff = hand_over(cast.lead(north, name="Filed"), by=None, at=cast.MONDAY)
    handoff.clocks.update(recorded_at=NOON)
    note_clocks(at=NOON)
    page = client.get(URL)
    assert names(page) == ["Late", "Soon"]
    assert "2 in the queue" in " ".join(page.content.decode().split())


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_needs_the_same_queries_for_any_number_of_rows(north, client, count, django_assert_num_queries):
    for number in range(count):
        cast.handed(north, name=f"Lead {number}")
    note_clocks(at=NOON)
    with django_assert_num_queries(14):
        assert len(names(client.get(URL))) == count


@pytest.mark.django_db
def test_hostile_fields_are_escaped(north, client):
    cast.handed(north, name="<script>x</script>", source="<b>")
    note_clocks(at=NOON)
    html = client.get(URL).content.decode()
    assert "<script>x" not in html
    assert "<b>" not in html


@pytest.mark.django_db
def test_nothing_running_out_is_said(client):
    assert "Nothing is due soon or overdue" in client.get(URL).content.decode()


def test_who_saw_it_first_stays_named_when_somebody_else_sees_it_again(north, client, signed_in, sales_lead, noted):
    second = signed_in(cast.person("second@example.org", north.sales_team, role=Role.LEAD))
    client.post(f"{URL}seen/", {"handoff": noted["overdue"].pk})
    second.post(f"{URL}seen/", {"all": "1"})
    seen = dict(Escalation.objects.values_list("clock__handoff", "seen_by__email"))
    assert seen == {noted["overdue"].pk: sales_lead.email, noted["due_soon"].pk: "second@example.org"}


@pytest.mark.django_db
def test_what_is_overdue_leads_to_where_its_excuse_is_asked_for(client, noted):
    links = re.findall(r'href="([^"]+)#excuse"', client.get(URL).text)
    assert links == [noted["overdue"].lead.get_absolute_url()]
    assert 'id="excuse"' in client.get(links[0]).text
