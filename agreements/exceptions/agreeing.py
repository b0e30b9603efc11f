"""Actions: an exception beyond the terms, proposed by one party and accepted by every other one that it concerns.

Who may sign for a side proposes, and a second person who may sign for each other side accepts. Months whose targets are
to change are proposed with it, as any month is. An exception that is agreed ends otherwise only by another such
agreement, which says why where it takes back a time that has gone by.
"""

from collections.abc import Container, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.clauses import PauseClause
from agreements.document.versions import AmendmentRefused
from agreements.enums import ExceptionState
from agreements.exceptions.pauses import concerned_by
from agreements.models import AgreedException, Agreement, Change, Target
from agreements.months.proposing import MonthRefused, consent, propose_leads
from agreements.signing.parties import named_sides, sides_signed_by, teams_of
from agreements.terms import today_of
from smarketing.accounts.models import Side, User
from smarketing.lib.ahead import too_far

LONGEST = timedelta(days=366)
LONGEST_REASON = 300


class ExceptionRefused(AmendmentRefused):
    """`key` is where the refusal belongs; the text is for the person who tried."""


class NotYoursToAgree(ExceptionRefused):
    """Who may sign for a side agrees to an exception for it, a second person for each other."""


class ExceptionSettled(ExceptionRefused):
    """Somebody else has accepted, declined or withdrawn it, or has proposed another end."""


class UnsoundException(ExceptionRefused):
    """It would change nothing, or has no time in which it could."""


def sides_agreed_by(agreement: Agreement, by: User, at: datetime) -> list[Side]:
    """For which this person may propose and accept exceptions."""
    return list(sides_signed_by(agreement, by, today_of(agreement, at)))


def concerned(exception: AgreedException) -> list[Side]:
    """The parties that it binds."""
    found = concerned_by(exception.sides, changes_targets=_changes_targets(exception))
    return [side for side in teams_of(exception.agreement) if side in found]


def _changes_targets(exception: AgreedException) -> bool:
    """Itself, or the one whose end it says."""
    former = exception.replaces
    return bool(exception.targets.all()) or (former is not None and _changes_targets(former))


def asked(exception: AgreedException) -> list[Side]:
    """The parties that have still to accept it."""
    given = {exception.side, *(consent.side for consent in exception.consents.all())}
    return [side for side in concerned(exception) if side not in given]


def gone(exception: AgreedException) -> list[Side]:
    """Whose clock it pauses though the agreement has changed and they are no party any more."""
    return [side for side in Side if side in exception.sides and side not in teams_of(exception.agreement)]


def check_parties(exception: AgreedException) -> None:
    """What was made for a party that has left binds nobody: it is taken back, and neither agreed nor ended."""
    if left := gone(exception):
        text = _("%(side)s is no party of this agreement any more: this changes nothing and can only be withdrawn.")
        raise UnsoundException("", text % {"side": left[0].label})


def check_answerer(exception: AgreedException, by: User, at: datetime) -> None:
    """Raises NotYoursToAgree, UnsoundException. The second person is never the one who has proposed it."""
    check_parties(exception)
    if not _answered_by(exception, by, at):
        text = _("Somebody who may sign for a side that has not answered yet answers this.")
        raise NotYoursToAgree("", text)


def _answered_by(exception: AgreedException, by: User, at: datetime) -> list[Side]:
    own = [] if by.pk == exception.proposed_by_id else sides_agreed_by(exception.agreement, by, at)
    return [side for side in asked(exception) if side in own]


def check_taker_back(exception: AgreedException, by: User, at: datetime) -> None:
    """The side that has proposed it; anybody who signs, once a party that it is for has left the agreement."""
    own = sides_agreed_by(exception.agreement, by, at)
    if by.pk != exception.proposed_by_id and exception.side not in own and not (own and gone(exception)):
        raise NotYoursToAgree("", _("Only the side that has proposed this can withdraw it."))


def check_ender(exception: AgreedException, by: User, at: datetime) -> Side:
    """The side for which this person proposes another end: one that the exception binds."""
    check_parties(exception)
    own, bound = sides_agreed_by(exception.agreement, by, at), concerned(exception)
    for side in bound:
        if side in own:
            return side
    text = _("This exception is between %(sides)s: who may sign for one of them proposes another end.")
    raise NotYoursToAgree("", text % {"sides": named_sides(bound)})


def may_answer(exception: AgreedException, by: User, at: datetime) -> bool:
    return _passes(check_answerer, exception, by, at)


def may_take_back(exception: AgreedException, by: User, at: datetime) -> bool:
    return _passes(check_taker_back, exception, by, at)


def may_end(exception: AgreedException, by: User, at: datetime) -> bool:
    """Who asks: not whether another end waits already."""
    return _passes(check_ender, exception, by, at, state=ExceptionState.AGREED)


def _passes(  # type: ignore[no-untyped-def]
    check, exception: AgreedException, by: User, at: datetime, state: ExceptionState = ExceptionState.PROPOSED
) -> bool:
    try:
        check(exception, by, at)
    except (NotYoursToAgree, UnsoundException):
        return False
    return exception.state == state


