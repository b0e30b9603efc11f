"""Targets by tier and in value, by a file and by the lead of one side; the command that tells them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agreements.document.stored import document_of
from agreements.document.text import read, write
from agreements.document.versions import apply
from agreements.months.proposing import accept
from agreements.months.targets import TierConversion
from smarketing.accounts.models import Role
from tests import cast

FEBRUARY = datetime(2026, 2, 10, tzinfo=UTC)
MARCH_10 = datetime(2026, 3, 10, tzinfo=UTC)
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
HALVES = (
    TierConversion("A", Decimal("0.5"), Decimal(10_000), Decimal("0.25")),
    TierConversion("B", Decimal("0.5"), Decimal(4_000), Decimal("0.1")),
)
TIERED = {
    "marketing_share": Decimal("0.4"),
    "average_deal": Decimal(6000),
    "lead_to_customer": Decimal("0.12"),
    "by_tier": HALVES,
    "tiers": ("A", "B"),
    "points": {"A": 100, "B": 40},
}


def amend(deal, at=FEBRUARY, by=None, **changes):
    return apply(replace(document_of(deal), **changes), by=by, at=at)


@pytest.fixture
def marketing_lead(north):
    return cast.person("mara@example.org", north.marketing_team, role=Role.LEAD)


@pytest.fixture
def tiered(north):
    amend(north, quotas={MARCH: Decimal(200_000), APRIL: Decimal(100_000)}, **TIERED)
    return north


def told(slug: str, year: int):
    out = StringIO()
    call_command("sla_targets", slug, str(year), "--json", stdout=out)
    return json.loads(out.getvalue())


def kept(deal):
    return {row.month: (row.leads, row.numbers.leads_by_tier, row.value) for row in deal.targets.agreed()}


def test_every_month_keeps_its_leads_by_tier_and_their_value(tiered):
    assert kept(tiered) == {MARCH: (116, {"A": 16, "B": 100}, 5600), APRIL: (58, {"A": 8, "B": 50}, 2800)}
    assert tiered.targets.first().conversion == tiered.assumptions.get().conversion


def test_the_command_tells_the_year_in_the_fixed_shape(tiered):
    march, april = told("north", 2026)["months"]
    assert list(march) == ["month", "quota", "leads", "exact_leads", "value", "by_tier", "how", "inputs", "version"]
    assert (march["month"], march["quota"], march["leads"], march["exact_leads"]) == ("2026-03", 200_000, 116, 116)
    assert (march["value"], march["how"], march["version"], april["leads"]) == (5600, "derived", 1, 58)
    by_tier = {name: (tier["customers"], tier["leads"], tier["value"]) for name, tier in march["by_tier"].items()}
    assert by_tier == {"A": (4, 16, 1600), "B": (10, 100, 4000)}
    assert (march["inputs"]["marketing_share"], march["by_tier"]["A"]["lead_to_customer"]) == (0.4, 0.25)


@pytest.mark.parametrize(
    ("quota", "share", "deal", "rate", "leads"),
    [(5000, "1", 100, "0.5", 100), (700, "1", 100, "0.05", 140), (1000, "1", 100, "0.3", 34)],
)
def test_the_examples_of_the_design_come_out_of_the_command(north, quota, share, deal, rate, leads):
    amend(
        north,
        quotas={MARCH: Decimal(quota)},
        marketing_share=Decimal(share),
        average_deal=Decimal(deal),
        lead_to_customer=Decimal(rate),
    )
    (march,) = told("north", 2026)["months"]
    assert (march["leads"], march["by_tier"], march["value"]) == (leads, {}, None)


def test_a_number_agreed_directly_has_no_inputs_and_one_accepted_is_proposed(north, sales_lead, marketing_lead):
    amend(north, targets={MARCH: 7, APRIL: 5}, tier_targets={MARCH: {"A": 3, "B": 4}}, points={"A": 10}, tiers=("A",))
    amend(north, by=marketing_lead, targets={MARCH: 7, APRIL: 6}, tier_targets={APRIL: {"A": 6}})
    for target in north.targets.waiting():
        accept(target, by=sales_lead, at=FEBRUARY)
    march, april = told("north", 2026)["months"]
    assert (march["how"], march["leads"], march["by_tier"], march["version"]) == ("proposed", 7, {}, None)
    assert (april["how"], april["inputs"], april["by_tier"]["A"]["leads"], april["value"]) == ("proposed", {}, 6, 60)


def test_a_year_that_begins_in_april_ends_in_march(tiered):
    amend(tiered, year_begins=4)
    assert [month["month"] for month in told("north", 2026)["months"]] == ["2026-04"]
    assert [month["month"] for month in told("north", 2025)["months"]] == ["2026-03"]


def test_an_unknown_agreement_and_an_impossible_year_are_refused(north):
    with pytest.raises(CommandError, match="there is no agreement 'south'"):
        call_command("sla_targets", "south", "2026")
    with pytest.raises(CommandError, match="years run from 1900 to"):
        call_command("sla_targets", "north", "99999")


def test_loading_what_was_dumped_changes_nothing(tiered):
    amend(tiered, at=FEBRUARY, quotas={MARCH: Decimal(9)}, quota_parts={MARCH: {"DE": Decimal(4), "AT": Decimal(5)}})
    text = write(document_of(tiered))
    assert "parts = { DE = 4, AT = 5 }" in text
    assert "points = 100" in text
    assert apply(read(text), by=None, at=FEBRUARY).differences == ()
    assert document_of(tiered).quota_parts == {MARCH: {"DE": 4, "AT": 5}}


def test_a_month_that_has_begun_keeps_every_tier_also_where_their_sum_stays(tiered):
    other = (replace(HALVES[0], average_deal=Decimal(40_000)), replace(HALVES[1], average_deal=Decimal("3571.43")))
    amendment = amend(tiered, at=MARCH_10, by_tier=other)
    assert kept(tiered)[MARCH] == (116, {"A": 16, "B": 100}, 5600)
    assert kept(tiered)[APRIL] == (58, {"A": 2, "B": 56}, 2440)
    (line,) = amendment.told
    assert line == (
        "March 2026 keeps its 116 leads (A 16, B 100) and not 116 (A 4, B 112): "
        "it has begun, so only both sides can change it."
    )


def test_what_the_lead_of_one_side_writes_about_tiers_waits_for_the_other(tiered, marketing_lead, sales_lead):
    other = (replace(HALVES[0], share=Decimal("0.25")), replace(HALVES[1], share=Decimal("0.75")))
    amend(tiered, by=marketing_lead, by_tier=other)
    assert kept(tiered)[APRIL] == (58, {"A": 8, "B": 50}, 2800)
    assert document_of(tiered).by_tier == HALVES
    for target in tiered.targets.waiting():
        accept(target, by=sales_lead, at=FEBRUARY)
    assert kept(tiered)[APRIL] == (79, {"A": 4, "B": 75}, 3400)
    assert document_of(tiered).by_tier == other


def test_other_points_move_the_value_of_the_months_that_have_not_begun(tiered):
    amend(tiered, at=MARCH_10, points={"A": 1, "B": 2})
    assert (kept(tiered)[MARCH][2], kept(tiered)[APRIL][2]) == (5600, 8 + 2 * 50)


def test_shifted_by_a_cycle_the_leads_of_march_serve_the_quota_of_april(tiered):
    amend(tiered, cycle_days=30, is_shifted=True)
    rows = {row.month: (row.quota, row.quota_month, row.leads) for row in tiered.targets.agreed()}
    assert rows == {
        date(2026, 2, 1): (Decimal(200_000), MARCH, 116),
        MARCH: (Decimal(100_000), APRIL, 58),
    }
    assert apply(read(write(document_of(tiered))), by=None, at=FEBRUARY).differences == ()
    inputs = told("north", 2026)["months"][1]["inputs"]
    assert (inputs["quota_month"], inputs["cycle_days"], inputs["shift_by_cycle"]) == ("2026-04", 30, True)
    assert document_of(tiered).targets == {}


def test_a_sales_cycle_that_is_known_and_not_switched_on_moves_nothing(tiered):
    before = kept(tiered)
    amend(tiered, cycle_days=30)
    assert kept(tiered) == before
