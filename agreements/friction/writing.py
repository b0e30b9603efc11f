"""Actions: what customers struggle with is written down point by point, sent by sales, and answered by service."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.versions import write_down
from agreements.models import FrictionPoint, FrictionReport
from smarketing.accounts.access import access_of
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb


class FrictionRefused(Exception):
    """The text is for the person who tried; `field` is where it belongs."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class AlreadySent(FrictionRefused):
    """What service has been told stays as it was told."""


class NothingSaid(FrictionRefused):
    """A month without a point is said to be one."""


class NotToAnswer(FrictionRefused):
    """Answered once, and only what was sent."""


def add_point(
    report: FrictionReport, *, what: str, how_many: int | None, example: str, by: User, at: datetime
) -> FrictionPoint:
    with transaction.atomic():
        report = _open(report, by)
        return FrictionPoint.objects.create(
            report=report, what=what, how_many=how_many, example=example, written_at=at, written_by=by
        )


def drop_point(report: FrictionReport, pk: int, *, by: User, at: datetime) -> bool:
    """Answers whether it was there. The row stays."""
    with transaction.atomic():
        report = _open(report, by)
        return bool(report.points.filter(pk=pk, dropped_at=None).update(dropped_at=at))


def send(report: FrictionReport, *, nothing: bool, by: User, at: datetime) -> FrictionReport:
    """`nothing`: the month has brought no point."""
    with transaction.atomic():
        report = _open(report, by)
        points = report.points.filter(dropped_at=None).count()
        if bool(points) == nothing:
            text = (
                _("There are points in this report: take them off first, or send them.")
                if points
                else _("Write down a point first, or say that there was nothing this month.")
            )
            raise NothingSaid(text, "nothing")
        report.sent_at, report.sent_by = at, by
        report.save(update_fields=["sent_at", "sent_by"])
        _tell(report, "friction_sent", str(points), by=by, at=at)
    return report


def answer(report: FrictionReport, *, text: str, by: User, at: datetime) -> FrictionReport:
    access_of(by).check(Verb.ANSWER, report.agreement)
    with transaction.atomic():
        report = _locked(report)
        if report.sent_at is None:
            raise NotToAnswer(_("This report has not been sent yet."))
        if report.answered_at is not None:
            raise NotToAnswer(_("This report has been answered already."))
        report.answered_at, report.answered_by, report.answer = at, by, text
        report.save(update_fields=["answered_at", "answered_by", "answer"])
        _tell(report, "friction_answered", "yes", by=by, at=at)
    return report


def _open(report: FrictionReport, by: User) -> FrictionReport:
    access_of(by).check(Verb.FOLLOW_UP, report.agreement)
    report = _locked(report)
    if report.sent_at is not None:
        raise AlreadySent(_("This report has been sent already: what it says stays."))
    return report


def _locked(report: FrictionReport) -> FrictionReport:
    return FrictionReport.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=report.pk)


def _tell(report: FrictionReport, what: str, said: str, *, by: User, at: datetime) -> None:
    write_down(report.agreement, [], [[what, f"{report.month:%Y-%m}"], None, said], by=by, at=at)
