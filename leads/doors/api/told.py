"""A kept record in the names of the files, as it is answered to whoever may read it."""

from datetime import date
from decimal import Decimal
from typing import Any

from leads.doors.api.resources import Resource
from leads.doors.fields import Reads
from leads.enums import Precision

PRECISIONS = {Precision.EXACT: "second", Precision.MINUTE: "minute", Precision.DAY: "day"}
OTHER_TYPES: dict[Any, dict[str, Any]] = {
    Reads.COUNT: {"type": ["integer", "null"]},
    Reads.FLAG: {"type": ["boolean", "null"]},
    Reads.DAY: {"type": ["string", "null"], "format": "date"},
}
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
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return None if value == "" else value


FLAG: dict[str, Any] = {"type": "boolean"}


def schema(resource: Resource) -> dict[str, Any]:
    """JSON schema of a record as it is answered."""
    instants = {field.name for field in resource.fields if field.reads is Reads.INSTANT}
    instants |= {name for name in resource.seen if name.endswith("_at")} | {"recorded_at"}
    names = dict.fromkeys(("agreement", *resource.columns, *resource.seen, *EVERY))
    properties = {name: _schema(name in instants) for name in names}
    reads = {field.name: field.reads for field in resource.fields}
    properties |= {name: OTHER_TYPES[reads[name]] for name in names if reads.get(name) in OTHER_TYPES}
    properties |= {name: FLAG for name in resource.seen if name.startswith("is_")}
    properties["agreement"] = properties["door"] = {"type": "string"}
    properties["precision"] = {"enum": list(PRECISIONS.values())}
    return {"type": "object", "properties": properties, "required": list(names)}


def _schema(is_instant: bool) -> dict[str, Any]:
    return {"type": ["string", "null"], **({"format": "date-time"} if is_instant else {})}
