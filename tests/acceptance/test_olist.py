"""A Brazilian marketplace: dates without a time, empty and unknown origins, deals closed in UTC."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction

from leads.models import Deal, Handoff, Lead
from tests.acceptance import portal
from tests.needs import needs_real_data

pytestmark = [pytest.mark.django_db, needs_real_data, pytest.mark.timeout(600)]
LEADS = "olist_marketing_qualified_leads_dataset.csv"
DEALS = "olist_closed_deals_dataset.csv"


@pytest.fixture(scope="module")
def olist(django_db_setup, django_db_blocker):
    """The files, brought in once for all tests of this module and rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        portal.load_agreement("olist.toml")
        folder = portal.real_data("olist")
        deals = portal.import_file("outcomes", folder / DEALS, "olist", "--set", "outcome=won", "--time-zone", "UTC")
        leads = portal.import_file("leads", folder / LEADS, "olist", "--hand-over")
        assert (deals["waiting"], deals["rejected"], leads["linked"]) == (842, 0, 842)
        yield portal.reference("olist")
        transaction.set_rollback(True)


def test_april_2018_day_by_day_with_both_goal_lines(olist, tmp_path):
    wanted = olist["cumulative_2018_04"]["days"]
    working = portal.report("olist", "2018-04")["volume"]
    assert (working["delivered"], working["target"]) == (1352, 1200)
    assert [day["handed_over"] for day in working["by_day"]] == [day["leads"] for day in wanted]
    assert [day["cumulative"] for day in working["by_day"]] == [day["cum"] for day in wanted]
    assert [round(day["goal"], 2) for day in working["by_day"]] == [day["goal_workday"] for day in wanted]

    by_calendar = (portal.HERE / "olist.toml").read_text().replace('pacing = "working"', 'pacing = "calendar"')
    (tmp_path / "olist.toml").write_text(by_calendar)
    portal.run("load_agreement", str(tmp_path / "olist.toml"))
    calendar = portal.report("olist", "2018-04")["volume"]
    assert [round(day["goal"], 2) for day in calendar["by_day"]] == [day["goal_calendar"] for day in wanted]


def test_leads_of_each_month_and_those_won_of_each_cohort(olist):
    for month, wanted in olist["cohort_by_lead_month"].items():
        report = portal.report("olist", month)
        assert (report["volume"]["delivered"], report["outcomes"]["all"]["won"]) == (wanted["leads"], wanted["won"])
    assert {m: row["leads"] for m, row in olist["cohort_by_lead_month"].items()} == olist["leads_per_month"]


def test_an_empty_origin_and_the_word_unknown_are_two_groups(olist):
    found = Counter()
    for year in ("2017", "2018"):
        found.update(portal.report("olist", year)["volume"]["by_source"])
    assert dict(found) == olist["leads_per_origin"]
    assert (found[""], found["unknown"]) == (60, 1099)


def test_won_and_revenue_by_origin(olist):
    reports = [portal.report("olist", year)["outcomes"]["by_source"] for year in ("2017", "2018")]
    for origin, wanted in olist["by_origin"].items():
        rows = [report[origin] for report in reports if origin in report]
        assert sum(row["won"] for row in rows) == wanted["won"]
        assert sum(row["revenue"] for row in rows) == wanted["declared_monthly_revenue"]


def test_a_deal_won_before_its_first_contact_is_kept_as_it_is(olist):
    (negative,) = olist["negative_cycles"]
    outcome = Deal.objects.select_related("lead").get(lead__external_id=negative["mql_id"])
    assert outcome.closed_at < outcome.lead.created_at


def test_nothing_of_the_file_is_lost(olist):
    with (portal.real_data("olist") / LEADS).open(newline="") as file:
        wanted = {row["mql_id"]: row["origin"] for row in csv.DictReader(file)}
    assert dict(Lead.objects.values_list("external_id", "source")) == wanted


def saved_again(name: str, folder: Path, found: str, written: str) -> Path:
    """The file as a spreadsheet saves it again."""
    text = (portal.real_data("olist") / name).read_text()
    copy = folder / name
    copy.write_text(re.sub(found, written, text))
    assert copy.read_text() != text
    return copy


def test_deals_saved_again_with_dates_only_and_leads_with_german_dates_say_unchanged(olist, tmp_path):
    bare = saved_again(DEALS, tmp_path, r"(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}", r"\1")
    deals = portal.import_file("outcomes", bare, "olist", "--set", "outcome=won", "--time-zone", "UTC")
    german = saved_again(LEADS, tmp_path, r"(\d{4})-(\d{2})-(\d{2})", r"\3.\2.\1")
    leads = portal.import_file("leads", german, "olist", "--hand-over")
    for run, rows in ((deals, 842), (leads, 8000)):
        assert (run["unchanged"], run["created"], run["waiting"], run["differing"]) == (rows, 0, 0, 0)
    assert (Deal.objects.count(), Handoff.objects.count()) == (842, 8000)
