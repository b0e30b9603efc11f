from datetime import timedelta
from decimal import Decimal

import pytest

from leads.alerts.noted import mark_seen
from leads.clock.sweep import note_clocks
from leads.doors.form import edit_lead, log_lead
from leads.enums import EventKind
from leads.models import Escalation, Lead
from leads.pages.lead.history import history
from leads.work import attempts
from leads.work.assigning import assign
from leads.work.closing import close, reopen
from leads.work.handoffs import accept, hand_over, send_back, take_back, undo_return
from smarketing.accounts.access import Access
from tests import cast

EVERYBODY = Access(is_administrator=True)


def after(minutes):
    return cast.MONDAY + timedelta(minutes=minutes)


def kinds(lead):
    return [str(entry.kind) for entry in history(lead, EVERYBODY)]


@pytest.fixture
def lead(north, marketer):
    made = Lead(agreement=north, name="Ada", created_at=after(0), source="fair")
    return log_lead(made, by=marketer, at=after(1))


@pytest.mark.django_db
def test_everything_is_told_once_the_newest_first(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    accept(handoff, by=rep, at=after(20))
    attempts.record(handoff, channel="phone", result="connected", by=rep, at=after(30))
    close(handoff, outcome="won", revenue=Decimal(1200), by=rep, at=after(40))
    assert kinds(lead) == ["closed", "attempted", "accepted", "handed_over", "logged"]


@pytest.mark.django_db
def test_every_entry_says_who_and_what(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    attempts.record(handoff, channel="phone", result="voicemail", note="back on Friday", by=rep, at=after(30))
    attempt, handed, logged = history(lead, EVERYBODY)
    assert (attempt.who, attempt.detail, attempt.note) == ("Rob Rep", "Phone: Left a message", "back on Friday")
    assert (handed.who, handed.detail) == ("Mia Marketing", "after 10 min of working time")
    assert (logged.who, logged.detail) == ("Mia Marketing", "fair")


@pytest.mark.django_db
def test_what_was_undone_stays_in_the_history(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    send_back(handoff, reason="duplicate", by=rep, at=after(20))
    undo_return(handoff, by=rep, at=after(21))
    made = attempts.record(handoff, channel="phone", result="no_answer", by=rep, at=after(30))
    attempts.withdraw(made, by=rep, at=after(31))
    assert kinds(lead) == ["withdrawn", "attempted", "return_undone", "sent_back", "handed_over", "logged"]


@pytest.mark.django_db
def test_a_handoff_taken_back_is_told_though_it_is_gone(lead, marketer):
    take_back(hand_over(lead, by=marketer, at=after(10)), by=marketer, at=after(11))
    assert kinds(lead) == ["taken_back", "handed_over", "logged"]


@pytest.mark.django_db
def test_a_reopened_lead_tells_of_its_closing(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    attempts.record(handoff, channel="phone", result="connected", by=rep, at=after(30))
    close(handoff, outcome="lost", reason="no_budget", by=rep, at=after(40))
    reopen(handoff, by=rep, at=after(50))
    reopened, closed, *_ = history(lead, EVERYBODY)
    assert (reopened.kind, closed.kind) == (EventKind.REOPENED, EventKind.CLOSED)
    assert closed.detail == "Lost · No budget"


@pytest.mark.django_db
def test_assigning_names_the_rep_and_editing_the_fields(lead, marketer, rep, sales_lead):
    handoff = hand_over(lead, by=marketer, at=after(10))
    assign(handoff, rep=rep, by=sales_lead, at=after(11))
    edit_lead(lead, {"tier": "B", "name": "Ada King"}, by=marketer, at=after(12))
    edited, assigned, *_ = history(lead, EVERYBODY)
    assert (edited.detail, edited.who) == ("Tier, Name", "Mia Marketing")
    assert (assigned.detail, assigned.who) == ("to Rob Rep · given by hand", "Lea Lead")


@pytest.mark.django_db
def test_facts_from_a_file_say_so_and_early_ones_are_flagged(north):
    handoff = cast.handed(north)
    cast.attempted(handoff, after(-5), rep_name="Bob of old", door="file")
    entries = {entry.kind: entry for entry in history(handoff.lead, EVERYBODY)}
    attempt = entries[EventKind.ATTEMPTED]
    assert (attempt.is_imported, attempt.is_early, attempt.who) == (True, True, "Bob of old")
    assert not entries[EventKind.HANDED_OVER].is_imported


@pytest.mark.django_db
def test_what_was_written_down_later_says_when(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    attempts.record(handoff, channel="phone", result="sent", by=rep, at=after(60), attempted_at=after(20))
    attempt = history(lead, EVERYBODY)[0]
    assert (attempt.at, attempt.recorded_at, attempt.is_late) == (after(20), after(60), True)


@pytest.mark.django_db
def test_a_second_handoff_is_told_as_such(lead, marketer, rep):
    handoff = hand_over(lead, by=marketer, at=after(10))
    send_back(handoff, reason="duplicate", by=rep, at=after(20))
    hand_over(lead, by=marketer, at=after(30))
    assert kinds(lead)[:2] == ["recycled", "sent_back"]


@pytest.mark.django_db
def test_escalations_stand_in_it_with_who_saw_them(lead, marketer, sales_lead):
    hand_over(lead, by=marketer, at=after(10))
    note_clocks(at=after(100))
    mark_seen(Escalation.objects.all(), by=sales_lead, at=after(101))
    entry = history(lead, EVERYBODY)[0]
    assert (entry.kind, entry.detail) == (EventKind.OVERDUE, "seen by Lea Lead")
