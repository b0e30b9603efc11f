"""PURE. The ledger: what became of the leads month by month.

Two views of one set of facts. By event month: the leads handed over in a month, and the customers and the revenue that
came in the same month, whoever's leads they were. By cohort: the leads of a month, and what became of them until today.
Money and rates are exact decimals; a division is carried to 60 digits.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from functools import cached_property

from agreements.months.targets import DIGITS
from smarketing.lib.periods import Period

SURE = Decimal("1.959963984540054")  # of a normal distribution, 95 % lie within so many deviations
OUTLYING = 2  # times the amount of one sale make all sales, or less: it is half of the revenue
FEWEST_SALES = 3  # of two sales one is always half
RECENT = timedelta(days=365)


Months = Period | Sequence[Period]


def _months(months: Months) -> list[date]:
    """Their first days; of a month, quarter or year all of its months."""
    return [month.start_on for month in (months.months() if isinstance(months, Period) else months)]


class Figure(StrEnum):
    """What can be completed or corrected by hand, of an event month."""

    LEADS = "leads"
    CUSTOMERS = "customers"
    MARKETING_REVENUE = "marketing_revenue"
    TOTAL_REVENUE = "total_revenue"


Corrected = Mapping[tuple[date, Figure], Decimal]  # by first day of the month


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale to a lead that counts, or a refund (below zero). Months are their first days.

    `amount` is None where none is known, or one in another currency, which then stands in `elsewhere`. `cycle` runs
    from the handoff with which the lead counts to the sale.
    """

    pk: int
    lead: int
    cohort: date
    month: date
    closed_on: date
    amount: Decimal | None
    cycle: timedelta
    elsewhere: tuple[str, Decimal] | None = None


@dataclass(frozen=True)
class Actuals:
    """Sums over event months. `priced` of the customers have a known amount.

    `total_revenue` is the sum over the months in which it is known, `revenue_of_total` marketing's revenue in them.
    """

    leads: int = 0
    customers: int = 0
    priced: int = 0
    revenue: Decimal | None = None
    total_revenue: Decimal | None = None
    revenue_of_total: Decimal = Decimal(0)
    months_with_total: int = 0

    def __add__(self, other: "Actuals") -> "Actuals":
        return Actuals(
            self.leads + other.leads,
            self.customers + other.customers,
            self.priced + other.priced,
            _sum(self.revenue, other.revenue),
            _sum(self.total_revenue, other.total_revenue),
            self.revenue_of_total + other.revenue_of_total,
            self.months_with_total + other.months_with_total,
        )

    @property
    def rate(self) -> Decimal | None:
        """Customers / leads. Above one where customers came of the leads of earlier months."""
        return ratio(self.customers, self.leads)

    @property
    def deal(self) -> Decimal | None:
        """Revenue of marketing's leads / customers: later sales and refunds are in it, so that the formula closes."""
        return None if self.revenue is None else ratio(self.revenue, self.priced)

    @property
    def share(self) -> Decimal | None:
        """Marketing's revenue / total revenue, over the months in which the total is known."""
        return None if self.total_revenue is None else ratio(self.revenue_of_total, self.total_revenue)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.customers, self.leads)


@dataclass(frozen=True)
class Cohort:
    """The leads of a month (or of some), with what became of them until today."""

    leads: int
    customers: int
    revenue: Decimal | None
    is_mature: bool

    @property
    def rate(self) -> Decimal | None:
        return ratio(self.customers, self.leads)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.customers, self.leads)


@dataclass(frozen=True)
class Cycle:
    """From the handoff to the first sale, in days, over so many customers."""

    customers: int
    mean: Decimal
    median: Decimal


@dataclass(frozen=True)
class Outlier:
    """A sale that is half of the revenue of a period, or more. `part` is its share of all sales there."""

    sale: Sale
    part: Decimal


