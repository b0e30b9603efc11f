"""Action: a handful of checked rows of one kind, in the caller's transaction, with all that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from leads.assignment.drawing import draw_new
from leads.clock.consequences import begin, refresh
from leads.doors.dictionary import settle
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.reading.rows import CheckedRow, Values
from leads.doors.files.writing.asking import ask_again, first_of, take_inquiries
from leads.doors.files.writing.claims import Claim, Contradicts, Hand, Tally, differing, write
from leads.doors.files.writing.filling import TakenOut, additions
from leads.doors.files.writing.identity import OWN_ID, contradictions
from leads.doors.files.writing.refusing import Refusal, refusals, taken_of
from leads.doors.files.writing.standing import StandingLead, StandingLeads
from leads.doors.files.writing.waiting import asked_name, keep, link, lock_files_of, names_of
from leads.models import Addition, ImportRun, Lead, OtherId
from leads.persons.known import known_people
from leads.persons.spelling import Keys, keys, phone_key
from smarketing.lib import bulk
from smarketing.lib.words import same_id

SEVERAL = ";"  # between the ids of one cell
KEY_COLUMNS = ("phone_key", "name_key", "who_key")


@dataclass
class Counts:
    """read = created + unchanged + asked + waiting + open + rejected.

    Differing are among the unchanged and the waiting. `asked` are leads that are known under another id, kept as
    inquiries. `warnings` are cells left empty, or read in part, of rows that were taken. `refused` are rejected, too:
    what they say cannot be, as things stand.
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
    refused: list[Refusal] = field(default_factory=list)

    def numbers(self) -> dict[str, int]:
        return {name: number for name, number in vars(self).items() if name != "refused"}


def take(kind: str, rows: Sequence[CheckedRow], hand: Hand, *, hand_over: bool, run: ImportRun | None) -> Counts:
    """Writes what is new. `hand_over`: each lead created is handed over in the same instant.

    Without a run, as from the API, raises Contradicts for what is kept otherwise: there is no list of such rows.
    """
    lock_files_of(hand.agreement_id)
    values = [row.values for row in rows]
    for own in values:
        own.setdefault("external_id", "")
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
    counts, tally, country = Counts(read=len(rows)), Tally(), hand.country
    values = [row.values for row in rows]
    standing = StandingLeads(values, hand.agreement_id, country=country, day_of=hand.day_of, takes_ids=run is not None)
    taken_out = TakenOut("leads", standing.pks)
    filled: dict[int, StandingLead] = {}
    fresh: list[tuple[CheckedRow, StandingLead]] = []
    others: list[tuple[CheckedRow, StandingLead, dict[str, tuple[Any, Any]]]] = []
    asked: list[tuple[CheckedRow, StandingLead]] = []
    for row in rows:
        if standing.has_asked(row.values):
            counts.unchanged += 1
            continue
        lead = standing.find(row.values)
        if (known := standing.asks_again(row.values, lead)) is not None:
            asked.append((row, known))
            continue
        if lead is None:
            fresh.append((row, standing.begin(row.values)))
            continue
        counts.unchanged += 1
        says, added = _compared(row.values, lead, taken_out, hand)
        if added:
            lead.add(added)
            standing.name(lead)
            filled[id(lead)] = lead
        if says := {name: pair for name, pair in says.items() if name not in added}:
            others.append((row, lead, says))
    if others and run is None:
        raise Contradicts.what_is_kept(name for _row, _lead, says in others for name in says)
    _create([lead for _row, lead in fresh], hand, run)
    there = [lead for lead in filled.values() if lead.added and lead.pk not in {own.pk for _row, own in fresh}]
    tally.touched |= _fill(there, country, run)
    counts.created, counts.asked = len(fresh), len(asked)
    for row, lead, says in others:
        tally.differing.append(differing(_claim(lead.pk, row, hand, run), lead.pk, says))
    if hand_over:
        write("handoffs", [_handed(lead.pk, row, run) for row, lead in fresh], hand, tally)
    new = {lead.pk for _row, lead in fresh}
    first_of([(row, lead.pk) for row, lead in fresh], hand, run)
    counts.linked = link(_named([*(lead for _row, lead in fresh), *there]), hand, tally)
    counts.linked += ask_again([(row, known.pk) for row, known in asked], hand, run, tally)
    counts.differing = len(others)
    bulk.insert(tally.differing)
    refresh(tally.touched, hand.terms)
    draw_new(hand.agreement_id, tally.touched, at=hand.at)
    begin(new - tally.touched, hand.terms)
    return counts


def _compared(
    values: Values, lead: StandingLead, taken_out: TakenOut, hand: Hand
) -> tuple[dict[str, tuple[Any, Any]], Values]:
    """What a row says otherwise, and what it adds."""
    says, country = contradictions(values, lead.values, hand.day_of), hand.country
    if "phone" in says and len({phone_key(number, country) for number in says["phone"]}) == 1:
        del says["phone"]
    added = taken_out.without(lead.pk, additions("leads", values, lead.values, says))
    if values["external_id"] and not lead.values["external_id"]:
        added["external_id"] = values["external_id"]
    return says, added


def _named(leads: Sequence[StandingLead]) -> dict[str, int]:
    """The names under which rows may wait for them."""
    return {name: lead.pk for lead in leads for name in names_of(lead.values, lead.keys.phone)}


