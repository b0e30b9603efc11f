"""Actions: rows of people who ask. Whoever is known gets an inquiry; whoever is not becomes a lead with its first one.

A row of a lead that is certainly known under another id is such an inquiry, too, and its id one more of that lead's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leads.clock.consequences import begin, lock, refresh
from leads.doors.files.reading.rows import CheckedRow, Values
from leads.doors.files.writing.claims import OF_THE_PERSON, Claim, Hand, Tally, write
from leads.doors.files.writing.refusing import ELSEWHERE, Refusal, taken_of
from leads.doors.files.writing.waiting import keep, link, names_of
from leads.models import ImportRun, Inquiry, Lead, OtherId, WaitingRow
from leads.persons.known import PersonBook, known_people, leads_by_id
from leads.persons.spelling import Keys, keys
from smarketing.lib import bulk

FROM_LEAD = {"asked_at": "created_at"} | {name: name for name in ("source", "campaign", "question", *OF_THE_PERSON)}


def keys_of(values: Values, hand: Hand) -> Keys:
    """Of whoever a row is about."""
    country = values.get("country") or hand.country
    said = {name: values.get(name) or "" for name in ("email", "phone", "name", "company")}
    return keys(**said, country=country)


class KnownPeople:
    """Whose rows these are: `find` answers the lead that a row certainly is, by its key or by what it was added as."""

    def __init__(self, rows: Sequence[Values], hand: Hand) -> None:
        self._hand = hand
        asked = [keys_of(values, hand) for values in rows]
        self._book: PersonBook[Any] = known_people(hand.agreement_id, asked, likely=False)

    def find(self, values: Values) -> Any:
        return self._book.find(keys_of(values, self._hand)).certain

    def add(self, values: Values, handle: Any) -> None:
        self._book.add(keys_of(values, self._hand), handle)


def ask_again(asked: Sequence[tuple[CheckedRow, int]], hand: Hand, run: ImportRun | None, tally: Tally) -> int:
    """Each with the lead's key. Answers how many rows had waited for these ids."""
    if not asked:
        return 0
    lock({pk for _row, pk in asked})
    claims = []
    for row, pk in asked:
        values = {own: row.values[name] for own, name in FROM_LEAD.items() if name in row.values}
        values["precision"] = row.values.get("precision", 0)
        claims.append(Claim(pk, values, run.pk if run else None, row.line, hand.token_id, hand.door))
    own = Tally()
    write("inquiries", claims, hand, own)
    tally.touched |= own.touched
    return keep_ids({name: pk for row, pk in asked if (name := row.values["external_id"])}, hand, run, tally)


def keep_ids(named: Mapping[str, int], hand: Hand, run: ImportRun | None, tally: Tally) -> int:
    """Further ids of leads, with what waited for them: answers how many rows."""
    own = {"agreement_id": hand.agreement_id, "run": run}
    bulk.insert([OtherId(external_id=name, lead_id=pk, **own) for name, pk in named.items()])
    return link(dict(named), hand, tally)


def first_of(fresh: Sequence[tuple[CheckedRow, int]], hand: Hand, run: ImportRun | None) -> None:
    """What new leads asked as they came."""
    came: dict[str, Any] = {"door": hand.door, "token_id": hand.token_id, "run": run, "seen_in": run}
    came |= {"recorded_at": hand.at, "recorded_by": hand.by, "agreement_id": hand.agreement_id, "is_first": True}
    first = []
    for values, lead_id in ((row.values, pk) for row, pk in fresh if row.values.get("question")):
        said = {name: values.get(name) or "" for name in ("source", "campaign", "question")}
        known = {"lead_id": lead_id, "asked_at": values["created_at"]}
        first.append(Inquiry(precision=values.get("precision", 0), **known, **said, **came))
    bulk.insert(first)


