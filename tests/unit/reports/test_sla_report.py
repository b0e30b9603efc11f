import json
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agreements.models import Agreement
from tests import cast
from tests.unit.reports.march import march


@pytest.fixture
def at(north: Agreement) -> datetime:
    return march(north)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sla_report", *arguments, stdout=out)
    return out.getvalue()


def figures(*arguments: str) -> dict[str, Any]:
    return json.loads(run(*arguments, "--json"))  # type: ignore[no-any-return]


def test_today_is_looked_at_from_its_evening(at: datetime) -> None:
    morning = figures("north", "2026-03", "--today", "2026-03-09")["speed"]["all"]
    evening = figures("north", "2026-03", "--today", "2026-03-10")["speed"]["all"]
    assert (morning["never_followed_up"], evening["never_followed_up"]) == (1, 2)


def test_long_after_the_period_no_clock_runs(at: datetime) -> None:
    speed = figures("north", "2026-03")["speed"]["all"]
    assert (speed["running"], speed["handoffs"]) == (0, 10)


def test_the_figures_are_not_rounded(at: datetime) -> None:
    mean = figures("north", "2026-03")["speed"]["all"]["working_minutes"]["mean"]
    assert mean == pytest.approx(226 / 6, rel=1e-12)


def test_a_month_without_handoffs_is_reported_with_nothing_in_it(at: datetime) -> None:
    found = figures("north", "2025-01")
    assert (found["volume"]["delivered"], found["volume"]["by_source"], found["volume"]["target"]) == (0, {}, None)
    assert found["depth"]["all"]["mean_attempts"] is None


def test_without_json_it_is_a_table_for_people(at: datetime) -> None:
    lines = run("north", "2026-03", "--today", "2026-03-20").splitlines()
    assert lines[1] == "handed over 10, returned 2, delivered 8, target 22"
    assert [line.split()[0] for line in lines[4:6]] == ["all", "source"]
    assert any(line.startswith("source (none)") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("south", "2026-03"), "no agreement 'south'"),
        (("north", "2026-13"), "no period"),
        (("north", "March"), "no period"),
        (("north", "9999"), "out of reach"),
        (("north", "2026-03", "--today", "31.03.2026"), "today"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_a_reason(north: Agreement, arguments: Any, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_an_agreement_without_terms_is_refused(db: None) -> None:
    cast.agreement("bare").versions.all().delete()
    with pytest.raises(CommandError, match="no terms"):
        run("bare", "2026-03")
