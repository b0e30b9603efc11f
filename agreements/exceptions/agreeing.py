"""Actions: an exception beyond the terms, proposed by one side and accepted by the other, or it comes to nothing.

Who may sign for a side proposes, and a second person who may sign for the other side accepts. Months whose targets are
to change are proposed with it, as any month is. An exception that is agreed ends otherwise only by another such
agreement.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.clauses import PauseClause
from agreements.document.versions import AmendmentRefused
from agreements.enums import ExceptionState
from agreements.models import AgreedException, Agreement, Change, Target
from agreements.months.proposing import MonthRefused, consent, propose_leads
from agreements.signing.parties import sides_signed_by
from agreements.terms import today_of
from smarketing.accounts.models import Side, User

PARTIES = (Side.MARKETING, Side.SALES)  # they have the clocks and the targets
LONGEST = timedelta(days=366)


class ExceptionRefused(AmendmentRefused):
    """`key` is where the refusal belongs; the text is for the person who tried."""


class NotYoursToAgree(ExceptionRefused):
    """Who may sign for a side agrees to an exception for it, a second person for the other."""


class ExceptionSettled(ExceptionRefused):
    """Somebody else has accepted, declined or withdrawn it, or has proposed another end."""


class UnsoundException(ExceptionRefused):
    """It would change nothing, or has no time in which it could."""


def sides_agreed_by(agreement: Agreement, by: User, at: datetime) -> list[Side]:
    """For which this person may propose and accept exceptions."""
    return [side for side in sides_signed_by(agreement, by, today_of(agreement, at)) if side in PARTIES]


def check_answerer(exception: AgreedException, by: User, at: datetime) -> None:
    """Raises NotYoursToAgree. The second person is never the one who has proposed it."""
    own = sides_agreed_by(exception.agreement, by, at)
    if by.pk == exception.proposed_by_id or not any(side != exception.side for side in own):
        raise NotYoursToAgree("", _("Somebody who may sign for the other side answers this."))


def check_taker_back(exception: AgreedException, by: User, at: datetime) -> None:
    if by.pk != exception.proposed_by_id and exception.side not in sides_agreed_by(exception.agreement, by, at):
        raise NotYoursToAgree("", _("Only the side that has proposed this can withdraw it."))


def may_answer(exception: AgreedException, by: User, at: datetime) -> bool:
    return _passes(check_answerer, exception, by, at)


def may_take_back(exception: AgreedException, by: User, at: datetime) -> bool:
    return _passes(check_taker_back, exception, by, at)


def _passes(check, exception: AgreedException, by: User, at: datetime) -> bool:  # type: ignore[no-untyped-def]
    try:
        check(exception, by, at)
    except NotYoursToAgree:
        return False
    return exception.state == ExceptionState.PROPOSED


@transaction.atomic
def propose_exception(
    agreement: Agreement,
    clause: PauseClause,
    *,
    pauses: frozenset[Side],
    targets: Mapping[date, int],
    by: User,
    at: datetime,
) -> AgreedException:
    """`targets` are the leads that the months are to be worth, by their first day."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    side = _own_side(agreement, by, at)
    _check_sound(agreement, clause, pauses, targets)
    made = AgreedException.objects.create(
        agreement=agreement,
        begins=clause.begins.isoformat(),
        ends=clause.ends.isoformat(),
        reason=clause.reason,
        pauses_marketing=Side.MARKETING in pauses,
        pauses_sales=Side.SALES in pauses,
        side=side,
        proposed_at=at,
        proposed_by=by,
    )
    for month, leads in sorted(targets.items()):
        try:
            target = propose_leads(agreement, month, leads, side, by=by, at=at, reason=clause.reason)
        except MonthRefused as refusal:
            raise ExceptionRefused("leads", str(refusal)) from refusal
        Target.objects.filter(pk=target.pk).update(exception=made)
    _write_down(made, "exception_proposed", by=by, at=at)
    return made


@transaction.atomic
def propose_end(exception: AgreedException, ends: datetime, *, by: User, at: datetime) -> AgreedException:
    """One that is agreed ends then instead; before it has begun it is called off. Local time, as it is written."""
    agreement = Agreement.objects.select_for_update().get(pk=exception.agreement_id)
    side = _own_side(agreement, by, at)
    exception = AgreedException.objects.get(pk=exception.pk)
    if exception.state != ExceptionState.AGREED or exception.replaced_at or exception.replaced_by.waiting().exists():
        raise ExceptionSettled("", _("Another end is agreed or proposed already: look at it and decide again."))
    zone = ZoneInfo(agreement.time_zone)
    begin, end = exception.instants(zone)
    last = ends.replace(tzinfo=zone)
    if last >= end:
        raise UnsoundException("last", _("It ends before that anyhow."))
    return _ended(exception, exception.begins if last <= begin else ends.isoformat(), side, by=by, at=at)


