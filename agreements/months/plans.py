"""Actions: months brought to what a document says.

A month that has begun and has a target keeps it, whatever the document says: that is told. For other months a file
and an administrator are in force at once; what a team lead writes is proposed to the other side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.document.clauses import AgreementDocument
from agreements.enums import How
from agreements.models import Agreement, Quota, Target
from agreements.months.proposing import (
    ProposalWaiting,
    counted_leads,
    has_begun,
    made,
    make_current,
    numbered,
    propose,
    take_effect,
)
from agreements.months.targets import (
    ASSUMED,
    MonthNumbers,
    TargetError,
    agreed_directly,
    from_quota,
    stored_parts,
)
from smarketing.accounts.models import User
from smarketing.lib import words
from smarketing.lib.numbers import number

T = TypeVar("T")
Answered = tuple[date, int, str]  # a month, its leads, and why they are not proposed
AGREED = "agreed"


@dataclass(frozen=True)
class MonthPlan:
    """What a document makes of the months. `document` is the part of it that is in force at once.

    `told` says in words what stays as it is, or waits; `new` are the months whose numbers change (None: taken away).
    """

    document: AgreementDocument
    told: tuple[str, ...]
    new: dict[date, MonthNumbers | None]
    proposed: dict[date, MonthNumbers]


def month_plan(
    agreement: Agreement,
    former: AgreementDocument | None,
    document: AgreementDocument,
    *,
    at: datetime,
    alone: bool,
) -> MonthPlan:
    """Changes nothing. `former` is the document as it stands, None for a new agreement.

    `alone`: without the other side's consent.
    """
    agreed = {target.month: target for target in agreement.targets.agreed()}
    begun = {month for month in agreed if has_begun(agreement, month, at)}
    document, told = _with_latest_assumptions(agreement, former, document)
    earlier = _before_its_terms(former, document, agreed) if former else set()
    told += [line for month in sorted(begun - earlier) if (line := kept_line(agreed[month], document))]
    document = _with_months(document, former, begun | earlier, agreed)
    new = {month: numbers_of(document, month) for month in sorted(_touched(former, document, agreed) - begun - earlier)}
    told += list(_underivable(document))
    if alone:
        return MonthPlan(document, tuple(told), new, {})
    return _for_one_side(former, document, told, new, agreed)


def carry_out(plan: MonthPlan, agreement: Agreement, *, by: User | None, at: datetime) -> tuple[str, ...]:
    """Returns what is told: the plan's words, and which proposals wait."""
    conversion = plan.document.conversion
    make_current(agreement, numbered(agreement, conversion, by=by, at=at) if conversion else None)
    agreement.propose_on, agreement.fewest_customers = plan.document.propose_on, plan.document.fewest_customers
    agreement.save(update_fields=["propose_on", "fewest_customers"])
    agreement.quotas.exclude(month__in=list(plan.document.quotas)).delete()
    quotas = [
        Quota(agreement=agreement, month=on, amount=amount, parts=stored_parts(plan.document.quota_parts.get(on, {})))
        for on, amount in plan.document.quotas.items()
    ]
    key = ["agreement", "month"]
    Quota.objects.bulk_create(quotas, update_conflicts=True, unique_fields=key, update_fields=["amount", "parts"])
    for month, numbers in plan.new.items():
        _put(agreement, month, numbers, by=by, at=at)
    answers = [_proposed(agreement, month, numbers, by=by, at=at) for month, numbers in plan.proposed.items()]
    return (*plan.told, *_told(answers))


def numbers_of(document: AgreementDocument, month: date) -> MonthNumbers | None:
    """What the document says the month's target is."""
    if month in document.targets:
        return agreed_directly(document.targets[month], document.tier_targets.get(month), document.points)
    conversion = document.conversion
    serves = conversion.quota_month(month) if conversion else month
    quota = document.quotas.get(serves)
    if quota is None or conversion is None:
        return None
    try:
        return from_quota(quota, conversion, document.points, month=month, parts=document.quota_parts.get(serves))
    except TargetError:
        return None


def _target_months(document: AgreementDocument) -> set[date]:
    """The months for which the document says a target, directly or by a quota that their leads serve."""
    conversion = document.conversion
    served = {conversion.lead_month(month) for month in document.quotas} if conversion else set(document.quotas)
    return served | set(document.targets)


def _with_latest_assumptions(
    agreement: Agreement, former: AgreementDocument | None, document: AgreementDocument
) -> tuple[AgreementDocument, list[str]]:
    """Assumptions belong to the agreement: the text of an earlier version does not bring its own back."""
    later = agreement.versions.current().filter(effective_on__gt=document.effective_on)
    if former is None or former.conversion == document.conversion or not later.exists():
        return document, []
    told = _("The assumptions stay as they are: those in this text belong to an earlier version.")
    return _assuming_as(former, document), [told]


def _assuming_as(former: AgreementDocument, document: AgreementDocument) -> AgreementDocument:
    return replace(document, **{name: getattr(former, name) for name in ASSUMED})


def _before_its_terms(former: AgreementDocument, document: AgreementDocument, agreed: dict[date, Target]) -> set[date]:
    """Months derived from a quota, before the day from which the document's assumptions are in force."""
    return {
        month
        for month, target in agreed.items()
        if month < document.effective_on
        and not target.is_direct
        and month not in document.targets
        and all(former.quotas.get(on) == document.quotas.get(on) for on in (month, target.quota_month or month))
    }


