"""Action: a handful of checked rows of one kind, in the caller's transaction, with all that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from leads.clock.consequences import refresh
from leads.doors.fields import LEAD_FIELDS
from leads.doors.files.facts import Hand, Tally, differs, write
from leads.doors.files.rows import Row, Values
from leads.doors.files.waiting import keep, link, lock_files_of
from leads.models import ImportRun, Lead
from smarketing.lib import bulk


@dataclass
class Counts:
    """read = created + unchanged + waiting + open + rejected; differing are among the unchanged and the waiting.

    `warnings` are cells left empty, or read in part, of rows that were taken.
    """

    read: int = 0
    created: int = 0
    unchanged: int = 0
    differing: int = 0
    waiting: int = 0
    rejected: int = 0
    linked: int = 0
    open: int = 0
    warnings: int = 0


def take(kind: str, rows: Sequence[Row], hand: Hand, *, hand_over: bool, run: ImportRun | None) -> Counts:
    """Writes what is new. `hand_over`: each lead created is handed over in the same instant."""
    lock_files_of(hand.agreement_id)
    values = [row.values for row in rows]
    if kind == "leads":
        return _take_leads(values, hand, hand_over)
    return _take_facts(kind, values, hand, run)


def _take_leads(rows: list[Values], hand: Hand, hand_over: bool) -> Counts:
    counts = Counts(read=len(rows))
    known = _known_leads(rows, hand)
    fresh: list[Values] = []
    for values in rows:
        if (existing := known.get(values["external_id"])) is not None:
            counts.unchanged += 1
            counts.differing += differs(values, existing)
            continue
        known[values["external_id"]] = values
        fresh.append(values)
    leads = _created(fresh, hand)
    counts.created = len(leads)
    tally = Tally()
    if hand_over:
        handed = ((leads[v["external_id"]], {"handed_at": v["created_at"]}) for v in fresh)
        write("handoffs", handed, hand, tally)
    counts.linked = link(leads, hand, tally)
    refresh(tally.touched, hand.terms)
    return counts


def _known_leads(rows: list[Values], hand: Hand) -> dict[str, Values]:
    ids = {values["external_id"] for values in rows}
    known = Lead.objects.filter(agreement=hand.agreement_id, external_id__in=ids).values(*LEAD_FIELDS)
    return {values["external_id"]: dict(values) for values in known}


def _created(rows: list[Values], hand: Hand) -> dict[str, int]:
    """External id -> primary key of the new leads."""
    bulk.insert(
        [Lead(agreement_id=hand.agreement_id, recorded_at=hand.at, recorded_by=hand.by, **values) for values in rows]
    )
    ids = [values["external_id"] for values in rows]
    return dict(Lead.objects.filter(agreement=hand.agreement_id, external_id__in=ids).values_list("external_id", "pk"))


def _take_facts(kind: str, rows: list[Values], hand: Hand, run: ImportRun | None) -> Counts:
    ids = {values["external_id"] for values in rows}
    locked = Lead.objects.select_for_update().filter(agreement=hand.agreement_id, external_id__in=ids).order_by("pk")
    leads = dict(locked.values_list("external_id", "pk"))
    there = [(leads[values["external_id"]], values) for values in rows if values["external_id"] in leads]
    absent = [values for values in rows if values["external_id"] not in leads]
    tally = Tally()
    write(kind, there, hand, tally)
    differing = keep(kind, absent, agreement_id=hand.agreement_id, run=run)
    refresh(tally.touched, hand.terms)
    return Counts(
        read=len(rows),
        created=tally.created,
        unchanged=tally.unchanged,
        differing=tally.differing + differing,
        waiting=len(absent),
    )