@dataclass(frozen=True)
class Ledger:
    """`leads` counts each lead once, in the month of the handoff with which it counts; `sales` are in order of closing.

    `today` is the last day that is known. What was `corrected` stands for what was collected.
    """

    leads: Mapping[date, int]
    sales: Sequence[Sale]
    corrected: Corrected
    today: date

    def actuals(self, months: Months, without: Collection[int] = ()) -> Actuals:
        """By event month, summed up. `without` are sales (pk) that are left out: also of what was typed in."""
        return sum((self._actuals(month, without) for month in _months(months)), Actuals())

    def cohort(self, months: Months) -> Cohort:
        """Corrections are of event months: whose leads they were about nobody has said."""
        found = _months(months)
        sales = [sale for month in found for sale in self._by_cohort.get(month, ())]
        return Cohort(
            leads=sum(self.leads.get(month, 0) for month in found),
            customers=len({sale.lead for sale in sales}),
            revenue=_amount(sales),
            is_mature=self.is_mature(max(found)),
        )

    def is_mature(self, month: date) -> bool:
        """Whether its last lead is as old as the sales cycle is long. Without any customer nothing is known of that."""
        age = (self.today - Period(month).end_on).days
        return self.cycle_days is not None and age >= self.cycle_days

    @cached_property
    def cycle_days(self) -> Decimal | None:
        """The longer of mean and median of the last year's customers: after the median half of them are missing."""
        since = self.today - RECENT
        found = cycle_of(sale for sale in self.first_sales if sale.closed_on > since)
        return max(found.mean, found.median) if found else None

    def cycle(self, months: Months) -> Cycle | None:
        """Of those who became customers in these months."""
        chosen = set(_months(months))
        return cycle_of(sale for sale in self.first_sales if sale.month in chosen)

    def outliers(self, months: Months) -> list[Outlier]:
        known = [(sale, sale.amount) for sale in self.sold(months) if sale.amount is not None and sale.amount > 0]
        whole = sum((amount for _sale, amount in known), Decimal(0))
        if len(known) < FEWEST_SALES:
            return []
        return [Outlier(sale, amount / whole) for sale, amount in known if amount * OUTLYING >= whole]

    def elsewhere(self, months: Months) -> dict[str, tuple[int, Decimal]]:
        """Sales in other currencies than the agreement's: how many, and their sum. They are in no other figure."""
        found: dict[str, tuple[int, Decimal]] = {}
        for sale in self.sold(months):
            if sale.elsewhere:
                code, amount = sale.elsewhere
                count, whole = found.get(code, (0, Decimal(0)))
                found[code] = (count + 1, whole + amount)
        return dict(sorted(found.items()))

    def unpriced(self, months: Months) -> int:
        """Sales that do not say how much they brought."""
        return sum(sale.amount is None and not sale.elsewhere for sale in self.sold(months))

    def sold(self, months: Months) -> list[Sale]:
        return [sale for month in _months(months) for sale in self._by_month.get(month, ())]

    def collected(self, month: date, without: Collection[int] = ()) -> Actuals:
        """Without what was typed in."""
        sales = [sale for sale in self._by_month.get(month, ()) if sale.pk not in without]
        new = self._customers(month, without)
        priced = sum(any(sale.amount is not None for sale in self._by_lead[lead]) for lead in new)
        return Actuals(self.leads.get(month, 0), len(new), priced, _amount(sales))

    def _actuals(self, month: date, without: Collection[int]) -> Actuals:
        made = self.collected(month)
        rest = self.collected(month, without) if without else made
        removed = (made.revenue or Decimal(0)) - (rest.revenue or Decimal(0))
        leads, customers = self._counted(month, Figure.LEADS), self._counted(month, Figure.CUSTOMERS)
        revenue = self.corrected.get((month, Figure.MARKETING_REVENUE))
        total = self.corrected.get((month, Figure.TOTAL_REVENUE))
        gone, unpriced = made.customers - rest.customers, rest.customers - rest.priced
        all_customers = rest.customers if customers is None else max(customers - gone, 0)
        revenue = rest.revenue if revenue is None else revenue - removed
        return Actuals(
            leads=made.leads if leads is None else leads,
            customers=all_customers,
            priced=max(all_customers - unpriced, 0),
            revenue=revenue,
            total_revenue=None if total is None else total - removed,
            revenue_of_total=Decimal(0) if total is None else revenue or Decimal(0),
            months_with_total=int(total is not None),
        )

    def _counted(self, month: date, figure: Figure) -> int | None:
        found = self.corrected.get((month, figure))
        return None if found is None else int(found)

    def _customers(self, month: date, without: Collection[int]) -> list[int]:
        """Leads whose first sale came in the month; one whose only sales are left out is no customer."""
        new = self._new.get(month, ())
        if not without:
            return list(new)
        return [lead for lead in new if any(sale.pk not in without for sale in self._by_lead[lead])]

    @cached_property
    def first_sales(self) -> list[Sale]:
        """Of each lead the one with which it became a customer."""
        return [sales[0] for sales in self._by_lead.values()]

    @cached_property
    def _new(self) -> dict[date, list[int]]:
        found = defaultdict[date, list[int]](list)
        for sale in self.first_sales:
            found[sale.month].append(sale.lead)
        return found

    @cached_property
    def _by_lead(self) -> dict[int, list[Sale]]:
        found = defaultdict[int, list[Sale]](list)
        for sale in self.sales:
            found[sale.lead].append(sale)
        return found

    @cached_property
    def _by_month(self) -> dict[date, list[Sale]]:
        found = defaultdict[date, list[Sale]](list)
        for sale in self.sales:
            found[sale.month].append(sale)
        return found

    @cached_property
    def _by_cohort(self) -> dict[date, list[Sale]]:
        found = defaultdict[date, list[Sale]](list)
        for sale in self.sales:
            found[sale.cohort].append(sale)
        return found


