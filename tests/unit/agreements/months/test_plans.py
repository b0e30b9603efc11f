"""Months brought to what a document says: by a file, an administrator, or the lead of one side."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from agreements.models import Agreement, Target, Version
from agreements.months.agreed import MonthTarget, month_targets
from agreements.terms import timeline
from smarketing.accounts.models import Role
from smarketing.lib.periods import Period
from tests import cast

FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, tzinfo=UTC)
MARCH, JULY, AUGUST = date(2026, 3, 1), date(2026, 7, 1), date(2026, 8, 1)


def assumed(rate: str, share: str = "1", deal: str = "100") -> dict[str, Decimal]:
    return {"marketing_share": Decimal(share), "average_deal": Decimal(deal), "lead_to_customer": Decimal(rate)}


def amend(deal: Agreement, at: datetime = FEBRUARY, by=None, **changes):
    return apply(replace(document_of(deal), **changes), by=by, at=at)


def targets(deal: Agreement, label: str = "2026") -> dict[date, int]:
    found = month_targets(deal, Period.parse(label), timeline(deal))
    return {month: target.leads for month, target in found.items()}


def targets_before(deal: Agreement, at: datetime) -> dict[date, int]:
    found = month_targets(deal, Period.parse("2026"), timeline(deal), at)
    return {month: target.leads for month, target in found.items()}


def in_words(deal: Agreement) -> list[tuple[str, int, bool, bool]]:
    rows = deal.targets.order_by("pk")
    return [(str(row), row.leads, row.agreed_at is not None, row.superseded_at is not None) for row in rows]


def test_a_target_follows_from_the_quota_and_the_assumptions_and_keeps_them(north):
    amend(north, quotas={MARCH: Decimal(1000)}, **assumed("0.3"))
    target = Target.objects.get()
    assert month_targets(north, Period.parse("2026-03"), timeline(north)) == {
        MARCH: MonthTarget(MARCH, 34, target.exact_leads, False)
    }
    assert (round(target.exact_leads, 2), target.quota, target.how) == (Decimal("33.33"), 1000, "derived")
    assert target.conversion == target.assumptions.conversion
    assert (target.assumptions.number, target.lead_to_customer) == (1, Decimal("0.3"))


def test_a_target_agreed_directly_wins_over_the_derived_one(north):
    amend(north, quotas={MARCH: Decimal(1000)}, targets={MARCH: 50}, **assumed("0.5"))
    assert targets(north) == {MARCH: 50}
    assert Target.objects.get().how == "direct"


def test_a_quota_without_assumptions_makes_no_target_until_there_are_some(north):
    amend(north, quotas={MARCH: Decimal(1000)})
    assert targets(north) == {}
    amend(north, at=JUNE, **assumed("0.5"))
    assert targets(north) == {MARCH: 20}  # long past, but it is its first


def test_correcting_an_assumption_in_june_leaves_march_its_hundred_leads(north):
    amend(north, quotas={MARCH: Decimal(5000), JULY: Decimal(5000)}, **assumed("0.5"))
    answer = amend(north, at=JUNE, **assumed("0.05"))
    assert targets(north) == {MARCH: 100, JULY: 1000}
    assert answer.told == (
        "March 2026 keeps its 100 leads and not 1,000: it has begun, so only both sides can change it.",
    )
    assert answer.lines == ["lead_to_customer 0.5 -> 0.05"]
    assert in_words(north) == [
        ("2026-03", 100, True, False),
        ("2026-07", 100, True, True),
        ("2026-07", 1000, True, False),
    ]


def test_a_month_begins_at_midnight_of_the_agreements_zone(db):
    for zone, leads in (("Pacific/Auckland", 100), ("America/New_York", 1000)):
        deal = cast.agreement(zone.lower().replace("/", "-"), zone=zone)
        amend(deal, quotas={JULY: Decimal(5000)}, **assumed("0.5"))
        amend(deal, at=datetime(2026, 7, 1, 0, 30, tzinfo=UTC), **assumed("0.05"))
        assert targets(deal) == {JULY: leads}


def test_the_month_that_has_begun_today_keeps_its_target_and_tomorrows_does_not(north):
    first = datetime(2026, 7, 1, tzinfo=UTC)
    amend(north, targets={JULY: 7, AUGUST: 8})
    answer = amend(north, at=first, targets={JULY: 70, AUGUST: 80})
    assert targets(north) == {JULY: 7, AUGUST: 80}
    assert answer.lines == ["target 2026-08 8 -> 80"]
    assert "July 2026 keeps its 7 leads and not 70" in answer.told[0]


def test_a_begun_month_that_the_document_no_longer_names_keeps_its_target_and_its_quota(north):
    amend(north, quotas={MARCH: Decimal(5000)}, **assumed("0.5"))
    answer = amend(north, at=JUNE, quotas={})
    assert (targets(north), document_of(north).quotas) == ({MARCH: 100}, {MARCH: 5000})
    assert answer.told == ("March 2026 keeps its 100 leads: it has begun, so only both sides can change it.",)


def test_a_coming_month_that_the_document_no_longer_names_has_no_target_and_its_old_one_stays_visible(north):
    amend(north, targets={JULY: 7})
    answer = amend(north, at=JUNE, targets={})
    assert (targets(north), answer.lines) == ({}, ["target 2026-07 removed: was 7"])
    assert list(north.targets.former().values_list("leads", flat=True)) == [7]


def test_agreeing_months_makes_no_version(north):
    amend(north, quotas={MARCH: Decimal(5000)}, targets={JULY: 9}, **assumed("0.5"))
    amend(north, **assumed("0.4"))
    assert Version.objects.count() == 1
    assert list(north.assumptions.values_list("number", "is_current")) == [(1, False), (2, True)]


def test_assumptions_that_come_back_keep_their_number(north):
    for rate in ("0.5", "0.4", "0.5"):
        amend(north, **assumed(rate))
    assert list(north.assumptions.values_list("number", "is_current")) == [(1, True), (2, False)]


def test_what_was_kept_is_written_so_that_the_text_loads_without_a_change(north):
    amend(north, quotas={MARCH: Decimal(5000), JULY: Decimal(5000)}, **assumed("0.5"))
    amend(north, at=JUNE, **assumed("0.05"))
    text = write(document_of(north))
    answer = apply(read(text), by=None, at=JUNE)
    assert (answer.lines, answer.told) == ([], ())
    assert document_of(north).targets == {MARCH: 100}


def test_the_same_old_file_again_is_told_again_and_changes_nothing(north):
    file = replace(document_of(north), quotas={MARCH: Decimal(5000), JULY: Decimal(5000)}, **assumed("0.5"))
    apply(file, by=None, at=FEBRUARY)
    corrected = replace(file, **assumed("0.05"))
    first, second = (apply(corrected, by=None, at=JUNE) for _n in range(2))
    assert (first.told, second.lines) == (second.told, [])
    assert (targets(north), Target.objects.count()) == ({MARCH: 100, JULY: 1000}, 3)


def test_assumptions_from_a_later_day_on_leave_the_months_before_it(north):
    amend(north, quotas={JULY: Decimal(1000), AUGUST: Decimal(1000)}, **assumed("0.5"))
    for _n in range(2):
        amend(north, effective_on=AUGUST, quotas={JULY: Decimal(1000), AUGUST: Decimal(1000)}, **assumed("0.25"))
        assert targets(north) == {JULY: 20, AUGUST: 40}


def test_the_text_of_an_earlier_version_does_not_bring_its_assumptions_back(north):
    amend(north, quotas={AUGUST: Decimal(1000)}, **assumed("0.5"))
    first = document_of(north)
    amend(north, effective_on=JULY, **assumed("0.25"))
    answer = apply(first, by=None, at=FEBRUARY)
    assert targets(north) == {AUGUST: 40}
    assert (answer.lines, document_of(north).lead_to_customer) == ([], Decimal("0.25"))
    assert answer.told == ("The assumptions stay as they are: those in this text belong to an earlier version.",)


def test_a_month_before_the_terms_took_effect_is_judged_by_no_target(db):
    deal = cast.agreement("late", effective_on=date(2026, 7, 15))
    amend(deal, targets={MARCH: 3, JULY: 7})
    assert targets(deal) == {JULY: 7}


def test_a_month_on_whose_last_day_the_terms_take_effect_is_judged_by_its_target(db):
    deal = cast.agreement("late", effective_on=date(2026, 7, 31))
    amend(deal, targets={JULY: 7})
    assert targets(deal) == {JULY: 7}


def test_a_quota_that_makes_impossibly_many_leads_gets_no_target_and_that_is_told(north):
    answer = amend(north, quotas={JULY: Decimal(10**17)}, **assumed("0.0000000001"))
    assert targets(north) == {}
    assert answer.told == ("July 2026 gets no target: its quota comes to more leads than anyone could agree to.",)


@pytest.fixture
def marketing_lead(north):
    return cast.person("mark@example.org", north.marketing_team, role=Role.LEAD)


def test_what_the_lead_of_one_side_writes_is_proposed_to_the_other(north, marketing_lead):
    amend(north, quotas={JULY: Decimal(5000)}, **assumed("0.5"))
    answer = amend(north, by=marketing_lead, quotas={JULY: Decimal(5000)}, targets={AUGUST: 8}, **assumed("0.25"))
    assert targets(north) == {JULY: 100}
    assert {str(row): row.leads for row in north.targets.waiting()} == {"2026-07": 200, "2026-08": 8}
    assert answer.told == ("2 months, July 2026 to August 2026: 208 leads together proposed to the other side.",)
    assert (answer.lines, document_of(north).lead_to_customer) == ([], Decimal("0.5"))


def test_the_lead_of_one_side_takes_no_target_away(north, marketing_lead):
    cast.target(north, "2026-07", 7)
    answer = amend(north, by=marketing_lead, targets={})
    assert targets(north) == {JULY: 7}
    assert answer.told == ("July 2026 keeps its 7 leads: propose another number, a target is not taken away.",)


def test_an_administrator_is_in_force_at_once(north, administrator):
    cast.target(north, "2026-07", 7)
    amend(north, by=administrator, targets={JULY: 70})
    assert targets(north) == {JULY: 70}


def test_the_command_tells_what_stays(north, tmp_path, capsys, time_machine):
    cast.target(north, "2026-03", 100)
    time_machine.move_to(JUNE)
    file = tmp_path / "north.toml"
    file.write_text(write(replace(document_of(north), targets={MARCH: 120})))
    call_command("load_agreement", str(file))
    assert capsys.readouterr().out.splitlines() == [
        "north: nothing changed",
        "  March 2026 keeps its 100 leads and not 120: it has begun, so only both sides can change it.",
    ]
    assert targets(north) == {MARCH: 100}


def test_a_target_is_known_from_the_instant_it_was_agreed_until_another_one_was(north):
    moment = timedelta(microseconds=1)
    amend(north, targets={JULY: 7})
    amend(north, at=JUNE, targets={JULY: 70, AUGUST: 8})
    instants = (FEBRUARY, FEBRUARY + moment, JUNE, JUNE + moment)
    found = [targets_before(north, at) for at in instants]
    assert found == [{}, {JULY: 7}, {JULY: 7}, {JULY: 70, AUGUST: 8}]


def test_an_agreement_written_down_later_had_the_targets_that_were_written_with_it(north):
    north.versions.update(made_at=FEBRUARY)
    amend(north, targets={MARCH: 3})
    amend(north, at=JUNE, targets={MARCH: 3, JULY: 7})
    assert targets_before(north, datetime(2025, 5, 5, tzinfo=UTC)) == {MARCH: 3}
