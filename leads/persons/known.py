"""Reads: which known leads of an agreement somebody is, for one person and for the many of a file."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from leads.models import Lead, OtherId
from leads.persons.spelling import CERTAIN, Keys, likeness

Handle = TypeVar("Handle")
COLUMNS = ("email", "phone_key", "name_key", "who_key")


@dataclass(frozen=True)
class Known(Generic[Handle]):
    """`certain` is the lead that somebody is, `likely` those that may be the same, the newest first."""

    certain: Handle | None = None
    likely: tuple[Handle, ...] = ()


class PersonBook(Generic[Handle]):
    """People by their keys; `find` answers who of them somebody is. Whoever is added last is the newest.

    `handle` is whatever stands for a lead: its primary key, or the row of a file that becomes one.
    """

    def __init__(self) -> None:
        self._people: list[tuple[Keys, Handle]] = []
        self._by_key: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, keys: Keys, handle: Handle) -> None:
        for pair in _pairs(keys):
            self._by_key[pair].append(len(self._people))
        self._people.append((keys, handle))

    def find(self, keys: Keys) -> Known[Handle]:
        """By address first, then by number: one that is open to several names is nobody's for certain."""
        places = sorted({place for pair in _pairs(keys) for place in self._by_key.get(pair, ())}, reverse=True)
        alike = [(likeness(keys, self._people[place][0]), *self._people[place]) for place in places]
        certain = [(own, handle) for degree, own, handle in alike if degree == CERTAIN]
        best = (
            [handle for own, handle in certain if keys.email and own.email == keys.email]
            or [handle for own, handle in certain if keys.name and own.name == keys.name]
            or [handle for _own, handle in certain][: 1 if len({own.name for own, _ in certain}) == 1 else 0]
        )
        found = best[0] if best else None
        return Known(found, tuple(handle for degree, _own, handle in alike if degree and handle != found))


def _pairs(keys: Keys) -> Iterator[tuple[str, str]]:
    for name in ("email", "phone", "who"):
        if value := getattr(keys, name):
            yield name, value


def known_people(agreement_id: int, asked: Collection[Keys], *, likely: bool = True) -> PersonBook[int]:
    """The leads of the agreement that any of these may be: a query by address, by number, and by name and company.

    Without `likely` only what may be certain is read.
    """
    columns = {"email": "email", "phone": "phone_key"} | ({"who": "who_key"} if likely else {})
    found: dict[int, tuple[Any, ...]] = {}
    for name, column in columns.items():
        wanted = {value for keys in asked if (value := getattr(keys, name))}
        if wanted:
            leads = Lead.objects.filter(agreement=agreement_id, **{f"{column}__in": wanted}).exclude(**{column: ""})
            found |= {row[1]: row for row in leads.order_by().values_list("created_at", "pk", *COLUMNS)}
    book: PersonBook[int] = PersonBook()
    for _created_at, pk, *columns_of in sorted(found.values()):
        book.add(Keys(*columns_of), pk)
    return book


def leads_by_id(agreement_id: int, ids: Collection[str]) -> dict[str, int]:
    """External id -> primary key of the lead that has it, as its own or as a further one."""
    known: dict[str, int] = {}
    wanted = {name for name in ids if name}
    for ids_of, column in ((Lead.objects, "pk"), (OtherId.objects, "lead_id")):
        found = ids_of.filter(agreement=agreement_id, external_id__in=wanted)
        known |= dict(found.values_list("external_id", column))
    return known


def known_leads(agreement_id: int, asked: Sequence[Keys]) -> list[Known[int]]:
    """For each of these the lead that it is for certain, and those that it may be."""
    book = known_people(agreement_id, asked)
    return [book.find(keys) for keys in asked]


def same_people(lead: Lead) -> Known[int]:
    """Other leads of the agreement that may be this one."""
    found = known_leads(lead.agreement_id, [lead.keys])[0]
    others = [pk for pk in ([found.certain] if found.certain else []) + list(found.likely) if pk != lead.pk]
    is_certain = found.certain is not None and found.certain in others
    return Known(found.certain if is_certain else None, tuple(pk for pk in others if pk != found.certain))
