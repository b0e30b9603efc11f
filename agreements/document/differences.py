"""PURE. What differs between two documents of an agreement, clause by clause."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from agreements.document.clauses import DEFAULT_REASONS, AgreementDocument, CalendarClause, ReasonClause, WrittenHours
from agreements.document.groups.every_group import GROUPS
from agreements.document.month_tables import MONTHLY, flat_months
from agreements.months.suggestion import FEWEST_CUSTOMERS, PROPOSE_ON
from agreements.promises.measures import MEASURES
from agreements.promises.promise import Promise

# A handoff's clocks depend on these; the rest concerns names and months.
MEASURING = frozenset(
    {"calendar", *MEASURES, "warn_share", "automated_counts", "return_within", "exception"}
    | {key for key, group in GROUPS.items() if group.measures}
)
OF_VERSION = MEASURING | {"pacing", "tiers", "points", "return_reason", *GROUPS}
TEXTS = (
    *("slug", "name", "time_zone", "currency"),
    *("marketing_team", "sales_team", "service_team", "effective_on", "pacing"),
)
Flat = dict[tuple[str, ...], str]


@dataclass(frozen=True)
class Difference:
    """`path` names the clause, like ("speed", "within_minutes", tier); None is a clause that is not there."""

    path: tuple[str, ...]
    before: str | None
    after: str | None

    @property
    def measures(self) -> bool:
        return self.path[0] in MEASURING

    @property
    def is_of_terms(self) -> bool:
        """Of the heading or the version, not of the months."""
        return self.path[0] not in MONTHLY

    @property
    def is_of_version(self) -> bool:
        """It takes another version, where the heading is kept on the agreement itself."""
        return self.path[0] in OF_VERSION

    def __str__(self) -> str:
        name = " ".join(part for part in self.path if part)
        if self.before is None:
            return f"{name}: {self.after}"
        return (
            f"{name} {self.before} -> {self.after}" if self.after is not None else f"{name} removed: was {self.before}"
        )

    def as_json(self) -> list[object]:
        return [list(self.path), self.before, self.after]

    @classmethod
    def from_json(cls, row: Sequence[object]) -> "Difference":
        path, before, after = row
        assert isinstance(path, list)
        return cls(tuple(path), *(None if text is None else str(text) for text in (before, after)))


def differences(former: AgreementDocument | None, document: AgreementDocument) -> list[Difference]:
    """In the order of the text; what was removed comes last. The order of promises is no difference.

    A new agreement differs from one that says nothing, and that has the default reasons of returns and the usual
    ledger.
    """
    before, after = _flat(former) if former else _usual(), _flat(document)
    changed = [Difference(path, before.get(path), text) for path, text in after.items() if before.get(path) != text]
    removed = [Difference(path, text, None) for path, text in before.items() if path not in after]
    return changed + (_reordered(former, document) if former else []) + removed


def _reordered(former: AgreementDocument, document: AgreementDocument) -> list[Difference]:
    """The order of the rows that a group has before and after: of those that came or went, it is no news."""
    found = []
    for key, group in GROUPS.items():
        before, after = ([row.row_name for row in group.of(one)] for one in (former, document))
        kept = set(before) & set(after)
        was, now = (", ".join(name for name in names if name in kept) for names in (before, after))
        if was != now:
            found.append(Difference((key, "order"), was, now))
    return found


def hours_text(hours: WrittenHours) -> str:
    """As people write them, and type them into the form: 09:00-12:00, 13:00-17:00."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in hours)


def _flat(document: AgreementDocument) -> Flat:
    flat: Flat = {(key,): str(getattr(document, key)) for key in TEXTS}
    flat["warn_share",] = _plain(document.warn_share)
    flat["year_begins",] = _plain(document.year_begins)
    flat["automated_counts",] = "yes" if document.automated_counts else ""
    flat |= _flat_calendar(document.calendar)
    flat["return_within",] = _plain(document.return_within_working_days)
    flat["tiers",] = ", ".join(document.known_tiers)
    for pause in document.exceptions:
        flat["exception", pause.begins.isoformat()] = f"{pause.ends.isoformat()} {pause.reason}".strip()
    for promise in document.promises:
        flat |= _flat_promise(promise)
    flat |= _flat_reasons(document.return_reasons)
    flat |= {path: text for group in GROUPS.values() for path, text in group.flat(document)}
    flat |= {path: _plain(value) for path, value in flat_months(document)}
    return {path: text for path, text in flat.items() if text}


def _flat_calendar(calendar: CalendarClause) -> Flat:
    flat: Flat = {("calendar", day): hours_text(hours) for day, hours in calendar.week.items()}
    flat["calendar", "holidays"] = f"{calendar.country} {calendar.subdivision}".strip()
    flat["calendar", "optional"] = "yes" if calendar.optional else ""
    for day, hours in calendar.yearly.items():
        flat["calendar", day] = hours_text(hours) or "closed"
    for on in calendar.closed:
        flat["calendar", on.isoformat()] = "closed"
    for on, hours in calendar.overrides.items():
        flat["calendar", on.isoformat()] = hours_text(hours) or "closed"
    return flat


def _flat_promise(promise: Promise) -> Flat:
    return {(promise.measure, key, promise.tier): _plain(value) for key, value in promise.values().items()}


def _usual() -> Flat:
    ledger = {("propose_on",): str(PROPOSE_ON), ("fewest_customers",): str(FEWEST_CUSTOMERS)}
    return _flat_reasons(DEFAULT_REASONS) | ledger


def _flat_reasons(reasons: Sequence[ReasonClause]) -> Flat:
    flat: Flat = {}
    for place, reason in enumerate(reasons, 1):
        flat["return_reason", reason.name, "whose"] = reason.whose
        flat["return_reason", reason.name, "place"] = str(place)
        if reason.counts:
            flat["return_reason", reason.name, "counts"] = "yes"
    return flat


def _plain(value: object) -> str:
    """A number without an exponent and without zeros at the end."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
