import os
from collections.abc import Iterator
from datetime import datetime

import pytest

from agreements.models import Agreement
from tests.pages.seen import at_instant
from tests.unit.reports.march import march


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's chromium; no browser is ever downloaded."""
    return {"executable_path": os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium"), "args": ["--no-sandbox"]}


@pytest.fixture
def at(north: Agreement) -> Iterator[datetime]:
    """The instant at which the figures of a made-up March are looked at."""
    at = march(north)
    with at_instant(at):
        yield at
