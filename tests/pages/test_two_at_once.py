"""Two people who do something with one handoff at the same moment, by the pages: nobody is misled, nothing fails."""

from datetime import timedelta

import pytest
from django.db.models.signals import post_init
from django.urls import reverse

from leads.models import Attempt, Deal, Event, Handoff
from leads.work import handoffs
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SOON = cast.MONDAY + timedelta(minutes=10)
QUEUE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/queue/"}
CALL = {"channel": "phone", "result": "no_answer"}
ROUNDS = 8


@pytest.fixture(autouse=True)
def _at_ten(time_machine):
    time_machine.move_to(SOON, tick=False)


@pytest.fixture
def second_rep(north):
    return cast.person("ron@example.org", north.sales_team, name="Ron Rep")


def sent(client, view: str, *args: object, headers=None, **fields: object):
    return lambda: client.post(reverse(f"leads:{view}", args=args), fields, headers=headers or {})


def said(answer) -> list[str]:
    return [text for _level, text, _undo in getattr(answer.wsgi_request, "said", [])]


@pytest.mark.parametrize("headers", [{}, QUEUE])
def test_of_two_reps_who_accept_at_once_the_second_learns_who_has_it(headers, signed_in, north, rep, second_rep):
    clients = {who.name: signed_in(who) for who in (rep, second_rep)}
    for turn in range(ROUNDS):
        handoff = cast.handed(north, email=f"lead-{turn}@example.org")
        answers = at_once(*[sent(client, "accept", handoff.pk, headers=headers) for client in clients.values()])
        holder = Handoff.objects.get(pk=handoff.pk).rep
        for name, answer in zip(clients, answers, strict=True):
            mine = name == holder.name
            assert said(answer) == ["Ada Lovelace is accepted." if mine else f"{holder.name} has this lead already."]
            assert answer.status_code == (200 if headers else 302)
            assert not headers or said(answer)[0] in answer.content.decode()
    assert Event.objects.filter(kind="accepted").count() == ROUNDS


def test_who_accepts_after_the_others_call_learns_who_has_it(signed_in, north, rep, second_rep):
    handoff = cast.handed(north)
    sent(signed_in(rep), "attempt", handoff.pk, **CALL)()
    assert said(sent(signed_in(second_rep), "accept", handoff.pk)()) == ["Rob Rep has this lead already."]


def test_who_has_it_may_accept_what_the_team_lead_has_accepted(signed_in, north, rep, sales_lead):
    handoff = cast.handed(north, rep=rep)
    sent(signed_in(sales_lead), "accept", handoff.pk)()
    assert said(sent(signed_in(rep), "accept", handoff.pk)()) == ["Ada Lovelace is accepted."]


@pytest.mark.parametrize("view", ["accept", "attempt"])
@pytest.mark.parametrize("headers", [{}, QUEUE])
def test_a_handoff_taken_back_in_this_moment_is_told_and_never_a_fault(view, headers, signed_in, north, rep, marketer):
    """The rep's request has found the handoff when marketing takes it back."""
    handoff, client = cast.handed(north), signed_in(rep)
    is_found = []

    def take_back_once(instance, **_):
        if instance.pk == handoff.pk and not is_found:
            is_found.append(True)
            at_once(lambda: handoffs.take_back(handoff, by=marketer, at=SOON))

    post_init.connect(take_back_once, sender=Handoff)
    try:
        answer = sent(client, view, handoff.pk, headers=headers, **CALL)()
    finally:
        post_init.disconnect(take_back_once, sender=Handoff)
    assert answer.status_code == (200 if headers else 302 if view == "accept" else 422)
    assert not Handoff.objects.exists()
    assert said(answer) == ["This handoff was taken back."]
    page = answer.content.decode()
    assert not headers or ("This handoff was taken back." in page and "<tbody" not in page)


