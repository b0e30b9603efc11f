"""PURE. What a telephone system tells of a call, as an attempt on the lead that has the number."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leads.doors.api.shapes import INSTANT, TEXT, BodyFault, Faulty, pointer
from leads.doors.fields import ATTEMPT, Field
from leads.doors.files.reading.choices import DIRECTIONS, RESULTS
from smarketing.lib.file_problems import FileProblem

LONGEST_CALL = 86_400  # seconds
NAMES = {"number": "lead_phone", "started_at": "attempted_at", "call_id": "attempt_id"}  # theirs -> ours
SAME = ("direction", "result", "rep", "note")
FIELDS: tuple[Field, ...] = tuple(
    replace(field, is_required=False) if field.name in ("external_id", "result") else field for field in ATTEMPT
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": TEXT, "maxLength": 60, "description": "Of the other side."},
        "started_at": {"type": "string", "pattern": INSTANT},
        "direction": {"enum": [*DIRECTIONS]},
        "duration_seconds": {"type": "integer", "minimum": 0, "maximum": LONGEST_CALL},
        "result": {"enum": [*RESULTS], "description": "Without it: connected if the call lasted, else no_answer."},
        "call_id": {"type": "string", "pattern": TEXT, "maxLength": 200},
        "rep": {"type": "string", "pattern": TEXT, "maxLength": 150, "description": "E-mail address or name."},
        "note": {"type": "string", "pattern": TEXT, "maxLength": 20_000},
    },
    "required": ["number", "started_at"],
    "additionalProperties": False,
}


def as_attempt(sent: Any) -> dict[str, Any]:
    """Raises Faulty with the sender's own names."""
    if not isinstance(sent, Mapping):
        raise Faulty([BodyFault("", FileProblem("no_object"))])
    known = SCHEMA["properties"]
    faults = [BodyFault(pointer(name), FileProblem("no_field", name[:80])) for name in sent if name not in known]
    faults += [BodyFault(pointer(name), FileProblem("required")) for name in SCHEMA["required"] if not sent.get(name)]
    seconds = sent.get("duration_seconds")
    if seconds is not None and (type(seconds) is not int or not 0 <= seconds <= LONGEST_CALL):
        faults.append(BodyFault("/duration_seconds", FileProblem("no_count")))
    if faults:
        raise Faulty(faults)
    found = {ours: sent.get(theirs) for theirs, ours in NAMES.items()} | {name: sent.get(name) for name in SAME}
    found["channel"] = "phone"
    found["result"] = found["result"] or ("connected" if seconds else "no_answer")
    if seconds and isinstance(found["note"] or "", str):
        lasted = f"{seconds // 60}:{seconds % 60:02}"
        found["note"] = f"{found['note']}\n{lasted}" if found["note"] else lasted
    return found


def in_their_names(fault: BodyFault) -> BodyFault:
    theirs = {pointer(ours): pointer(name) for name, ours in NAMES.items()}
    return replace(fault, pointer=theirs.get(fault.pointer, fault.pointer))
