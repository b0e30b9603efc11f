"""PURE. The ledger of a year as a table for the terminal."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from agreements.months.ledger import Ledger
from smarketing.lib.periods import Period

HEAD = ("month", "leads", "customers", "rate", "revenue", "total", "deal", "share", "cohort", "rate", "")


def ledger_text(ledger: Ledger, year: Sequence[Period], label: str, currency: str) -> str:
    rows = [HEAD, *(_row(ledger, [month], month.label) for month in year), _row(ledger, year, label)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *_notes(ledger, year, currency)])


def _row(ledger: Ledger, period: Sequence[Period], label: str) -> tuple[str, ...]:
    found, cohort = ledger.actuals(period), ledger.cohort(period)
    return (
        label,
        str(found.leads),
        str(found.customers),
        _percent(found.rate),
        _money(found.revenue),
        _money(found.total_revenue),
        _money(found.deal),
        _percent(found.share),
        f"{cohort.customers}/{cohort.leads}",
        _percent(cohort.rate),
        "" if cohort.is_mature else "immature",
    )


def _notes(ledger: Ledger, year: Sequence[Period], currency: str) -> Iterator[str]:
    if cycle := ledger.cycle(year):
        yield f"sales cycle: mean {cycle.mean:.1f} days, median {cycle.median:.1f} days"
    for outlier in ledger.outliers(year):
        without = ledger.actuals(year, {outlier.sale.pk})
        amount, part = f"{_money(outlier.sale.amount)} {currency}", _percent(outlier.part)
        yield f"outlier: deal {outlier.sale.pk} of {outlier.sale.closed_on}, {amount}, {part} of all sales"
        yield f"  without it: deal size {_money(without.deal)}, rate {_percent(without.rate)}"
    for code, (count, whole) in ledger.elsewhere(year).items():
        yield f"not added up: {count} sales in {code}, {_money(whole)}"


def _money(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _percent(share: Decimal | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"
