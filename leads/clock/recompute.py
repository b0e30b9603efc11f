"""Actions: make again what stands on all handoffs of an agreement: as a preview, then with an author and a log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from agreements.models import Agreement, Change
from agreements.terms import timeline
from leads.clock.consequences import StaleHandoff, differences, lock, refresh
from leads.models import Handoff, Lead
from smarketing.accounts.models import User
from smarketing.server.giving_way import give_way

BATCH = 250


def preview(agreement: Agreement, *, by_terms_in_force: bool = False) -> Counter[str]:
    """How many handoffs would change (under "handoffs"), and in how many each field would.

    Under "leads" those that nobody has handed over yet: the clock of marketing would change.
    """
    found: Counter[str] = Counter()
    terms = timeline(agreement)
    for lead_ids in _batches(agreement):
        _count(found, differences(lead_ids, terms, by_terms_in_force=by_terms_in_force))
    return found


def recompute(agreement: Agreement, *, by_terms_in_force: bool = False, by: User | None, at: datetime) -> Counter[str]:
    """Mends them, a batch a transaction, and writes down in the agreement's history that it was done."""
    found: Counter[str] = Counter()
    terms = timeline(agreement)
    for lead_ids in _batches(agreement):
        with transaction.atomic():
            lock(lead_ids)
            wrong = refresh(lead_ids, terms, by_terms_in_force=by_terms_in_force, at=at)
        give_way()
        _count(found, wrong)
    if found:
        path = ["recomputed", "terms_in_force" if by_terms_in_force else "own_terms"]
        count = str(found["handoffs"] + found["leads"])
        Change.objects.create(agreement=agreement, by=by, at=at, lines=[[path, None, count]])
    return found


def _count(found: Counter[str], wrong: list[StaleHandoff]) -> None:
    for difference in wrong:
        found["handoffs" if difference.handoff else "leads"] += 1
        found.update(difference.fields.keys())


def _batches(agreement: Agreement) -> Iterator[list[int]]:
    """The leads logged under the agreement, and those handed over under it. Each of the two asked by its own index."""
    logged = Lead.objects.filter(agreement=agreement).order_by("pk").values_list("pk", flat=True)
    handed = Handoff.objects.filter(agreement=agreement).order_by("lead_id").values_list("lead_id", flat=True)
    last = 0
    while ids := sorted({*logged.filter(pk__gt=last)[:BATCH], *handed.filter(lead_id__gt=last)[:BATCH]})[:BATCH]:
        yield ids
        last = ids[-1]
