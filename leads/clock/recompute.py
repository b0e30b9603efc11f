"""Actions: make again what stands on all handoffs of an agreement: as a preview, then with an author and a log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from agreements.friction.owed import moved_by_exceptions
from agreements.models import AgreedException, Agreement, Change
from agreements.terms import measured_again, timeline
from leads.clock.consequences import StaleHandoff, differences, lock, refresh, state_of
from leads.enums import ClockKind
from leads.models import Clock, Handoff, Lead
from smarketing.accounts.models import User
from smarketing.server.giving_way import give_way

BATCH = 250


def preview(
    agreement: Agreement,
    *,
    by_terms_in_force: bool = False,
    with_exceptions: bool = False,
    supposed: AgreedException | None = None,
    at: datetime | None = None,
) -> Counter[str]:
    """How many handoffs would change (under "handoffs"), and in how many each field would.

    Under "leads" those that nobody has handed over yet: the clock of marketing would change. With `at` also how many
    promises would stand otherwise at that instant, as "overdue>running". `with_exceptions`: as if what was agreed
    beyond the terms to cover what was measured before did so, and under "friction" how many friction reports that
    were sent before would have been due on another day. `supposed` is an exception that waits: as if it were agreed.
    """
    found: Counter[str] = Counter()
    terms = timeline(agreement)
    known, batches = terms, _batches(agreement)
    if with_exceptions:
        known = terms.with_agreed(measured_again(agreement, supposed, at))
        batches = _concerned(agreement, supposed)
    for lead_ids in batches:
        wrong = differences(lead_ids, known, by_terms_in_force=by_terms_in_force)
        _count(found, wrong)
        if at is not None:
            found.update(move for difference in wrong for move in _moves(difference, at))
    if with_exceptions:
        found["friction"] = len(moved_by_exceptions(agreement, supposed, at))
    return +found


def _moves(difference: StaleHandoff, at: datetime) -> Iterator[str]:
    """How promises stand, and how they would; single attempts are not judged."""
    rows, wanted = difference.fields.get("clocks", ({}, {}))
    for key, row in rows.items():
        if key in wanted and key[0] != ClockKind.ATTEMPT:
            before, after = row.state(at), state_of(wanted[key], row.excused_at, at)
            if before != after:
                yield f"{before}>{after}"


def _concerned(agreement: Agreement, supposed: AgreedException | None = None) -> Iterator[list[int]]:
    """Those whom the exceptions agreed since may concern: nothing that was over when the earliest began.

    All, where none was agreed since: what was broken off is finished.
    """
    former = agreement.agreed_exceptions.of_former()
    if supposed is not None:
        former |= agreement.agreed_exceptions.filter(pk=supposed.pk)
    zone, pausing = ZoneInfo(agreement.time_zone), former.pausing_leads().select_related("replaces")
    begins = [each.instants(zone)[0] for row in pausing for each in (row, row.replaces) if each is not None]
    if not begins and former.exists():
        return iter(())
    return _batches(agreement, min(begins, default=None))


def to_measure_again(
    agreement: Agreement, supposed: AgreedException | None = None, at: datetime | None = None
) -> tuple[int, int]:
    """How many leads the exceptions agreed since may concern, and how many friction reports they move."""
    if supposed is None and not agreement.agreed_exceptions.of_former().exists():
        return 0, 0
    leads = sum(len(ids) for ids in _concerned(agreement, supposed))
    return leads, len(moved_by_exceptions(agreement, supposed, at))


def recompute(
    agreement: Agreement,
    *,
    by_terms_in_force: bool = False,
    with_exceptions: bool = False,
    by: User | None,
    at: datetime,
) -> Counter[str]:
    """Mends them, a batch a transaction, and writes down in the agreement's history that it was done.

    What was broken off is finished by doing it once more: whatever changes meanwhile goes by the new rule already.
    """
    found: Counter[str] = Counter()
    batches = _concerned(agreement) if with_exceptions else _batches(agreement)
    if with_exceptions:
        found["friction"] = len(moved_by_exceptions(agreement))
        agreement.agreed_exceptions.of_former().update(applied_at=at, applied_by=by)
    terms = timeline(agreement)
    for lead_ids in batches:
        with transaction.atomic():
            lock(lead_ids)
            wrong = refresh(lead_ids, terms, by_terms_in_force=by_terms_in_force, at=at)
        give_way()
        _count(found, wrong)
    how = "with_exceptions" if with_exceptions else "terms_in_force" if by_terms_in_force else "own_terms"
    counts = {"recomputed": found["handoffs"] + found["leads"], "friction_moved": found["friction"]}
    if lines := [[[word, how], None, str(count)] for word, count in counts.items() if count]:
        Change.objects.create(agreement=agreement, by=by, at=at, lines=lines)
    return +found


def _count(found: Counter[str], wrong: list[StaleHandoff]) -> None:
    for difference in wrong:
        found["handoffs" if difference.handoff else "leads"] += 1
        found.update(difference.fields.keys())


def _later(since: datetime, lead: str) -> Q:
    """Leads of whose handoffs or clocks something lies after it."""
    moments = ("handed_at", "accepted_at", "first_attempt_at", "connected_at", "due_at", "depth_due_at")
    later = reduce(Q.__or__, (Q((f"{name}__gt", since)) for name in moments))
    handoffs, clocks = Handoff.objects.filter(later, lead=OuterRef(lead)), Clock.objects.filter(due_at__gt=since)
    return Q(Exists(handoffs)) | Q(Exists(clocks.filter(lead=OuterRef(lead))))


def _batches(agreement: Agreement, since: datetime | None = None) -> Iterator[list[int]]:
    """The leads logged under the agreement, and those handed over under it. Each of the two asked by its own index."""
    logged, handed = Lead.objects.filter(agreement=agreement), Handoff.objects.filter(agreement=agreement)
    if since is not None:
        logged, handed = logged.filter(_later(since, "pk")), handed.filter(_later(since, "lead_id"))
    own = logged.order_by("pk").values_list("pk", flat=True)
    theirs = handed.order_by("lead_id").values_list("lead_id", flat=True)
    last = 0
    while ids := sorted({*own.filter(pk__gt=last)[:BATCH], *theirs.filter(lead_id__gt=last)[:BATCH]})[:BATCH]:
        yield ids
        last = ids[-1]
