"""PURE. Which kept fact a row of a file is: by its id; else by lead, rep, channel and time to the coarser precision.

Equal rows of one file are several facts: a kept fact is met by one row of a run only, so that the k-th row meets the
k-th of them, in chunks of any size and in any order.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leads.clock.span import EXACT, MINUTE
from leads.doors.files.reading.rows import INSTANTS, Values
from smarketing.lib.words import key

WHEN = {
    "leads": "created_at",
    "handoffs": "handed_at",
    "attempts": "attempted_at",
    "outcomes": "closed_at",
    "inquiries": "asked_at",
}
OWN_ID = {"handoffs": "handoff_id", "attempts": "attempt_id", "outcomes": "deal_id", "inquiries": "inquiry_id"}
WORDS = frozenset(
    {"source", "tier", "rep", "return_reason", "country", "language", "campaign"}
    | {"name", "company", "job_title", "question"}
)
SILENT = frozenset({"external_id", "precision", *OWN_ID.values()})

DayOf = Callable[[datetime], date]


@dataclass(slots=True)
class Kept:
    """A fact as it is kept, in the words of a file. `person`: the rep, where it is known who that is.

    `is_met`: a row of this run is it already. `pk` is 0 for one that the database does not know yet, `fresh` its row.
    """

    pk: int
    values: Values
    person: int | None = None
    is_met: bool = False
    fresh: Any = None


class KeptFacts:
    """The kept facts of one kind; `find` answers which of them a row is. `lead`: whatever tells leads apart."""

    def __init__(self, kind: str, day_of: DayOf) -> None:
        self._when, self._own_id, self._day_of = WHEN[kind], OWN_ID[kind], day_of
        self._has_reps = kind == "attempts"
        self._by_id: dict[tuple[Any, str], Kept] = {}
        self._by_day: dict[tuple[Any, date], list[Kept]] = defaultdict(list)

    def add(self, lead: Any, kept: Kept) -> None:
        if own_id := kept.values.get(self._own_id):
            self._by_id[lead, own_id] = kept
        if not kept.is_met:
            self._by_day[lead, self._day_of(kept.values[self._when])].append(kept)

    def find(self, lead: Any, values: Values, person: int | None) -> Kept | None:
        """The fact that the row is, now met; one without an id takes the row's."""
        own_id = values.get(self._own_id)
        found = self._by_id.get((lead, own_id)) if own_id else None
        if found is None:
            same_day = self._by_day.get((lead, self._day_of(values[self._when])), ())
            free = [kept for kept in same_day if not kept.is_met and self._agrees(kept, values, person)]
            if len(free) > 1:
                free.sort(key=lambda kept: self._distance(kept, values))
            found = free[0] if free else None
        if found is not None:
            found.is_met = True
            if own_id and not found.values.get(self._own_id):
                self._by_id[lead, own_id] = found
        return found

    def _agrees(self, kept: Kept, values: Values, person: int | None) -> bool:
        if values.get(self._own_id) and kept.values.get(self._own_id):
            return False
        if not same_time(kept.values, values, self._when, self._day_of):
            return False
        if not self._has_reps:
            return True
        if kept.values.get("channel", "phone") != values.get("channel", "phone"):
            return False
        known, said = kept.values.get("rep", ""), values.get("rep", "")
        return known == said or (person is not None and person == kept.person) or key(known) == key(said)

    def _distance(self, kept: Kept, values: Values) -> tuple[bool, int, int, int]:
        """The very same first, then the one known best, then the one that says the same of the rest."""
        precisions = kept.values.get("precision", EXACT), values.get("precision", EXACT)
        is_same = kept.values[self._when] == values[self._when] and precisions[0] == precisions[1]
        return not is_same, max(precisions), len(contradictions(values, kept.values, self._day_of)), kept.pk


def same_time(one: Values, other: Values, when: str, day_of: DayOf) -> bool:
    """Whether two instants agree as far as the one known less well is known."""
    precision = max(one.get("precision", EXACT), other.get("precision", EXACT))
    first, second = one[when], other[when]
    if precision == EXACT or first == second:
        return bool(first == second)
    if precision == MINUTE:
        return bool(first.replace(second=0, microsecond=0) == second.replace(second=0, microsecond=0))
    return day_of(first) == day_of(second)


def contradictions(values: Values, kept: Values, day_of: DayOf) -> dict[str, tuple[Any, Any]]:
    """Field -> what is kept, and what the file says instead. An empty cell says nothing."""
    found = {}
    for name, said in values.items():
        known = kept.get(name, said)
        if said == known or said in ("", None) or name in SILENT:
            continue
        if not _is_one(name, values, kept, day_of):
            found[name] = (known, said)
    return found


def _is_one(name: str, values: Values, kept: Values, day_of: DayOf) -> bool:
    known, said = kept[name], values[name]
    if name in INSTANTS:
        return known is not None and same_time(values, kept, name, day_of)
    return name in WORDS and known is not None and key(str(known)) == key(str(said))
