"""PURE. An agreement as a text: the TOML form of one version with its quotas and targets, read, checked and written."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import tomli_w

from agreements.document.calendar_table import calendar_clause
from agreements.document.clauses import AgreementDocument, CalendarClause, Clause, DepthClause, SpeedClause
from agreements.document.lines import Path
from agreements.document.reader import DocumentError, Problem, Table, _, decoded, parsed, shown
from agreements.months.targets import MOST_LEADS
from agreements.worktime import CalendarError, WorkCalendar

__all__ = [
    "MOST_LEADS",
    "AgreementDocument",
    "DocumentError",
    "Problem",
    "checked",
    "read",
    "read_file",
    "write",
    "zones",
]

HEADING = ("slug", "name", "time_zone", "currency", "marketing_team", "sales_team", "service_team", "effective_on")
ASSUMPTIONS = ("marketing_share", "average_deal", "lead_to_customer")
DEFAULT_WARN_SHARE = Decimal("0.75")
PACINGS = ("working", "calendar")
RESERVED_SLUGS = ("new", "load")
LONGEST_MINUTES = 100_000
LONGEST_DAYS = 1_000

_SLUG = re.compile(r"[A-Za-z0-9_-]+")
_CURRENCY = re.compile(r"[A-Z]{3}")


def read(text: str) -> AgreementDocument:
    """Raises DocumentError with every problem of the text, each with its line."""
    return checked(*parsed(text))


def read_file(data: bytes) -> AgreementDocument:
    """Raises DocumentError also for bytes that are no UTF-8."""
    return read(decoded(data))


def checked(data: Mapping[str, Any], lines: Mapping[Path, int] | None = None) -> AgreementDocument:
    """The same from plain values, as they stand in the TOML form. Without lines the problems have paths only."""
    root = Table(data, lines=lines or {})
    values = {**_heading(root), **_terms(root), **_months(root)}
    root.refuse_unknown()
    if not root.problems:
        _refuse_unreachable(root, values)
    if root.problems:
        raise DocumentError(root.problems)
    return AgreementDocument(**values)


def _heading(root: Table) -> dict[str, Any]:
    return {
        "slug": _slug(root),
        "name": root.text("name", 150),
        "time_zone": _time_zone(root),
        "currency": _currency(root),
        "marketing_team": root.text("marketing_team", 100),
        "sales_team": root.text("sales_team", 100),
        "service_team": root.text("service_team", 100, is_required=False) or "",
        "effective_on": root.day("effective_on"),
    }


def _slug(root: Table) -> str | None:
    slug = root.text("slug", 60)
    if slug and not _SLUG.fullmatch(slug):
        root.refuse("slug", _("may hold letters a to z, digits, hyphens and underscores only"))
    elif slug in RESERVED_SLUGS:
        root.refuse("slug", _("is taken by a page of the portal"))
    return slug


def _time_zone(root: Table) -> str | None:
    zone = root.text("time_zone", 60)
    if zone and zone not in zones():
        root.refuse("time_zone", _("{value} is no time zone: write one like Europe/Berlin"), value=shown(zone))
    return zone


def _currency(root: Table) -> str | None:
    currency = root.value("currency", (str,), _("must be text in quotes, not {value}"))
    if currency is not None and not _CURRENCY.fullmatch(currency):
        root.refuse(
            "currency", _("must be a code of three capital letters like EUR, not {value}"), value=shown(currency)
        )
    return None if currency is None else str(currency)


def _terms(root: Table) -> dict[str, Any]:
    calendar = root.table("calendar", is_required=True)
    warn_share = root.fraction("warn_share", 2, is_required=False, may_be_zero=False)
    return {
        "pacing": _pacing(root, calendar),
        "calendar": calendar and calendar_clause(calendar),
        "warn_share": DEFAULT_WARN_SHARE if warn_share is None else warn_share,
        "automated_counts": root.flag("automated_counts") or False,
        "promises": _promises(root),
        **_assumptions(root),
    }


def _pacing(root: Table, calendar: Table | None) -> str:
    """Also taken from [calendar], below which one easily writes it."""
    pacing = root.one_of("pacing", PACINGS, is_required=False)
    nearby = calendar.one_of("pacing", PACINGS, is_required=False) if calendar else None
    if pacing and nearby and pacing != nearby and calendar:
        calendar.refuse("pacing", _("contradicts the pacing above: {value}"), value=pacing)
    return pacing or nearby or "working"


def _promises(root: Table) -> tuple[Clause, ...]:
    clauses, seen = [], dict[tuple[str, str], int | None]()
    for row in root.tables("promises"):
        clause = _clause(row)
        row.refuse_unknown()
        if clause is None:
            continue
        clauses.append(clause)
        _refuse_twice(row, "measure", (clause.measure, clause.tier), seen)
    return tuple(clauses)


def _clause(row: Table) -> Clause | None:
    measure = row.one_of("measure", ("speed", "depth"))
    tier = row.text("tier", 60, is_required=False) or ""
    if measure == "speed":
        within, share = _within_minutes(row), row.fraction("share", 6, is_required=False)
        return SpeedClause(within or Decimal(0), Decimal(1) if share is None else share, tier)
    if measure == "depth":
        attempts, days = row.whole("attempts", 1, 1_000), row.whole("within_working_days", 1, LONGEST_DAYS)
        return DepthClause(attempts or 0, days or 0, tier)
    row.known += row.data  # whether its other keys fit cannot be told
    return None


def _within_minutes(row: Table) -> Decimal | None:
    minutes = row.number("within_minutes", 4)
    if minutes is None or 0 < minutes <= LONGEST_MINUTES:
        return minutes
    row.refuse("within_minutes", _("must be above 0 and at most {most} minutes"), most=LONGEST_MINUTES)
    return None


def _refuse_twice(row: Table, key: str, one: Any, seen: dict[Any, int | None]) -> None:
    if one in seen:
        row.refuse(key, _("is there already (line {line})"), line=seen[one] or "-")
    seen.setdefault(one, row.line(key))


def _assumptions(root: Table) -> dict[str, Decimal | None]:
    table = root.table("assumptions")
    if table is None:
        return {}
    deal = table.number("average_deal", 6)
    if deal is not None and deal <= 0:
        table.refuse("average_deal", _("must be above zero"))
    values = {
        "marketing_share": table.fraction("marketing_share", 10),
        "average_deal": deal,
        "lead_to_customer": table.fraction("lead_to_customer", 10, may_be_zero=False),
    }
    table.refuse_unknown()
    return values


def _months(root: Table) -> dict[str, dict[date, Any]]:
    return {"quotas": _by_month(root, "quotas", _amount), "targets": _by_month(root, "targets", _leads)}


def _by_month(root: Table, key: str, number: Callable[[Table], Any]) -> dict[date, Any]:
    months, seen = {}, dict[date, int | None]()
    for row in root.tables(key):
        month, value = row.month("month"), number(row)
        row.refuse_unknown()
        if month:
            _refuse_twice(row, "month", month, seen)
            months[month] = value
    return dict(sorted(months.items()))


def _amount(row: Table) -> Decimal | None:
    amount = row.number("amount", 6)
    if amount is not None and amount < 0:
        row.refuse("amount", _("must not be negative"))
    return amount


def _leads(row: Table) -> int | None:
    return row.whole("leads", 0, MOST_LEADS)


def _refuse_unreachable(root: Table, values: dict[str, Any]) -> None:
    """A promise that its calendar cannot bring due would fail at the first handoff."""
    calendar: CalendarClause = values["calendar"]
    zone = values["time_zone"]
    work = WorkCalendar(zone, calendar.week)
    start = datetime.combine(values["effective_on"], datetime.min.time(), ZoneInfo(zone))
    for index, clause in enumerate(values["promises"]):
        try:
            if isinstance(clause, SpeedClause):
                work.due(start, timedelta(minutes=float(clause.within_minutes)))
            else:
                work.end_of_working_day(start, clause.within_working_days)
        except CalendarError:
            root.refuse(("promises", index), _("cannot come due: the calendar is hardly ever open"))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The known time zones by name. Finding them means walking through a folder, so it is done once."""
    return tuple(sorted(available_timezones()))


