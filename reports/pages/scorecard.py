"""The scorecard: for both sides, promised against delivered."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.models import Agreement
from agreements.promises.measures import HOURS, MEASURES, MONEY, STATED
from agreements.promises.promise import Promise
from agreements.terms import Timeline
from reports.facts.reading import Reading, read_with_previous, verdicts
from reports.judgement import AT_RISK, MISSED, NOT_BEGUN, VOLUMES, Judgement
from reports.measures.handoff_columns import Scope
from reports.measures.outcomes import Outcomes, outcomes
from reports.pages.exports import judgement_json
from reports.pages.links import Links
from reports.pages.sheet import spoken_minutes
from smarketing.lib.numbers import exact_percent, money, number, percent, rounded_to
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name

# Which records each figure opens where it is not MEASURE_kept and MEASURE_judged.
BEHIND = {
    "volume": ("judged_delivered", "judged_handed_over"),
    "value": ("valued_delivered", "valued_handed_over"),
    "speed": ("kept", "speed_judged"),
}


class Named(Protocol):
    """An objective, as far as its name goes."""

    @property
    def measure(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def is_rest(self) -> bool: ...


def is_share(measure: str) -> bool:
    return measure in MEASURES and MEASURES[measure].is_share


@dataclass(frozen=True)
class PromiseLine:
    """One promise and how it goes on.

    `expected` is the goal for tonight, `projected` what its own pace comes to, `previous` that of the period before.
    """

    judgement: Judgement
    expected: int | None
    projected: float | None
    previous: float | None
    links: Links
    currency: str = ""

    @property
    def change(self) -> float | None:
        """Against the period before: of what is to be expected, not of a period half over."""
        now = self.judgement.delivered if self.projected is None else self.projected
        return None if now is None or self.previous is None else now - self.previous

    @property
    def trend(self) -> str:
        """A change too small to be shown is none."""
        if self.change is None:
            return ""
        if not rounded_to(Decimal(str(abs(self.change))), self._places + 2 * self.is_share):
            return "same"
        return "better" if (self.change > 0) != is_at_most(self.judgement.measure) else "worse"

    @property
    def rose(self) -> bool:
        return self.change is not None and self.change > 0

    @property
    def as_json(self) -> dict[str, Any]:
        pace = {name: getattr(self, name) for name in ("expected", "projected", "previous", "trend")}
        return judgement_json(self.judgement) | pace

    # As people read it

    @property
    def state(self) -> str:
        return self.judgement.state

    @property
    def label(self) -> str:
        return label_of(self.judgement)

    @property
    def promise(self) -> str:
        return promise_of(self.judgement)

    @property
    def source(self) -> str:
        """Where the figure comes from."""
        return source_of(self.judgement.measure)

    @property
    def unsaid(self) -> str:
        """Why nothing is judged, where that is another reason than usual."""
        return "" if self.judgement.stated or not self.judgement.months else _("not stated yet")

    @property
    def target(self) -> str:
        return figure_of(self.judgement.measure, self.judgement.promised, self.currency)

    @property
    def delivered(self) -> str:
        return figure_of(self.judgement.measure, self.judgement.delivered, self.currency)

    @property
    def goal(self) -> str:
        if self.expected is None:
            return ""
        return _("due by this evening: %(expected)s") % {"expected": number(self.expected)}

    @property
    def at_this_pace(self) -> str:
        return number(self.projected)

    @property
    def is_share(self) -> bool:
        return is_share(self.judgement.measure)

    @property
    def moved(self) -> str:
        if self.change is None or self.trend == "same":
            return ""
        size = abs(self.change)
        if self.is_share:
            return pgettext("percentage points", "%(number)s pts") % {"number": number(size * 100, self._places)}
        return number(size, self._places)

    @property
    def _places(self) -> int:
        measure = self.judgement.measure
        in_hours = measure in STATED and STATED[measure].unit == HOURS
        return 1 if self.is_share or in_hours or measure == "depth" else 0

    @property
    def url(self) -> str:
        """The page of the measure; what is promised as a working time stands on the page of the speed, in its place."""
        if self.judgement.measure in STATED:
            return (
                f"{reverse('agreements:stated', args=[self.links.slug])}?month={self.links.period.months()[-1].label}"
            )
        if self.is_share and self.judgement.measure != "speed":
            return f"{self.links.page('speed')}#{self.judgement.measure}"
        if self.judgement.measure == "value":
            return f"{self.links.page('volume')}#worth"
        return self.links.page(self.judgement.measure)

    @property
    def behind(self) -> list[tuple[str, str]]:
        """How many kept the promise and how many are judged by it, each with its records; then those excused."""
        if self.judgement.months:
            told = {"n": number(self.judgement.stated), "all": number(self.judgement.months)}
            return [(_("stated for %(n)s of %(all)s months") % told, self.url)]
        measure, kept, judged = self.judgement.measure, len(self.judgement.kept), len(self.judgement.judged)
        once = ngettext(
            "of %(n)s lead handed over, counted once a month",
            "of %(n)s leads handed over, each counted once a month",
            judged,
        )
        names = {
            "volume": (_("%(n)s delivered"), once),
            "value": (_("%(n)s leads delivered"), once),
            "depth": (_("%(n)s tried often enough"), _("of %(n)s judged")),
            "brief": (_("%(n)s complete"), _("of %(n)s judged")),
        }.get(measure, (_("%(n)s in time"), _("of %(n)s judged")))
        counts = zip(names, (kept, judged), BEHIND.get(measure, (f"{measure}_kept", f"{measure}_judged")), strict=True)
        found = [(name % {"n": number(n)}, self.links.records(what)) for name, n, what in counts] if judged else []
        return [*found, *self._excused, *self._corrected]

    @property
    def _excused(self) -> list[tuple[str, str]]:
        count = len(self.judgement.excused)
        text = _("%(n)s excused, not counted") % {"n": number(count)}
        return [(text, self.links.records(f"{self.judgement.measure}_excused"))] if count else []

    @property
    def _corrected(self) -> list[tuple[str, str]]:
        """Why fewer are delivered than its list has."""
        count, is_value = self.judgement.corrected, self.judgement.measure == "value"
        text = _("less the points of %(n)s from earlier periods") if is_value else _("less %(n)s from earlier periods")
        behind = self.links.records("valued_corrections" if is_value else "judged_corrections")
        return [(text % {"n": number(count)}, behind)] if count else []


@dataclass(frozen=True)
class Card:
    """The scorecard of one agreement and period: marketing's promises, sales' promises, what came of it."""

    agreement: Agreement
    period: Period
    lines: list[PromiseLine]
    handoffs: int
    outcomes: Outcomes
    links: Links

    @property
    def marketing(self) -> list[PromiseLine]:
        return [line for line in self.lines if line.judgement.side == "marketing"]

    @property
    def sales(self) -> list[PromiseLine]:
        return [line for line in self.lines if line.judgement.side == "sales"]

    @property
    def sentence(self) -> str:
        return _sentence(self.lines, self.period)

    @property
    def url(self) -> str:
        return self.links.page("scorecard")

    @property
    def won_url(self) -> str:
        return self.links.records("leads_won")

    @property
    def lost_url(self) -> str:
        return self.links.records("leads_lost")

    @property
    def open_url(self) -> str:
        return self.links.records("leads_open")

    @property
    def leads(self) -> int:
        """The leads of these handoffs, each once: won, lost and open add up to them."""
        return self.outcomes.won + self.outcomes.lost + self.outcomes.open

    @property
    def leads_text(self) -> str:
        leads = ngettext("%(count)s lead", "%(count)s leads", self.leads) % {"count": number(self.leads)}
        text = ngettext(
            "%(handoffs)s handoff in this period, of %(leads)s.",
            "%(handoffs)s handoffs in this period, repeated ones included, of %(leads)s.",
            self.handoffs,
        )
        return text % {"handoffs": number(self.handoffs), "leads": leads}

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "marketing": [line.as_json for line in self.marketing],
            "sales": [line.as_json for line in self.sales],
            "outcomes": asdict(self.outcomes),
        }


COLUMNS = (
    "side",
    "measure",
    "tier",
    "is_rest",
    "promised",
    "delivered",
    "judged",
    "kept",
    "excused",
    "state",
    "expected",
    "projected",
    "previous",
    "trend",
)


def table(card: Card) -> list[list[object]]:
    """The rows of COLUMNS."""
    return [[line.as_json[name] for name in COLUMNS] for line in card.lines]


def card_of(
    agreement: Agreement,
    links: Links,
    *,
    at: datetime,
    today: date,
    terms: Timeline,
    looks_back: bool = False,
    without: bool = False,
) -> Card:
    """Of the whole agreement, whatever group the links are about."""
    reading, before = read_with_previous(
        agreement, links.period, at=at, today=today, terms=terms, looks_back=looks_back, without=without
    )
    whole = links.within(Scope())
    return Card(
        agreement=agreement,
        period=links.period,
        lines=list(lines(reading, before, whole)),
        handoffs=len(reading.facts),
        outcomes=outcomes(reading.facts, verdicts(reading)),
        links=whole,
    )


def lines(reading: Reading, before: Reading, links: Links) -> Iterator[PromiseLine]:
    runs = reading.moment.has_begun and not reading.is_over
    has_former = before.terms.covers(before.period.start_on, before.period.end_on)
    for judgement in reading.scorecard:
        if judgement.measure in VOLUMES:
            own, earlier = reading.same_volume(judgement), before.same_volume(judgement)
            pace = (own.goal_for_today, own.projection) if runs else (None, None)
            delivered = earlier.volume.delivered if has_former and (runs or reading.is_over) else None
            yield PromiseLine(judgement, *pace, delivered, links.within(scope_of(judgement)))
        elif judgement.measure in STATED:
            earlier_ones = {(row.measure, row.tier): row.delivered for row in before.stated_judgements}
            previous = earlier_ones.get((judgement.measure, judgement.tier))
            yield PromiseLine(judgement, None, None, previous, links, reading.agreement.currency)
        else:
            scope = scope_of(judgement)
            former = before.judge_again(judgement, reading.own_tiers(judgement.measure))
            yield PromiseLine(judgement, None, None, former.delivered, links.within(scope))


def scope_of(judgement: Judgement) -> Scope:
    """The handoffs that a promise is about, as an address says it."""
    if judgement.tier:
        return Scope({"tier": judgement.tier})
    return Scope(others=judgement.measure) if judgement.is_rest else Scope()


def is_at_most(measure: str) -> bool:
    return measure in STATED and STATED[measure].is_at_most


def source_of(measure: str) -> str:
    return _((MEASURES[measure].promise if measure in MEASURES else Promise).source)


def figure_of(measure: str, value: float | None, currency: str = "") -> str:
    if measure in STATED and STATED[measure].unit == MONEY:
        return money(value, currency)
    if measure in STATED:
        return number(value, 1 if STATED[measure].unit == HOURS else 0)
    if is_share(measure):
        return percent(value, 1)
    return number(value, 1 if measure == "depth" else 0)


def against(measure: str, delivered: float | None, promised: float | None, currency: str = "") -> str:
    """What a period brought, against what was promised for it."""
    said = {"delivered": figure_of(measure, delivered, currency), "promised": figure_of(measure, promised, currency)}
    if not is_share(measure):
        return _("%(delivered)s of %(promised)s") % said
    shares = {
        name: share if share is None else rounded_to(Decimal(str(share)), 3)
        for name, share in (("delivered", delivered), ("promised", promised))
    }
    return _("%(delivered)s, promised %(promised)s") % {name: exact_percent(share) for name, share in shares.items()}


def label_of(judgement: Named) -> str:
    measure = judgement.measure
    names = {"volume": _("Leads delivered"), "value": _("Value delivered")}
    return with_tier(names.get(measure) or _(MEASURES[measure].name), judgement)


def with_tier(name: str, judgement: Named) -> str:
    if judgement.tier:
        return _("%(measure)s, tier %(tier)s") % {"measure": name, "tier": judgement.tier}
    return _("%(measure)s, all other tiers") % {"measure": name} if judgement.is_rest else name


def promise_of(judgement: Judgement) -> str:
    if judgement.measure in VOLUMES:
        unit = _("points in the period") if judgement.measure == "value" else _("leads in the period")
        return unit if judgement.promised is not None else _("nothing is agreed for this period")
    if judgement.measure in STATED:
        return _(STATED[judgement.measure].promise.says)
    if is_share(judgement.measure):
        said = _(MEASURES[judgement.measure].says) % {"time": spoken_minutes(judgement.limit or 0)}
    else:
        days = judgement.limit or 0
        said = ngettext(
            "attempts within %(days)s working day, unless connected",
            "attempts within %(days)s working days, unless connected",
            ceil(days),
        ) % {"days": number(days)}
    return of_mean(said, judgement)


def of_mean(said: str, judgement: Judgement) -> str:
    """Says so where the period holds several promises."""
    if not judgement.is_mean:
        return said
    return _("%(promise)s: mean of several promises, weighted by handoffs") % {"promise": said}


def _sentence(lines: list[PromiseLine], period: Period) -> str:
    """How many of the promises below stand how, the worst first."""
    said = {"period": period_name(period)}
    if any(line.state == NOT_BEGUN for line in lines):
        return _("%(period)s has not begun.") % said
    missed, risk = (sum(line.state == state for line in lines) for state in (MISSED, AT_RISK))
    unjudged = sum(not line.state for line in lines)
    if unjudged == len(lines):
        return _("Nothing in %(period)s can be judged yet.") % said
    said |= {"all": number(len(lines)), "missed": number(missed), "risk": number(risk)}
    if not missed and not risk:
        text = _("No promise for %(period)s is missed or at risk.") % said
    elif not risk:
        text = _("%(period)s: %(missed)s of %(all)s promises missed.") % said
    elif not missed:
        text = _("%(period)s: %(risk)s of %(all)s promises at risk.") % said
    else:
        text = _("%(period)s: %(missed)s of %(all)s promises missed, %(risk)s at risk.") % said
    if not unjudged:
        return text
    rest = ngettext("%(n)s cannot be judged yet.", "%(n)s cannot be judged yet.", unjudged)
    return f"{text} {rest % {'n': number(unjudged)}}"
