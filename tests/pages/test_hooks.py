import pytest

from leads.models import InHook
from tests.unit.leads.doors.test_hooks import CALL, LEAD, Sender

pytestmark = pytest.mark.django_db


def test_a_secret_is_shown_once_and_what_is_made_of_it_is_refused_after_the_door_is_shut(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    made = client.post("/leads/hooks/", {"name": "Exchange", "kind": "calls", "agreement": north.pk}, follow=True)
    hook = InHook.objects.get()
    exchange = Sender.of(hook)
    page = made.content.decode()
    assert exchange.secret in page
    assert f"http://testserver/api/hooks/{hook.address}/" in page
    assert exchange.call(CALL).status_code == 202
    again = client.get(made.redirect_chain[-1][0]).content.decode()
    assert exchange.secret not in again
    assert "+49301234567" in again
    assert "msg_1" in again
    renewed = client.post(f"/leads/hooks/{hook.pk}/secret/", follow=True).content.decode()
    hook.refresh_from_db()
    assert Sender.of(hook).secret in renewed
    client.post(f"/leads/hooks/{hook.pk}/shut/")
    assert Sender.of(hook).call(CALL).status_code == 404
    assert client.get("/leads/tokens/").context["tokens"] == []


def test_nobody_makes_a_door_for_what_they_may_not_do(signed_in, sales_lead, north):
    answer = signed_in(sales_lead).post("/leads/hooks/", {"name": "Shop", "kind": "leads", "agreement": north.pk})
    assert answer.status_code == 422
    assert not InHook.objects.exists()


def test_a_hook_of_another_agreement_is_not_there(signed_in, sales_lead, south):
    shop = Sender(south)
    shop.call(LEAD)
    client = signed_in(sales_lead)
    assert "Shop" not in client.get("/leads/hooks/").content.decode()
    for way in ("", "secret/", "shut/"):
        url = f"/leads/hooks/{shop.hook.pk}/{way}"
        assert (client.post(url) if way else client.get(url)).status_code == 404