@transaction.atomic
def propose_exception(
    agreement: Agreement,
    clause: PauseClause,
    *,
    pauses: frozenset[Side],
    targets: Mapping[date, int],
    covers_measured: bool = False,
    by: User,
    at: datetime,
) -> AgreedException:
    """`targets` are the leads that the months are to be worth, by their first day.

    Whether what was measured before may be measured again by it is proposed and accepted with it.
    """
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    side = _own_side(agreement, by, at, concerned_by(pauses, changes_targets=bool(targets)))
    _check_sound(agreement, clause, pauses, targets, side)
    if said := too_far(clause.begins, today_of(agreement, at)):
        raise UnsoundException("begins", said)
    made = AgreedException.objects.create(
        agreement=agreement,
        begins=clause.begins.isoformat(),
        ends=clause.ends.isoformat(),
        reason=clause.reason,
        **{f"pauses_{each}": each in pauses for each in Side},
        covers_measured=covers_measured,
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
def propose_end(
    exception: AgreedException,
    ends: date | datetime,
    *,
    covers_measured: bool = False,
    by: User,
    at: datetime,
    reason: str = "",
) -> AgreedException:
    """One that is agreed ends then instead, a day included; before its beginning it is called off. Local time.

    A time that has gone by has paused what was promised: it is taken back with a reason only.
    """
    agreement = Agreement.objects.select_for_update().get(pk=exception.agreement_id)
    exception = AgreedException.objects.select_related("agreement").get(pk=exception.pk)
    side = check_ender(exception, by, at)
    if exception.state != ExceptionState.AGREED or exception.replaced_at or exception.replaced_by.waiting().exists():
        raise ExceptionSettled("", _("Another end is agreed or proposed already: look at it and decide again."))
    zone = ZoneInfo(agreement.time_zone)
    begin, end = exception.instants(zone)
    _begin, last = PauseClause(ends, ends).instants(zone)
    if last >= end:
        raise UnsoundException("last", _("It ends before that anyhow."))
    if max(begin, last) < at and not reason.strip():
        raise UnsoundException("end_reason", _("This takes back a time that has gone by: say why."))
    made = AgreedException.objects.create(
        agreement_id=exception.agreement_id,
        begins=exception.begins,
        ends="" if last <= begin else ends.isoformat(),
        reason=exception.reason,
        end_reason=reason.strip()[:LONGEST_REASON],
        **{f"pauses_{each}": each in exception.sides for each in Side},
        covers_measured=covers_measured,
        replaces=exception,
        side=side,
        proposed_at=at,
        proposed_by=by,
    )
    _write_down(made, "exception_proposed", by=by, at=at)
    return made


@transaction.atomic
def accept_exception(exception: AgreedException, *, by: User, at: datetime) -> AgreedException:
    """For the sides that this person may sign for. With the last one it counts, and so do the months proposed with it.

    What was measured before stays until it is measured again, which is done only where that was agreed with it.
    """
    exception = _locked(exception)
    check_answerer(exception, by, at)
    for side in _answered_by(exception, by, at):
        exception.consents.create(side=side, by=by, at=at)
        _write_down(exception, "exception_accepted", by=by, at=at, side=side)
    if not asked(exception):
        _take_effect(exception, by=by, at=at)
    return exception


def _take_effect(exception: AgreedException, *, by: User, at: datetime) -> None:
    if exception.replaces_id:
        former = AgreedException.objects.filter(pk=exception.replaces_id, replaced_at=None)
        if not former.update(replaced_at=at):
            raise ExceptionSettled("", _("Another end is agreed or proposed already: look at it and decide again."))
    for target in exception.targets.waiting():
        for given in exception.consents.filter(side__in=target.missing_consents):
            consent(target, Side(given.side), by=given.by, at=at)
    _settle(exception, ExceptionState.AGREED, by=by, at=at)


@transaction.atomic
def decline_exception(exception: AgreedException, *, by: User, at: datetime, reason: str) -> AgreedException:
    exception = _locked(exception)
    check_answerer(exception, by, at)
    if not reason.strip():
        raise ExceptionRefused("reason", _("Say why: the others read it."))
    _settle(exception, ExceptionState.DECLINED, by=by, at=at, answer=reason.strip()[:LONGEST_REASON])
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


def _own_side(agreement: Agreement, by: User, at: datetime, concerned: Container[str]) -> Side:
    """For which this person proposes: one that it concerns, where there is one."""
    own = sides_agreed_by(agreement, by, at)
    if not own:
        raise NotYoursToAgree("", _("Only who may sign for a side proposes an exception."))
    return next((side for side in own if side in concerned), own[0])


def _check_sound(
    agreement: Agreement, clause: PauseClause, pauses: frozenset[Side], targets: Mapping[date, int], side: Side
) -> None:
    begin, end = clause.instants(ZoneInfo(agreement.time_zone))
    if end <= begin:
        raise UnsoundException("ends", _("It has to end after it begins."))
    if end - begin > LONGEST:
        raise UnsoundException("ends", _("An exception lasts a year at most: change the terms instead."))
    if not pauses and not targets:
        raise UnsoundException("pauses", _("Say whose clocks pause, or which target changes."))
    if not pauses <= teams_of(agreement).keys():
        raise UnsoundException("pauses", _("This side is no party of the agreement."))
    if targets and side == Side.SERVICE:
        raise UnsoundException("leads", _("Targets are proposed by marketing or sales."))
    if not clause.reason.strip():
        raise UnsoundException("reason", _("Say why."))


def _write_down(exception: AgreedException, word: str, *, by: User, at: datetime, side: str = "") -> None:
    """As `agreements.pages.reading.sentences` says it again."""
    row, former = exception, exception.replaces
    path = [word, row.reason, row.begins, row.ends, side or row.side, *([former.begins, former.ends] if former else [])]
    told = row.answer or row.end_reason
    Change.objects.create(agreement_id=row.agreement_id, by=by, at=at, lines=[[path, None, told]])
