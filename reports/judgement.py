"""PURE. Promised against delivered, for both sides: measures and targets -> rows with a state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reports.measures.depth import depth
from reports.measures.handoff_columns import Facts, Mask
from reports.measures.speed import share_kept

KEPT, ON_THE_WAY, AT_RISK, MISSED = "kept", "on_the_way", "at_risk", "missed"


@dataclass(frozen=True)
class JudgedPromise:
    """One promise. `state` is "" where nothing can be said yet.

    `tier` "" stands for every tier that has no promise of its own: `is_rest` says that there are such tiers.
    `expected` is what should have been delivered by today, `projected` what the period comes to at its own pace,
    `previous` what the period before delivered.
    """

    side: str
    measure: str
    target: float | None
    delivered: float | None
    state: str
    tier: str = ""
    is_rest: bool = False
    expected: float | None = None
    projected: float | None = None
    previous: float | None = None
    within_minutes: float | None = None
    within_days: int | None = None

    @property
    def change(self) -> float | None:
        """Against the period before: of what is to be expected, not of a period half over."""
        now = self.delivered if self.projected is None else self.projected
        return None if now is None or self.previous is None else now - self.previous

    @property
    def trend(self) -> str:
        if self.change is None:
            return ""
        return "same" if abs(self.change) < 1e-9 else "better" if self.change > 0 else "worse"


def volume_state(delivered: int, target: int | None, expected: float | None, *, is_over: bool) -> str:
    if target is None:
        return ""
    if delivered >= target:
        return KEPT
    if is_over:
        return MISSED
    return ON_THE_WAY if delivered >= (expected or 0) else AT_RISK


def share_state(share: float | None, promised: float, *, is_settled: bool) -> str:
    """The share of handoffs followed up in time; settled once no clock of the period can still be kept."""
    if share is None:
        return ""
    if is_settled:
        return KEPT if share >= promised else MISSED
    return ON_THE_WAY if share >= promised else AT_RISK


def depth_state(facts: Facts, promised: int, *, is_over: bool) -> str:
    """Judged by the handoffs whose window is over or that are closed; the others may still get their attempts."""
    never = facts[facts.is_never_connected]
    if not len(never):
        return ""
    judged = never.attempts[is_judged(never)]
    is_enough = not len(judged) or float(judged.mean()) >= promised
    if is_over and len(judged) == len(never):
        return KEPT if is_enough else MISSED
    return ON_THE_WAY if is_enough else AT_RISK


def is_judged(facts: Facts) -> Mask:
    return ~facts.is_open | facts.depth.among("kept", "missed")


def tiers(facts: Facts, promised: Mapping[str, object]) -> Iterator[tuple[str, bool, Mask]]:
    """Every promise with the handoffs it is about: the general one covers the tiers without their own."""
    own = [tier for tier in promised if tier]
    for tier in sorted(promised):
        yield tier, not tier and bool(own), facts.tier.among(tier) if tier else ~facts.tier.among(*own)


def speed_rows(
    now: Facts, before: Facts, promised: Mapping[str, tuple[float, float]], *, is_over: bool
) -> Iterator[JudgedPromise]:
    """`promised` maps a tier to the minutes and the share."""
    for (tier, is_rest, rows), (_tier, _rest, former) in zip(
        tiers(now, promised), tiers(before, promised), strict=True
    ):
        within, share = promised[tier]
        group, kept = now[rows], share_kept(now[rows])
        is_settled = is_over and not bool(group.is_running.any())
        yield JudgedPromise(
            side="sales",
            measure="speed",
            tier=tier,
            is_rest=is_rest,
            target=share,
            delivered=kept,
            state=share_state(kept, share, is_settled=is_settled),
            previous=share_kept(before[former]),
            within_minutes=within,
        )


def depth_rows(
    now: Facts, before: Facts, promised: Mapping[str, tuple[int, int]], *, is_over: bool
) -> Iterator[JudgedPromise]:
    """`promised` maps a tier to the attempts and the working days."""
    for (tier, is_rest, rows), (_tier, _rest, former) in zip(
        tiers(now, promised), tiers(before, promised), strict=True
    ):
        attempts, days = promised[tier]
        never = now[rows & now.is_never_connected]
        yield JudgedPromise(
            side="sales",
            measure="depth",
            tier=tier,
            is_rest=is_rest,
            target=attempts,
            delivered=depth(now[rows], attempts).mean_attempts,
            state=depth_state(now[rows], attempts, is_over=is_over),
            # Leads that may still be tried are no lower than the period before, they are only younger.
            previous=depth(before[former], attempts).mean_attempts if bool(is_judged(never).all()) else None,
            within_days=days,
        )
