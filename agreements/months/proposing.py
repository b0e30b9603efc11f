"""Actions: a month's target agreed, proposed, accepted or declined.

A month that has begun keeps its target until both sides have agreed to another one, with a reason. Before, a team
lead's number is a proposal to the other side and an administrator's is in force at once, until somebody has signed.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.enums import How
from agreements.models import Agreement, Assumptions, Change, Target
from agreements.months.targets import Conversion, MonthNumbers
from agreements.signing.parties import ever_signed
from agreements.terms import today_of
from smarketing.accounts.access import access_of
from smarketing.accounts.models import Side, User
from smarketing.accounts.rights import Verb
from smarketing.lib.numbers import number

LONGEST_REASON = 300


class MonthRefused(Exception):
    """`field` is where the refusal belongs; the text is for the person who tried."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class ProposalWaiting(MonthRefused):
    """The other side has proposed something for this month: it is answered first."""


class ReasonMissing(MonthRefused):
    """A month that has begun is amended with a reason only; the other side reads why its proposal is declined."""


class MonthChanged(MonthRefused):
    """Somebody else agreed or proposed something for the month meanwhile."""


class NotYoursToAnswer(MonthRefused):
    """Only a lead of a side whose consent is missing accepts."""


def has_begun(agreement: Agreement, month: date, at: datetime) -> bool:
    return month <= today_of(agreement, at)


def sides_led(agreement: Agreement, user: User | None) -> list[Side]:
    """The sides of the agreement for which this person can consent."""
    return access_of(user).sides(Verb.PLAN, agreement) if user else []


def decides_alone(agreement: Agreement, user: User | None) -> bool:
    """A file and an administrator agree for both sides, until somebody has signed for one of them."""
    return (user is None or user.is_administrator) and not ever_signed(agreement)


def stand_of(agreement: Agreement, month: date) -> str:
    """Tells whether anything about a month was agreed or proposed since a page was opened."""
    rows = agreement.targets.filter(month=month)
    return ".".join(
        str(rows.filter(pk__in=which).values_list("pk", flat=True).first() or "")
        for which in (
            rows.agreed().values("pk"),
            rows.waiting().values("pk"),
        )
    )


def agree_month(
    agreement: Agreement,
    month: date,
    numbers: MonthNumbers,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    seen: str | None = None,
) -> Target:
    """The new target, in force or as a proposal (`agreed_at` None). `seen` is `stand_of` when the page was opened."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if seen is not None and seen != stand_of(agreement, month):
            text = _("Somebody else has agreed or proposed something for this month. Look at it and decide again.")
            raise MonthChanged("month", text)
        is_amended = has_begun(agreement, month, at) and agreement.targets.agreed().filter(month=month).exists()
        if is_amended and not reason.strip():
            raise ReasonMissing("reason", _("This month has begun: say why its target should change."))
        if decides_alone(agreement, by) and not is_amended:
            return put_in_force(agreement, month, numbers, by=by, at=at, reason=reason)
        return propose(agreement, month, numbers, by=by, at=at, reason=reason)


def propose(
    agreement: Agreement, month: date, numbers: MonthNumbers, *, by: User | None, at: datetime, reason: str = ""
) -> Target:
    """Replaces a proposal of one's own side; counts at once where the proposer leads both sides."""
    sides = sides_led(agreement, by)
    _withdraw_own(agreement, month, sides, at)
    target = made(agreement, month, numbers, How.PROPOSED, by=by, at=at, reason=reason)
    for side in sides:
        _consent(target, side, by, at)
    target.save()
    if not target.missing_consents:
        return _counts(target, by=by, at=at)
    _write_down(target, "proposal", _agreed_leads(agreement, month), by=by, at=at)
    return target


def propose_leads(
    agreement: Agreement, month: date, leads: int, side: Side, *, by: User, at: datetime, reason: str
) -> Target:
    """A new number for a month with a target, for a side, by who may sign for it; its tiers change in proportion."""
    agreed = agreement.targets.agreed().filter(month=month).first()
    if agreed is None:
        raise MonthRefused("month", _("Nothing is agreed for this month: there is no target to change."))
    _withdraw_own(agreement, month, [side], at)
    target = made(agreement, month, agreed.numbers.scaled_to(leads), How.PROPOSED, by=by, at=at, reason=reason)
    _consent(target, side, by, at)
    target.save()
    _write_down(target, "proposal", agreed.leads, by=by, at=at)
    return target


def consent(target: Target, side: Side, *, by: User, at: datetime) -> Target:
    """For a side, by who may sign for it. Of a proposal that still waits, under the agreement's lock."""
    _consent(target, side, by, at)
    target.save()
    return target if target.missing_consents else _counts(target, by=by, at=at)


def put_in_force(
    agreement: Agreement, month: date, numbers: MonthNumbers, *, by: User | None, at: datetime, reason: str = ""
) -> Target:
    how = How.DIRECT if numbers.quota is None else How.DERIVED
    agreement.targets.waiting().filter(month=month).update(superseded_at=at)
    target = made(agreement, month, numbers, how, by=by, at=at, reason=reason)
    return _counts(target, by=by, at=at)


