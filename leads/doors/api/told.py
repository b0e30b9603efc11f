"""A kept record in the names of the files, as it is answered to whoever may read it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from leads.doors.api.resources import Resource
from leads.doors.fields import Reads
from leads.enums import Precision

PRECISIONS = {Precision.EXACT: "second", Precision.MINUTE: "minute", Precision.DAY: "day"}
EVERY = ("agreement", "precision", "door", "recorded_at")


def told(resource: Resource, record: Any) -> dict[str, Any]:
    found = {name: _value(record, column) for name, column in resource.columns.items()}
    found["precision"] = PRECISIONS[Precision(record.precision)]
    found |= {name: _plain(getattr(record, name)) for name in resource.seen}
    agreement = record.agreement if hasattr(record, "agreement") else record.lead.agreement
    return {"agreement": agreement.slug, **found, "door": record.door, "recorded_at": _plain(record.recorded_at)}


def _value(record: Any, column: str) -> Any:
    for name in column.split("__"):
        record = getattr(record, name)
    return _plain(record)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return None if value == "" else value


def schema(resource: Resource) -> dict[str, Any]:
    """JSON schema of a record as it is answered."""
    instants = {field.name for field in resource.fields if field.reads is Reads.INSTANT}
    instants |= {name for name in resource.seen if name.endswith("_at")} | {"recorded_at"}
    names = dict.fromkeys(("agreement", *resource.columns, *resource.seen, *EVERY))
    properties = {name: _schema(name in instants) for name in names}
    properties["agreement"] = properties["door"] = {"type": "string"}
    properties["precision"] = {"enum": list(PRECISIONS.values())}
    return {"type": "object", "properties": properties, "required": list(names)}


def _schema(is_instant: bool) -> dict[str, Any]:
    return {"type": ["string", "null"], **({"format": "date-time"} if is_instant else {})}