def take_inquiries(rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> tuple[Tally, "RowsByLead", int]:
    """Answers what was written, whose the rows were, and how many had waited."""
    tally, whose = Tally(), _whose(rows, hand, run)
    taken_of(rows, whose.refused, run)
    lock({lead_id for _row, lead_id in whose.found})
    run_id = run.pk if run else None
    write(
        "inquiries",
        [Claim(pk, row.values, run_id, row.line, hand.token_id, hand.door) for row, pk in whose.found],
        hand,
        tally,
    )
    linked = link(whose.began, hand, tally) + keep_ids(whose.named, hand, run, tally)
    tally.differing += keep("inquiries", whose.waiting, hand, run)
    bulk.insert(tally.differing)
    began = set(whose.began.values())
    refresh(tally.touched | began, hand.terms)
    begin(began, hand.terms)
    return tally, whose, linked


@dataclass
class RowsByLead:
    """`named`: further ids of known leads; `began`: the leads that these rows bring, by what rows may wait for them."""

    found: list[tuple[CheckedRow, int]] = field(default_factory=list)
    waiting: list[CheckedRow] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)
    began: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Asker:
    """Who asked under an inquiry's id: a lead, or the one for which it waits; and by what that one is reached."""

    whose: int | str
    keys: Keys

    def is_other_than(self, values: Values, by_id: Mapping[str, int], hand: Hand) -> bool:
        name, said = values["external_id"], keys_of(values, hand)
        if isinstance(self.whose, str):
            return bool(name != self.whose)
        if name and by_id.get(name, self.whose) != self.whose:
            return True
        pairs = ((said.email, self.keys.email), (said.phone, self.keys.phone))
        return any(told and known and told != known for told, known in pairs)


def _whose(rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> RowsByLead:
    """By the inquiry's own id, by the lead's, by who it is; else somebody whom nobody knows yet."""
    answer, values = RowsByLead(), [row.values for row in rows]
    by_id = leads_by_id(hand.agreement_id, [own.get("external_id", "") for own in values])
    by_own = _askers([own.get("inquiry_id", "") for own in values], hand)
    people = KnownPeople(values, hand)
    for row in rows:
        name = row.values.setdefault("external_id", "")
        own = row.values.get("inquiry_id", "")
        asker = by_own.get(own) if own else None
        if asker is not None and asker.is_other_than(row.values, by_id, hand):
            answer.refused.append(Refusal(row.line, "inquiry_id", ELSEWHERE))
            continue
        known = asker.whose if asker is not None and isinstance(asker.whose, int) else None
        lead_id = known or by_id.get(name) or people.find(row.values)
        is_first = lead_id is None
        if lead_id is None and name and not any(row.values.get(own) for own in OF_THE_PERSON):
            answer.waiting.append(row)
            by_own.setdefault(own, _Asker(name, keys()))
            continue
        if lead_id is None:
            lead = _lead(row.values, hand, run)
            lead_id = lead.pk
            answer.began |= dict.fromkeys([*names_of(row.values, lead.phone_key), f"#{lead_id}"], lead_id)
            people.add(row.values, lead_id)
            by_id |= {name: lead_id} if name else {}
        by_own.setdefault(own, _Asker(lead_id, keys_of(row.values, hand)))
        if name and name not in by_id:
            by_id[name] = answer.named[name] = lead_id
        answer.found.append((replace(row, values={**row.values, "is_first": is_first}), lead_id))
    return answer


def _askers(ids: Collection[str], hand: Hand) -> dict[str, _Asker]:
    """By the inquiry's id. What it said of the person goes before what is known of the lead by now."""
    named = {name for name in ids if name}
    waiting = WaitingRow.objects.filter(agreement=hand.agreement_id, kind="inquiries", own_id__in=named)
    found = {own: _Asker(name, keys()) for own, name in waiting.exclude(own_id="").values_list("own_id", "external_id")}
    for asked in Inquiry.objects.filter(agreement=hand.agreement_id, external_id__in=named).select_related("lead"):
        known = {name: getattr(asked.lead, name) for name in OF_THE_PERSON} | asked.said
        found[asked.external_id] = _Asker(asked.lead_id, keys_of(known, hand))
    return found


def _lead(values: Values, hand: Hand, run: ImportRun | None) -> Lead:
    said = {name: values.get(name) or "" for name in ("external_id", "source", "campaign", "question", *OF_THE_PERSON)}
    came = {"door": hand.door, "token_id": hand.token_id, "run": run}
    lead = Lead(agreement_id=hand.agreement_id, recorded_at=hand.at, recorded_by=hand.by, **came, **said)
    lead.created_at, lead.precision = values["asked_at"], values.get("precision", 0)
    lead.save()
    return lead
