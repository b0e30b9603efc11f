"""PURE. Times agreed beyond the terms in which clocks pause: for which records each counts, and whom it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

Pauses = tuple[tuple[datetime, datetime], ...]

# Whose promise it is, and to whom it is made. The friction report is sent by sales to service.
BETWEEN = {"marketing": ("marketing", "sales"), "sales": ("marketing", "sales"), "service": ("sales", "service")}


def concerned_by(paused: Iterable[str], *, changes_targets: bool) -> frozenset[str]:
    """The sides bound by what pauses; a target is between marketing and sales."""
    found = {side for own in paused for side in BETWEEN[own]}
    return frozenset(found | {"marketing", "sales"} if changes_targets else found)


@dataclass(frozen=True)
class AgreedPause:
    """`sides` are those whose clocks pause; a time that was called off has no length.

    A pause counts for what was recorded from `agreed_at` on, until another one replaces it (`replaced_at`); where it
    was agreed that it `covers_measured`, also for what was measured before, once that is measured again on purpose.
    `is_applied`: it has been, so that it counts for all; `is_undone`: what replaced it has; `is_to_undo`: it may be.
    """

    begin: datetime
    end: datetime
    sides: frozenset[str]
    agreed_at: datetime
    replaced_at: datetime | None = None
    is_applied: bool = False
    is_undone: bool = False
    covers_measured: bool = False
    is_to_undo: bool = False
    reason: str = ""

    def counts_for(self, side: str, recorded_at: datetime | None) -> bool:
        """Without an instant: for what is recorded from now on."""
        if side not in self.sides or self.begin >= self.end:
            return False
        if self.replaced_at is not None and (self.is_undone or recorded_at is None or recorded_at >= self.replaced_at):
            return False
        return self.is_applied or recorded_at is None or recorded_at >= self.agreed_at


def counted(pauses: Pauses, agreed: Iterable[AgreedPause], side: str, recorded_at: datetime | None) -> Pauses:
    """The pauses of the terms, and those agreed beyond them that count for this clock."""
    return (*pauses, *((one.begin, one.end) for one in agreed if one.counts_for(side, recorded_at)))


def all_applied(agreed: Iterable[AgreedPause]) -> tuple[AgreedPause, ...]:
    """As if everything that covers what was measured before had been measured again."""
    return tuple(
        replace(one, is_applied=one.is_applied or one.covers_measured, is_undone=one.is_undone or one.is_to_undo)
        for one in agreed
    )
