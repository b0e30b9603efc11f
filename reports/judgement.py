"""PURE. The one place where a promise meets the facts.

In go handoffs (or the steps of the volume), each with what its own version promised for it; out comes which of them are
judged, which kept their promise, the delivered and the promised figure, and the state. Every page, file, link and
letter takes it from here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from agreements.promises.measures import HOURS, MEASURES, OF_HANDOFFS
from leads.clock import rule
from reports.measures.handoff_columns import (
    BREACHED,
    Facts,
    Floats,
    Ints,
    Mask,
    holds_several,
    mean_promise,
)
from reports.measures.volume import Steps

KEPT, ON_THE_WAY, AT_RISK, MISSED, NOT_BEGUN = "kept", "on_the_way", "at_risk", "missed", "not_begun"
UNSAID = ""
VOLUMES = ("volume", "value")  # what marketing delivers, in leads and in points
VERDICTS = ("kept", "missed", "excused", "running", "none")  # of one handoff


@dataclass(frozen=True)
class Viewpoint:
    """From where a period is looked at."""

    has_begun: bool
    is_over: bool


@dataclass(frozen=True)
class Commitment:
    """Whom a promise is about, and what it says by the terms at the end of the period.

    `tier` is one with its own promise; "" is the general one, with `is_rest` where other tiers have their own.
    `figure` is what is promised (a share, attempts, leads), `limit` the working minutes or days for it.
    """

    tier: str = ""
    is_rest: bool = False
    figure: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Judgement:
    """What became of one promise. `about`, `judged` and `kept` are ids of handoffs, each within the one before.

    `excused` are breaches that the other side has excused: they are judged no more, neither kept nor missed.
    `promised` and `limit` are those of the handoffs judged, each under its own version: where the period holds several,
    their mean weighted by handoffs, and `is_mean` says so. `corrections` are the leads of earlier periods
    that are taken off in this one, in value their points: of the volume, delivered are those kept less these;
    `corrected` counts the leads. Of a figure that is stated, `stated` of `months` have one.
    `state` is "" as long as nothing
    can be said.
    """

    side: str
    measure: str
    tier: str
    is_rest: bool
    about: Ints
    judged: Ints
    kept: Ints
    excused: Ints
    delivered: float | None
    promised: float | None
    limit: float | None
    is_mean: bool
    state: str
    corrections: int = 0
    corrected: int = 0
    stated: int = 0
    months: int = 0


@dataclass(frozen=True)
class Verdicts:
    """Masks over handoffs: whom a promise is about, and what became of each of them."""

    about: Mask
    judged: Mask
    kept: Mask
    excused: Mask


def timed_verdicts(facts: Facts, measure: str) -> Verdicts:
    """By the clock of each: judged are those that have ended or whose due time has passed."""
    clock = facts.clock if measure == "speed" else facts.timed[measure].clock
    about = facts.has_promise if measure == "speed" else ~clock.among("")
    kept, missed = about & clock.among(rule.KEPT), about & clock.among(*BREACHED)
    return Verdicts(about, kept | missed, kept, about & clock.among(rule.EXCUSED))


def speed_is_judged(facts: Facts) -> Mask:
    """Those whose clock has ended or whose due time has passed; without a promise there is no clock."""
    return timed_verdicts(facts, "speed").judged


def depth_is_about(facts: Facts) -> Mask:
    return facts.is_never_connected & ~np.isnan(facts.promised)


def depth_verdicts(facts: Facts) -> Verdicts:
    """Judged are those whose window is over; the others may still get their attempts."""
    about = depth_is_about(facts)
    over, enough = about & facts.window_is_over, facts.in_window >= facts.promised
    excused = over & ~enough & facts.is_depth_excused
    return Verdicts(about, over & ~excused, over & enough, excused)


def depth_is_judged(facts: Facts) -> Mask:
    return depth_verdicts(facts).judged


def depth_is_kept(facts: Facts) -> Mask:
    return depth_verdicts(facts).kept


def speed_with(facts: Facts, verdict: str) -> Mask:
    """By the promise of each handoff: one of VERDICTS ("none" without a promise); "" for all."""
    return _with(verdict, timed_verdicts(facts, "speed"))


def depth_with(facts: Facts, verdict: str) -> Mask:
    return _with(verdict, depth_verdicts(facts))


def _with(verdict: str, found: Verdicts) -> Mask:
    masks = {
        "": np.ones_like(found.about),
        "kept": found.kept,
        "missed": found.judged & ~found.kept,
        "excused": found.excused,
        "running": found.about & ~found.judged & ~found.excused,
        "none": ~found.about,
    }
    return masks[verdict]


@dataclass(frozen=True)
class _Basis:
    """One entry per handoff; the delivered figure is the mean of `achieved` over those judged."""

    verdicts: Verdicts
    achieved: Ints | Mask
    figures: Floats
    limits: Floats


def judge_timed(measure: str, facts: Facts, promise: Commitment, moment: Viewpoint) -> Judgement:
    """Delivered is the share that was kept. Where the agreement never promised it there is nothing to judge."""
    if measure not in facts.timed:
        nobody = np.zeros(len(facts), np.bool_)
        unsaid = np.full(len(facts), np.nan)
        return _judgement(measure, facts, promise, moment, _Basis(Verdicts(*[nobody] * 4), nobody, unsaid, unsaid))
    verdicts, timed = timed_verdicts(facts, measure), facts.timed[measure]
    return _judgement(measure, facts, promise, moment, _Basis(verdicts, verdicts.kept, timed.share, timed.within))


def judge_speed(facts: Facts, promise: Commitment, moment: Viewpoint) -> Judgement:
    """`facts` are handoffs of the tiers that the promise is about, also such to which nothing was promised.

    Delivered is the share that was kept.
    """
    verdicts = timed_verdicts(facts, "speed")
    return _judgement("speed", facts, promise, moment, _Basis(verdicts, verdicts.kept, facts.share, facts.within))


def judge_depth(facts: Facts, promise: Commitment, moment: Viewpoint) -> Judgement:
    """Delivered is the mean of the attempts made in the window."""
    basis = _Basis(depth_verdicts(facts), facts.in_window, facts.promised, facts.window)
    return _judgement("depth", facts, promise, moment, basis)


Judge = Callable[[Facts, Commitment, Viewpoint], Judgement]
OWN: dict[str, Judge] = {"speed": judge_speed, "depth": judge_depth}
JUDGES: dict[str, Judge] = {measure: OWN.get(measure) or partial(judge_timed, measure) for measure in OF_HANDOFFS}


def _judgement(measure: str, facts: Facts, promise: Commitment, moment: Viewpoint, basis: _Basis) -> Judgement:
    found = basis.verdicts
    about, judged = found.about, found.judged
    rows = judged if judged.any() else about
    figures, limits = basis.figures[rows], basis.limits[rows]
    promised = mean_promise(figures, promise.figure)
    delivered = float(basis.achieved[judged].mean()) if judged.any() else None
    return Judgement(
        side=MEASURES[measure].side,
        measure=measure,
        tier=promise.tier,
        is_rest=promise.is_rest,
        about=facts.ids[about],
        judged=facts.ids[judged],
        kept=facts.ids[found.kept],
        excused=facts.ids[found.excused],
        delivered=delivered,
        promised=promised,
        limit=mean_promise(limits, promise.limit),
        is_mean=holds_several(figures) or holds_several(limits),
        state=state(delivered, promised, moment, is_settled=bool((judged | found.excused == about).all())),
    )


def state(delivered: float | None, promised: float | None, moment: Viewpoint, *, is_settled: bool) -> str:
    """Settled once nothing that the promise is about can change any more."""
    if not moment.has_begun:
        return NOT_BEGUN
    if delivered is None or promised is None:
        return UNSAID
    is_enough = delivered >= promised
    if moment.is_over and is_settled:
        return KEPT if is_enough else MISSED
    return ON_THE_WAY if is_enough else AT_RISK


@dataclass(frozen=True)
class StatedMonth:
    """What was promised for a month, and what its side has stated, None as long as it has not."""

    promised: float
    figure: float | None
    is_over: bool


def judge_stated(measure: str, promise: Commitment, months: Sequence[StatedMonth], moment: Viewpoint) -> Judgement:
    """Judged are the months that are over and stated; what is not stated yet is unknown, not nothing.

    Hours are told as their mean over these months, all else as the sum, of what was promised for them alike. In a month
    that runs a sum can only grow: it is told once it has reached what is promised.
    """
    told = [month for month in months if month.figure is not None]
    over = [month for month in told if month.is_over]
    counted = over or told
    delivered = _together(measure, [month.figure or 0 for month in counted]) if counted else None
    promised = _together(measure, [month.promised for month in counted or months])
    declared = MEASURES[measure]
    is_early = not over and (declared.is_at_most or (delivered or 0) < promised)
    figures = (
        (-promised, -delivered if delivered is not None else None) if declared.is_at_most else (promised, delivered)
    )
    said = state(figures[1], figures[0], moment, is_settled=len(over) == len(months))
    nobody = np.zeros(0, np.int64)
    return Judgement(
        side=declared.side,
        measure=measure,
        tier=promise.tier,
        is_rest=promise.is_rest,
        about=nobody,
        judged=nobody,
        kept=nobody,
        excused=nobody,
        delivered=delivered,
        promised=promised,
        limit=None,
        is_mean=False,
        state=UNSAID if moment.has_begun and told and is_early else said,
        stated=len(told),
        months=len(months),
    )


def _together(measure: str, figures: Sequence[float]) -> float:
    return sum(figures) / (len(figures) if MEASURES[measure].unit == HOURS else 1)


def volume_is_judged(steps: Steps, months: Sequence[date]) -> Mask:
    """The steps that belong to months with a target, by handoffs made under terms.

    With a step forward the step back that takes it off in the period, wherever that falls: so delivered are always
    those kept less the corrections.
    """
    return steps.in_months(months) & (steps.version > 0)


def judge_volume(
    steps: Steps,
    months: Sequence[date],
    target: int | None,
    expected: float | None,
    moment: Viewpoint,
    *,
    measure: str = "volume",
    tier: str = "",
) -> Judgement:
    """`months` are those of the period that have a target, `expected` what the goal line says for today.

    Without a target all that was delivered is told, and nothing is judged. `measure` is "volume", in leads, or "value",
    in points: then the steps are counted so. The target of a tier is about the steps of its handoffs.
    """
    judged = steps[volume_is_judged(steps, months)]
    delivered = int(judged.worth.sum())
    return Judgement(
        side="marketing",
        measure=measure,
        tier=tier,
        is_rest=False,
        about=steps.ids[steps.is_handed_over],
        judged=judged.ids[judged.is_handed_over],
        kept=judged.ids[judged.stands],
        excused=judged.ids[:0],
        delivered=delivered if months else int(steps.worth.sum()),
        promised=target,
        limit=None,
        is_mean=False,
        state=_volume_state(delivered, target, expected, moment),
        corrections=judged.corrected,
        corrected=int(judged.is_correction.sum()),
    )


def _volume_state(delivered: int, target: int | None, expected: float | None, moment: Viewpoint) -> str:
    """Leads that were delivered early stand; so the target may be reached before the period is over."""
    if not moment.has_begun:
        return NOT_BEGUN
    if target is None:
        return UNSAID
    if delivered >= target:
        return KEPT
    if moment.is_over:
        return MISSED
    return ON_THE_WAY if delivered >= (expected or 0) else AT_RISK
