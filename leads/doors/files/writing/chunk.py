"""Action: a handful of checked rows of one kind, in the caller's transaction, with all that follows from them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leads.clock.consequences import begin, lock, refresh
from leads.doors.dictionary import settle
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import CheckedRow, Values
from leads.doors.files.writing.asking import ask_again, first_of, set_apart, take_inquiries
from leads.doors.files.writing.claims import Claim, Contradicts, Hand, Tally, differing, door_of, write
from leads.doors.files.writing.filling import TakenOut, additions
from leads.doors.files.writing.identity import OWN_ID, contradictions
from leads.doors.files.writing.waiting import keep, link, lock_files_of
from leads.models import Addition, ImportRun, Lead
from leads.persons.known import leads_by_id
from smarketing.lib import bulk
from smarketing.lib.places import country_of_zone
from smarketing.lib.words import same_id

KEPT = (*LEAD_FIELDS, "precision")
KEY_COLUMNS = ("phone_key", "name_key", "who_key")


@dataclass
class Counts:
    """read = created + unchanged + asked + waiting + open + rejected.

    Differing are among the unchanged and the waiting. `asked` are leads that are known under another id, kept as
    inquiries. `warnings` are cells left empty, or read in part, of rows that were taken.
    """

    read: int = 0
    created: int = 0
    unchanged: int = 0
    asked: int = 0
    differing: int = 0
    waiting: int = 0
    rejected: int = 0
    linked: int = 0
    open: int = 0
    warnings: int = 0


def take(kind: str, rows: Sequence[CheckedRow], hand: Hand, *, hand_over: bool, run: ImportRun | None) -> Counts:
    """Writes what is new. `hand_over`: each lead created is handed over in the same instant.

    Without a run, as from the API, raises Contradicts for what is kept otherwise: there is no list of such rows.
    """
    lock_files_of(hand.agreement_id)
    values = [row.values for row in rows]
    for name in ("external_id", OWN_ID.get(kind, "")):
        for own in values:
            if text := own.get(name):
                own[name] = same_id(text)
    settle(hand.agreement_id, values)
    if kind == "leads":
        return _take_leads(rows, hand, hand_over, run)
    if kind == "inquiries":
        return _take_inquiries(rows, hand, run)
    return _take_facts(kind, rows, hand, run)


def _take_leads(rows: Sequence[CheckedRow], hand: Hand, hand_over: bool, run: ImportRun | None) -> Counts:
    counts, tally = Counts(read=len(rows)), Tally()
    known = _known_leads([row.values for row in rows], hand)
    taken_out = TakenOut("leads", [values["pk"] for values in known.values()])
    filled: dict[str, set[str]] = defaultdict(set)
    fresh: list[CheckedRow] = []
    others: list[tuple[CheckedRow, dict[str, tuple[Any, Any]]]] = []
    apart = set_apart(rows, known.keys(), hand)
    counts.unchanged, counts.asked = apart.again, len(apart.asked)
    for row in apart.rest:
        if (existing := known.get(row.values["external_id"])) is not None:
            counts.unchanged += 1
            says = contradictions(row.values, existing, hand.day_of)
            added = taken_out.without(existing.get("pk", 0), additions("leads", row.values, existing, says))
            if added:
                known[row.values["external_id"]] = {**existing, **added}
                filled[row.values["external_id"]] |= added.keys()
            if says := {name: pair for name, pair in says.items() if name not in added}:
                others.append((row, says))
            continue
        known[row.values["external_id"]] = row.values
        fresh.append(row)
    if others and run is None:
        raise Contradicts({name for _row, says in others for name in says})
    leads = _created([known[row.values["external_id"]] for row in fresh], hand, run)
    there = {name: names for name, names in filled.items() if "pk" in known[name]}
    tally.touched |= _fill([known[name] for name in there], hand)
    if run is not None:
        pks = ((known[name]["pk"], sorted(names)) for name, names in there.items())
        bulk.insert([Addition(run=run, lead_id=pk, kind="leads", record=pk, fields=names) for pk, names in pks])
    counts.created = len(fresh)
    for row, says in others:
        name = row.values["external_id"]
        pk = leads.get(name) or known[name]["pk"]
        tally.differing.append(differing(_claim(pk, row, hand, run), pk, says))
    if hand_over:
        write("handoffs", [_handed(leads, row, run) for row in fresh], hand, tally)
    first_of(leads, fresh, hand, run)
    counts.linked = link(leads, hand, tally)
    counts.linked += ask_again([(leads.get(person, person), row) for person, row in apart.asked], hand, run, tally)
    counts.differing = len(others)
    bulk.insert(tally.differing)
    refresh(tally.touched, hand.terms)
    begin(set(leads.values()) - tally.touched, hand.terms)
    return counts


def _fill(leads: list[Values], hand: Hand) -> set[int]:
    """Writes leads that have got more to say; answers their primary keys."""
    rows = [Lead(**{name: values[name] for name in ("pk", *LEAD_FIELDS)}) for values in leads]
    bulk.update(_with_keys(rows, hand), [*LEAD_FIELDS, *KEY_COLUMNS])
    return {values["pk"] for values in leads}


def _with_keys(leads: list[Lead], hand: Hand) -> list[Lead]:
    country = country_of_zone(hand.terms.zone.key)
    for lead in leads:
        lead.set_keys(country)
    return leads


def _claim(lead_id: int, row: CheckedRow, hand: Hand, run: ImportRun | None) -> Claim:
    return Claim(lead_id, row.values, run.pk if run else None, row.line, hand.token_id)


def _handed(leads: dict[str, int], row: CheckedRow, run: ImportRun | None) -> Claim:
    values = {"handed_at": row.values["created_at"], "precision": row.values.get("precision", 0)}
    return Claim(leads[row.values["external_id"]], values, run.pk if run else None, row.line)


def _known_leads(rows: list[Values], hand: Hand) -> dict[str, Values]:
    ids = {values["external_id"] for values in rows}
    known = Lead.objects.filter(agreement=hand.agreement_id, external_id__in=ids).values("pk", *KEPT)
    return {values["external_id"]: dict(values) for values in known}


def _created(rows: list[Values], hand: Hand, run: ImportRun | None) -> dict[str, int]:
    """External id -> primary key of the new leads."""
    came: dict[str, Any] = {"door": door_of(hand.token_id), "token_id": hand.token_id, "run": run}
    came |= {"recorded_at": hand.at, "recorded_by": hand.by}
    bulk.insert(_with_keys([Lead(agreement_id=hand.agreement_id, **came, **values) for values in rows], hand))
    ids = [values["external_id"] for values in rows]
    return dict(Lead.objects.filter(agreement=hand.agreement_id, external_id__in=ids).values_list("external_id", "pk"))


def _take_inquiries(rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> Counts:
    tally, waiting, linked = take_inquiries(rows, hand, run)
    if run is None and tally.contradicted:
        raise Contradicts(tally.contradicted)
    counts = Counts(read=len(rows), created=tally.created, unchanged=tally.unchanged, differing=len(tally.differing))
    counts.waiting, counts.linked = waiting, linked
    return counts


def _take_facts(kind: str, rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> Counts:
    ids = {row.values["external_id"] for row in rows}
    leads = leads_by_id(hand.agreement_id, ids)
    lock(leads.values())
    there = [row for row in rows if row.values["external_id"] in leads]
    absent = [row for row in rows if row.values["external_id"] not in leads]
    tally = Tally()
    write(kind, [_claim(leads[row.values["external_id"]], row, hand, run) for row in there], hand, tally)
    if run is None and tally.contradicted:
        raise Contradicts(tally.contradicted)
    tally.differing += keep(kind, absent, hand, run)
    bulk.insert(tally.differing)
    refresh(tally.touched, hand.terms)
    return Counts(
        read=len(rows),
        created=tally.created,
        unchanged=tally.unchanged,
        differing=len(tally.differing),
        waiting=len(absent),
    )
