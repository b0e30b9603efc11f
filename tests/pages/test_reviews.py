"""Reviews: from the rhythm to the agenda, the minutes, the decisions and the next draft."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from agreements.document.stored import document_of
from agreements.document.versions import apply
from agreements.models import Version
from agreements.signing.proposals import propose
from agreements.signing.signatures import sign
from reports.facts.reading import read
from reports.models import JudgedMonth, JudgedObjective, Owed, ReviewDecision, ReviewMeeting, RootCause, StrikeNote
from reports.reviews.dates import review_dates
from smarketing.accounts.models import Role
from smarketing.lib.periods import Period
from tests import cast
from tests.pages.shown_forms import shown_forms

pytestmark = pytest.mark.django_db
RHYTHM = {"review": [{"every_months": 3, "first_on": "2026-01-07", "agenda": "The quarter."}]}


@pytest.fixture
def rhythm(north):
    Version.objects.filter(agreement=north).update(groups=RHYTHM)
    return north


@pytest.fixture
def marketing_lead(north):
    return cast.person("max@example.org", north.marketing_team, role=Role.LEAD, name="Max Lead")


def page(agreement, planned_on) -> str:
    return reverse("reports:review", args=[agreement.slug, planned_on.isoformat()])


def next_planned(agreement) -> date:
    return next(one.planned_on for one in review_dates(agreement, now().date()) if one.state == "coming")


def last_planned(agreement) -> date:
    return [one.planned_on for one in review_dates(agreement, now().date()) if one.state == "not_held"][-1]


def test_a_review_is_moved_with_a_reason_to_a_working_day_and_keeps_its_address(rhythm, sales_lead, rep, signed_in):
    planned_on, lead = next_planned(rhythm), signed_in(sales_lead)
    address, today = page(rhythm, planned_on), now().date()
    monday = today + timedelta(days=14 - today.weekday())
    body = {"do": "move", "on": monday.isoformat(), "begins": "14:30"}
    assert "required" in lead.post(address, body).text
    saturday = {**body, "on": (monday + timedelta(days=5)).isoformat(), "reason": "The fair"}
    assert "Nobody works on this day" in lead.post(address, saturday).text
    assert ReviewMeeting.objects.count() == 0
    assert lead.post(address, {**body, "reason": "The fair"}).status_code == 302
    shown = signed_in(rep).get(address).text
    assert "The fair" in shown
    assert "14:30" in shown
    assert signed_in(rep).post(address, {**body, "reason": "No"}).status_code == 403
    meeting = ReviewMeeting.objects.get()
    assert (meeting.planned_on, meeting.on, meeting.changes) == (planned_on, monday, 1)
    tuesday = {**body, "on": (monday + timedelta(days=1)).isoformat(), "reason": "The strike"}
    lead.post(address, lead_form(lead, address) | tuesday)
    lead.post(address, {"do": "cancel", "reason": "Nobody comes"})
    shown = signed_in(rep).get(address).text
    listed = signed_in(rep).get(f"/reports/{rhythm.slug}/reviews/").text
    reasons = ("The fair", "The strike", "Nobody comes")
    assert [word for text in (shown, listed) for word in reasons if text.count(word) != 1] == []
    assert [move.on for move in meeting.moves.all()] == [monday, monday + timedelta(days=1), None]


def lead_form(client, address) -> dict[str, str]:
    return next(form.fields for form in shown_forms(client.get(address).text) if "opened_on" in form.fields)


def test_a_move_on_top_of_anothers_asks_which_day_is_to_stand(rhythm, sales_lead, marketing_lead, signed_in):
    address, today = page(rhythm, next_planned(rhythm)), now().date()
    monday = today + timedelta(days=14 - today.weekday())
    one, other = signed_in(sales_lead), signed_in(marketing_lead)
    token = other.get(address).context["day_opened"].token
    body = {"do": "move", "begins": "", "reason": "The fair"}
    one.post(address, {**body, "on": monday.isoformat()})
    tuesday = (monday + timedelta(days=1)).isoformat()
    answer = other.post(address, {**body, "on": tuesday, "opened_on": token})
    assert "Choose what is to stand" in answer.text
    assert ReviewMeeting.objects.get().on == monday


def test_the_agenda_has_the_figures_of_the_scorecard_and_what_is_open_and_stays_as_it_was_held(
    rhythm, sales_lead, marketing_lead, rep, marketer, signed_in
):
    month = Period.of(now().date()).previous()
    handed = datetime.combine(month.start_on + timedelta(days=7 - month.start_on.weekday()), datetime.min.time(), UTC)
    cast.attempted(cast.handed(rhythm, handed + timedelta(hours=9)), handed + timedelta(days=2))
    cast.target(rhythm, month.label, 5)
    amended = replace(document_of(rhythm), pacing="calendar", effective_on=date(2031, 1, 1))
    propose(apply(amended, by=sales_lead, at=now()).draft, by=sales_lead, at=now())
    address, lead = page(rhythm, last_planned(rhythm)), signed_in(marketing_lead)
    assert signed_in(marketer).post(address, {"do": "add_point", "text": "The <fair>"}).status_code == 302
    assert "&lt;fair&gt;" in lead.get(address).text
    lead.post(address, {"do": "hold"})
    kept = ReviewMeeting.objects.get().agenda
    kinds = [point["kind"] for point in kept]
    assert kinds[0] == "agreed"
    assert {"figures", "missed", "proposal", "no_target", "point"} <= set(kinds)
    figures = next(m for m in kept[1]["facts"]["months"] if m["month"] == month.label)["figures"]
    scored = read(rhythm, month, at=now(), today=now().date()).scorecard
    assert [(f["measure"], f["promised"], f["delivered"], f["state"]) for f in figures] == [
        (one.measure, one.promised, one.delivered, one.state) for one in scored
    ]
    assert ("volume", 5, 1, "missed") in [(f["measure"], f["promised"], f["delivered"], f["state"]) for f in figures]
    cast.handed(rhythm, handed + timedelta(hours=10))
    assert "1 of 5" in lead.get(address).text
    assert "2 of 5" not in lead.get(address).text
    assert "Nothing was done" in lead.post(address, {"do": "hold"}, follow=True).text


def test_minutes_are_written_by_two_at_once_and_closed_for_good(rhythm, sales_lead, marketing_lead, rep, signed_in):
    address = page(rhythm, last_planned(rhythm))
    one, other = signed_in(sales_lead), signed_in(marketing_lead)
    one.post(address, {"do": "hold"})
    token = one.get(address).context["opened"].token
    other.post(address, {"do": "write", "present": "Max, Lea", "note_0": "Agreed.", "opened_on": token})
    answer = one.post(address, {"do": "write", "present": "Only Lea", "note_0": "", "opened_on": token})
    assert "Choose what is to stand" in answer.text
    assert "Only Lea" in answer.text
    kept = ReviewMeeting.objects.get()
    assert (kept.present, kept.agenda[0]["note"]) == ("Max, Lea", "Agreed.")
    assert signed_in(rep).post(address, {"do": "write", "present": "Rob"}).status_code == 403
    one.post(address, {"do": "close"})
    late = other.post(address, {"do": "write", "present": "Nobody", "note_0": ""}, follow=True)
    assert "closed by now" in late.text
    assert ReviewMeeting.objects.get().present == "Max, Lea"
    decided = {"do": "decide", "text": "Late", "owner": rep.pk, "due_on": now().date().isoformat()}
    other.post(address, decided)
    assert not ReviewDecision.objects.exists()


def test_each_button_of_the_minutes_keeps_what_was_typed_and_empty_ones_are_closed_when_asked(
    rhythm, sales_lead, rep, signed_in
):
    address, lead = page(rhythm, last_planned(rhythm)), signed_in(sales_lead)
    lead.post(address, {"do": "hold"})
    assert "Close them all the same?" in lead.post(address, lead_form(lead, address) | {"do": "close"}).text
    assert ReviewMeeting.objects.get().closed_at is None
    body = lead_form(lead, address) | {"present": "Max", "note_0": "Agreed.", "text": "Call sooner", "do": "decide"}
    answer = lead.post(address, body)
    assert (answer.status_code, "Call sooner" in answer.text) == (422, True), "nobody is named"
    assert ReviewMeeting.objects.get().agenda[0]["note"] == "Agreed."
    body = lead_form(lead, address) | {"note_0": "All agreed.", "text": "Call sooner", "owner": str(rep.pk)}
    lead.post(address, body | {"due_on": now().date().isoformat(), "do": "close"})
    kept = ReviewMeeting.objects.get()
    assert (kept.closed_at is None, kept.agenda[0]["note"], kept.present) == (False, "All agreed.", "Max")
    assert ReviewDecision.objects.get().text == "Call sooner"


def test_a_decision_is_seen_by_its_owner_becomes_a_draft_and_is_done_once_that_is_in_force(
    rhythm, sales_lead, marketing_lead, rep, marketer, stranger, signed_in
):
    address, lead = page(rhythm, last_planned(rhythm)), signed_in(sales_lead)
    lead.post(address, {"do": "hold"})
    body = {"do": "decide", "text": "Call within an hour", "due_on": (now().date() + timedelta(days=9)).isoformat()}
    assert "Select a valid choice" in lead.post(address, {**body, "owner": stranger.pk}).text
    assert "at most 10 years away" in lead.post(address, {**body, "owner": rep.pk, "due_on": "2137-01-01"}).text
    lead.post(address, {**body, "owner": rep.pk})
    decision = ReviewDecision.objects.get()
    button = reverse("reports:decision", args=[decision.pk])
    mine = reverse("waiting")
    assert "Call within an hour" in signed_in(rep).get(mine, headers={"HX-Request": "true"}).text
    assert signed_in(marketer).get(mine, headers={"HX-Request": "true"}).text.strip() == ""
    summary = reverse("reports:reviews_summary", args=["north"])
    assert "Call within an hour" in signed_in(marketer).get(summary).text
    assert signed_in(rep).post(button, {"do": "draft"}).status_code == 403
    assert signed_in(stranger).post(button, {"do": "done"}).status_code == 404
    edit = lead.post(button, {"do": "draft"}).url
    assert "Call within an hour" in lead.get(edit).text
    amended = replace(document_of(rhythm), pacing="calendar", effective_on=now().date() + timedelta(days=2))
    draft = apply(amended, by=sales_lead, at=now()).draft
    version = reverse("agreements:version", args=["north", draft.pk])
    assert "Call within an hour" in lead.get(version).text
    proposed = propose(draft, by=sales_lead, at=now())
    assert list(ReviewDecision.objects.open()) == [decision]
    assert "in a proposal" in lead.post(button, {"do": "draft"}, follow=True).text
    assert "Call within an hour" in signed_in(marketer).get(version).text
    assert "Call within an hour" not in lead.get(reverse("agreements:edit", args=["north"])).text
    sign(proposed, by=marketing_lead, at=now(), seen=proposed.digest)
    assert not ReviewDecision.objects.open().exists()
    assert "Call within an hour" not in signed_in(rep).get(mine).text


def test_an_owner_marks_a_decision_done_and_nobody_but_a_lead_that_of_another(
    rhythm, sales_lead, rep, marketer, signed_in
):
    meeting = ReviewMeeting.objects.create(
        agreement=rhythm, planned_on=date(2026, 1, 7), on=date(2026, 1, 7), changed_at=now()
    )
    decision = ReviewDecision.objects.create(
        meeting=meeting, text="Do it", owner=rep, due_on=date(2026, 2, 1), made_at=now()
    )
    button = reverse("reports:decision", args=[decision.pk])
    assert signed_in(marketer).post(button, {"do": "done"}).status_code == 403
    signed_in(rep).post(button, {"do": "done"})
    assert "already" in signed_in(sales_lead).post(button, {"do": "done"}, follow=True).text
    assert not ReviewDecision.objects.open().exists()
    signed_in(sales_lead).post(button, {"do": "open"})
    assert list(ReviewDecision.objects.open()) == [decision]


def test_what_is_owed_and_what_was_missed_unexplained_stand_on_the_agenda(rhythm, sales_lead, signed_in):
    month = {"agreement": rhythm, "month": date(2026, 2, 1)}
    judged = JudgedMonth.objects.create(**month, version=rhythm.versions.get(), judged_at=now())
    for measure, state in (("volume", "missed"), ("speed", "missed"), ("depth", "kept")):
        JudgedObjective.objects.create(judged=judged, side="sales", measure=measure, handoffs=7, state=state)
    said = {"cause": "process", "what_happened": "Ill", "action": "Two <more> reps", "due_on": date(2026, 5, 1)}
    sheet = RootCause.objects.create(**month, side="sales", measure="speed", owner=sales_lead, **said)
    StrikeNote.objects.create(sheet=sheet, kind="sheet", at=now())
    for rule, state, amount in (("First", "open", "500"), ("Second", "waived", "30")):
        owed = {"rule": rule, "follows": "credit", "months": 1, "amount": amount, "currency": "EUR", "state": state}
        StrikeNote.objects.create(owed=Owed.objects.create(**month, side="sales", **owed), kind="proposed", at=now())
    address, lead = page(rhythm, last_planned(rhythm)), signed_in(sales_lead)
    shown = lead.get(address).text
    assert "Owed by Sales: a service credit of €500 follows a missed month" in shown
    assert "€30" not in shown
    assert "Not done yet: Two &lt;more&gt; reps" in shown
    assert "nobody has written down why" in shown
    lead.post(address, {"do": "hold"})
    kinds = [point["kind"] for point in ReviewMeeting.objects.get().agenda]
    assert [kind for kind in kinds if kind in ("owed", "no_cause", "cause")] == ["owed", "no_cause", "cause"]
    assert "a service credit of €500" in lead.get(address).text


def test_a_proposal_names_the_review_that_will_be_once_it_is_signed(north, marketing_lead, sales_lead, signed_in):
    """Without a first day the rhythm counts from its first version: an amendment of something else goes on with it."""
    versions = Version.objects.filter(agreement=north)
    versions.update(groups={"review": [{"every_months": 3, "agenda": "The quarter."}]})
    made = replace(document_of(north), pacing="calendar", effective_on=now().date() + timedelta(days=40))
    proposal = propose(apply(made, by=marketing_lead, at=now()).draft, by=marketing_lead, at=now())

    def shown() -> str:
        text = " ".join(signed_in(sales_lead).get(f"/agreements/north/versions/{proposal.pk}/").text.split())
        return re.search(r"Next review by the rhythm\W+dt\W+dd[^>]*>([^<]+)<", text)[1].strip()

    before = shown()
    sign(proposal, by=sales_lead, at=now(), seen=proposal.digest)
    assert shown() == before
