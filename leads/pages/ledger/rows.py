"""Reads: the ledger as its page shows it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from agreements.models import Agreement, LedgerProposal, Target
from agreements.months.entries import Correction
from agreements.months.ledger import Actuals, Cohort, Cycle, Figure, Ledger, Outlier
from agreements.months.plans import month_name
from agreements.months.suggestion import Input, Stand, Suggestion, Why, month_to_propose, twelve_before
from agreements.pages.months.months_table import waits_for
from agreements.pages.reading.history import NAMES
from agreements.terms import today_of
from leads.ledger.proposal import suggested
from leads.models import Deal
from smarketing.accounts.models import Side
from smarketing.lib.numbers import MINUS, exact_percent, money, number, rounded_to
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

MONTHS = 13
OFFERED = {"month": 13, "quarter": 8, "year": 4}


@dataclass(frozen=True)
class ChosenMonths:
    """The months whose sums are shown, and the thirteen of the tables, which end with the last of them."""

    months: tuple[Period, ...]
    label: str

    @classmethod
    def of(cls, period: Period | None, today: date) -> "ChosenMonths":
        if period is None:
            return cls(tuple(twelve_before(today)), "")
        return cls(tuple(period.months()), period.label)

    @property
    def title(self) -> str:
        if self.label:
            return capfirst(period_name(Period.parse(self.label)))
        said = {"first": period_name(self.months[0]), "last": period_name(self.months[-1])}
        return capfirst(gettext("%(first)s to %(last)s") % said)

    @property
    def covered(self) -> str:
        """How the thirteen months of the tables lie to those whose sums are shown."""
        if not self.label:
            return gettext(
                "Thirteen months: the twelve full ones summed up above, and the present one, which is in no sum."
            )
        text = gettext("Thirteen months, up to the end of %(period)s. Only %(period)s is summed up above.")
        return text % {"period": period_name(Period.parse(self.label))}

    def shown(self, today: date) -> list[Period]:
        """Thirteen months, up to the present one where no period was chosen."""
        month = self.months[-1] if self.label else Period.of(today)
        found = [month]
        while len(found) < MONTHS:
            month = month.previous()
            found.append(month)
        return found[::-1]


@dataclass(frozen=True)
class LedgerCell:
    """What counts, and what was collected where somebody said otherwise."""

    value: Decimal | int | None
    collected: Decimal | int | None = None
    is_corrected: bool = False


@dataclass(frozen=True)
class MonthLine:
    """A month in both views."""

    period: Period
    actuals: Actuals
    cells: Mapping[str, LedgerCell]
    cycle: Cycle | None
    cohort: Cohort
    has_begun: bool


def lines(ledger: Ledger, months: Sequence[Period]) -> list[MonthLine]:
    return [_line(ledger, month) for month in months]


def _line(ledger: Ledger, month: Period) -> MonthLine:
    found, collected, on = ledger.actuals(month), ledger.collected(month.start_on), month.start_on
    both = {
        Figure.LEADS: (found.leads, collected.leads),
        Figure.CUSTOMERS: (found.customers, collected.customers),
        Figure.MARKETING_REVENUE: (found.revenue, collected.revenue),
    }
    cells = {
        figure.value: LedgerCell(value, was, (on, figure) in ledger.corrected) for figure, (value, was) in both.items()
    }
    return MonthLine(month, found, cells, ledger.cycle(month), ledger.cohort(month), has_begun=on <= ledger.today)


@dataclass(frozen=True)
class OutlyingDeal:
    outlier: Outlier
    lead: str
    url: str


@dataclass(frozen=True)
class Sums:
    """The figures of the chosen months; `without` the outliers, where there are some."""

    actuals: Actuals
    without: Actuals | None
    cycle: Cycle | None
    outliers: list[OutlyingDeal]
    elsewhere: Mapping[str, tuple[int, Decimal]]
    unpriced: int


def sums(ledger: Ledger, months: Sequence[Period], *, with_names: bool) -> Sums:
    outliers = ledger.outliers(months)
    left_out = {outlier.sale.pk for outlier in outliers}
    return Sums(
        actuals=ledger.actuals(months),
        without=ledger.actuals(months, left_out) if outliers else None,
        cycle=ledger.cycle(months),
        outliers=list(_named(outliers, with_names=with_names)),
        elsewhere=ledger.elsewhere(months),
        unpriced=ledger.unpriced(months),
    )


def _named(outliers: list[Outlier], *, with_names: bool) -> Iterator[OutlyingDeal]:
    """Who may not see leads reads the day and the sum only."""
    if not outliers:
        return
    deals = Deal.objects.filter(pk__in=[outlier.sale.pk for outlier in outliers]).select_related("lead")
    leads = {deal.pk: deal.lead for deal in deals}
    for outlier in outliers:
        lead = leads.get(outlier.sale.pk)
        if lead is None or not with_names:
            yield OutlyingDeal(outlier, "", "")
        else:
            yield OutlyingDeal(outlier, str(lead), lead.get_absolute_url())


@dataclass(frozen=True)
class CorrectionLine:
    correction: Correction
    former: str
    now: str


def correction_lines(corrections: Sequence[Correction], ledger: Ledger, currency: str) -> list[CorrectionLine]:
    return [
        CorrectionLine(each, _former(each, ledger, currency), _amount(each.entry.figure, each.entry.amount, currency))
        for each in corrections
    ]


def _former(correction: Correction, ledger: Ledger, currency: str) -> str:
    """The value before; for what was collected, as it is collected by now."""
    entry = correction.entry
    if correction.former is not None:
        return _amount(entry.figure, correction.former, currency)
    found = ledger.collected(entry.month)
    collected: dict[str, Decimal | int | None] = {
        Figure.LEADS: found.leads,
        Figure.CUSTOMERS: found.customers,
        Figure.MARKETING_REVENUE: found.revenue,
    }
    value = collected.get(entry.figure)
    if value is None:
        return gettext("nothing")
    return gettext("%(amount)s, as collected") % {"amount": _amount(entry.figure, value, currency)}


def _amount(figure: str, value: Decimal | int | None, currency: str) -> str:
    if value is None:
        return gettext("as collected")
    return number(value) if figure in (Figure.LEADS, Figure.CUSTOMERS) else money(value, currency)


# What the portal proposes


@dataclass(frozen=True)
class InputLine:
    """One input of the target: as agreed, as the ledger finds it, as proposed, and how far it moves the leads."""

    name: str
    agreed: str
    found: str
    taken: str
    effect: str
    kept_because: str


@dataclass(frozen=True)
class Proposed:
    """`target` waits, or has been answered; without one the portal had nothing to propose, or has not asked yet."""

    suggestion: Suggestion
    lines: list[InputLine]
    made_on: date | None = None
    target: Target | None = None
    waits_for: str = ""
    may_accept: bool = False
    asks_on: date | None = None

    @property
    def said(self) -> str:
        """What came of asking, where nothing is proposed."""
        month = {"month": month_name(self.suggestion.month)}
        return {
            Stand.PROPOSED: "",
            Stand.UNMOVED: gettext("The ledger moves nothing: what is agreed for %(month)s stands.") % month,
            Stand.NO_QUOTA: gettext("%(month)s has no quota: without one no target can be proposed.") % month,
            Stand.NO_ASSUMPTIONS: gettext(
                "No assumptions are agreed, and the ledger knows too little to propose all three."
            ),
            Stand.IMPOSSIBLE: gettext("No target follows from these numbers."),
            Stand.WAITING: gettext("For %(month)s one side had proposed a target: that is answered first.") % month,
        }[self.suggestion.stand]


def proposed(agreement: Agreement, ledger: Ledger, *, now_on: date, led: Collection[Side]) -> Proposed | None:
    """What the portal has found for the next month; before it has asked, what it would find today."""
    month = Period.of(now_on).next().start_on
    kept = agreement.ledger_proposals.filter(month__gte=Period.of(now_on).start_on).select_related("target")
    row = kept.order_by("-month").first()
    if row is not None and (row.month == month or _is_waiting(row)):
        return _recorded(agreement, row, led)
    made = suggested(agreement, ledger, month)
    asks_on = _asks_on(agreement, now_on)
    return Proposed(made, input_lines(made, agreement.currency), asks_on=asks_on)


def _is_waiting(row: LedgerProposal) -> bool:
    return row.target is not None and row.target.is_open


def _recorded(agreement: Agreement, row: LedgerProposal, led: Collection[Side]) -> Proposed:
    made, target = Suggestion.from_json(row.suggestion), row.target
    is_open = target is not None and target.is_open
    return Proposed(
        made,
        input_lines(made, agreement.currency),
        today_of(agreement, row.made_at),
        target,
        waits_for=waits_for(agreement, target) if target is not None and is_open else "",
        may_accept=target is not None and is_open and any(side in led for side in target.missing_consents),
    )


def _asks_on(agreement: Agreement, today: date) -> date | None:
    """None where nobody is to be asked, or the day has come and the worker will look soon."""
    if agreement.propose_on is None:
        return None
    asked = month_to_propose(today, agreement.propose_on) > Period.of(today).end_on
    return None if asked else today.replace(day=agreement.propose_on)


def input_lines(made: Suggestion, currency: str) -> list[InputLine]:
    effects = {move.name: signed(move.leads) for move in made.moves}
    befores = {move.name: move.before for move in made.moves}
    quota = befores.get("quota", made.quota)
    rows = [
        InputLine(
            str(NAMES["quota"]),
            _value("quota", quota, currency),
            "",
            _value("quota", made.quota, currency),
            effects.get("quota", ""),
            "",
        )
    ]
    if "direct" in effects:
        agreed = number(befores["direct"])
        name = gettext("Agreed directly, now from the quota")
        rows.insert(0, InputLine(name, agreed, "", "", effects["direct"], ""))
    for given in made.inputs:
        agreed, found, taken = (_value(given.name, one, currency) for one in (given.agreed, given.found, given.taken))
        effect, why = effects.get(given.name, ""), _why(given, made)
        rows.append(InputLine(str(NAMES[given.name]), agreed, found, taken, effect, why))
    if rest := _rest(made):
        rows.append(InputLine(gettext("Rounding to whole leads"), "", "", "", signed(rest), ""))
    return rows


def _rest(made: Suggestion) -> Decimal:
    """What is missing between the moves as they are shown and the change from one whole number to the other."""
    if not made.moves or made.leads is None or made.leads_before is None:
        return Decimal(0)
    return made.leads - made.leads_before - sum((rounded_to(move.leads, 1) for move in made.moves), Decimal(0))


def _value(name: str, value: Decimal | None, currency: str) -> str:
    if name in ("quota", "average_deal"):
        return money(value, currency)
    return exact_percent(value)


def _why(given: Input, made: Suggestion) -> str:
    few = {"customers": number(made.customers), "fewest": number(made.fewest)}
    if given.why == Why.FEW and made.customers >= made.fewest:
        return gettext("Kept: the total revenue of too few months is known.")
    return {
        Why.TAKEN: "",
        Why.UNKNOWN: gettext("Kept: the ledger does not know it.")
        if given.name != "marketing_share"
        else gettext("Kept: no total revenue is known."),
        Why.FEW: gettext("Kept: %(customers)s of at least %(fewest)s customers.") % few,
        Why.IMPOSSIBLE: gettext("Kept: such a value cannot be agreed."),
    }[given.why]


def signed(leads: Decimal) -> str:
    text = number(leads, 1)
    return text if text.startswith(MINUS) or leads == 0 else f"+{text}"


def periods(today: date, chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The latest months, quarters and years, and the chosen one."""
    titles = {
        "month": pgettext("ledger", "Months"),
        "quarter": pgettext("ledger", "Quarters"),
        "year": pgettext("ledger", "Years"),
    }
    offered: list[tuple[str, list[tuple[str, str]]]] = []
    for kind, count in OFFERED.items():
        latest = [Period.of(today, kind)]
        while len(latest) < count:
            latest.append(latest[-1].previous())
        if chosen and Period.parse(chosen).kind == kind and Period.parse(chosen) not in latest:
            latest.append(Period.parse(chosen))
        offered.append((titles[kind], [(period.label, period_name(period)) for period in latest]))
    return offered