def write(document: AgreementDocument) -> str:
    """The text from which `read` makes an equal document. What has its default is left out."""
    public = {"country": document.calendar.country, "subdivision": document.calendar.subdivision}
    sections = [
        _section("", _head(document)),
        _section("[calendar]", {"closed": document.calendar.closed}),
        _section("[calendar.week]", document.calendar.week),
        _section("[calendar.holidays]", public),
        _section("[calendar.overrides]", {on.isoformat(): hours for on, hours in document.calendar.overrides.items()}),
        *(_section("[[promises]]", _clause_keys(clause)) for clause in document.promises),
        _section("[assumptions]", {key: getattr(document, key) for key in ASSUMPTIONS}),
        *(_section("[[quotas]]", {"month": _month(on), "amount": n}) for on, n in document.quotas.items()),
        *(_section("[[targets]]", {"month": _month(on), "leads": n}) for on, n in document.targets.items()),
    ]
    return "\n".join(section for section in sections if section)


def _head(document: AgreementDocument) -> dict[str, Any]:
    return {
        **{key: getattr(document, key) for key in HEADING},
        "pacing": document.pacing,
        "warn_share": None if document.warn_share == DEFAULT_WARN_SHARE else document.warn_share,
        "automated_counts": document.automated_counts or None,
    }


def _clause_keys(clause: Clause) -> dict[str, Any]:
    return {"measure": clause.measure, **asdict(clause)}


def _section(header: str, keys: Mapping[str, Any]) -> str:
    """One table. Keys with nothing in them are left out, but not a day with other hours that has none."""
    is_overrides = header == "[calendar.overrides]"
    lines = [_line(key, value) for key, value in keys.items() if value not in (None, "", ()) or is_overrides]
    return "".join([f"{header}\n" if header else "", *lines]) if lines else ""


def _line(key: str, value: Any) -> str:
    if isinstance(value, Decimal):
        value = int(value) if value == int(value) else value.normalize()
    if isinstance(value, tuple):
        # tomli_w would give each time a line of its own.
        items = ", ".join(json.dumps(item) if isinstance(item, tuple) else item.isoformat() for item in value)
        return f"{_key(key)} = [{items}]\n"
    return tomli_w.dumps({key: value})


def _key(key: str) -> str:
    return key if key.isalpha() else json.dumps(key)


def _month(on: date) -> str:
    return f"{on:%Y-%m}"