@pytest.mark.parametrize("view", ["accept", "attempt", "assign", "send_back", "close"])
def test_taking_back_during_anothers_action_leaves_one_of_the_two(view, signed_in, north, rep, marketer):
    marketing, sales = signed_in(marketer), signed_in(rep)
    fields = {**CALL, "rep": rep.pk, "reason": "duplicate", "outcome": "lost"}
    for turn in range(ROUNDS):
        handoff = cast.handed(north, email=f"lead-{turn}@example.org")
        answers = at_once(
            sent(sales, view, handoff.pk, headers=QUEUE, **fields), sent(marketing, "take_back", handoff=handoff.pk)
        )
        assert {answer.status_code for answer in answers} <= {200, 302, 404, 422}
        assert all(said(answer) or answer.status_code in (404, 422) for answer in answers)


def test_of_two_who_take_a_lead_at_once_the_second_learns_who_has_it(signed_in, north, rep, second_rep):
    clients = {who: signed_in(who) for who in (rep, second_rep)}
    for turn in range(ROUNDS):
        handoff = cast.handed(north, email=f"lead-{turn}@example.org")
        answers = at_once(
            *[sent(client, "assign", handoff.pk, rep=who.pk, holder="") for who, client in clients.items()]
        )
        holder = Handoff.objects.get(pk=handoff.pk).rep
        told = {who: said(answer) for who, answer in zip(clients, answers, strict=True)}
        assert told.pop(holder) == [f"Ada Lovelace is with {holder.name} now."]
        assert list(told.values()) == [[f"{holder.name} has this lead already."]]


def test_the_page_says_whom_it_showed_as_the_rep(signed_in, north, rep, sales_lead):
    handoff = cast.handed(north, rep=rep)
    page = signed_in(sales_lead).get(handoff.lead.get_absolute_url()).content.decode()
    assert f'name="holder" value="{rep.pk}"' in page
    assert 'name="holder" value=""' in signed_in(rep).get(cast.handed(north).lead.get_absolute_url()).content.decode()


def test_a_lead_accepted_in_this_moment_is_not_given_away_with_the_unassigned(signed_in, north, rep, sales_lead):
    clients = signed_in(rep), signed_in(sales_lead)
    other = cast.person("ron@example.org", north.sales_team, name="Ron Rep")
    for turn in range(ROUNDS):
        handoff = cast.handed(north, email=f"lead-{turn}@example.org")
        give = {"handoff": handoff.pk, "rep": other.pk, "unassigned": "on"}
        accepted, given = at_once(sent(clients[0], "accept", handoff.pk), sent(clients[1], "give_away", **give))
        holder = Handoff.objects.get(pk=handoff.pk).rep
        assert {accepted.status_code, given.status_code} == {302}
        assert Event.objects.filter(handoff=handoff, kind="assigned").count() == (holder == other)


@pytest.mark.parametrize(
    ("view", "fields"), [("close", {"outcome": "won", "revenue": "5"}), ("send_back", {"reason": "duplicate"})]
)
def test_what_ends_a_handoff_is_done_once(view, fields, signed_in, north, rep, sales_lead):
    clients = signed_in(rep), signed_in(sales_lead)
    for turn in range(ROUNDS):
        handoff = cast.handed(north, rep=rep, email=f"lead-{turn}@example.org")
        cast.attempted(handoff, SOON, rep=rep)
        answers = at_once(*[sent(client, view, handoff.pk, **fields) for client in clients])
        assert sorted(answer.status_code for answer in answers) == [302, 422]
        assert "This handoff is closed." in max(answers, key=lambda answer: answer.status_code).content.decode()
    assert Deal.objects.count() == (ROUNDS if view == "close" else 0)


def test_an_attempt_withdrawn_by_another_is_told(signed_in, north, rep, sales_lead):
    handoff = cast.handed(north, rep=rep)
    sent(signed_in(rep), "attempt", handoff.pk, **CALL)()
    attempt = Attempt.objects.get()
    answers = at_once(*[sent(signed_in(who), "withdraw", attempt.pk) for who in (rep, sales_lead)])
    assert [answer.status_code for answer in answers] == [302, 302]
    words = sorted(said(answer)[0] for answer in answers)
    assert words == ["The attempt for Ada Lovelace is withdrawn.", "This attempt has already been withdrawn."]
