"""Forms sent at the same moment, through real connections; and a worker that dies before it has answered."""

import pytest
from django.db import connection
from django.urls import reverse

from leads.models import Attempt, Handoff, Inquiry, Lead
from smarketing.accounts.models import SentForm
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "/leads/new/"
ROUNDS = 40


class WorkerDies:
    """The server's last breath: all is done, nothing is answered."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        raise SystemExit(9)


@pytest.fixture
def typed(north):
    return {"agreement": north.pk, "name": "Ada", "email": "ada@example.org", "source": "fair"}


def sent(client, url, form, **headers):
    return lambda: client.post(url, form, headers=headers)


def test_one_form_sent_over_three_connections_at_once_makes_one_lead(signed_in, marketer, typed):
    clients = [signed_in(marketer) for _n in range(3)]
    for turn in range(ROUNDS):
        form = {**typed, "email": "", "form_key": f"k{turn}", "then": "hand_over"}
        answers = at_once(*[sent(client, NEW, form) for client in clients])
        assert {(answer.status_code, answer.url) for answer in answers} == {
            (302, Lead.objects.latest("pk").get_absolute_url())
        }
    assert (Lead.objects.count(), Handoff.objects.count()) == (ROUNDS, ROUNDS)


def test_one_click_sent_over_three_connections_at_once_is_one_attempt(signed_in, rep, north):
    handoff = cast.handed(north, at=cast.MONDAY)
    clients = [signed_in(rep) for _n in range(3)]
    url, call = reverse("leads:attempt", args=[handoff.pk]), {"channel": "phone", "result": "no_answer"}
    for turn in range(ROUNDS // 4):
        clicks = [sent(client, url, {**call, "form_key": turn}, **{"HX-Request": "true"}) for client in clients]
        assert [answer.status_code for answer in at_once(*clicks)] == [200, 200, 200]
    assert Attempt.objects.count() == ROUNDS // 4


def test_two_people_logging_one_address_at_once_make_one_lead_and_an_inquiry(signed_in, north, marketer, typed):
    clients = [signed_in(marketer), signed_in(cast.person("ole@example.org", north.marketing_team))]
    for turn in range(ROUNDS):
        form = {**typed, "email": f"lead-{turn}@example.org", "form_key": "k"}
        answers = at_once(*[sent(client, NEW, form) for client in clients])
        assert [answer.status_code for answer in answers] == [302, 302]
    assert (Lead.objects.count(), Inquiry.objects.filter(is_first=False).count()) == (ROUNDS, ROUNDS)


def test_a_worker_that_dies_before_it_answers_has_done_it_once(signed_in, marketer, typed, settings):
    form = {**typed, "form_key": "k", "then": "hand_over"}
    with_it = settings.MIDDLEWARE
    settings.MIDDLEWARE = [f"{__name__}.WorkerDies", *with_it]
    with pytest.raises(SystemExit):
        signed_in(marketer).post(NEW, form)
    settings.MIDDLEWARE = with_it
    client = signed_in(marketer)
    answer = client.post(NEW, form)
    assert answer.url == Lead.objects.get().get_absolute_url()
    assert "is handed over to sales" in client.get(answer.url).content.decode()
    assert Handoff.objects.count() == 1


def test_a_worker_that_dies_before_it_commits_has_done_nothing(signed_in, marketer, typed, monkeypatch):
    def dies(*_):
        raise SystemExit(9)

    form = {**typed, "form_key": "k"}
    monkeypatch.setattr("leads.pages.lead.new_page.logged", dies)
    with pytest.raises(SystemExit):
        signed_in(marketer).post(NEW, form)
    connection.close()
    assert (Lead.objects.count(), SentForm.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert signed_in(marketer).post(NEW, form).status_code == 302
    assert Lead.objects.count() == 1
