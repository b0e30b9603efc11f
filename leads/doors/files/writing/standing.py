"""Reads: which lead a row of a file is: one that is known, one that an earlier row makes, or none yet.

By its id; without one by address and number, as `leads.persons` says who is the same; with neither by name, company and
the day on which it was created.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import Values
from leads.doors.files.writing.identity import DayOf
from leads.models import Inquiry, Lead, OtherId
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
        self._asked: dict[int, list[datetime]] = defaultdict(list)
        self._fresh: PersonBook[StandingLead] = PersonBook()
        self._people: PersonBook[int] = PersonBook()
        further = OtherId.objects.filter(agreement=agreement_id, external_id__in=ids - self._by_id.keys())
        self._further = set(further.values_list("external_id", flat=True)) if others and ids else set()
        if asked := list(self._keys.values()):
            self._people = known_people(agreement_id, asked, likely=any(map(_is_without_address, asked)))
            found = [self._people.find(one) for one in asked]
            pks = {pk for one in found for pk in (one.certain, *one.likely) if pk} - self._by_pk.keys()
            self._by_pk |= {lead.pk: lead for lead in self._read(pk__in=pks)} if pks else {}
            certain = {one.certain for one in found if one.certain}
            if certain and any(not row["external_id"] for row in others):
                for pk, at in Inquiry.objects.filter(lead__in=certain).values_list("lead_id", "asked_at"):
                    self._asked[pk].append(at)

    @property
    def pks(self) -> Collection[int]:
        return self._by_pk.keys()

    def has_asked(self, row: Values) -> bool:
        """The row is no more than an inquiry that is known: by a further id of its lead, or of another day."""
        if row["external_id"]:
            return row["external_id"] in self._further
        lead, on = self._known_to_be(row), self._day_of(row["created_at"])
        return lead is not None and on != self._day_of(lead.values["created_at"]) and on in self._days_of(lead)

    def asks_again(self, row: Values, found: StandingLead | None) -> StandingLead | None:
        """The lead that a row certainly is, which has another id: this one is a further id from now on. Of a row that
        has none: which is known from another day."""
        if not row["external_id"]:
            lead = self._known_to_be(row)
            if lead is None or self._day_of(row["created_at"]) in self._days_of(lead):
                return None
            self._asked[lead.pk].append(row["created_at"])
            return lead
        if found is not None:
            return None
        own = self._keys[id(row)]
        known = self._by_pk.get(self._people.find(own).certain or 0) or self._fresh.find(own).certain
        if known is not None:
            self._further.add(row["external_id"])
        return known

    def _known_to_be(self, row: Values) -> StandingLead | None:
        """The lead of before this file that a row without an id certainly is."""
        return self._by_pk.get(self._people.find(self._keys[id(row)]).certain or 0)

    def _days_of(self, lead: StandingLead) -> set[date]:
        """On which the lead was won or has asked."""
        return {self._day_of(at) for at in (lead.values["created_at"], *self._asked[lead.pk])}

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
