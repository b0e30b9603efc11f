"""Actions: rows whose lead is not there yet are kept, and linked when it comes."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from agreements.models import Agreement
from agreements.terms import Timeline, timeline
from leads.clock.consequences import refresh
from leads.doors.files.reading.rows import CheckedRow, Values, packed, unpacked
from leads.doors.files.writing.claims import FACTS, Claim, Contradicts, Hand, Tally, addition, differing, write
from leads.doors.files.writing.filling import additions
from leads.doors.files.writing.identity import OWN_ID, Kept, KeptFacts, contradictions
from leads.doors.files.writing.reps import rep_book
from leads.enums import Door
from leads.models import Addition, DifferingRow, ImportRun, InHook, Lead, WaitingRow
from leads.persons.spelling import Keys, email_key
from smarketing.lib import bulk
from smarketing.lib.words import same_id

BATCH = 1000
LONGEST_NAME = 200


def lock_files_of(agreement_id: int) -> None:
    """One at a time brings leads or looks for them, so that no row waits for a lead that came in this moment.

    On PostgreSQL a lock that leaves foreign keys to the agreement alone.
    """
    list(Agreement.objects.select_for_update(no_key=True).filter(pk=agreement_id).values_list("pk"))


def names_of(values: Mapping[str, Any], number: str) -> list[str]:
    """By what rows may wait for this lead: its id, its address, its number (as `phone_key`)."""
    named = (values.get("external_id"), _tagged("mailto", email_key(values.get("email", ""))), _tagged("tel", number))
    return [name for name in named if name]


def name_of(lead: Lead) -> str:
    """The best of them, or nothing."""
    return next(iter(names_of({"external_id": lead.external_id, "email": lead.email}, lead.phone_key)), "")


def asked_name(keys: Keys) -> str:
    """By what a row without an id waits."""
    return _tagged("mailto", keys.email) or _tagged("tel", keys.phone)


def _tagged(sort: str, text: str) -> str:
    return f"{sort}:{text}"[:LONGEST_NAME] if text else ""


def keep(kind: str, rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> list[DifferingRow]:
    """Keeps rows until their lead comes, each fact once. Answers those that say something else than one waiting.

    Without a run raises Contradicts for such a one.
    """
    if not rows:
        return []
    facts = _waiting(kind, {row.values["external_id"] for row in rows}, hand, run)
    fresh, met, others, additional = [], [], [], list[Addition]()
    for row in sorted(rows, key=lambda row: int(row.values.get("precision", 0))):
        name, person = row.values["external_id"], hand.reps.rep(row.values.get("rep", ""))
        kept = facts.find(name, row.values, person)
        if kept is None:
            fresh.append(_waits(kind, row, hand, run))
            facts.add(name, Kept(0, row.values, person, is_met=True, fresh=fresh[-1]))
            continue
        met.append(kept)
        says = contradictions(row.values, kept.values, hand.day_of)
        added = _fill(kind, row.values, kept, says)
        if added and kept.pk and run is not None:
            additional += addition(Claim(0, row.values, run.pk), kind, kept.pk, added)
        if says := {name: pair for name, pair in says.items() if name not in added}:
            if run is None:
                raise Contradicts.what_is_kept(says)
            others.append(differing(Claim(0, row.values, run.pk, row.line), kept.pk, says, is_waiting=True))
    bulk.insert(fresh)
    bulk.insert(additional)
    _mark(met, run)
    return others


def _fill(kind: str, values: Values, kept: Kept, says: Mapping[str, tuple[Any, Any]]) -> Values:
    """Adds to a waiting row what it does not say yet, its id among it. Answers what was added."""
    added, own_id = additions(kind, values, kept.values, says), OWN_ID[kind]
    if values.get(own_id) and not kept.values.get(own_id):
        added[own_id] = values[own_id]
    if "revenue" in added:
        added["currency"] = values.get("currency", "")
    if added:
        kept.values = {**kept.values, **added}
        kept.fresh = kept.fresh or WaitingRow(pk=kept.pk)
        kept.fresh.fields, kept.fresh.own_id = packed(kept.values), kept.values.get(own_id, "")
    return added


def _waiting(kind: str, ids: Collection[str], hand: Hand, run: ImportRun | None) -> KeptFacts:
    facts = KeptFacts(kind, hand.day_of)
    rows = WaitingRow.objects.filter(agreement=hand.agreement_id, kind=kind, external_id__in=ids).order_by("pk")
    for row in rows.iterator(chunk_size=BATCH):
        values = unpacked(row.fields)
        person = hand.reps.rep(values.get("rep", ""))
        facts.add(row.external_id, Kept(row.pk, values, person, is_met=run is not None and row.seen_in_id == run.pk))
    return facts


def _waits(kind: str, row: CheckedRow, hand: Hand, run: ImportRun | None) -> WaitingRow:
    return WaitingRow(
        agreement_id=hand.agreement_id,
        kind=kind,
        external_id=row.values["external_id"],
        own_id=row.values.get(OWN_ID[kind], ""),
        fields=packed(row.values),
        line=row.line,
        run=run,
        seen_in=run,
        token_id=hand.token_id,
    )


def _mark(met: Sequence[Kept], run: ImportRun | None) -> None:
    """Writes down which rows this run met, and what they have got."""
    if run is not None:
        bulk.mark(WaitingRow, [kept.pk for kept in met], "seen_in", run.pk)
    bulk.update([kept.fresh for kept in met if kept.pk and kept.fresh], ["fields", "own_id"])


def link(leads: dict[str, int], hand: Hand, tally: Tally) -> int:
    """Takes the rows that waited for these leads (external id -> primary key). Answers how many."""
    rows = WaitingRow.objects.filter(agreement=hand.agreement_id, external_id__in=leads.keys()).order_by("pk")
    by_kind: dict[str, list[Claim]] = defaultdict(list)
    hooks = cache(lambda: frozenset(InHook.objects.values_list("token_id", flat=True)))
    for row in rows.iterator(chunk_size=BATCH):
        run_id = row.seen_in_id or row.run_id
        claim = Claim(leads[row.external_id], unpacked(row.fields), run_id, row.line, row.token_id, _door(row, hooks))
        by_kind[row.kind].append(claim)
    for kind in FACTS:
        write(kind, by_kind[kind], hand, tally)
    if by_kind:
        rows.delete()
    return sum(map(len, by_kind.values()))


def _door(row: WaitingRow, hooks: Callable[[], Collection[int]]) -> Door:
    if row.token_id is None:
        return Door.FILE
    return Door.HOOK if row.token_id in hooks() else Door.API


def link_waiting(leads: Collection[Lead], *, terms: Timeline, at: datetime) -> int:
    """For leads that came by another way than a file. In a transaction; the leads are of one agreement and locked."""
    named = {
        name: lead.pk
        for lead in leads
        for name in names_of({"external_id": same_id(lead.external_id), "email": lead.email}, lead.phone_key)
    }
    if not named:
        return 0
    return link_waiting_ids(named, next(iter(leads)).agreement, terms=terms, at=at)


def link_waiting_ids(
    named: dict[str, int], agreement: Agreement, *, terms: Timeline | None = None, at: datetime
) -> int:
    """By external id the leads, which are locked."""
    lock_files_of(agreement.pk)
    if not WaitingRow.objects.filter(agreement=agreement, external_id__in=named).exists():
        return 0
    tally, terms = Tally(), terms or timeline(agreement)
    hand = Hand(agreement.pk, agreement.currency, terms, rep_book(agreement), by=None, at=at)
    linked = link(named, hand, tally)
    bulk.insert(tally.differing)
    refresh(tally.touched, terms)
    return linked