def _fill(standing: Sequence[StandingLead], country: str, run: ImportRun | None) -> set[int]:
    """Writes leads that have got more to say; answers their primary keys."""
    rows = [Lead(pk=one.pk, **{name: one.values[name] for name in LEAD_FIELDS}) for one in standing]
    for one, lead in zip(standing, rows, strict=True):
        lead.set_keys(country)
        one.keys = lead.keys
    bulk.update(rows, [*LEAD_FIELDS, *KEY_COLUMNS])
    if run is not None:
        bulk.insert(
            [
                Addition(run=run, lead_id=one.pk, kind="leads", record=one.pk, fields=sorted(one.added))
                for one in standing
            ]
        )
    return {one.pk for one in standing}


def _claim(lead_id: int, row: CheckedRow, hand: Hand, run: ImportRun | None) -> Claim:
    return Claim(lead_id, row.values, run.pk if run else None, row.line, hand.token_id, hand.door)


def _handed(lead_id: int, row: CheckedRow, run: ImportRun | None) -> Claim:
    values = {"handed_at": row.values["created_at"], "precision": row.values.get("precision", 0)}
    return Claim(lead_id, values, run.pk if run else None, row.line)


def _create(standing: Sequence[StandingLead], hand: Hand, run: ImportRun | None) -> None:
    """Writes new leads, which get to know their primary keys."""
    came: dict[str, Any] = {"door": hand.door, "token_id": hand.token_id, "run": run}
    came |= {"recorded_at": hand.at, "recorded_by": hand.by, "agreement_id": hand.agreement_id}
    leads = [
        Lead(**came, **one.values, phone_key=one.keys.phone, name_key=one.keys.name, who_key=one.keys.who)
        for one in standing
    ]
    named = [lead for lead in leads if lead.external_id]
    bulk.insert(named)
    Lead.objects.bulk_create([lead for lead in leads if not lead.external_id])
    ids = [lead.external_id for lead in named]
    known = Lead.objects.filter(agreement=hand.agreement_id, external_id__in=ids)
    pks = dict(known.values_list("external_id", "pk")) if ids else {}
    for one, lead in zip(standing, leads, strict=True):
        one.pk = lead.pk or pks[lead.external_id]


def _take_inquiries(rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> Counts:
    tally, whose, linked = take_inquiries(rows, hand, run)
    if run is None and tally.contradicted:
        raise Contradicts.what_is_kept(tally.contradicted)
    counts = Counts(read=len(rows), created=tally.created, unchanged=tally.unchanged, differing=len(tally.differing))
    counts.waiting, counts.linked = len(whose.waiting), linked
    counts.rejected, counts.refused = len(whose.refused), whose.refused
    return counts


def _take_facts(kind: str, rows: Sequence[CheckedRow], hand: Hand, run: ImportRun | None) -> Counts:
    found = _leads_of([row.values for row in rows], hand)
    refused = refusals(kind, rows, found, hand)
    rows = taken_of(rows, refused, run)
    there = [row for row in rows if row.values["external_id"] in found]
    absent = [row for row in rows if row.values["external_id"] not in found]
    tally = Tally()
    write(kind, [_claim(found[row.values["external_id"]], row, hand, run) for row in there], hand, tally)
    if run is None and tally.contradicted:
        raise Contradicts.what_is_kept(tally.contradicted)
    tally.differing += keep(kind, absent, hand, run)
    bulk.insert(tally.differing)
    refresh(tally.touched, hand.terms)
    if kind == "handoffs":
        draw_new(hand.agreement_id, tally.touched, at=hand.at)
    return Counts(
        read=len(rows) + len(refused),
        created=tally.created,
        unchanged=tally.unchanged,
        differing=len(tally.differing),
        waiting=len(absent),
        rejected=len(refused),
        refused=refused,
    )


def _leads_of(rows: Sequence[Values], hand: Hand) -> dict[str, int]:
    """The leads that rows mean, locked. A row without an id gets the name by which it would wait for its lead."""
    country, asked = hand.country, dict[str, Keys]()
    for row in rows:
        email, phone = row.pop("lead_email", ""), row.pop("lead_phone", "")
        if not row["external_id"]:
            own = keys(email=email, phone=phone, country=country)
            row["external_id"] = asked_name(own)
            asked[row["external_id"]] = own
    meant: dict[str, int | None] = {}
    if asked:
        people = known_people(hand.agreement_id, list(asked.values()), likely=False)
        meant = {name: people.find(own).certain for name, own in asked.items()}
    several = {name: name.split(SEVERAL) for row in rows if SEVERAL in (name := row["external_id"])}
    ids = {row["external_id"] for row in rows}.union(*several.values()) - asked.keys()
    further = OtherId.objects.filter(agreement=hand.agreement_id, external_id__in=ids)
    meant |= dict(further.values_list("external_id", "lead_id"))
    by_id = Q(external_id__in=ids)
    leads = Lead.objects.filter(by_id | Q(pk__in=set(meant.values()) - {None}) if meant else by_id)
    locked = leads.select_for_update().filter(agreement=hand.agreement_id).order_by("pk")
    names = {pk: name for name, pk in locked.values_list("external_id", "pk")}
    there = {name: pk for name, pk in meant.items() if pk is not None and pk in names}
    found = {name: pk for pk, name in names.items() if name} | there
    for row in rows:  # a deal of several contacts is one, of the first that is a lead
        if row["external_id"] in several.keys() - found.keys():
            parts = several[row["external_id"]]
            row["external_id"] = next((name for name in parts if name in found), parts[0])
    return found
