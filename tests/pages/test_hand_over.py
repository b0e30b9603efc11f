from datetime import timedelta

import pytest
from django.urls import reverse

from leads.enums import EventKind
from leads.models import Event, Handoff
from leads.work.handoffs import NotInForce, accept, hand_over, send_back
from smarketing.accounts.models import User
from tests import cast

TEN = cast.MONDAY + timedelta(minutes=10)
HAND_OVER, TAKE_BACK = "/leads/hand-over/", "/leads/take-back/"


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(TEN, tick=False)


@pytest.fixture
def client(signed_in, marketer):
    return signed_in(marketer)


def post(client, view, handoff, **data):
    return client.post(reverse(f"leads:{view}", args=[handoff.pk]), data)


@pytest.mark.django_db
def test_many_at_once_with_one_undo_for_all(north, client):
    leads = [cast.lead(north, name=f"Lead {number}") for number in range(3)]
    response = client.post(HAND_OVER, {"lead": [lead.pk for lead in leads]}, follow=True)
    html = response.content.decode()
    assert "3 leads are handed over to sales." in html
    assert Handoff.objects.filter(handed_at=TEN).count() == 3
    ids = "&amp;".join(f"handoff={pk}" for pk in Handoff.objects.order_by("pk").values_list("pk", flat=True))
    assert ids in html


@pytest.mark.django_db
def test_under_an_agreement_that_has_ended_nothing_is_handed_over(north, client):
    """Neither in the list nor with logging; nor by an action that no page has asked before."""
    lead = cast.lead(north, name="Grace")
    ends = {"number": 2, "state": "in_force", "calendar": {"week": cast.OFFICE_HOURS}, "is_cancellation": True}
    north.versions.create(effective_on=TEN.date(), **ends)
    said = "The agreement has ended: nothing is handed over under it any more."
    assert said in client.post(HAND_OVER, {"lead": [lead.pk]}, follow=True).text
    logged = {"agreement": north.pk, "name": "New", "email": "new@example.org", "source": "fair", "hand_over": "1"}
    assert said in client.post("/leads/new/", logged, follow=True).text
    with pytest.raises(NotInForce, match="has ended"):
        hand_over(lead, by=None, at=TEN)
    assert not Handoff.objects.exists()
    assert hand_over(
        cast.lead(north, email="eve@example.org"), by=None, at=TEN - timedelta(days=1)
    ).pk  # still in force


@pytest.mark.django_db
def test_who_is_left_out_is_named_with_the_reason(north, client):
    cast.handed(north, name="Ada")
    ada, grace = Handoff.objects.get().lead, cast.lead(north, name="Grace")
    html = client.post(HAND_OVER, {"lead": [ada.pk, grace.pk]}, follow=True).content.decode()
    assert "Grace is handed over to sales." in html
    assert "This lead is already with sales. (Ada)" in html


@pytest.mark.django_db
def test_undo_takes_back_those_that_nobody_has_touched(north, client, rep):
    first, second = cast.handed(north, name="Ada"), cast.handed(north, name="Grace")
    accept(first, by=rep, at=TEN)
    html = client.post(f"{TAKE_BACK}?handoff={first.pk}&handoff={second.pk}", follow=True).content.decode()
    assert "1 handoff is taken back." in html
    assert "Sales has begun to work on it" in html
    assert list(Handoff.objects.all()) == [first]


@pytest.mark.django_db
def test_a_double_click_on_undo_says_that_it_is_done(north, client):
    url = f"{TAKE_BACK}?handoff={cast.handed(north).pk}"
    client.post(url)
    assert "already been taken back" in client.post(url, follow=True).content.decode()
    assert Event.objects.filter(kind=EventKind.TAKEN_BACK).count() == 1


@pytest.mark.django_db
def test_nothing_ticked_is_said(client, north):
    assert "Tick the leads" in client.post(HAND_OVER, follow=True).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("ids", [["x"], ["-1"], ["9" * 30], ["1"] * 501, ["²"]])
def test_ids_that_are_none_are_not_found(client, north, ids):
    assert client.post(HAND_OVER, {"lead": ids}).status_code == 404


@pytest.mark.django_db
def test_one_foreign_lead_among_them_and_none_is_handed_over(north, south, client):
    own, foreign = cast.lead(north), cast.lead(south)
    assert client.post(HAND_OVER, {"lead": [own.pk, foreign.pk]}).status_code == 404
    assert not Handoff.objects.exists()


