"""Pages read as a person would: the time stands still, links are followed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import time_machine


@contextmanager
def at_instant(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def chart(response: Any, key: str) -> Any:
    return response.context["sheet"].chart(key)


def count_of(page: Any) -> int:
    """How many records the list behind a bar says it has."""
    found = re.search(r"(\d+) handoffs?", page.context["page"].count_text)
    assert found, page.context["page"].count_text
    return int(found[1])
