from datetime import timedelta

import pytest

from leads.models import Handoff
from leads.work.handoffs import send_back
from tests import cast

URL = "/leads/"


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(cast.MONDAY + timedelta(minutes=10), tick=False)


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


def names(response):
    return [row.lead.name for row in response.context["rows"]]


@pytest.mark.django_db
def test_each_sees_the_own_leads_the_newest_first(north, south, signed_in, marketer, rep):
    cast.handed(north, name="Handed over")
    cast.lead(north, name="Fresh")
    cast.handed(south, name="Foreign")
    assert names(signed_in(marketer).get(URL)) == ["Fresh", "Handed over"]
    assert names(signed_in(rep).get(URL)) == ["Handed over"]


@pytest.mark.django_db
def test_leadership_has_no_list_of_leads(signed_in, leader):
    assert signed_in(leader).get(URL).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lovelace", ["Ada Lovelace"]),
        ("q=GRACE%40example.org", ["Grace Hopper"]),
        ("q=x-17", ["Grace Hopper"]),
        ("q=%25", []),
        ("source=fair", ["Ada Lovelace"]),
        ("tier=B", ["Grace Hopper"]),
        ("state=none", ["Grace Hopper"]),
        ("state=waiting", ["Ada Lovelace"]),
        ("state=won", []),
        ("since=2026-03-02", ["Ada Lovelace"]),
        ("until=2026-03-01", ["Grace Hopper"]),
        ("until=9999-12-31", ["Ada Lovelace", "Grace Hopper"]),
        ("since=0001-01-01", ["Ada Lovelace", "Grace Hopper"]),
        ("since=soon&state=x&q=", ["Ada Lovelace", "Grace Hopper"]),
    ],
)
def test_the_filter_shows_what_was_asked_for(north, client, query, found):
    cast.handed(north, name="Ada Lovelace")
    fields = {"source": "web", "tier": "B", "email": "grace@example.org", "external_id": "X-17"}
    cast.lead(north, at=cast.local(north, "2026-03-01 23:59"), name="Grace Hopper", **fields)
    assert names(client.get(f"{URL}?{query}")) == found


@pytest.mark.django_db
def test_the_state_is_that_of_the_latest_handoff(north, client, rep):
    handoff = cast.handed(north, at=cast.MONDAY - timedelta(days=7), name="Ada")
    send_back(handoff, reason="duplicate", by=rep, at=cast.MONDAY)
    assert names(client.get(f"{URL}?state=returned")) == ["Ada"]
    cast.hand_over(handoff.lead, by=None, at=cast.MONDAY)
    assert names(client.get(f"{URL}?state=returned")) == []
    assert names(client.get(f"{URL}?state=waiting")) == ["Ada"]


@pytest.mark.django_db
def test_the_agreement_can_be_chosen_where_there_are_several(north, south, signed_in):
    both = cast.person("both@example.org", north.marketing_team, south.marketing_team)
    cast.lead(north, name="North")
    cast.lead(south, name="South")
    client = signed_in(both)
    assert names(client.get(f"{URL}?agreement=south")) == ["South"]
    assert sorted(names(client.get(f"{URL}?agreement=other"))) == ["North", "South"]


@pytest.mark.django_db
def test_pages_follow_each_other_without_a_gap(north, client):
    for number in range(101):
        cast.lead(north, at=cast.MONDAY - timedelta(minutes=number // 3), name=f"{number:03}")
    seen, page = [], client.get(URL)
    while True:
        seen += names(page)
        if not (further := page.context["page"].next_url):
            break
        page = client.get(URL + further)
    assert len(seen) == len(set(seen)) == 101


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_needs_the_same_queries_for_any_number_of_rows(north, client, count, django_assert_num_queries):
    for number in range(count):
        cast.handed(north, name=f"Lead {number}")
    with django_assert_num_queries(11):
        assert len(names(client.get(URL))) == count


@pytest.mark.django_db
def test_only_what_can_be_handed_over_has_a_box(north, client, rep):
    cast.lead(north, name="Fresh")
    cast.handed(north, name="With sales")
    assert client.get(URL).content.decode().count('name="lead"') == 1


@pytest.mark.django_db
def test_sales_finds_no_boxes(north, signed_in, rep):
    send_back(cast.handed(north), reason="duplicate", by=rep, at=cast.MONDAY)
    assert 'name="lead"' not in signed_in(rep).get(URL).content.decode()


@pytest.mark.django_db
def test_hostile_fields_are_escaped(north, client):
    cast.lead(north, name="<script>x</script>", source="<b>", tier="<i>", company="<u>")
    html = client.get(f"{URL}?source=%3Cscript%3E").content.decode() + client.get(URL).content.decode()
    assert not [tag for tag in ("<script>x", "<b>", "<i>", "<u>") if tag in html]


@pytest.mark.django_db
def test_an_empty_list_says_how_to_begin(client, north):
    assert "Log the first lead" in client.get(URL).content.decode()
    assert "No lead matches" in client.get(f"{URL}?q=nobody").content.decode()
    assert not Handoff.objects.exists()


@pytest.mark.django_db
def test_the_list_is_filtered_by_rep_clock_and_what_is_missing(north, client, rep):
    cast.handed(north, at=cast.MONDAY - timedelta(days=7), rep=rep, name="Late")
    cast.handed(north, name="Nobody's", source="", tier="B")
    other = cast.person("ria@example.org", north.sales_team)
    moved = cast.handed(north, rep=rep, name="Moved", tier="")
    Handoff.objects.filter(pk=moved.pk).update(rep=other)
    assert names(client.get(URL, {"rep": rep.pk})) == ["Late"]
    assert names(client.get(URL, {"rep": other.pk})) == ["Moved"]
    assert names(client.get(URL, {"rep": "nobody"})) == ["Nobody's"]
    assert names(client.get(URL, {"clock": "overdue"})) == ["Late"]
    assert names(client.get(URL, {"source": " "})) == ["Nobody's"]
    assert names(client.get(URL, {"tier": " "})) == ["Moved"]


@pytest.mark.django_db
def test_what_is_shown_is_exported_and_no_more(north, south, signed_in, marketer, rep):
    cast.lead(north, name="=1+1", company="Ä;B", phone="+49 170 1234567", tier="B")
    cast.lead(north, name="Hidden by the filter")
    cast.lead(south, name="Foreign", tier="B")
    marketer.language = "de"
    marketer.save()
    lines = signed_in(marketer).get(f"{URL}export/?tier=B").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name;Firma;E-Mail;Telefon;")
    assert [line.split("T;")[0].split(";ada")[0] for line in lines[1:]] == ['\'=1+1;"Ä;B"']
    assert ";+49 170 1234567;" in lines[1]
    assert len(signed_in(rep).get(f"{URL}export/").getvalue().splitlines()) == 1
