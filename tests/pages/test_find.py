"""One search from every page."""

from datetime import timedelta

import pytest

from leads.models import Lead
from leads.work import attempts
from tests import cast

pytestmark = pytest.mark.django_db
URL = "/leads/find/"


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(cast.MONDAY + timedelta(hours=2), tick=False)


def hits(client, question: str) -> list[str]:
    found = [lead.name for lead in client.get(URL, {"q": question}).context["hits"]]
    listed = [row.lead.name for row in client.get("/leads/", {"q": question}).context["rows"]]
    assert listed == found or not question.strip()
    return found


def test_all_words_in_any_order_in_any_field_and_what_was_noted(north, signed_in, marketer, rep):
    handoff = cast.handed(north, name="Jörg Müller", company="Bäcker AG", email="j@x.example", phone="+49 170 1234567")
    cast.lead(north, name="Jörg Maier", company="Bäcker AG", email="m@x.example")
    call = {"channel": "phone", "result": "no_answer", "by": rep, "at": cast.MONDAY + timedelta(hours=1)}
    noted = attempts.record(handoff, **call, note="Will ein Angebot für Türen")
    client = signed_in(marketer)
    for question in (
        "mueller",
        "BACKER jorg muller",
        "0170/1234567 bäcker",
        "tueren müller",
        "j mü",
        "x.example angebot",
    ):
        assert hits(client, question) == ["Jörg Müller"], question
    assert hits(client, "jörg bäcker") == ["Jörg Maier", "Jörg Müller"]
    assert hits(client, "angebot maier") == []
    attempts.withdraw(noted, by=rep, at=cast.MONDAY + timedelta(hours=2))
    assert hits(client, "angebot") == []
    Lead.objects.filter(name="Jörg Maier").update(name="Ida")
    assert hits(client, "maier") == []
    assert hits(client, "ida") == ["Ida"]


@pytest.mark.parametrize(
    "question", ["%", "_da", "a%a", '"', 'ada" OR "x', "NOT ada", "ada AND", "a*", "-ada", "\\", "🙂"]
)
def test_signs_of_the_database_are_plain_text(north, signed_in, marketer, question):
    cast.lead(north, name="Ada or x")
    assert hits(signed_in(marketer), question) == []
    Lead.objects.update(name=f"Strange {question}")
    assert hits(signed_in(marketer), question) == [f"Strange {question}"]


@pytest.mark.parametrize("question", ["", "  ", "\u202e", "\u0301", "x" * 5000, "a " * 5000, "ש", "'" * 300])
def test_odd_questions_have_sensible_answers(north, signed_in, marketer, question):
    cast.lead(north, name="Ada")
    assert hits(signed_in(marketer), question) == (["Ada"] if question[:2] == "a " else [])


def test_nothing_is_felt_of_what_one_may_not_see(north, south, signed_in, marketer, rep, leader, administrator):
    cast.lead(south, name="Wanda Geheim")
    cast.lead(north, name="Willi Fresh")
    for person in (marketer, rep):
        page = signed_in(person).get(URL, {"q": "gehiem"})
        assert (page.context["hits"], page.context["meant"]) == ([], "")
        assert hits(signed_in(person), "wanda") == []
    assert hits(signed_in(rep), "willi") == []
    assert signed_in(leader).get(URL, {"q": "wanda"}).status_code == 403
    assert "data-find" not in signed_in(leader).get("/reports/").text
    assert hits(signed_in(administrator), "wanda") == ["Wanda Geheim"]
    assert "data-find" in signed_in(rep).get("/leads/queue/").text


@pytest.mark.parametrize(
    ("question", "meant"), [("Mullarr", "Müller"), ("jorg schmodt", "jorg Schmidt"), ("xyzzyx", "")]
)
def test_a_slip_is_answered_by_what_may_have_been_meant(north, signed_in, marketer, question, meant):
    cast.lead(north, name="Jörg Müller")
    cast.lead(north, name="Jörg Schmidt")
    client = signed_in(marketer)
    page = client.get(URL, {"q": question})
    assert (page.context["hits"], page.context["meant"]) == ([], meant)
    shown = client.get("/leads/", {"q": question})
    assert ("Did you mean" in shown.text) == bool(meant)
    assert not meant or hits(client, meant)


def test_much_is_found_whole_and_counted_honestly(north, south, signed_in, marketer, rep, monkeypatch):
    """More than is read at once: nothing is hidden by what others may see, and the count says that it stopped."""
    monkeypatch.setattr("leads.finding.search.MOST", 2)
    for n in range(4):
        cast.lead(south, name=f"Ada Fremd {n}")
    own = [cast.handed(north, name=f"Ada Berg {n}").lead.name for n in range(3)]
    for person in (marketer, rep):
        client = signed_in(person)
        assert sorted(hits(client, "ada")) == own
        assert "at least" in client.get("/leads/", {"q": "ada"}).context["page"].count_text
        assert client.get("/leads/", {"q": "ada berg 1"}).context["page"].count_text == "1 in all"
