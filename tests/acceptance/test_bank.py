"""A Dutch bank's October: files in any order, imported twice, every figure of the reference."""

import re
from pathlib import Path

import pytest

from agreements.models import Agreement
from leads.clock.recompute import preview
from leads.models import Attempt, Deal, Handoff, Lead, WaitingRow
from tests.acceptance import portal
from tests.needs import needs_real_data

pytestmark = [pytest.mark.django_db, needs_real_data]
FOLDER = "bpic2012-oct2011"
FOUR_DECIMALS = 5.01e-5  # a value right in the middle (369.27305) was rounded the other way
KINDS = ("leads", "handoffs", "attempts", "outcomes")
ORDERS = [KINDS, KINDS[::-1], ("attempts", "leads", "outcomes", "handoffs")]


def bring_in(kinds) -> list[dict]:
    return [portal.import_file(kind, portal.real_data(FOLDER) / f"{kind}.csv", "bank") for kind in kinds]


def assert_speed(found: dict, wanted: dict) -> None:
    assert found["handoffs"] == wanted["handoffs"]
    assert found["followed_up"] == wanted["followed_up"]
    assert found["never_followed_up"] == wanted["never_followed_up"]
    assert found["share_within"] == pytest.approx(wanted["share_within_60_working_minutes"], abs=5e-7)
    for clock in ("working_minutes", "wall_minutes"):
        assert found[clock] == pytest.approx(wanted[clock], abs=FOUR_DECIMALS)


def assert_depth(found: dict, wanted: dict) -> None:
    for name in ("connected", "never_connected", "attempts"):
        assert found[name] == wanted[name]
    assert found["mean_attempts"] == pytest.approx(wanted["mean_attempts_never_connected"], abs=FOUR_DECIMALS)
    assert found["histogram"] == wanted["attempts_histogram_never_connected"]


def assert_outcomes(found: dict, wanted: dict) -> None:
    assert [found[name] for name in ("won", "lost", "open")] == [wanted[name] for name in ("won", "lost", "open")]
    assert found["revenue"] == wanted["revenue_won"]
    assert found["lead_to_customer"] == pytest.approx(wanted["won"] / wanted["handoffs"])


def assert_group(report: dict, group: str, name: str | None, wanted: dict) -> None:
    def pick(part):
        return report[part][group] if name is None else report[part][group][name]

    assert_speed(pick("speed"), wanted)
    assert_depth(pick("depth"), wanted)
    assert_outcomes(pick("outcomes"), wanted)


def assert_period(label: str) -> None:
    wanted, found = portal.reference(FOLDER)["periods"][label], portal.report("bank", label)
    assert_group(found, "all", None, wanted["all"])
    for group in ("by_source", "by_tier"):
        assert set(found["speed"][group]) == set(wanted[group])
        for name in wanted[group]:
            assert_group(found, group, name, wanted[group][name])
    days = {day["on"]: day["handed_over"] for day in found["volume"]["by_day"] if day["handed_over"]}
    assert days == wanted["handoffs_by_local_day"]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.timeout(600)
def test_every_figure_comes_out_in_whichever_order_the_files_come_and_a_second_time_changes_nothing(order):
    portal.load_agreement("bank.toml")
    bring_in(order)
    assert [(run["created"], run["waiting"], run["differing"]) for run in bring_in(order)] == [(0, 0, 0)] * 4
    totals = portal.reference(FOLDER)["totals"]
    counts = [model.objects.count() for model in (Lead, Handoff, Attempt, Deal)]
    assert counts == [totals["leads"], totals["handoffs"], totals["attempts"], sum(totals["outcomes"].values())]
    for label in ("2011-10", "2011-Q4"):
        assert_period(label)
    assert not WaitingRow.objects.exists()
    assert not preview(Agreement.objects.get())


@pytest.mark.timeout(600)
def test_the_other_promise_of_the_reference_comes_out_too(tmp_path):
    slower = (portal.HERE / "bank.toml").read_text().replace("within_minutes = 60", "within_minutes = 240")
    (tmp_path / "bank.toml").write_text(slower)
    portal.run("load_agreement", str(tmp_path / "bank.toml"))
    bring_in(KINDS)
    wanted = portal.reference(FOLDER)["periods"]["2011-10"]["all"]["share_within_240_working_minutes"]
    assert portal.report("bank", "2011-10")["speed"]["all"]["share_within"] == pytest.approx(wanted, abs=5e-7)


def without_seconds(kind: str, folder) -> Path:
    """The file as a spreadsheet saves it again: its instants end with the minute."""
    text = (portal.real_data(FOLDER) / f"{kind}.csv").read_text()
    copy = folder / f"{kind}.csv"
    copy.write_text(re.sub(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}):\d{2}(?:\.\d+)?", r"\1", text))
    assert copy.read_text() != text
    return copy


@pytest.mark.timeout(900)
def test_the_files_saved_again_without_seconds_say_unchanged_and_double_nothing(tmp_path):
    portal.load_agreement("bank.toml")
    first = bring_in(KINDS)
    again = [portal.import_file(kind, without_seconds(kind, tmp_path), "bank") for kind in KINDS[::-1]][::-1]
    assert [(run["created"], run["differing"], run["waiting"]) for run in again] == [(0, 0, 0)] * 4
    assert [run["unchanged"] for run in again] == [run["created"] + run["unchanged"] for run in first]
    assert_period("2011-10")