def doubts(ledger: Ledger, amounts: Mapping[tuple[date, Figure], Decimal | None]) -> list[tuple[date, Figure, Actuals]]:
    """The months that what is entered would make hard to believe, with what would then stand in them.

    More customers than leads can be, for leads of earlier months buy too; more revenue of marketing's leads than there
    is in all cannot. Neither is refused: the figures may come one after the other.
    """
    new = {key: amount for key, amount in amounts.items() if ledger.corrected.get(key) != amount}
    both = {**ledger.corrected, **new}
    tried = replace(ledger, corrected={key: amount for key, amount in both.items() if amount is not None})
    found = []
    for month in sorted({on for on, _figure in new}):
        then, touched = tried.actuals(Period(month)), {figure for on, figure in new if on == month}
        if touched & {Figure.LEADS, Figure.CUSTOMERS} and then.customers > then.leads:
            found.append((month, Figure.CUSTOMERS, then))
        is_more = then.total_revenue is not None and then.revenue_of_total > then.total_revenue
        if touched & {Figure.MARKETING_REVENUE, Figure.TOTAL_REVENUE} and is_more:
            found.append((month, Figure.TOTAL_REVENUE, then))
    return found


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """None where there is nothing to divide by; of a whole below zero nothing is a share."""
    if whole <= 0:
        return None
    with localcontext(prec=DIGITS):
        return Decimal(part) / Decimal(whole)


def wilson(hits: int, tries: int) -> tuple[Decimal, Decimal] | None:
    """In which a rate of `hits` in `tries` lies, 95 times of 100 (Wilson 1927, the score interval).

    None without tries, or where more came than were tried: then it is no rate of one group.
    """
    if not 0 <= hits <= tries or not tries:
        return None
    with localcontext(prec=DIGITS):
        n, p, square = Decimal(tries), Decimal(hits) / tries, SURE * SURE
        middle = (p + square / (2 * n)) / (1 + square / n)
        half = SURE / (1 + square / n) * ((p * (1 - p) + square / (4 * n)) / n).sqrt()
        low = Decimal(0) if hits == 0 else middle - half
        return low, Decimal(1) if hits == tries else middle + half


def cycle_of(first_sales: Iterable[Sale]) -> Cycle | None:
    """Mean and median, exact to the microsecond; of an even number the mean of the two in the middle."""
    lengths = sorted(_microseconds(sale.cycle) for sale in first_sales)
    if not lengths:
        return None
    middle = len(lengths) // 2
    twice = lengths[middle] * 2 if len(lengths) % 2 else lengths[middle - 1] + lengths[middle]
    day = _microseconds(timedelta(days=1))
    with localcontext(prec=DIGITS):
        mean = Decimal(sum(lengths)) / (len(lengths) * day)
        return Cycle(len(lengths), mean, Decimal(twice) / (2 * day))


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _amount(sales: Iterable[Sale]) -> Decimal | None:
    """None where there were sales and no amount of them is known; nothing sold is zero."""
    listed = list(sales)
    known = [sale.amount for sale in listed if sale.amount is not None]
    return sum(known, Decimal(0)) if known or not listed else None


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other