def _touched(former: AgreementDocument | None, document: AgreementDocument, agreed: dict[date, Target]) -> set[date]:
    """The months about which the document says something new, and those that get their first target."""
    months = _target_months(document) | agreed.keys()
    if former is None:
        return months
    wanted = {month: numbers_of(document, month) for month in months | _target_months(former)}
    return {
        month
        for month, numbers in wanted.items()
        if (numbers is not None if month not in agreed else numbers != numbers_of(former, month))
    }


def _with_months(
    document: AgreementDocument, former: AgreementDocument | None, kept: set[date], agreed: dict[date, Target]
) -> AgreementDocument:
    """The document with these months, and the quotas that their leads serve, as they were."""
    if former is None or not kept:
        return document
    served = {agreed[month].quota_month or month for month in kept if month in agreed}
    if document.conversion:
        served |= {document.conversion.quota_month(month) for month in kept if month not in agreed}
    quotas = kept | served
    return replace(
        document,
        quotas=_as_before(document.quotas, former.quotas, quotas),
        quota_parts=_as_before(document.quota_parts, former.quota_parts, quotas),
        targets=_as_before(document.targets, former.targets, kept),
        tier_targets=_as_before(document.tier_targets, former.tier_targets, kept),
    )


def _as_before(now: Mapping[date, T], before: Mapping[date, T], kept: set[date]) -> dict[date, T]:
    found = {month: value for month, value in now.items() if month not in kept}
    return dict(sorted((found | {month: before[month] for month in kept if month in before}).items()))


def kept_line(target: Target, document: AgreementDocument) -> str:
    """What is told about a month that has begun, where the document says something else about it."""
    wanted = numbers_of(document, target.month)
    if wanted is not None and (wanted.leads, _by_tier(wanted)) == (target.leads, _by_tier(target.numbers)):
        return ""
    said = {"month": month_name(target.month), "leads": counted_by_tier(counted_leads(target.leads), target.numbers)}
    if wanted is None:
        return _("%(month)s keeps its %(leads)s: it has begun, so only both sides can change it.") % said
    said["wanted"] = counted_by_tier(number(wanted.leads), wanted)
    text = _("%(month)s keeps its %(leads)s and not %(wanted)s: it has begun, so only both sides can change it.")
    return text % said


def _by_tier(numbers: MonthNumbers) -> dict[str, int]:
    return {words.key(tier): leads for tier, leads in numbers.leads_by_tier.items()}


def counted_by_tier(leads: str, numbers: MonthNumbers) -> str:
    """The leads, and of which tier how many."""
    tiers = ", ".join(f"{tier} {number(own)}" for tier, own in numbers.leads_by_tier.items())
    return f"{leads} ({tiers})" if tiers else leads


def _underivable(document: AgreementDocument) -> Iterator[str]:
    """Quotas from which more leads would follow than anybody could agree."""
    text = _("%(month)s gets no target: its quota comes to more leads than anyone could agree to.")
    if document.conversion:
        for month in sorted(_target_months(document)):
            if numbers_of(document, month) is None:
                yield text % {"month": month_name(month)}


def _for_one_side(
    former: AgreementDocument | None,
    document: AgreementDocument,
    told: list[str],
    new: dict[date, MonthNumbers | None],
    agreed: dict[date, Target],
) -> MonthPlan:
    """What one side writes: the targets wait, and with them the quotas and assumptions that they come of."""
    proposed = {month: numbers for month, numbers in sorted(new.items()) if numbers is not None}
    taken_away = [month for month, numbers in new.items() if numbers is None and month in agreed]
    text = _("%(month)s keeps its %(leads)s: propose another number, a target is not taken away.")
    told += [text % {"month": month_name(month), "leads": counted_leads(agreed[month].leads)} for month in taken_away]
    document = _with_months(document, former, {*proposed, *taken_away}, agreed)
    if proposed and former is not None:
        document = _assuming_as(former, document)
    return MonthPlan(document, tuple(told), {}, proposed)


def _put(agreement: Agreement, month: date, numbers: MonthNumbers | None, *, by: User | None, at: datetime) -> None:
    agreement.targets.waiting().filter(month=month).update(superseded_at=at)
    if numbers is None:
        agreement.targets.agreed().filter(month=month).update(superseded_at=at)
        return
    how = How.DIRECT if numbers.quota is None else How.DERIVED
    take_effect(made(agreement, month, numbers, how, by=by, at=at), at)


def _proposed(agreement: Agreement, month: date, numbers: MonthNumbers, *, by: User | None, at: datetime) -> Answered:
    try:
        target = propose(agreement, month, numbers, by=by, at=at)
    except ProposalWaiting as refusal:
        return month, 0, str(refusal)
    return month, numbers.leads, AGREED if target.agreed_at else ""


def _told(answers: list[Answered]) -> Iterator[str]:
    """Many months are one sentence, not one each."""
    waiting = [(month, leads) for month, leads, refusal in answers if not refusal]
    if waiting:
        first, last = waiting[0][0], waiting[-1][0]
        said = {"month": month_name(first), "last": month_name(last), "n": number(len(waiting))}
        said["leads"] = counted_leads(sum(leads for _month, leads in waiting))
        text = _("%(month)s: %(leads)s proposed to the other side.")
        if len(waiting) > 1:
            text = _("%(n)s months, %(month)s to %(last)s: %(leads)s together proposed to the other side.")
        yield text % said
    for text, rows in groupby(sorted(answers, key=lambda row: row[2]), key=lambda row: row[2]):
        if text not in ("", AGREED):
            yield f"{', '.join(month_name(month) for month, *_row in rows)}: {text}"


def month_name(month: date) -> str:
    return capfirst(date_format(month, "YEAR_MONTH_FORMAT"))
