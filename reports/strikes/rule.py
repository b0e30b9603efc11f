"""PURE. The rule of strikes: in which months a consequence follows, what it comes to, and how far the next one is.

A side's month counts for a rule of missed goals when it missed an objective; for one of kept goals when it kept (or
beat by so much) every objective that was judged, and at least one was. A month with nothing to judge is passed over: it
neither counts nor breaks a row. After a consequence has followed, counting begins anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from agreements.document.groups.consequences import Consequence
from reports.judgement import KEPT, MISSED

NOTHING = "nothing"  # to judge: without a target, or of too few records
CENT = Decimal("0.01")
Mark = bool | None  # whether a month counts; None where it is passed over
Track = Sequence[tuple[date, Mark]]  # months, oldest first


@dataclass(frozen=True)
class ObjectiveVerdict:
    """Of one objective in one month. `objective` tells it from the others of all sides."""

    side: str
    objective: tuple[str, ...]
    state: str
    promised: float | None
    delivered: float | None


@dataclass(frozen=True)
class VerdictMonth:
    month: date
    verdicts: tuple[ObjectiveVerdict, ...]


@dataclass(frozen=True)
class Count:
    """`fired`: the months in which it followed; `since`: those counted towards the next time; `left` until then."""

    fired: tuple[date, ...]
    since: tuple[date, ...]
    left: int


def months_apart(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month


def count(rule: Consequence, track: Track) -> Count:
    fired, since = list[date](), list[date]()
    for month, mark in track:
        if mark is None:
            continue
        if rule.within_months is not None:
            since = [one for one in since if months_apart(one, month) < rule.within_months]
        elif not mark:
            since = []
        if mark:
            since.append(month)
        if len(since) == rule.months:
            fired.append(month)
            since = []
    if rule.within_months is not None and track:  # what still counts in the month to come
        since = [one for one in since if months_apart(one, track[-1][0]) < rule.within_months - 1]
    return Count(tuple(fired), tuple(since), rule.months - len(since))


def tracks(rule: Consequence, side: str, months: Sequence[VerdictMonth]) -> dict[tuple[str, ...], Track]:
    """One for the side, or one for each of its objectives; by the objective, () where it is all of them."""
    if not rule.same_objective:
        return {(): [(one.month, _mark(rule, [own for own in one.verdicts if own.side == side])) for one in months]}
    names = dict.fromkeys(own.objective for one in months for own in one.verdicts if own.side == side)
    return {
        name: [
            (one.month, _mark(rule, [own for own in one.verdicts if own.side == side and own.objective == name]))
            for one in months
        ]
        for name in names
    }


def follows_in(rule: Consequence, side: str, months: Sequence[VerdictMonth]) -> bool:
    """Whether it follows from the last of these months."""
    last = months[-1].month
    return rule.concerns(side) and any(
        last in count(rule, track).fired for track in tracks(rule, side, months).values()
    )


def standing(rule: Consequence, side: str, months: Sequence[VerdictMonth]) -> Count | None:
    """The track that is nearest to its consequence."""
    found = [count(rule, track) for track in tracks(rule, side, months).values()]
    return min(found, key=lambda one: one.left) if rule.concerns(side) and found else None


def _mark(rule: Consequence, verdicts: Sequence[ObjectiveVerdict]) -> Mark:
    judged = [own for own in verdicts if own.state in (KEPT, MISSED)]
    if not judged:
        return None
    if rule.is_reward:
        return all(own.state == KEPT and _is_beaten(rule, own) for own in judged)
    return any(own.state == MISSED for own in judged)


def _is_beaten(rule: Consequence, own: ObjectiveVerdict) -> bool:
    if rule.beaten_by is None or own.promised is None or own.delivered is None:
        return rule.beaten_by is None
    return Decimal(str(own.delivered)) >= Decimal(str(own.promised)) * (1 + rule.beaten_by)


def missing_leads(side: str, verdicts: Sequence[ObjectiveVerdict]) -> int:
    """The leads that lacked of the whole volume."""
    gaps = [
        own.promised - own.delivered
        for own in verdicts
        if own.side == side and own.objective[:2] == ("volume", "") and own.state == MISSED
        if own.promised is not None and own.delivered is not None
    ]
    return max(round(sum(gaps)), 0)


def sum_of(rule: Consequence, missing: int) -> Decimal | None:
    """In the agreement's currency, half a cent upwards; None where the rule names no sum."""
    with localcontext(prec=60):
        exact = next(_sums(rule, missing), None)
        if exact is None:
            return None
        capped = exact if rule.at_most is None else min(exact, rule.at_most)
        return capped.quantize(CENT, ROUND_HALF_UP)


def _sums(rule: Consequence, missing: int) -> Iterator[Decimal]:
    if rule.amount is not None:
        yield rule.amount
    if rule.share_of_fee is not None and rule.monthly_fee is not None:
        yield rule.monthly_fee * rule.share_of_fee
    if rule.per_missing_lead is not None:
        yield rule.per_missing_lead * missing
