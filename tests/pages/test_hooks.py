import pytest

from leads.doors.api.tokens import make_token
from leads.doors.hooks.keeping import make_hook
from leads.models import InHook
from smarketing.accounts.models import Role
from tests import cast
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


@pytest.mark.parametrize("kind", ["attempts", "calls"])
def test_one_side_has_no_secret_of_the_others_hook_and_does_not_shut_it(signed_in, sales_lead, north, kind):
    """With it marketing would write the attempts by which sales is judged."""
    leader = cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")
    hook = make_hook("Telephone", kind, north, by=sales_lead, at=cast.MONDAY)
    ours, theirs = signed_in(sales_lead), signed_in(leader)
    seed = hook.seed
    for action in ("secret", "shut"):
        assert theirs.post(f"/leads/hooks/{hook.pk}/{action}/").status_code == 403
        assert f"/leads/hooks/{hook.pk}/{action}/" not in theirs.get(f"/leads/hooks/{hook.pk}/").text
        assert f"/leads/hooks/{hook.pk}/{action}/" in ours.get(f"/leads/hooks/{hook.pk}/").text
    hook.refresh_from_db()
    assert (hook.seed, hook.token.revoked_at) == (seed, None)


@pytest.mark.parametrize("scope", ["attempts:write", "attempts:read"])
def test_one_side_does_not_revoke_the_others_token(signed_in, sales_lead, north, scope):
    leader = cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")
    token, _text = make_token("CRM", [scope], [north], by=sales_lead, at=cast.MONDAY)
    assert signed_in(leader).post(f"/leads/tokens/{token.pk}/revoke/").status_code == 403
    assert f"/leads/tokens/{token.pk}/revoke/" not in signed_in(leader).get("/leads/tokens/").text
    signed_in(sales_lead).post(f"/leads/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_by == sales_lead
