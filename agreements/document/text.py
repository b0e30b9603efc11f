"""PURE. An agreement as a text: the TOML form of one version with its quotas and targets, read, checked and written."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import tomli_w
from pydantic import ValidationError

from agreements.document.clauses import DEFAULT_REASONS, AgreementDocument, PauseClause, ReasonClause
from agreements.document.faults import DocumentError, DocumentProblem, decoded, parsed, problems_of
from agreements.document.groups.every_group import GROUPS
from agreements.document.lines import Path
from agreements.document.month_tables import listed_tiers, month_tables, tier_tables
from agreements.document.tables import DEFAULT_WARN_SHARE, HEADING, AgreementText, zones
from agreements.months.targets import MOST_LEADS
from agreements.promises.promise import Promise

__all__ = ["HEADING", "MOST_LEADS", "AgreementDocument", "DocumentError", "DocumentProblem", "zones"]

ASSUMPTIONS = ("marketing_share", "average_deal", "lead_to_customer")
RETURN_WITHIN = 10


def read(text: str) -> AgreementDocument:
    """Raises DocumentError with every problem of the text, each with its line."""
    return checked(*parsed(text))


def read_file(data: bytes) -> AgreementDocument:
    """Raises DocumentError also for bytes that are no UTF-8."""
    return read(decoded(data))


def checked(data: Mapping[str, Any], lines: Mapping[Path, int] | None = None) -> AgreementDocument:
    """The same from plain values, as they stand in the TOML form. Without lines the problems have paths only."""
    try:
        return AgreementText.model_validate(data).document()
    except ValidationError as error:
        raise DocumentError(problems_of(error, lines or {})) from None


def digest(document: AgreementDocument) -> str:
    """Of its canonical text: two documents that say the same have the same."""
    return sha256(write(document).encode()).hexdigest()


def write(document: AgreementDocument) -> str:
    """The text from which `read` makes an equal document. What has its default is left out."""
    calendar = document.calendar
    public = {"country": calendar.country, "subdivision": calendar.subdivision, "optional": calendar.optional or None}
    sections = [
        _section("", _head(document)),
        _section("[calendar]", {"closed": calendar.closed}),
        _section("[calendar.week]", calendar.week),
        _section("[calendar.holidays]", public if calendar.country else {}),
        _days("[calendar.overrides]", {on.isoformat(): hours for on, hours in calendar.overrides.items()}),
        _days("[calendar.yearly]", calendar.yearly),
        *(_section(header, keys) for header, keys in tier_tables(document)),
        *(_section("[[exceptions]]", _pause_keys(pause)) for pause in document.exceptions),
        *(_section("[[promises]]", _promise_keys(promise)) for promise in document.promises),
        *(_section("[[return_reasons]]", vars(reason)) for reason in _own_reasons(document)),
        *_groups(document),
        *(_section(header, keys) for header, keys in month_tables(document)),
    ]
    return "\n".join(section for section in sections if section)


def _head(document: AgreementDocument) -> dict[str, Any]:
    within = document.return_within_working_days
    return {
        **{key: getattr(document, key) for key in HEADING},
        "year_begins": None if document.year_begins == 1 else document.year_begins,
        "pacing": document.pacing,
        "warn_share": None if document.warn_share == DEFAULT_WARN_SHARE else document.warn_share,
        "automated_counts": document.automated_counts or None,
        "return_within_working_days": None if within == RETURN_WITHIN else within,
        "tiers": listed_tiers(document),
    }


def _pause_keys(pause: PauseClause) -> dict[str, Any]:
    return {"from": pause.begins, "to": pause.ends, "reason": pause.reason}


def _own_reasons(document: AgreementDocument) -> tuple[ReasonClause, ...]:
    return () if document.return_reasons == DEFAULT_REASONS else document.return_reasons


def _groups(document: AgreementDocument) -> Iterator[str]:
    for key, group in GROUPS.items():
        header = f"[[{key}]]" if group.many else f"[{key}]"
        yield from (_section(header, row.values()) for row in group.of(document))


def _promise_keys(promise: Promise) -> dict[str, Any]:
    return {"measure": promise.measure, "tier": promise.tier, **promise.values()}


def _section(header: str, keys: Mapping[str, Any]) -> str:
    """One table. Keys with nothing in them are left out."""
    lines = [_line(key, value) for key, value in keys.items() if value not in (None, "", (), {})]
    return "".join([f"{header}\n" if header else "", *lines]) if lines else ""


def _days(header: str, days: Mapping[str, Any]) -> str:
    """Days with other hours, also those that have none."""
    return "".join([f"{header}\n", *(_line(day, hours) for day, hours in days.items())]) if days else ""


def _line(key: str, value: Any) -> str:
    if isinstance(value, tuple):
        # tomli_w would give each time a line of its own.
        items = ", ".join(
            item.isoformat() if isinstance(item, date) else json.dumps(item, ensure_ascii=False) for item in value
        )
        return f"{_key(key)} = [{items}]\n"
    if isinstance(value, Mapping):
        return f"{_key(key)} = {{ {', '.join(_line(*item).strip() for item in value.items())} }}\n"
    return tomli_w.dumps({key: _shortest(value) if isinstance(value, Decimal) else value}, multiline_strings=True)


def _shortest(number: Decimal) -> int | Decimal:
    return int(number) if number == int(number) else number.normalize()


def _key(key: str) -> str:
    return key if key.isalpha() else json.dumps(key)
