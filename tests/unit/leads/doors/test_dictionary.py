from decimal import Decimal

import pytest

from agreements.promises.promise import SpeedPromise
from leads.doors.dictionary import mean, meanings
from leads.doors.files.writing.reps import match_rep
from leads.doors.form import edit_lead, log_lead
from leads.doors.words_in_use import words_in_use
from leads.models import Attempt, Handoff, Lead, Word
from tests import cast
from tests.unit.leads.doors.files.files import taken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def leads_file(*words):
    return "id,created,source,tier\n" + "".join(f"{n},2026-01-05,{word}\n" for n, word in enumerate(words))


def test_one_source_however_it_is_written_is_one_group_in_its_first_spelling(north):
    taken(
        north,
        "leads",
        leads_file("LinkedIn,", "linkedin,", "M\u00fcller,", "Mu\u0308ller,", "Trade fair,", "TRADE\u00a0Fair,"),
    )
    sources = Lead.objects.order_by("external_id").values_list("source", flat=True)
    assert list(sources) == ["LinkedIn", "LinkedIn", "Müller", "Müller", "Trade fair", "Trade fair"]
    assert words_in_use([north]).sources == ["LinkedIn", "Müller", "Trade fair"]


def test_a_tier_that_the_agreement_promises_is_written_as_it_promises(north):
    cast.promise(north.versions.get(), SpeedPromise(within_minutes=Decimal(10), tier="A"))
    taken(north, "leads", leads_file(",a", ",b", ",B", ",A"))
    assert list(Lead.objects.order_by("external_id").values_list("tier", flat=True)) == ["A", "b", "b", "A"]
    assert words_in_use([north]).tiers == ["A", "b"]


def test_what_a_word_means_wins_over_its_spelling(north, south):
    mean(north.pk, "source", "Messe ", "Trade fair")
    mean(north.pk, "result", "Ja", "connected")
    for agreement in (north, south):
        taken(agreement, "leads", leads_file("messe,"))
    assert dict(Lead.objects.values_list("agreement__slug", "source")) == {"north": "Trade fair", "south": "messe"}
    assert meanings(north.pk) == {"source": {"messe": "Trade fair"}, "result": {"ja": "connected"}}
    assert meanings(south.pk) == {}


def test_the_form_and_the_edit_page_write_words_as_the_files_do(north, marketer):
    taken(north, "leads", leads_file("LinkedIn,A"))
    logged = Lead(agreement=north, name="Ada", created_at=cast.MONDAY, source=" linkedin", tier="a")
    lead = log_lead(logged, by=marketer, at=cast.MONDAY)
    assert (lead.source, lead.tier) == ("LinkedIn", "A")
    assert edit_lead(lead, {"source": "LINKEDIN"}, by=marketer, at=cast.MONDAY) == []
    assert edit_lead(lead, {"source": "Fair"}, by=marketer, at=cast.MONDAY) == ["source"]
    assert sorted(Word.objects.filter(field="source").values_list("spelling", flat=True)) == ["Fair", "LinkedIn"]


def test_a_rep_matched_in_one_spelling_is_matched_in_all(north, rep, marketer):
    taken(north, "leads", leads_file("x,"))
    taken(north, "handoffs", "lead_id,handed_at,rep\n0,2026-01-05 09:00,R\u00fcdiger\n")
    taken(north, "attempts", "lead_id,attempted_at,result,rep\n0,2026-01-05 10:00,sent,ru\u0308diger \n")
    assert match_rep(north, "R\u00fcdiger", rep, by=marketer, at=cast.MONDAY) == 2
    taken(north, "attempts", "lead_id,attempted_at,result,rep\n0,2026-01-06 10:00,sent,R\u00dcDIGER\n")
    assert {*Attempt.objects.values_list("rep", flat=True), Handoff.objects.get().rep_id} == {rep.pk}


def test_an_id_in_another_unicode_form_links(north):
    taken(north, "attempts", "lead_id,attempted_at,result\nMu\u0308-1,2026-01-05 10:00,sent\n")
    taken(north, "leads", "id,created\nM\u00fc-1\u00a0,2026-01-05\n")
    assert Attempt.objects.get().lead.external_id == "Mü-1"


def test_what_a_word_means_is_said_once_and_kept_for_later_files(north, south):
    calls = "lead_id,attempted_at,result\n0,2026-01-{day} 10:00,Jau\n"
    for agreement in (north, south):
        taken(agreement, "leads", leads_file("x,"))
    taken(north, "attempts", calls.format(day="05"), words={"result": {"jau": "connected"}})
    assert (taken(north, "attempts", calls.format(day="06")).created, Attempt.objects.count()) == (1, 2)
    assert {*Attempt.objects.values_list("result", flat=True)} == {"connected"}
    assert taken(south, "attempts", calls.format(day="06")).rejected == 1
    taken(north, "attempts", calls.format(day="07"), words={"result": {"JAU": "sent"}})
    assert Attempt.objects.latest("attempted_at").result == "sent"
