"""What a file says where nothing stands yet is an addition and not an overwrite, so files may come in any order.

What a person took out by hand is no such place: there the file's word is listed as differing.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import Values
from leads.enums import EventKind
from leads.models import Event

EMPTY = ("", None)
FILLS: dict[str, tuple[str, ...]] = {
    "leads": tuple(name for name in LEAD_FIELDS if name not in ("external_id", "created_at")),
    "handoffs": ("accepted_at", "returned_at", "return_reason", "return_note", "rep"),
    "attempts": ("note", "rep"),
    "outcomes": ("revenue", "reason"),
    "inquiries": ("source", "campaign", "question"),
}
# Taken only where the row and what is kept are at one about the other.
GOES_WITH = {"return_reason": "returned_at", "return_note": "returned_at", "revenue": "outcome", "reason": "outcome"}
TAKEN_OUT = {
    EventKind.RETURN_UNDONE: ("returned_at", "return_reason", "return_note"),
    EventKind.UNACCEPTED: ("accepted_at",),
    EventKind.ASSIGNED: ("rep",),
}

Says = Mapping[str, tuple[Any, Any]]


def additions(kind: str, values: Values, kept: Values, says: Says) -> Values:
    """PURE. The row's values for fields that are empty. `says`: the contradictions of the two."""
    found: Values = {}
    for name in FILLS[kind]:
        if kept.get(name) in EMPTY and values.get(name) not in EMPTY and _is_at_one(name, values, says, found):
            found[name] = values[name]
    return found


def _is_at_one(name: str, values: Values, says: Says, found: Values) -> bool:
    other = GOES_WITH.get(name)
    if other is None:
        return True
    return values.get(other) not in EMPTY and (other not in says or other in found)


class TakenOut:
    """The fields that people emptied in the portal, of facts of these leads: read once, when first asked."""

    def __init__(self, kind: str, lead_ids: Collection[int]) -> None:
        self._kind, self._lead_ids = kind, lead_ids

    def without(self, pk: int, added: Values) -> Values:
        if not added or not pk:
            return added
        return {name: value for name, value in added.items() if (pk, name) not in self._found}

    @cached_property
    def _found(self) -> set[tuple[int, str]]:
        events = Event.objects.filter(lead__in=self._lead_ids)
        if self._kind == "leads":
            edits = events.filter(kind=EventKind.EDITED).values_list("lead_id", "details")
            return {(pk, name) for pk, details in edits for name in details.get("fields", ())}
        if self._kind != "handoffs":
            return set()
        undone = events.filter(kind__in=TAKEN_OUT, handoff__isnull=False).values_list("handoff_id", "kind")
        return {(pk, name) for pk, kind in undone for name in TAKEN_OUT[EventKind(kind)]}
