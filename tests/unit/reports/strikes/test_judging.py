"""A month is judged once, from the same figures as the scorecard; what follows is owed once, until it is given."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction

from agreements.months.stated import state_figures
from agreements.promises.promise import MeetingsPromise
from agreements.terms import timeline
from leads.refusals import Refused
from reports.facts.reading import read
from reports.models import AskedAgain, JudgedIsFixed, JudgedMonth, JudgedObjective, Owed, StrikeNote
from reports.strikes import judging, owing
from reports.strikes.judging import accept_again, ask_again, judge_months
from reports.strikes.owing import NotYours, OtherwiseSettled, turn
from smarketing.accounts.models import Role
from smarketing.lib.periods import Period
from tests import cast

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DAY = datetime(2026, 4, 9, 10, tzinfo=UTC)  # Good Friday and Easter Monday are no holidays of this calendar
CREDIT = {"name": "Missed", "months": 1, "follows": "credit", "per_missing_lead": "10", "at_most": "25"}
WARNING = {"name": "Warned", "months": 1, "side": "sales", "follows": "warning"}


@pytest.fixture
def judged(north):
    """Four leads promised for March, one handed over and never called; nothing is agreed for April."""
    north.versions.update(effective_on=MARCH, groups={"consequences": [CREDIT, WARNING]})
    cast.target(north, "2026-03", 4)
    cast.handed(north)
    judge_months(at=DAY)
    return JudgedMonth.objects.get()


def test_a_month_is_judged_on_its_working_day_and_never_before(north):
    north.versions.update(effective_on=MARCH, groups={"judging": [{"working_day": 5}]})
    assert judge_months(at=datetime(2026, 4, 6, 21, tzinfo=UTC)) == 0  # Monday, the fourth
    assert judge_months(at=datetime(2026, 4, 6, 22, tzinfo=UTC)) == 1  # Tuesday in Berlin
    assert [one.month for one in JudgedMonth.objects.all()] == [MARCH]


def test_it_says_what_the_scorecard_says(north, judged):
    reading = read(north, Period(MARCH), at=DAY, today=DAY.date(), terms=timeline(north))
    said = {(own.side, own.measure, own.promised, own.delivered) for own in reading.scorecard}
    assert {(own.side, own.measure, own.promised, own.delivered) for own in judged.objectives.all()} == said
    states = {own.measure: own.state for own in judged.objectives.all()}
    assert states == {"volume": "missed", "speed": "missed", "depth": "missed"}
    assert judged.version == north.versions.get()


def test_judging_again_and_again_changes_nothing_and_a_second_row_is_refused(north, judged):
    before = list(Owed.objects.values())
    assert judge_months(at=DAY + timedelta(days=1)) == 0
    assert list(Owed.objects.values()) == before
    with pytest.raises(IntegrityError), transaction.atomic():
        JudgedMonth(agreement=north, month=MARCH, version=judged.version, judged_at=DAY).save()


def test_what_breaks_off_between_keeping_and_settling_leaves_nothing_and_the_next_run_does_it_all(north, caplog):
    """The rule cannot be read: the month is kept by then, and what follows from it is not."""
    north.versions.update(effective_on=MARCH, groups={"consequences": [CREDIT | {"per_missing_lead": "ten"}]})
    cast.target(north, "2026-03", 4)
    assert judge_months(at=DAY) == 0
    assert "in settle" in caplog.text
    assert not JudgedMonth.objects.exists()
    north.versions.update(groups={"consequences": [CREDIT]})
    assert judge_months(at=DAY) == 1
    assert Owed.objects.get().amount == Decimal("25.00")


def test_months_missed_by_the_worker_are_caught_up_but_none_before_the_rule(north):
    old = north.versions.get()
    cast.Version.objects.create(
        agreement=north,
        effective_on=date(2026, 1, 15),
        calendar=old.calendar,
        groups={"judging": [{"fewest": 2}]},
    )
    assert judge_months(at=DAY) == 3
    assert [one.month.month for one in JudgedMonth.objects.all()] == [1, 2, 3]
    assert set(JudgedObjective.objects.values_list("state", flat=True)) == {"nothing"}


def test_too_few_records_and_a_missing_target_are_nothing_to_judge(north):
    north.versions.update(effective_on=MARCH, groups={"judging": [{"fewest": 2}]})
    cast.handed(north)
    judge_months(at=DAY)
    states = {own.measure: (own.state, own.handoffs) for own in JudgedObjective.objects.all()}
    assert states == {"volume": ("nothing", 0), "speed": ("nothing", 1), "depth": ("nothing", 1)}


def test_a_stated_figure_is_no_few_records(north):
    north.versions.update(effective_on=MARCH, groups={"judging": [{"fewest": 2}]})
    cast.promise(north.versions.get(), MeetingsPromise(per_month=Decimal(12)))
    by = cast.person("sal@example.org", north.sales_team, role=Role.LEAD)
    state_figures(north, MARCH, {("meetings", ""): Decimal(9)}, note="", by=by, at=DAY)
    judge_months(at=DAY)
    stated = JudgedObjective.objects.get(measure="meetings")
    assert (stated.state, stated.delivered, stated.promised) == ("missed", 9, 12)


def test_what_follows_is_owed_once_a_side_with_its_sum(judged):
    """Sales lacked no lead: a credit of nothing is none."""
    rows = Owed.objects.order_by("side").values_list("side", "rule", "amount", "state")
    assert list(rows) == [
        ("marketing", "Missed", Decimal("25.00"), "open"),
        ("sales", "Warned", None, "open"),
    ]


def test_it_stays_open_until_given_and_confirmed(judged, marketer, rep):
    owed = Owed.objects.get(side="marketing")
    with pytest.raises(NotYours):
        turn(owed, "give", sides=["sales"], text="", by=rep, at=DAY)
    with pytest.raises(NotYours):
        turn(owed, "waive", sides=["marketing"], text="let it be", by=marketer, at=DAY)
    turn(owed, "give", sides=["marketing"], text="on the invoice", on=DAY.date(), by=marketer, at=DAY)
    with pytest.raises(OtherwiseSettled):
        turn(owed, "waive", sides=["sales"], text="too late", by=rep, at=DAY)
    with pytest.raises(Refused):
        turn(owed, "dispute", sides=["sales"], text=" ", by=rep, at=DAY)
    owed.refresh_from_db()
    assert (owed.state, owed.given_on) == ("given", DAY.date())
    turn(owed, "dispute", sides=["sales"], text="not on it", by=rep, at=DAY)
    owed.refresh_from_db()
    assert (owed.state, owed.given_on) == ("open", None)
    turn(owed, "waive", sides=["sales"], text="never mind", by=rep, at=DAY)
    said = StrikeNote.objects.filter(owed=owed).values_list("kind", "text", "by")
    assert list(said) == [
        ("proposed", "", None),
        ("give", "on the invoice", marketer.pk),
        ("dispute", "not on it", rep.pk),
        ("waive", "never mind", rep.pk),
    ]


def test_only_both_sides_have_a_month_judged_again_and_the_former_judgement_stays(north, judged, marketer, rep):
    for number in range(3):
        cast.handed(north, email=f"late{number}@example.org", name=f"Late {number}")
    with pytest.raises(Refused):
        ask_again(judged, reason=" ", side="marketing", by=marketer, at=DAY)
    ask_again(judged, reason="three came late", side="marketing", by=marketer, at=DAY)
    asked = AskedAgain.objects.get()
    for side, by in (("marketing", rep), ("sales", marketer)):
        with pytest.raises(judging.OneSideAlone):
            accept_again(asked.pk, side=side, by=by, at=DAY)
    assert JudgedMonth.objects.count() == 1
    accept_again(asked.pk, side="sales", by=rep, at=DAY)
    now = JudgedMonth.objects.get(is_current=True)
    assert (now.reason, now.asked_by, now.accepted_by) == ("three came late", marketer, rep)
    assert now.objectives.get(measure="volume").state == "kept"
    assert judged.objectives.get(measure="volume").state == "missed"
    assert Owed.objects.get(side="marketing").state == "fallen_away"
    assert judge_months(at=DAY) == 0
    with pytest.raises(judging.NotAskedAgain):
        accept_again(asked.pk, side="sales", by=rep, at=DAY)


def test_what_was_given_already_does_not_fall_away(north, judged, marketer):
    owed = Owed.objects.get(side="marketing")
    turn(owed, "give", sides=["marketing"], text="", on=DAY.date(), by=marketer, at=DAY)
    north.versions.update(groups={})
    owing.settle(north, at=DAY)
    assert sorted(Owed.objects.values_list("side", "state")) == [("marketing", "given"), ("sales", "fallen_away")]


def test_judged_rows_cannot_be_altered_by_anybody(judged):
    judged.month = APRIL
    with pytest.raises(JudgedIsFixed):
        judged.save()
    for change in (
        judged.delete,
        JudgedObjective.objects.all().delete,
        lambda: JudgedObjective.objects.update(state="kept"),
        judged.objectives.first().save,
    ):
        with pytest.raises(JudgedIsFixed):
            change()
    assert not any(admin.site.is_registered(model) for model in (JudgedMonth, JudgedObjective, Owed, StrikeNote))