def accept(target: Target, *, by: User, at: datetime) -> Target:
    """Consents for every side that this person leads. The target counts once nobody's consent is missing."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=target.agreement_id)
        target = _still_open(target)
        sides = [side for side in target.missing_consents if side in sides_led(agreement, by)]
        if not sides:
            raise NotYoursToAnswer("", _("This proposal is not waiting for your side's consent."))
        for side in sides:
            _consent(target, side, by, at)
        target.save()
        return target if target.missing_consents else _counts(target, by=by, at=at)


def accept_all(targets: Sequence[Target], *, by: User, at: datetime) -> None:
    """All of them, or none where one was answered meanwhile."""
    with transaction.atomic():
        _check_any(targets)
        for target in targets:
            accept(target, by=by, at=at)


def decline_all(targets: Sequence[Target], *, by: User, at: datetime, reason: str) -> None:
    with transaction.atomic():
        _check_any(targets)
        for target in targets:
            decline(target, by=by, at=at, reason=reason)


def _check_any(targets: Sequence[Target]) -> None:
    if not targets:
        raise MonthChanged("", _("Nothing waits for an answer any more."))


def decline(target: Target, *, by: User, at: datetime, reason: str = "") -> Target:
    """By a lead of either side, or by who decides alone. The proposer takes it back without a reason."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=target.agreement_id)
        target = _still_open(target)
        if not (decides_alone(agreement, by) or sides_led(agreement, by)):
            raise NotYoursToAnswer("", _("Only the leads of the two teams can decline a proposal."))
        own = _consented(target)
        if not reason.strip() and not any(side in own for side in sides_led(agreement, by)):
            raise ReasonMissing("reason", _("Say why: the other side reads it."))
        target.declined_at, target.declined_by, target.answer = at, by, reason.strip()[:LONGEST_REASON]
        target.save()
        _write_down(target, "declined", None, by=by, at=at, why=target.answer)
        return target


def _still_open(target: Target) -> Target:
    target = Target.objects.select_related("agreement").get(pk=target.pk)
    if not target.is_open:
        raise MonthChanged("", _("This proposal has been answered in the meantime."))
    return target


def _withdraw_own(agreement: Agreement, month: date, sides: list[Side], at: datetime) -> None:
    waiting = agreement.targets.waiting().filter(month=month).first()
    if waiting is None:
        return
    if any(side not in sides for side in Side if side in _consented(waiting)):
        text = _("The other side has proposed %(leads)s for this month: accept or decline that first.")
        raise ProposalWaiting("month", text % {"leads": counted_leads(waiting.leads)})
    waiting.superseded_at = at
    waiting.save(update_fields=["superseded_at"])


def _consented(target: Target) -> list[Side]:
    return [side for side in (Side.MARKETING, Side.SALES) if side not in target.missing_consents]


def made(
    agreement: Agreement,
    month: date,
    numbers: MonthNumbers,
    how: How,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> Target:
    """Not kept yet."""
    return Target(
        agreement=agreement,
        month=month,
        how=how,
        reason=reason.strip(),
        made_at=at,
        made_by=by,
        assumptions=numbered(agreement, numbers.conversion, by=by, at=at) if numbers.conversion else None,
        **numbers.columns,
    )


def numbered(agreement: Agreement, conversion: Conversion, *, by: User | None, at: datetime) -> Assumptions:
    """The set with these numbers, a new one if there is none yet."""
    columns = Assumptions.columns(conversion)
    general = {name: value for name, value in columns.items() if name != "by_tier"}
    known = agreement.assumptions.filter(**general).order_by("-is_current", "-number")
    found = next((row for row in known if row.conversion == conversion), None)
    if found is None:
        last = agreement.assumptions.aggregate(last=Max("number"))["last"] or 0
        found = agreement.assumptions.create(number=last + 1, made_at=at, made_by=by, **columns)
    return found


def make_current(agreement: Agreement, assumptions: Assumptions | None) -> None:
    """From now on this is what quotas are turned into leads with; no target moves by it."""
    if assumptions is None or not assumptions.is_current:
        agreement.assumptions.filter(is_current=True).update(is_current=False)
    if assumptions is not None and not assumptions.is_current:
        assumptions.is_current = True
        assumptions.save(update_fields=["is_current"])


def _consent(target: Target, side: Side, by: User | None, at: datetime) -> None:
    setattr(target, f"{side}_agreed_at", at)
    setattr(target, f"{side}_agreed_by", by)


def _counts(target: Target, *, by: User | None, at: datetime) -> Target:
    former = _agreed_leads(target.agreement, target.month)
    take_effect(target, at)
    if target.quota is not None:
        of_quota = {"amount": target.quota, "parts": target.quota_parts}
        target.agreement.quotas.update_or_create(month=target.quota_month or target.month, defaults=of_quota)
        make_current(target.agreement, target.assumptions)
    _write_down(target, "target", former, by=by, at=at)
    return target


def take_effect(target: Target, at: datetime) -> None:
    """From now on this is the month's target; the one before it stays as a former one."""
    target.agreement.targets.agreed().filter(month=target.month).update(superseded_at=at)
    target.agreed_at = at
    target.save()


def _agreed_leads(agreement: Agreement, month: date) -> int | None:
    return agreement.targets.agreed().filter(month=month).values_list("leads", flat=True).first()


def _write_down(target: Target, word: str, former: int | None, *, by: User | None, at: datetime, why: str = "") -> None:
    before = None if former is None else str(former)
    lines: list[list[object]] = [[[word, f"{target.month:%Y-%m}"], before, str(target.leads)]]
    lines += [[[word, f"{target.month:%Y-%m}", tier.tier], None, str(tier.leads)] for tier in target.tiers]
    lines += [[["declined_because", f"{target.month:%Y-%m}"], None, why]] if why else []
    Change.objects.create(agreement=target.agreement, by=by, at=at, lines=lines)


def counted_leads(count: int) -> str:
    return ngettext("%(count)s lead", "%(count)s leads", count) % {"count": number(count)}
