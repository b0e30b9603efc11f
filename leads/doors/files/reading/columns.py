"""PURE. Which column of a file is which of our fields."""

import re
from collections.abc import Container, Mapping, Sequence

from leads.doors.fields import IDENTITY, KINDS
from leads.doors.files.reading.choices import squeezed
from smarketing.lib.file_problems import Unreadable

FIELDS = {kind: tuple(field.name for field in fields) for kind, fields in KINDS.items()}
REQUIRED = {
    kind: tuple(field.name for field in fields if field.is_required and field.name not in IDENTITY[kind])
    for kind, fields in KINDS.items()
}
MOST_COLUMNS = 1000
_CURRENCY = re.compile(r"(?:EUR|USD|GBP|DKK|SEK|NOK|CHF|BRL|PLN|CZK|HUF|JPY|CAD|AUD|INR)$", re.IGNORECASE)
_CURRENCY_SIGN = re.compile(r"(?:R\$|US\$|[€£$¥₹])$")

Mapped = dict[str, tuple[int, ...]]


def labels(header: Sequence[str]) -> list[str]:
    """The names of the columns, each different: one without a name, or with an earlier one's, has its number in it."""
    found: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip().strip("\ufeff")[:200]
        found.append(name if name and name not in found else f"{name} #{number}".strip())
    return found


def recognised(kind: str, header: Sequence[str]) -> Mapped:
    """The columns whose names are known, by field. No column serves two fields; the first name of a kind wins."""
    names = [squeezed(cell) for cell in header]
    places: dict[str, int] = {}
    for known in (names, [_CURRENCY.sub("", name) for name in names]):
        for index, name in enumerate(known):
            places.setdefault(name, index)
    places.pop("", None)
    found: Mapped = {}
    for field in KINDS[kind]:
        taken = {index for indexes in found.values() for index in indexes}
        free = [places[alias] for alias in field.aliases.split() if alias in places and places[alias] not in taken]
        if free:
            found[field.name] = (free[0],)
    return _with_both_outcomes(kind, places, _with_whole_name(kind, places, found))


def lacking(kind: str, known: Container[str]) -> tuple[str, ...]:
    """The fields that these rows need besides those that are known: of what tells who it is, with
    strokes between, one is enough."""
    found = tuple(name for name in REQUIRED[kind] if name not in known)
    return found if any(name in known for name in IDENTITY[kind]) else ("/".join(IDENTITY[kind][:3]), *found)


def _with_both_outcomes(kind: str, places: Mapping[str, int], found: Mapped) -> Mapped:
    """One list of calls and meetings has a column for what came of the ones, and another for the others."""
    both = tuple(places[name] for name in ("calloutcome", "meetingoutcome") if name in places)
    return {**found, "result": both} if kind == "attempts" and len(both) > 1 else found


def _with_whole_name(kind: str, places: Mapping[str, int], found: Mapped) -> Mapped:
    """Most exports have first and last name in two columns."""
    if kind != "leads" or "name" in found:
        return found
    for pair in (("firstname", "lastname"), ("vorname", "nachname"), ("fornavn", "efternavn")):
        indexes = tuple(places[name] for name in pair if name in places)
        if indexes:
            return {**found, "name": indexes}
    return found


def currency_in(label: str) -> str:
    """The currency that the name of a column tells: "EUR" of `Amount (EUR)` and `revenue_eur`."""
    bare = label.strip().rstrip(")] ")
    found = _CURRENCY.search(bare) if re.search(r"[\W_][A-Za-z]{3}$", bare) else _CURRENCY_SIGN.search(bare)
    return found[0].upper() if found else ""


def known_columns(kind: str, header: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> int:
    """How many fields a header serves: by this the delimiter is chosen."""
    head = header[:MOST_COLUMNS]
    named = {squeezed(cell) for cell in head}
    return len(recognised(kind, head)) + sum(squeezed(name) in named for names in wanted.values() for name in names)


def place(header: Sequence[str], name: str) -> int:
    """The index of the column of that name, to the letter or else by letters and digits only.

    Raises Unreadable where there is none, or where it could be two.
    """
    exact = [index for index, label in enumerate(header) if label == name]
    alike = exact or [index for index, label in enumerate(header) if squeezed(label) == squeezed(name) != ""]
    if not alike:
        raise Unreadable("no_column", name[:80])
    if len(alike) > 1:
        raise Unreadable("column_twice", name[:80])
    return alike[0]


def check_fields(kind: str, wanted: Mapping[str, object], constants: Mapping[str, object]) -> None:
    """Raises Unreadable for a field that rows of this kind do not have, or one given in two ways."""
    for field in (*wanted, *constants):
        if field not in FIELDS[kind]:
            raise Unreadable("no_field", field[:80])
        if field in wanted and field in constants:
            raise Unreadable("field_twice", field)


def mapped(
    kind: str,
    header: Sequence[str],
    wanted: Mapping[str, Sequence[str]],
    constants: Mapping[str, object],
    ignored: Sequence[str] = (),
) -> Mapped:
    """Field -> columns: those asked for, then the recognised ones that are free. No columns: left out on purpose.

    In the order of the fields, for what was asked may come out of a database that keeps no order of keys.
    """
    asked = {field: tuple(place(header, name) for name in names) for field, names in wanted.items()}
    taken = {index for indexes in asked.values() for index in indexes} | {place(header, name) for name in ignored}
    free = ["" if index in taken else label for index, label in enumerate(header)]
    found = {field: indexes for field, indexes in recognised(kind, free).items() if field not in constants}
    known = {**found, **asked}
    return {field: known[field] for field in FIELDS[kind] if known.get(field)}
