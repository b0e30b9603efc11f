"""Reads: the exceptions of an agreement beyond its terms, as one person sees them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements.enums import ExceptionState
from agreements.exceptions.agreeing import may_answer, may_take_back
from agreements.models import AgreedException, Agreement, Target
from agreements.pages.reading.overview import dated_span
from smarketing.accounts.models import Side, User

WAITING, STANDING, PAST = "waiting", "standing", "past"


@dataclass(frozen=True)
class ShownException:
    """`place` is where it stands on the page; `standing` says how it stands in words."""

    exception: AgreedException
    place: str
    standing: str
    targets: list[Target]
    may_answer: bool = False
    may_take_back: bool = False
    may_end: bool = False

    @property
    def span(self) -> str:
        return span_of(self.exception)

    @property
    def former_span(self) -> str:
        """What would end otherwise."""
        row = self.exception.replaces
        return span_of(row) if row else ""

    @property
    def whose(self) -> str:
        sides = [str(side.label) for side in (Side.MARKETING, Side.SALES) if side in self.exception.sides]
        return _("the clocks of %(sides)s pause") % {"sides": _(" and ").join(sides)} if sides else ""


def span_of(row: AgreedException) -> str:
    return _("called off") if row.is_called_off else dated_span(row.begins, row.ends)


def shown_exceptions(agreement: Agreement, user: User, at: datetime, *, may_propose: bool) -> list[ShownException]:
    """The latest first."""
    people = ("proposed_by", "settled_by", "applied_by", "replaces")
    rows = agreement.agreed_exceptions.select_related(*people).prefetch_related("targets", "replaced_by")
    zone = ZoneInfo(agreement.time_zone)
    return [_shown(row, user, at, zone, may_propose) for row in rows.order_by("-begins", "-pk")]


def _shown(row: AgreedException, user: User, at: datetime, zone: ZoneInfo, may_propose: bool) -> ShownException:
    targets = sorted(row.targets.all(), key=lambda target: target.month)
    if row.state == ExceptionState.PROPOSED:
        return ShownException(
            row,
            WAITING,
            str(row.get_state_display()),
            targets,
            may_answer=may_answer(row, user, at),
            may_take_back=may_take_back(row, user, at),
        )
    if row.state != ExceptionState.AGREED or row.replaced_at or row.is_called_off:
        return ShownException(row, PAST, _("replaced") if row.replaced_at else str(row.get_state_display()), targets)
    begin, end = row.instants(zone)
    if end <= at:
        return ShownException(row, PAST, _("over"), targets, may_end=may_propose and _is_open(row))
    standing = _("in force") if begin <= at else _("agreed, to come")
    return ShownException(row, STANDING, standing, targets, may_end=may_propose and _is_open(row))


def _is_open(row: AgreedException) -> bool:
    return not any(other.state == ExceptionState.PROPOSED for other in row.replaced_by.all())
