"""Reads: the judged months of an agreement: states, strikes, what comes next, what is owed, sheets, recovery."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from agreements.document.groups.consequences import Consequence
from agreements.models import Agreement
from agreements.terms import Timeline
from reports.enums import OwedState
from reports.judgement import MISSED
from reports.models import AskedAgain, JudgedMonth, JudgedObjective, Owed, RootCause
from reports.strikes.judging import has_rule, verdicts_of
from reports.strikes.owing import SIDES, rules_of, verdict_months
from reports.strikes.recovery import Recovery, recovery
from reports.strikes.rule import Count, months_apart, standing
from smarketing.accounts.access import Access
from smarketing.accounts.models import Side
from smarketing.accounts.rights import Verb
from smarketing.lib.periods import Period

SHOWN = 12
UNSETTLED = (OwedState.OPEN, OwedState.GIVEN)
Key = tuple[str, str, str]


@dataclass(frozen=True)
class JudgedCell:
    """`today` is what the figures say now, where that is something else."""

    own: JudgedObjective
    sheet: RootCause | None
    today: JudgedObjective | None = None


@dataclass(frozen=True)
class ObjectiveRow:
    """One objective, month by month as shown; `recovery` is over all judged months."""

    latest: JudgedObjective
    cells: tuple[JudgedCell | None, ...]
    recovery: Recovery


@dataclass(frozen=True)
class NextStep:
    side: Side
    rule: Consequence
    count: Count


@dataclass(frozen=True)
class StrikeRecord:
    """`months` are those shown, `judged` their judgements; `strikes` counts a side's among them."""

    has_rule: bool
    months: tuple[date, ...]
    judged: tuple[JudgedMonth, ...]
    rows: tuple[ObjectiveRow, ...]
    strikes: dict[Side, int]
    next_steps: tuple[NextStep, ...]
    owed: tuple[Owed, ...]
    asked: tuple[AskedAgain, ...]


def record_of(agreement: Agreement, period: Period, terms: Timeline, at: datetime) -> StrikeRecord:
    """The twelve months up to the end of the period; those of the period itself are held against today's figures."""
    found = [judged for judged, _month in verdict_months(agreement)]
    last = Period.of(period.end_on)
    shown = [judged for judged in found if 0 <= months_apart(judged.month, last.start_on) < SHOWN]
    sheets = {(one.month, one.objective): one for one in RootCause.objects.filter(agreement=agreement)}
    now = {
        (judged.month, own.objective): own
        for judged in shown
        if judged.month in period
        for own in verdicts_of(agreement, Period(judged.month), terms, at)
    }
    version = agreement.versions.filter(pk=terms.on(terms.day_of(at)).version_id or 0).first()
    rules = rules_of(version) if version else ()
    months = [month for _judged, month in verdict_months(agreement)]
    return StrikeRecord(
        has_rule=version is not None and has_rule(version),
        months=tuple(judged.month for judged in shown),
        judged=tuple(shown),
        rows=tuple(_rows(found, shown, sheets, now)),
        strikes={side: sum(_is_strike(judged, side) for judged in shown) for side in SIDES},
        next_steps=tuple(
            NextStep(side, rule, count) for side in SIDES for rule in rules if (count := standing(rule, side, months))
        ),
        owed=tuple(Owed.objects.filter(agreement=agreement).order_by("-month", "pk").prefetch_related("notes__by")),
        asked=tuple(AskedAgain.objects.filter(agreement=agreement).select_related("asked_by")),
    )


def _is_strike(judged: JudgedMonth, side: Side) -> bool:
    return any(own.side == side and own.state == MISSED for own in judged.objectives.all())


def _rows(
    found: Sequence[JudgedMonth],
    shown: Sequence[JudgedMonth],
    sheets: dict[tuple[date, Key], RootCause],
    now: dict[tuple[date, Key], JudgedObjective],
) -> Iterator[ObjectiveRow]:
    of_month = {judged.month: {own.objective: own for own in judged.objectives.all()} for judged in found}
    latest = {key: own for judged in shown for key, own in of_month[judged.month].items()}
    for key, own in sorted(latest.items(), key=lambda item: item[1].side):
        cells = [_cell(judged.month, of_month[judged.month].get(key), sheets, now) for judged in shown]
        states = [(month, objectives[key].state) for month, objectives in of_month.items() if key in objectives]
        yield ObjectiveRow(own, tuple(cells), recovery(states))


def _cell(
    month: date,
    own: JudgedObjective | None,
    sheets: dict[tuple[date, Key], RootCause],
    now: dict[tuple[date, Key], JudgedObjective],
) -> JudgedCell | None:
    if own is None:
        return None
    today = now.get((month, own.objective))
    is_same = today is None or _figures(today) == _figures(own)
    return JudgedCell(own, sheets.get((month, own.objective)), None if is_same else today)


def _figures(own: JudgedObjective) -> tuple[float | None, float | None, str]:
    return own.promised, own.delivered, own.state


def around(own: JudgedObjective, months: int = 3) -> list[JudgedObjective]:
    """The same objective in the judged months before and after."""
    rows = JudgedObjective.objects.filter(
        judged__agreement=own.judged.agreement_id,
        judged__is_current=True,
        measure=own.measure,
        tier=own.tier,
        is_rest=own.is_rest,
    ).select_related("judged")
    near = [one for one in rows if abs(months_apart(one.judged.month, own.judged.month)) <= months]
    return sorted(near, key=lambda one: one.judged.month)


def unsettled(access: Access, slug: str = "") -> QuerySet[Owed]:
    """What is owed by or to the own sides; of one agreement, all that this person reads."""
    rows = Owed.objects.filter(state__in=UNSETTLED).select_related("agreement").prefetch_related("notes")
    if slug:
        return rows.filter(access.where(Verb.READ, "agreement__"), agreement__slug=slug)
    own = Access(roles=access.roles)  # an administrator has no side
    return rows.filter(own.where(Verb.APPROVE, "agreement__"))


def unexplained() -> QuerySet[JudgedObjective]:
    """Misses for which nobody has said the cause yet, the oldest first."""
    written = RootCause.objects.filter(
        agreement=OuterRef("judged__agreement"),
        month=OuterRef("judged__month"),
        measure=OuterRef("measure"),
        tier=OuterRef("tier"),
        is_rest=OuterRef("is_rest"),
    )
    rows: QuerySet[JudgedObjective] = JudgedObjective.objects.filter(
        ~Exists(written), judged__is_current=True, state=MISSED
    )
    return rows.select_related("judged__agreement").order_by("judged__month", "pk")


def sheets_to_write(own: Access, slug: str = "") -> list[JudgedObjective]:
    """Those of the own sides."""
    found = unexplained().filter(own.where(Verb.EXCUSE, "judged__agreement__"))
    found = found.filter(judged__agreement__slug=slug) if slug else found
    return [one for one in found if one.side in own.sides(Verb.EXCUSE, one.judged.agreement)]