def _ended(exception: AgreedException, ends: str, side: Side, *, by: User, at: datetime) -> AgreedException:
    made = AgreedException.objects.create(
        agreement_id=exception.agreement_id,
        begins=exception.begins,
        ends=ends,
        reason=exception.reason,
        pauses_marketing=exception.pauses_marketing,
        pauses_sales=exception.pauses_sales,
        replaces=exception,
        side=side,
        proposed_at=at,
        proposed_by=by,
    )
    _write_down(made, "exception_end_proposed", by=by, at=at)
    return made


@transaction.atomic
def accept_exception(exception: AgreedException, *, by: User, at: datetime) -> AgreedException:
    """With the months proposed with it that still wait. What was measured before stays until it is measured again."""
    exception = _locked(exception)
    check_answerer(exception, by, at)
    if exception.replaces_id:
        former = AgreedException.objects.filter(pk=exception.replaces_id, replaced_at=None)
        if not former.update(replaced_at=at):
            raise ExceptionSettled("", _("Another end is agreed or proposed already: look at it and decide again."))
    other = next(side for side in PARTIES if side != exception.side)
    for target in exception.targets.waiting():
        consent(target, other, by=by, at=at)
    _settle(exception, ExceptionState.AGREED, by=by, at=at)
    return exception


@transaction.atomic
def decline_exception(exception: AgreedException, *, by: User, at: datetime, reason: str) -> AgreedException:
    exception = _locked(exception)
    check_answerer(exception, by, at)
    if not reason.strip():
        raise ExceptionRefused("reason", _("Say why: the other side reads it."))
    _settle(exception, ExceptionState.DECLINED, by=by, at=at, answer=reason.strip()[:300])
    return exception


@transaction.atomic
def withdraw_exception(exception: AgreedException, *, by: User, at: datetime) -> AgreedException:
    exception = _locked(exception)
    check_taker_back(exception, by, at)
    _settle(exception, ExceptionState.WITHDRAWN, by=by, at=at)
    return exception


def _locked(exception: AgreedException) -> AgreedException:
    """As it is now that the agreement is locked. Raises ExceptionSettled where it does not wait any more."""
    Agreement.objects.select_for_update().get(pk=exception.agreement_id)
    standing = AgreedException.objects.select_related("agreement").get(pk=exception.pk)
    if standing.state != ExceptionState.PROPOSED:
        text = _("Nothing was done: this exception is %(state)s by now.")
        raise ExceptionSettled("", text % {"state": standing.get_state_display()})
    return standing


def _settle(exception: AgreedException, state: ExceptionState, *, by: User, at: datetime, answer: str = "") -> None:
    exception.state, exception.settled_at, exception.settled_by, exception.answer = state, at, by, answer
    exception.save(update_fields=["state", "settled_at", "settled_by", "answer"])
    if state != ExceptionState.AGREED:
        exception.targets.waiting().update(declined_at=at, declined_by=by)
    _write_down(exception, f"exception_{state}", by=by, at=at)


def _own_side(agreement: Agreement, by: User, at: datetime) -> Side:
    own = sides_agreed_by(agreement, by, at)
    if not own:
        raise NotYoursToAgree("", _("Only who may sign for marketing or sales proposes an exception."))
    return own[0]


def _check_sound(
    agreement: Agreement, clause: PauseClause, pauses: frozenset[Side], targets: Mapping[date, int]
) -> None:
    begin, end = clause.instants(ZoneInfo(agreement.time_zone))
    if end <= begin:
        raise UnsoundException("ends", _("It has to end after it begins."))
    if end - begin > LONGEST:
        raise UnsoundException("ends", _("An exception lasts a year at most: change the terms instead."))
    if not pauses and not targets:
        raise UnsoundException("pauses", _("Say whose clocks pause, or which target changes."))
    if not clause.reason.strip():
        raise UnsoundException("reason", _("Say why."))


def _write_down(exception: AgreedException, word: str, *, by: User, at: datetime) -> None:
    told = f"{exception.ends} {exception.answer or exception.reason}"
    Change.objects.create(
        agreement_id=exception.agreement_id, by=by, at=at, lines=[[[word, exception.begins], None, told]]
    )
