"""Reads: the ledger of an agreement, collected from leads and deals. Page, command and proposal all begin here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min, Q

from agreements.models import Agreement, LedgerEntry
from agreements.months.entries import corrected, entries_of
from agreements.months.ledger import Ledger, Sale
from leads.enums import Verdict
from leads.models import Deal, Handoff
from leads.querysets import HandoffQuerySet

AT_ONCE = 5_000


def ledger_of(agreement: Agreement, *, today: date, entries: Iterable[LedgerEntry] | None = None) -> Ledger:
    """As it stands on the evening of that local day: of what came later nothing is known.

    A lead counts once, with its first handoff that was not taken off again for a reason of marketing's. One that was
    taken off and became a customer all the same counts with its first handoff. Leads never handed over are no
    marketing leads yet: neither they nor their deals are in it.
    """
    known = entries_of(agreement) if entries is None else entries
    handed = _handed(agreement, today)
    beginnings = _beginnings(handed, today)
    sales = list(_sales(agreement, beginnings, today))
    leads = _standing_leads(handed.filter(_stands(today)))
    for lead in {sale.lead for sale in sales}:
        if not beginnings[lead].stands:
            leads[beginnings[lead].on.replace(day=1)] += 1
    months = {key: amount for key, amount in corrected(known).items() if key[0] <= today}
    return Ledger(+leads, sales, months, today)


def _handed(agreement: Agreement, today: date) -> HandoffQuerySet:
    """One of each lead and month: the one with which it began to count in it."""
    rows: HandoffQuerySet = Handoff.objects.filter(agreement=agreement, handed_on__lte=today, counts=True)
    return rows


def _stands(today: date) -> Q:
    return Q(taken_off_on=None) | Q(taken_off_on__gt=today)


def _standing_leads(standing: HandoffQuerySet) -> Counter[date]:
    """Leads by month, each in that of its first handoff: counted in the database, which groups twice for it."""
    first = standing.order_by().values("lead_id").annotate(first_on=Min("handed_on"))
    sql, params = first.query.sql_with_params()
    leads = Counter[date]()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT first_on, COUNT(*) FROM ({sql}) AS leads GROUP BY first_on", params)  # noqa: S608 - the ORM's own
        for on, count in cursor.fetchall():
            day = date.fromisoformat(on) if isinstance(on, str) else on
            leads[day.replace(day=1)] += count
    return leads


class Beginning(NamedTuple):
    """The handoff with which a lead counts."""

    at: datetime
    on: date
    stands: bool


def _beginnings(handed: HandoffQuerySet, today: date) -> dict[int, Beginning]:
    """Of the leads with a sale."""
    won = Deal.objects.filter(outcome=Verdict.WON).order_by().values("lead_id")
    rows = handed.filter(lead__in=won).order_by("handed_at", "pk")
    found: dict[int, Beginning] = {}
    columns = rows.values_list("lead_id", "handed_at", "handed_on", "taken_off_on")
    for lead, at, on, off_on in columns.iterator(AT_ONCE):
        stands = off_on is None or off_on > today
        if lead not in found or (stands and not found[lead].stands):
            found[lead] = Beginning(at, on, stands)
    return found


def _sales(agreement: Agreement, beginnings: dict[int, Beginning], today: date) -> Iterator[Sale]:
    zone = ZoneInfo(agreement.time_zone)
    end = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    rows = Deal.objects.filter(outcome=Verdict.WON, lead__agreement=agreement, closed_at__lt=end)
    columns = rows.order_by("closed_at", "pk").values_list("pk", "lead_id", "closed_at", "revenue", "currency")
    for pk, lead, closed_at, revenue, currency in columns.iterator(AT_ONCE):
        began = beginnings.get(lead)
        if began is None:
            continue
        closed_on = closed_at.astimezone(zone).date()
        is_ours = currency == agreement.currency
        yield Sale(
            pk=pk,
            lead=lead,
            cohort=began.on.replace(day=1),
            month=closed_on.replace(day=1),
            closed_on=closed_on,
            amount=revenue if is_ours else None,
            cycle=closed_at - began.at,
            elsewhere=None if is_ours or revenue is None else (currency, revenue),
        )
