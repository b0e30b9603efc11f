"""PURE. The ledger of a year as JSON: numbers as they are, nothing rounded."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from agreements.months.ledger import Actuals, Ledger, Outlier
from smarketing.lib.periods import Period


def ledger_json(ledger: Ledger, year: Sequence[Period]) -> dict[str, Any]:
    """`year` are its twelve months: it may begin with any."""
    cycle = ledger.cycle(year)
    return {
        "months": [_month(ledger, month) for month in year],
        "cycle_days": {
            "mean": _number(cycle.mean if cycle else None),
            "median": _number(cycle.median if cycle else None),
        },
        "outliers": [_outlier(ledger, year, outlier) for outlier in ledger.outliers(year)],
    }


def _month(ledger: Ledger, month: Period) -> dict[str, Any]:
    cohort = ledger.cohort(month)
    return {
        "month": month.label,
        **_actuals(ledger.actuals(month)),
        "cohort": {
            "leads": cohort.leads,
            "customers": cohort.customers,
            "revenue": _number(cohort.revenue),
            "rate": _number(cohort.rate),
            "is_mature": cohort.is_mature,
        },
    }


def _actuals(found: Actuals) -> dict[str, Any]:
    return {
        "leads": found.leads,
        "customers": found.customers,
        "marketing_revenue": _number(found.revenue),
        "total_revenue": _number(found.total_revenue),
        "rate": _number(found.rate),
        "deal": _number(found.deal),
        "share": _number(found.share),
    }


def _outlier(ledger: Ledger, year: Sequence[Period], outlier: Outlier) -> dict[str, Any]:
    """With the figures of the year, and those without it."""
    sale = outlier.sale
    return {
        "deal": sale.pk,
        "lead": sale.lead,
        "closed_on": sale.closed_on.isoformat(),
        "revenue": _number(sale.amount),
        "part": _number(outlier.part),
        "with": _actuals(ledger.actuals(year)),
        "without": _actuals(ledger.actuals(year, {sale.pk})),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
