"""Actions: rows whose lead is not there yet are kept, and linked when it comes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from agreements.models import Agreement
from agreements.terms import Timeline
from leads.clock.consequences import refresh
from leads.doors.files.facts import FACTS, Hand, Tally, differs, write
from leads.doors.files.reps import rep_book
from leads.doors.files.rows import Values, digest, packed, unpacked
from leads.models import ImportRun, Lead, WaitingRow
from smarketing.lib import bulk

BATCH = 1000


def lock_files_of(agreement_id: int) -> None:
    """One at a time brings leads or looks for them, so that no row waits for a lead that came in this moment.

    On PostgreSQL a lock that leaves foreign keys to the agreement alone.
    """
    list(Agreement.objects.select_for_update(no_key=True).filter(pk=agreement_id).values_list("pk"))


def keep(kind: str, rows: Sequence[Values], *, agreement_id: int, run: ImportRun | None) -> int:
    """Keeps rows until their lead comes, each once. Answers how many say something else than one already waiting."""
    digests = [digest(kind, values) for values in rows]
    waiting = WaitingRow.objects.filter(agreement=agreement_id, kind=kind, digest__in=digests)
    known = {row.digest: unpacked(row.fields) for row in waiting}
    differing, fresh = 0, []
    for key, values in zip(digests, rows, strict=True):
        if key in known:
            differing += differs(values, known[key])
            continue
        known[key] = values
        fresh.append(
            WaitingRow(
                agreement_id=agreement_id,
                kind=kind,
                external_id=values["external_id"],
                fields=packed(values),
                digest=key,
                run=run,
            )
        )
    bulk.insert(fresh)
    return differing


def link(leads: dict[str, int], hand: Hand, tally: Tally) -> int:
    """Takes the rows that waited for these leads (external id -> primary key). Answers how many."""
    rows = WaitingRow.objects.filter(agreement=hand.agreement_id, external_id__in=leads.keys()).order_by("pk")
    by_kind: dict[str, list[tuple[int, Values]]] = defaultdict(list)
    for row in rows.iterator(chunk_size=BATCH):
        by_kind[row.kind].append((leads[row.external_id], unpacked(row.fields)))
    for kind in FACTS:
        write(kind, by_kind[kind], hand, tally)
    if by_kind:
        rows.delete()
    return sum(map(len, by_kind.values()))


def link_waiting(leads: Collection[Lead], *, terms: Timeline, at: datetime) -> int:
    """For leads that came by another way than a file. In a transaction; the leads are of one agreement and locked."""
    named = {lead.external_id: lead.pk for lead in leads if lead.external_id}
    if not named:
        return 0
    agreement = next(iter(leads)).agreement
    lock_files_of(agreement.pk)
    tally = Tally()
    hand = Hand(
        agreement_id=agreement.pk, currency=agreement.currency, terms=terms, reps=rep_book(agreement), by=None, at=at
    )
    linked = link(named, hand, tally)
    refresh(tally.touched, terms)
    return linked
