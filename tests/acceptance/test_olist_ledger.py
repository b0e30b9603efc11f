"""The ledger of the marketplace: its leads handed over on their day, its deals as outcomes."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from agreements.models import Agreement
from agreements.months.ledger import cycle_of
from leads.ledger.collected import ledger_of
from leads.models import Deal
from tests.acceptance import portal
from tests.acceptance.test_olist import DEALS, LEADS
from tests.needs import needs_real_data

pytestmark = [pytest.mark.django_db, needs_real_data, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def olist(django_db_setup, django_db_blocker):
    """The deals are read as the reference reads them, by the calendar on the wall of the marketplace."""
    with django_db_blocker.unblock(), transaction.atomic():
        portal.load_agreement("olist.toml")
        folder = portal.real_data("olist")
        wall = ("--time-zone", "America/Sao_Paulo")
        portal.import_file("outcomes", folder / DEALS, "olist", "--set", "outcome=won", *wall)
        portal.import_file("leads", folder / LEADS, "olist", "--hand-over")
        yield portal.reference("olist")
        transaction.set_rollback(True)


def ledger(year: str, on: str = "2018-12-31"):
    return json.loads(portal.run("sla_ledger", "olist", year, "--json", "--on", on))


def months(on: str = "2018-12-31"):
    return {row["month"]: row for year in ("2017", "2018") for row in ledger(year, on)["months"]}


def test_rates_by_event_month_equal_the_reference(olist):
    found = months()
    won = {month: row["customers"] for month, row in found.items() if row["customers"]}
    assert won == olist["won_by_won_month"]
    assert {month: row["leads"] for month, row in found.items() if row["leads"]} == olist["leads_per_month"]
    for month, row in found.items():
        leads = olist["leads_per_month"].get(month, 0)
        wanted = olist["won_by_won_month"].get(month, 0) / leads if leads else None
        assert row["rate"] == wanted


def test_rates_by_cohort_equal_the_reference(olist):
    found = months()
    assert found["2018-06"]["cohort"] == {"leads": 0, "customers": 0, "revenue": 0, "rate": None, "is_mature": True}
    for month, wanted in olist["cohort_by_lead_month"].items():
        cohort = found[month]["cohort"]
        assert (cohort["leads"], cohort["customers"]) == (wanted["leads"], wanted["won"])
        assert round(100 * cohort["rate"], 2) == wanted["close_pct"]


def test_the_deal_of_fifty_millions_is_the_one_outlier_and_the_rates_stand_with_and_without_it(olist):
    (outlier,) = ledger("2018")["outliers"]
    assert outlier["revenue"] == 50_000_000
    assert Deal.objects.get(pk=outlier["deal"]).revenue == 50_000_000
    whole = sum(row["declared_monthly_revenue"] for row in olist["by_origin"].values())
    assert outlier["with"]["marketing_revenue"] == whole
    assert outlier["without"]["marketing_revenue"] == whole - 50_000_000
    assert (outlier["with"]["customers"], outlier["without"]["customers"]) == (839, 838)
    assert outlier["without"]["deal"] == (whole - 50_000_000) / 838


def test_the_cohort_of_may_is_immature_in_june_and_mature_at_the_end_of_the_year(olist):
    assert months("2018-06-10")["2018-05"]["cohort"]["is_mature"] is False
    assert months("2018-12-31")["2018-05"]["cohort"]["is_mature"] is True
    assert months("2018-06-10")["2018-04"]["cohort"]["is_mature"] is True


def test_looked_at_earlier_it_knows_nothing_of_later_deals(olist):
    early = months("2018-06-10")
    assert sum(row["customers"] for row in early.values()) == 686
    assert early["2018-07"]["customers"] == 0


def test_the_cycle_is_the_references_but_for_the_hour_of_summer_time(olist):
    """The reference subtracts wall times; the portal counts the time that really went by."""
    found = cycle_of(ledger_of(Agreement.objects.get(slug="olist"), today=date(2018, 12, 31)).first_sales)
    wanted = olist["cycle_days"]
    assert found is not None
    assert found.customers == wanted["n"]
    assert abs(float(found.mean) - wanted["mean"]) < 1 / 24
    assert abs(float(found.median) - wanted["median"]) < 1 / 24
    assert (round(found.mean, 4), round(found.median, 4)) == (Decimal("49.1078"), Decimal("14.6716"))
