"""PURE. What can be promised: one entry for each measure. File keys, forms, history and words follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.promises.promise import DepthPromise, Promise, SpeedPromise


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


@dataclass(frozen=True)
class Measure:
    """`side` promises it; `name` is marked for translation. `promise` declares the fields."""

    key: str
    side: str
    name: str
    promise: type[Promise]


MEASURES = {
    measure.key: measure
    for measure in (
        Measure("speed", "sales", _("Follow-up speed"), SpeedPromise),
        Measure("depth", "sales", _("Follow-up depth"), DepthPromise),
    )
}


def promise_of(measure: str, tier: str, stored: Mapping[str, Any]) -> Promise:
    """The promise that a version keeps in these three."""
    return MEASURES[measure].promise.from_stored(tier, dict(stored))
