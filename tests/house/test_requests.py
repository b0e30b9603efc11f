"""One request, one instant: no page asks a clock of its own."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for app in ("agreements", "leads", "reports") for path in (ROOT / app / "pages").glob("**/*.py"))
CLOCKS = ("timezone.now(", "utils.timezone import now", "datetime.now(", "date.today(", "timezone.localdate()")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-3]}.{path.stem}")
def test_a_page_asks_the_request_for_the_time(path):
    assert [clock for clock in CLOCKS if clock in path.read_text()] == []
