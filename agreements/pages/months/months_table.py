"""Reads: the months of a year with their quotas, their targets, what these were before, and what is proposed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.models import Agreement, Target, Version
from agreements.pages.months.formula import formula_lines, serves
from smarketing.accounts.models import Side
from smarketing.lib.numbers import number
from smarketing.lib.periods import Period


@dataclass(frozen=True)
class DerivedTarget:
    """What a target was derived from, agreed or proposed, in the same words."""

    target: Target
    currency: str

    @property
    def tiers(self) -> str:
        """Of which tier how many."""
        return " · ".join(f"{tier} {number(leads)}" for tier, leads in self.target.numbers.leads_by_tier.items())

    @property
    def lines(self) -> list[str]:
        """The formula with its numbers, by tier."""
        return formula_lines(self.target.numbers, self.currency)

    @property
    def serves(self) -> str:
        return serves(self.target.numbers)


@dataclass(frozen=True)
class PlannedMonth:
    """`former` are the targets that counted before, newest first; `waits_for` names the teams that have to accept;
    `declined` is the latest proposal that was declined with a reason, where nothing came after it.
    """

    on: date
    quota: Decimal | None
    target: Target | None
    former: list[Target]
    proposal: Target | None
    declined: Target | None
    waits_for: str
    may_accept: bool
    is_current: bool
    is_past: bool
    currency: str

    @property
    def value(self) -> int | None:
        return self.target.value if self.target else None

    @property
    def agreed(self) -> DerivedTarget | None:
        return DerivedTarget(self.target, self.currency) if self.target else None

    @property
    def proposed(self) -> DerivedTarget | None:
        return DerivedTarget(self.proposal, self.currency) if self.proposal else None

    @property
    def leads(self) -> int | None:
        return self.target.leads if self.target else None


def months(agreement: Agreement, year: Period, today: date, led: Collection[Side] = ()) -> list[PlannedMonth]:
    """`led` are the sides for which the reader can consent."""
    quotas = dict(agreement.quotas.filter(month__range=(year.start_on, year.end_on)).values_list("month", "amount"))
    rows = defaultdict[date, list[Target]](list)
    known = agreement.targets.within(year)
    for target in known.select_related("made_by", "declined_by", "assumptions").order_by("-agreed_at", "-pk"):
        rows[target.month].append(target)
    return [
        _month(month, quotas.get(month.start_on), rows[month.start_on], agreement=agreement, today=today, led=led)
        for month in year.months()
    ]


def answerable(agreement: Agreement, led: Collection[Side], year: Period | None = None) -> list[Target]:
    """The proposals that wait for one of these sides, the earliest month first."""
    rows = agreement.targets.waiting().of_themselves().select_related("made_by", "assumptions").order_by("month", "pk")
    found = rows.within(year) if year else rows
    return [target for target in found if any(side in led for side in target.missing_consents)]


def years_of(agreement: Agreement, dated: list[Version], version: Version, chosen: Period) -> list[Period]:
    """The chosen one, and those with a quota or a target between the first day of the version and that of the next."""
    after = [other.effective_on for other in dated if other.effective_on > version.effective_on]
    span = {"month__gte": version.effective_on.replace(day=1), **({"month__lt": min(after)} if after else {})}
    known = [*agreement.quotas.filter(**span).dates("month", "year")]
    known += agreement.targets.agreed().filter(**span).dates("month", "year")
    return sorted({chosen, *(Period.of(on, "year") for on in known)})


def this_month(agreement: Agreement, today: date) -> PlannedMonth:
    return months(agreement, Period.of(today), today)[0]


def month_of(found: list[PlannedMonth], day: date) -> PlannedMonth | None:
    return next((month for month in found if month.on == day.replace(day=1)), None)


def waits_for(agreement: Agreement, proposal: Target) -> str:
    teams = {Side.MARKETING: agreement.marketing_team, Side.SALES: agreement.sales_team}
    return _(" and ").join(str(teams[side]) for side in proposal.missing_consents)


def _month(
    month: Period,
    quota: Decimal | None,
    targets: list[Target],
    *,
    agreement: Agreement,
    today: date,
    led: Collection[Side],
) -> PlannedMonth:
    agreed = next((target for target in targets if target.agreed_at and not target.superseded_at), None)
    proposal = next((target for target in targets if target.is_open), None)
    return PlannedMonth(
        on=month.start_on,
        quota=quota,
        target=agreed,
        former=[target for target in targets if target.agreed_at and target.superseded_at],
        proposal=proposal,
        declined=_declined(targets, agreed) if proposal is None else None,
        waits_for=waits_for(agreement, proposal) if proposal else "",
        may_accept=proposal is not None and any(side in led for side in proposal.missing_consents),
        is_current=today in month,
        is_past=month.end_on < today,
        currency=agreement.currency,
    )


def _declined(targets: list[Target], agreed: Target | None) -> Target | None:
    found = [target for target in targets if target.declined_at and target.answer]
    latest = max(found, key=lambda target: target.pk, default=None)
    return None if latest and agreed and agreed.pk > latest.pk else latest
