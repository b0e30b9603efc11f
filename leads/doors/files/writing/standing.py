"""Reads: which lead a row of a file is: one that is known, one that an earlier row makes, or none yet.

By its id; without one by address and number, as `leads.persons` says who is the same; with neither by name, company and
the day on which it was created.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import Values
from leads.doors.files.writing.identity import DayOf
from leads.models import Lead, OtherId
from leads.persons.known import Known, PersonBook, known_people
from leads.persons.spelling import Keys, keys

COLUMNS = ("pk", *LEAD_FIELDS, "precision")


@dataclass(eq=False, slots=True)
class StandingLead:
    """`pk` is 0 for one that is not written yet. `added`: the fields that rows filled."""

    values: Values
    keys: Keys
    pk: int = 0
    added: set[str] = field(default_factory=set)

    def add(self, values: Values) -> None:
        self.values = {**self.values, **values}
        self.added |= values.keys()


class StandingLeads:
    """`takes_ids`: a lead that has no id yet is also the one that a row with an id means."""

    def __init__(
        self, rows: Sequence[Values], agreement_id: int, *, country: str, day_of: DayOf, takes_ids: bool
    ) -> None:
        self._agreement_id, self._country, self._day_of, self._takes_ids = agreement_id, country, day_of, takes_ids
        ids = {row["external_id"] for row in rows} - {""}
        known = self._read(external_id__in=ids) if ids else []
        self._by_id = {lead.values["external_id"]: lead for lead in known}
        self._by_pk = {lead.pk: lead for lead in known}
        others = [row for row in rows if row["external_id"] not in self._by_id]
        self._keys = {id(row): self._keys_of(row) for row in others}
        self._fresh: PersonBook[StandingLead] = PersonBook()
        self._people: PersonBook[int] = PersonBook()
        further = OtherId.objects.filter(agreement=agreement_id, external_id__in=ids - self._by_id.keys())
        self._further = set(further.values_list("external_id", flat=True)) if others and ids else set()
        if asked := list(self._keys.values()):
            self._people = known_people(agreement_id, asked, likely=any(map(_is_without_address, asked)))
            found = [self._people.find(one) for one in asked]
            pks = {pk for one in found for pk in (one.certain, *one.likely) if pk} - self._by_pk.keys()
            self._by_pk |= {lead.pk: lead for lead in self._read(pk__in=pks)} if pks else {}

    @property
    def pks(self) -> Collection[int]:
        return self._by_pk.keys()

    def is_known_by_further(self, row: Values) -> bool:
        """A lead has this id beside its own: the row has asked before."""
        return row["external_id"] in self._further

    def asks_again(self, row: Values) -> StandingLead | None:
        """The lead that a row certainly is, which has another id; this one is a further id from now on."""
        if not row["external_id"]:
            return None
        own = self._keys[id(row)]
        known = self._by_pk.get(self._people.find(own).certain or 0) or self._fresh.find(own).certain
        if known is not None:
            self._further.add(row["external_id"])
        return known

    def find(self, row: Values) -> StandingLead | None:
        name = row["external_id"]
        if name in self._by_id:
            return self._by_id[name]
        if name and not self._takes_ids:
            return None
        own = self._keys[id(row)]
        known = self._people.find(own)
        likely = tuple(self._by_pk[pk] for pk in known.likely if pk in self._by_pk)
        there = Known(self._by_pk.get(known.certain or 0), likely)
        return self._one_of(row, own, there) or self._one_of(row, own, self._fresh.find(own))

    def _one_of(self, row: Values, own: Keys, known: Known[StandingLead]) -> StandingLead | None:
        same: Iterable[StandingLead] = [known.certain] if known.certain else []
        if not known.certain and _is_without_address(own):
            day = self._day_of(row["created_at"])
            same = [lead for lead in known.likely if self._day_of(lead.values["created_at"]) == day]
        return next((lead for lead in same if not (row["external_id"] and lead.values["external_id"])), None)

    def begin(self, row: Values) -> StandingLead:
        """A lead that this row makes."""
        lead = StandingLead(row, self._keys[id(row)])
        self._fresh.add(lead.keys, lead)
        self.name(lead)
        return lead

    def name(self, lead: StandingLead) -> None:
        """It has got its id."""
        if name := lead.values["external_id"]:
            self._by_id[name] = lead

    def _keys_of(self, row: Values) -> Keys:
        country = row.get("country") or self._country
        said = {name: row.get(name) or "" for name in ("email", "phone", "name", "company")}
        return keys(**said, country=country)

    def _read(self, **which: Collection[object]) -> list[StandingLead]:
        rows = Lead.objects.filter(agreement=self._agreement_id, **which).values(*COLUMNS)
        return [StandingLead(dict(row), Keys(), row["pk"]) for row in rows]


def _is_without_address(own: Keys) -> bool:
    return not own.email and not own.phone
