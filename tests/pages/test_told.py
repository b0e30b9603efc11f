import pytest

from leads.doors.telling import keeping
from leads.models import OutDelivery, OutHook
from tests import cast

pytestmark = pytest.mark.django_db
FORM = {"name": "CRM", "url": "https://crm.example/in", "news": ["handoff.created", "deal.created"]}


def test_a_system_is_named_with_a_secret_shown_once_tried_told_again_and_stopped(signed_in, sales_lead, north):
    client = signed_in(sales_lead)
    made = client.post("/leads/told/", FORM | {"agreement": north.pk}, follow=True).content.decode()
    hook = OutHook.objects.get()
    url = f"/leads/told/{hook.pk}/"
    assert keeping.signing_secret(hook) in made
    assert keeping.signing_secret(hook) not in client.get(url).content.decode()
    client.post(f"{url}test/")
    delivery = OutDelivery.objects.get()
    assert "not sent yet" in client.get(url).content.decode()
    OutDelivery.objects.update(next_at=None, tries=10, status=500)
    page = client.get(url).content.decode()
    assert "given up: 500" in page
    client.post(f"/leads/told/deliveries/{delivery.pk}/again/")
    assert OutDelivery.objects.filter(next_at__isnull=False, tries=0).exists()
    renewed = client.post(f"{url}secret/", follow=True).content.decode()
    hook.refresh_from_db()
    assert keeping.signing_secret(hook) in renewed
    client.post(f"{url}stop/")
    assert not OutDelivery.objects.filter(next_at__isnull=False).exists()
    assert "Send a test" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"url": "http://crm.example/"}, {"url": "https://10.0.0.1/"}, {"news": ["lead.created"]}]
)
def test_what_may_not_be_called_or_read_is_refused_beside_its_field(signed_in, sales_lead, north, wrong):
    answer = signed_in(sales_lead).post("/leads/told/", FORM | {"agreement": north.pk} | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert not OutHook.objects.exists()


def test_a_system_of_another_agreement_is_not_there(signed_in, sales_lead, south):
    hook = keeping.make_out_hook("Foreign", "https://crm.example/", south, ["deal.created"], by=None, at=cast.MONDAY)
    delivery = keeping.send_test(hook, at=cast.MONDAY)
    client = signed_in(sales_lead)
    assert "Foreign" not in client.get("/leads/told/").content.decode()
    assert client.get(f"/leads/told/{hook.pk}/").status_code == 404
    for path in (f"{hook.pk}/secret/", f"{hook.pk}/stop/", f"{hook.pk}/test/", f"deliveries/{delivery.pk}/again/"):
        assert client.post(f"/leads/told/{path}").status_code == 404