@pytest.mark.django_db
def test_sales_may_not_hand_over_what_it_sees(north, south, signed_in, rep):
    returned = cast.handed(north)
    send_back(returned, reason="duplicate", by=rep, at=TEN)
    both = cast.person("both@example.org", north.sales_team, south.marketing_team)
    assert signed_in(rep).post(HAND_OVER, {"lead": returned.lead_id}).status_code == 403
    assert signed_in(both).post(HAND_OVER, {"lead": returned.lead_id}).status_code == 403
    assert signed_in(both).post(TAKE_BACK, {"handoff": returned.pk}).status_code == 403


@pytest.mark.django_db
def test_a_stranger_finds_nothing_to_take_back(north, signed_in, stranger):
    assert signed_in(stranger).post(TAKE_BACK, {"handoff": cast.handed(north).pk}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "view", ["accept", "unaccept", "assign", "send_back", "undo_return", "close", "reopen", "attempt"]
)
def test_a_foreign_handoff_is_not_there_and_marketing_may_only_look(north, signed_in, marketer, stranger, view):
    handoff = cast.handed(north)
    assert post(signed_in(stranger), view, handoff).status_code == 404
    assert post(signed_in(marketer), view, handoff).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["accept", "unaccept", "assign", "send_back", "undo_return", "close", "reopen"])
def test_looking_changes_nothing(north, signed_in, rep, view):
    handoff = cast.handed(north)
    assert signed_in(rep).get(reverse(f"leads:{view}", args=[handoff.pk])).status_code in (302, 405)


@pytest.mark.django_db
def test_a_rep_takes_a_handoff_and_gives_it_back(north, signed_in, rep):
    handoff, client = cast.handed(north), signed_in(rep)
    post(client, "assign", handoff, rep=rep.pk)
    assert Handoff.objects.get().rep == rep
    post(client, "assign", handoff, rep="")
    assert Handoff.objects.get().rep is None


@pytest.mark.django_db
def test_a_rep_gives_it_to_nobody_else_and_takes_nobody_elses_away(north, signed_in, rep, sales_lead):
    free, others = cast.handed(north), cast.handed(north, rep=sales_lead)
    assert post(signed_in(rep), "assign", free, rep=sales_lead.pk).status_code == 403
    assert post(signed_in(rep), "assign", others, rep="").status_code == 403


@pytest.mark.django_db
def test_the_team_lead_gives_it_to_any_rep_of_the_team(north, signed_in, rep, sales_lead, stranger):
    handoff, client = cast.handed(north), signed_in(sales_lead)
    post(client, "assign", handoff, rep=rep.pk)
    assert Handoff.objects.get().rep == rep
    html = client.post(reverse("leads:assign", args=[handoff.pk]), {"rep": stranger.pk}, follow=True).content.decode()
    assert "not in the sales team" in html
    assert Handoff.objects.get().rep == rep


@pytest.mark.django_db
def test_nobody_who_left_is_given_a_lead(north, signed_in, rep, sales_lead):
    handoff = cast.handed(north)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    post(signed_in(sales_lead), "assign", handoff, rep=rep.pk)
    assert Handoff.objects.get().rep is None


@pytest.mark.django_db
def test_a_returned_lead_is_handed_over_again(north, client, rep):
    handoff = cast.handed(north)
    send_back(handoff, reason="duplicate", by=rep, at=cast.MONDAY)
    client.post(HAND_OVER, {"lead": handoff.lead_id})
    assert Handoff.objects.filter(lead=handoff.lead).count() == 2
    assert Event.objects.get(kind=EventKind.RECYCLED).handoff.handed_at == TEN


@pytest.mark.django_db
def test_what_the_rules_refuse_is_a_message(north, signed_in, rep):
    handoff = cast.handed(north)
    client = signed_in(rep)
    html = client.post(reverse("leads:undo_return", args=[handoff.pk]), follow=True).content.decode()
    assert "This handoff is not returned." in html
    html = client.post(reverse("leads:reopen", args=[handoff.pk]), follow=True).content.decode()
    assert "This lead is not closed." in html


@pytest.mark.django_db
def test_the_notice_says_how_many_are_handed_over_again_after_a_return(north, signed_in, marketer, rep):
    returned, fresh = cast.handed(north), [cast.lead(north) for _ in range(2)]
    send_back(returned, reason="duplicate", by=rep, at=cast.MONDAY + timedelta(minutes=1))
    asked = {"lead": [returned.lead_id, *(lead.pk for lead in fresh)]}
    page = signed_in(marketer).post("/leads/hand-over/", asked, follow=True).text
    assert "3 leads are handed over to sales. 1 of them again after a return." in page
