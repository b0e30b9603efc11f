"""Actions: what follows from judged months is owed until it is given and confirmed, or waived."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.groups.consequences import CONSEQUENCES, Consequence
from agreements.models import Agreement, Version
from leads.refusals import Refused
from reports.enums import NoteKind, OwedState
from reports.models import JudgedMonth, Owed, StrikeNote
from reports.strikes.rule import ObjectiveVerdict, VerdictMonth, follows_in, missing_leads, sum_of
from smarketing.accounts.models import Side, User

SIDES = (Side.MARKETING, Side.SALES)


class OtherwiseSettled(Refused):
    """Somebody else has done something about it meanwhile."""


class NotYours(Refused):
    """It is for the other side to say."""


@dataclass(frozen=True)
class Turn:
    """From which state to which, and who says so: the side that owes, or the one to which it is owed."""

    kind: NoteKind
    before: OwedState
    after: OwedState
    is_of_owing: bool
    asks_reason: bool


TURNS = {
    "give": Turn(NoteKind.GIVE, OwedState.OPEN, OwedState.GIVEN, True, False),
    "confirm": Turn(NoteKind.CONFIRM, OwedState.GIVEN, OwedState.CONFIRMED, False, False),
    "dispute": Turn(NoteKind.DISPUTE, OwedState.GIVEN, OwedState.OPEN, False, True),
    "waive": Turn(NoteKind.WAIVE, OwedState.OPEN, OwedState.WAIVED, False, True),
}


def turn(
    owed: Owed, name: str, *, sides: Sequence[str], text: str, by: User, at: datetime, on: date | None = None
) -> None:
    """`sides` are those for which this person speaks; `on` the day on which it was given."""
    step = TURNS[name]
    if (owed.owing if step.is_of_owing else owed.owed_to) not in sides:
        raise NotYours(_("That is for the other side to say."))
    if step.asks_reason and not text.strip():
        raise Refused(_("Say why."))
    with transaction.atomic():
        given_on = on if name == "give" else owed.given_on if name == "confirm" else None
        moved = Owed.objects.filter(pk=owed.pk, state=step.before).update(state=step.after, given_on=given_on)
        if not moved:
            raise OtherwiseSettled(_("Something else has been said about this in the meantime."))
        StrikeNote(owed=owed, kind=step.kind, text=text.strip(), by=by, at=at).save()


def verdict_months(agreement: Agreement) -> list[tuple[JudgedMonth, VerdictMonth]]:
    """The current judgements, the oldest first."""
    current = JudgedMonth.objects.filter(agreement=agreement, is_current=True)
    rows = current.select_related("version").prefetch_related("objectives")
    return [(judged, VerdictMonth(judged.month, tuple(_verdicts(judged)))) for judged in rows]


def _verdicts(judged: JudgedMonth) -> Iterator[ObjectiveVerdict]:
    for own in judged.objectives.all():
        yield ObjectiveVerdict(own.side, own.objective, own.state, own.promised, own.delivered)


def rules_of(version: Version) -> tuple[Consequence, ...]:
    return CONSEQUENCES.from_stored(version.groups.get(CONSEQUENCES.key, []))


def settle(agreement: Agreement, *, at: datetime) -> None:
    """Within the lock of the agreement: what is owed is what follows from its judged months.

    What is open still is reckoned again or falls away; what was given, confirmed or waived stays as it is.
    """
    kept = {(owed.month, owed.side, owed.rule): owed for owed in Owed.objects.filter(agreement=agreement)}
    due = {(owed.month, owed.side, owed.rule): owed for owed in _following(agreement)}
    for key, owed in due.items():
        if key not in kept:
            owed.save()
            _note(owed, NoteKind.PROPOSED, at)
        else:
            _reckon(kept[key], owed, OwedState.OPEN, at)
    for key, owed in kept.items():
        if key not in due:
            _reckon(owed, owed, OwedState.FALLEN_AWAY, at)


def _reckon(owed: Owed, anew: Owed, state: OwedState, at: datetime) -> None:
    is_same = (owed.amount, owed.state) == (anew.amount, state)
    if is_same or owed.state not in (OwedState.OPEN, OwedState.FALLEN_AWAY):
        return
    owed.amount, owed.state = anew.amount, state
    owed.save(update_fields=["amount", "state"])
    _note(owed, NoteKind.RECKONED, at)


def _note(owed: Owed, kind: NoteKind, at: datetime) -> None:
    changes = {"amount": None if owed.amount is None else str(owed.amount), "state": owed.state}
    StrikeNote(owed=owed, kind=kind, changes=changes, at=at).save()


def _following(agreement: Agreement) -> Iterator[Owed]:
    """Every month by the rules that were in force at its end."""
    found = verdict_months(agreement)
    months = [month for _judged, month in found]
    for number, (judged, month) in enumerate(found, 1):
        for rule in rules_of(judged.version):
            due = [side for side in SIDES if follows_in(rule, side, months[:number])]
            rows = [_owed(agreement, month, side, rule) for side in due]
            yield from (owed for owed in rows if owed.amount != 0)  # a credit of nothing is none


def _owed(agreement: Agreement, month: VerdictMonth, side: Side, rule: Consequence) -> Owed:
    return Owed(
        agreement=agreement,
        month=month.month,
        side=side,
        rule=rule.name,
        follows=rule.follows,
        is_reward=rule.is_reward,
        months=rule.months,
        within_months=rule.within_months,
        text=rule.text,
        amount=sum_of(rule, missing_leads(side, month.verdicts)),
        currency=agreement.currency,
    )
