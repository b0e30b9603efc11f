"""Reads: the exceptions of an agreement beyond its terms, as one person sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements.enums import ExceptionState
from agreements.exceptions.agreeing import asked, gone, may_answer, may_end, may_take_back
from agreements.friction.owed import MovedReport, moved_by_each
from agreements.models import AgreedException, Agreement, Target
from agreements.pages.reading.overview import dated_span
from agreements.signing.parties import named_sides
from smarketing.accounts.models import Side, User

WAITING, STANDING, PAST = "waiting", "standing", "past"


@dataclass(frozen=True)
class ShownException:
    """`place` is where it stands on the page; `standing` says how it stands in words. `asked` are who has to answer.

    `is_begun`: another end may take back a time that has gone by. `gone` is a party that it is for and that has left;
    `moved` are the friction reports that it makes due on another day.
    """

    exception: AgreedException
    place: str
    standing: str
    targets: list[Target]
    asked: str = ""
    may_answer: bool = False
    may_take_back: bool = False
    may_end: bool = False
    is_begun: bool = False
    gone: str = ""
    moved: Sequence[MovedReport] = ()

    @property
    def span(self) -> str:
        return span_of(self.exception)

    @property
    def proposals(self) -> list[AgreedException]:
        """This one and those that it replaces, the first one first."""
        found = [self.exception]
        while found[0].replaces is not None:
            found.insert(0, found[0].replaces)
        return found

    @property
    def former_span(self) -> str:
        """What would end otherwise."""
        row = self.exception.replaces
        return span_of(row) if row else ""

    @property
    def whose(self) -> str:
        sides = [side for side in (Side.MARKETING, Side.SALES) if side in self.exception.sides]
        said = [_("the clocks of %(sides)s pause") % {"sides": named_sides(sides)}] if sides else []
        if Side.SERVICE in self.exception.sides:
            said.append(_("its working days do not count for the friction report"))
        return ", ".join(said)


def span_of(row: AgreedException) -> str:
    return _("called off") if row.is_called_off else dated_span(row.begins, row.ends)


def shown_exceptions(agreement: Agreement, user: User, at: datetime) -> list[ShownException]:
    """The latest first. What stands is told the other way round: what is in force before what is to come."""
    people = ("proposed_by", "settled_by", "applied_by", "replaces__proposed_by", "agreement")
    more = ("targets", "replaced_by", "consents__by", "replaces__consents__by")
    rows = agreement.agreed_exceptions.select_related(*people).prefetch_related(*more).order_by("-begins", "-pk")
    zone, moved = ZoneInfo(agreement.time_zone), moved_by_each(agreement, rows, at)
    return [replace(_shown(row, user, at, zone), moved=moved.get(row.pk, ())) for row in rows]


def _shown(row: AgreedException, user: User, at: datetime, zone: ZoneInfo) -> ShownException:
    targets = sorted(row.targets.all(), key=lambda target: target.month)
    if row.state == ExceptionState.PROPOSED:
        return ShownException(
            row,
            WAITING,
            str(row.get_state_display()),
            targets,
            asked=named_sides(asked(row)) if asked(row) and not gone(row) else "",
            may_answer=may_answer(row, user, at),
            may_take_back=may_take_back(row, user, at),
            gone=named_sides(gone(row)) if gone(row) else "",
        )
    if row.state != ExceptionState.AGREED or row.replaced_at or row.is_called_off:
        return ShownException(row, PAST, _("replaced") if row.replaced_at else str(row.get_state_display()), targets)
    begin, end = row.instants(zone)
    place, standing = (
        (PAST, _("over")) if end <= at else (STANDING, _("in force") if begin <= at else _("agreed, to come"))
    )
    ends = _is_open(row) and may_end(row, user, at)
    return ShownException(row, place, standing, targets, may_end=ends, is_begun=begin < at)


def _is_open(row: AgreedException) -> bool:
    return not any(other.state == ExceptionState.PROPOSED for other in row.replaced_by.all())
