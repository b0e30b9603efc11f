"""What an agreement says of returns: by default, of its own, and as it is read from files and shown to people."""

from dataclasses import replace

import pytest
from django.utils import translation

from agreements.document.clauses import DEFAULT_REASONS, ReasonClause
from agreements.document.stored import document_of
from agreements.document.text import DocumentError, read, write
from agreements.document.versions import ReasonInUse, apply
from agreements.models import ReturnReason
from leads.clock.recompute import preview
from leads.models import Handoff
from leads.pages.handoff.forms import ReturnForm
from leads.work.handoffs import NoSuchReason, send_back
from tests import cast
from tests.unit.agreements.document.test_text import HEADING, WEEK
from tests.unit.leads.doors.files.files import taken

MINIMAL = HEADING + WEEK
BUDGET = ReasonClause("no_budget", "No budget", "marketing", counts=True)
UNKNOWN = ReasonClause("not_reached", "Nobody there")
OWN = """
[[return_reasons]]
key = "no_budget"
label = "No budget"
whose = "marketing"

[[return_reasons]]
key = "not_reached"
label = "Nobody there"
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(north):
    """An agreement with two reasons only, one of them of its own."""
    apply(replace(document_of(north), return_reasons=(BUDGET, UNKNOWN)), by=None, at=cast.MONDAY)
    return north


def test_an_agreement_from_a_file_begins_with_the_five_defaults_and_its_file_does_not_name_them():
    made = apply(read(MINIMAL), by=None, at=cast.MONDAY).agreement
    assert tuple(reason.clause for reason in made.return_reasons.all()) == DEFAULT_REASONS
    assert "return_reason" not in write(document_of(made))


def test_own_reasons_come_back_from_the_file_as_they_were_written():
    made = apply(read(MINIMAL + OWN), by=None, at=cast.MONDAY).agreement
    assert tuple(reason.clause for reason in made.return_reasons.all()) == (BUDGET, UNKNOWN)
    assert read(write(document_of(made))) == document_of(made)


def test_default_reasons_speak_the_reader_s_language_and_own_ones_stay_as_written(own):
    duplicate = ReturnReason(key="duplicate")
    with translation.override("de"):
        assert str(duplicate) == "Dublette"
        assert [str(reason) for reason in own.return_reasons.all()] == ["No budget", "Nobody there"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[return_reasons]]\nkey = "no_budget"', "return_reasons.label: is missing"),
        ('[[return_reasons]]\nkey = "No budget"\nlabel = "x"', "may hold lower-case letters"),
        (OWN + OWN, "already"),
        ('[[return_reasons]]\nkey = "a"\nlabel = "X"\n[[return_reasons]]\nkey = "b"\nlabel = "x"', "already"),
        ('[[return_reasons]]\nkey = "a"\nlabel = "X"\nwhose = "service"', "must be one of marketing, sales"),
    ],
)
def test_what_cannot_be_a_reason_is_refused_with_its_line(text, problem):
    with pytest.raises(DocumentError, match=problem):
        read(f"{MINIMAL}\n{text}")


def test_only_the_agreement_s_own_reasons_are_offered_and_taken(own, rep):
    handoff = cast.handed(own)
    offered = ReturnForm(handoff=handoff).fields["reason"].choices
    assert offered == [("", "Choose a reason"), ("no_budget", "No budget"), ("not_reached", "Nobody there")]
    with pytest.raises(NoSuchReason):
        send_back(handoff, reason="duplicate", by=rep, at=cast.MONDAY)
    send_back(handoff, reason="no_budget", by=rep, at=cast.MONDAY)
    stands = Handoff.objects.get()
    assert (stands.state, stands.is_marketings_return, str(stands.taken_off_on)) == ("returned", True, "2026-03-02")


def test_a_reason_that_does_not_count_leaves_the_lead_in_the_volume_whosesoever_it_is(north, rep):
    quiet = replace(BUDGET, counts=False)
    apply(replace(document_of(north), return_reasons=(*DEFAULT_REASONS, quiet)), by=None, at=cast.MONDAY)
    send_back(cast.handed(north), reason="no_budget", by=rep, at=cast.MONDAY)
    assert (Handoff.objects.get().is_marketings_return, Handoff.objects.get().taken_off_on) == (False, None)


@pytest.mark.parametrize("reasons", [(UNKNOWN,), (replace(BUDGET, counts=False), UNKNOWN)])
def test_a_reason_in_use_is_neither_taken_out_nor_counts_otherwise(own, rep, reasons):
    send_back(cast.handed(own), reason="no_budget", by=rep, at=cast.MONDAY)
    with pytest.raises(ReasonInUse, match="No budget"):
        apply(replace(document_of(own), return_reasons=reasons), by=None, at=cast.MONDAY)
    assert not preview(own)


def test_a_reason_in_use_gets_other_words(own, rep):
    send_back(cast.handed(own), reason="no_budget", by=rep, at=cast.MONDAY)
    apply(replace(document_of(own), return_reasons=(replace(BUDGET, label="Poor"), UNKNOWN)), by=None, at=cast.MONDAY)
    assert [str(reason) for reason in own.return_reasons.all()] == ["Poor", "Nobody there"]


@pytest.mark.parametrize("written", ["no_budget", "NO  Budget", "kein Budget"])
def test_a_file_names_a_reason_by_key_by_label_or_by_a_word_that_somebody_explained(own, settings, tmp_path, written):
    settings.MEDIA_ROOT = tmp_path
    taken(own, "leads", "id,created\n1,2026-01-05\n")
    text = f"id,handed_at,returned_at,return_reason\n1,2026-01-05 09:00,2026-01-06 09:00,{written}\n"
    taken(own, "handoffs", text, wanted={"external_id": ["id"]}, words={"return_reason": {"kein Budget": "no_budget"}})
    assert Handoff.objects.get().return_reason == "no_budget"


@pytest.mark.parametrize("written", ["Dublette", "duplicate"])
def test_a_default_reason_that_the_agreement_took_out_is_told_and_left_empty(own, settings, tmp_path, written):
    settings.MEDIA_ROOT = tmp_path
    taken(own, "leads", "id,created\n1,2026-01-05\n")
    text = f"id,handed_at,returned_at,return_reason\n1,2026-01-05 09:00,2026-01-06 09:00,{written}\n"
    run = taken(own, "handoffs", text, wanted={"external_id": ["id"]})
    assert (Handoff.objects.get().return_reason, run.warnings) == ("", 1)


def test_two_agreements_may_judge_one_key_differently(north, south, rep):
    fair = (replace(DEFAULT_REASONS[2], counts=False),)
    apply(replace(document_of(south), return_reasons=fair), by=None, at=cast.MONDAY)
    for deal in (north, south):
        send_back(cast.handed(deal), reason="duplicate", by=rep, at=cast.MONDAY)
    assert [one.is_marketings_return for one in Handoff.objects.order_by("pk")] == [True, False]
