"""Actions and reads: figures of the ledger completed or corrected by hand. Each is a row; the former ones stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.month_tables import NEVER
from agreements.models import Agreement, Change, LedgerEntry
from agreements.months.ledger import Corrected, Figure
from agreements.months.proposing import has_begun
from smarketing.accounts.models import User
from smarketing.lib.numbers import number

Amounts = Mapping[tuple[date, Figure], Decimal | None]  # by first day of the month; None: as it is collected
WHOLE = (Figure.LEADS, Figure.CUSTOMERS)


class EntryRefused(Exception):
    """`field` is where the refusal belongs; the text is for the person who tried."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def enter(
    agreement: Agreement,
    amounts: Amounts,
    *,
    reason: str,
    by: User | None,
    at: datetime,
    seen: int | None = None,
) -> list[LedgerEntry]:
    """The rows written: what is said already is not said again. None: as it is collected. All of it or nothing.

    `seen` is `stand_of` when the page was opened: what somebody else has said since is not overwritten.
    """
    if not reason.strip():
        raise EntryRefused("reason", _("Say where the figure comes from, or why it changes."))
    for (month, figure), amount in amounts.items():
        _refuse_impossible(agreement, month, figure, amount, at)
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        entries = entries_of(agreement)
        if seen is not None:
            _refuse_overtaken(entries, amounts, seen)
        known = corrected(entries)
        new = [
            LedgerEntry(
                agreement=agreement,
                month=month,
                figure=figure,
                amount=amount,
                reason=reason.strip(),
                made_at=at,
                made_by=by,
            )
            for (month, figure), amount in sorted(amounts.items())
            if known.get((month, figure)) != amount
        ]
        return LedgerEntry.objects.bulk_create(new)


def stand_of(entries: Iterable[LedgerEntry]) -> int:
    """The latest row that was known when a page was opened."""
    return max((entry.pk for entry in entries), default=0)


def _refuse_overtaken(entries: Iterable[LedgerEntry], amounts: Amounts, seen: int) -> None:
    for entry in entries:
        key = (entry.month, Figure(entry.figure))
        if entry.pk > seen and key in amounts and amounts[key] != entry.amount:
            text = _("%(by)s has entered %(amount)s for %(month)s in the meantime. Send yours again if it is to stand.")
            amount = "–" if entry.amount is None else number(entry.amount, 2)
            said = {"by": entry.made_by or "–", "amount": amount, "month": f"{entry.month:%Y-%m}"}
            raise EntryRefused("amount", text % said)


def _refuse_impossible(agreement: Agreement, month: date, figure: Figure, amount: Decimal | None, at: datetime) -> None:
    if not has_begun(agreement, month, at):
        raise EntryRefused("month", _("This month has not begun."))
    if amount is None:
        return
    if figure in WHOLE and (amount < 0 or amount != int(amount)):
        raise EntryRefused("amount", _("Write a whole number, not below zero."))
    if figure == Figure.TOTAL_REVENUE and amount < 0:
        raise EntryRefused("amount", _("Must not be negative."))


def entries_of(agreement: Agreement) -> list[LedgerEntry]:
    """The oldest first."""
    return list(agreement.ledger_entries.select_related("made_by").order_by("pk"))


def corrected(entries: Iterable[LedgerEntry]) -> Corrected:
    """What counts: the latest row of each month and figure, where it has an amount."""
    latest = {(entry.month, Figure(entry.figure)): entry.amount for entry in entries}
    return {key: amount for key, amount in latest.items() if amount is not None}


@dataclass(frozen=True)
class Correction:
    """An entry with what the figure was before it: the entry before, or (None) what was collected."""

    entry: LedgerEntry
    former: Decimal | None
    is_latest: bool


def corrections(entries: Iterable[LedgerEntry]) -> list[Correction]:
    """The newest first."""
    found = list[Correction]()
    former: dict[tuple[date, str], Decimal | None] = {}
    listed = list(entries)
    latest = {(entry.month, entry.figure): entry.pk for entry in listed}
    for entry in listed:
        key = entry.month, entry.figure
        found.append(Correction(entry, former.get(key), latest[key] == entry.pk))
        former[key] = entry.amount
    return found[::-1]


def settle(
    agreement: Agreement, *, propose_on: int | None, fewest_customers: int, by: User | None, at: datetime
) -> bool:
    """The day on which the next month is proposed (none: never), and how many customers a proposal needs.

    Neither binds anybody: what is proposed counts when both sides have accepted it.
    """
    wanted = {"propose_on": propose_on, "fewest_customers": fewest_customers}
    with transaction.atomic():
        kept = Agreement.objects.select_for_update().get(pk=agreement.pk)
        lines = [[[name], _text(getattr(kept, name)), _text(to)] for name, to in wanted.items()]
        lines = [line for line in lines if line[1] != line[2]]
        if lines:
            Agreement.objects.filter(pk=kept.pk).update(**wanted)
            Change.objects.create(agreement=kept, at=at, by=by, lines=lines)
        return bool(lines)


def _text(value: int | None) -> str:
    return NEVER if value is None else str(value)
