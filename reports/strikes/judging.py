"""Actions: the portal judges a month once, on the day that the agreement says; both sides may have it judged again."""

import logging
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.document.groups.consequences import CONSEQUENCES, FEWEST, JUDGED_ON, JUDGING, Judging
from agreements.models import Agreement, Version
from agreements.promises.measures import STATED
from agreements.terms import Timeline, timeline
from leads.refusals import Refused
from reports.facts.reading import read
from reports.judgement import AT_RISK, KEPT, MISSED, ON_THE_WAY, VOLUMES, Judgement
from reports.models import AskedAgain, JudgedMonth, JudgedObjective
from reports.strikes.owing import settle
from reports.strikes.rule import NOTHING
from smarketing.accounts.models import User
from smarketing.lib.periods import Period

logger = logging.getLogger(__name__)
VERDICTS = {KEPT: KEPT, ON_THE_WAY: KEPT, MISSED: MISSED, AT_RISK: MISSED}  # of clocks still running as they stand


class NotAskedAgain(Refused):
    """The request was accepted, declined or taken back meanwhile."""


class AlreadyAskedAgain(Refused):
    """One request at a time for a month."""


class OneSideAlone(Refused):
    """Who asked, or another of the same side, does not accept."""


def judge_months(*, at: datetime) -> int:
    """Every month whose day has come, or went by while no worker ran. An agreement that fails holds up no other."""
    count = 0
    for agreement in Agreement.objects.order_by("pk"):
        try:
            count += judge_agreement(agreement, at=at)
        except Exception:
            logger.exception("The months of %s could not be judged.", agreement.slug)
    return count


def judge_agreement(agreement: Agreement, *, at: datetime) -> int:
    """Each month in a transaction of its own, the oldest first: whoever is killed between two has lost nothing."""
    if not any(map(has_rule, agreement.versions.agreed())):
        return 0
    terms = timeline(agreement)
    due = list(_due(agreement, terms, terms.day_of(at)))
    return sum(_judge(agreement, month, terms, at) for month in due)


def has_rule(version: Version) -> bool:
    return bool(version.groups.get(JUDGING.key) or version.groups.get(CONSEQUENCES.key))


def judging_of(version: Version) -> Judging:
    return next(iter(JUDGING.from_stored(version.groups.get(JUDGING.key, []))), Judging())


def _due(agreement: Agreement, terms: Timeline, today: date) -> Iterator[Period]:
    done = set(JudgedMonth.objects.filter(agreement=agreement).values_list("month", flat=True))
    versions = {version.pk: version for version in agreement.versions.agreed()}
    month = Period.of(terms.versions[0].effective_on) if terms.versions else Period.of(today)
    while month.end_on < today:
        version = versions.get(terms.on(month.end_on).version_id or 0)
        if month.start_on not in done and version and has_rule(version) and today >= judged_on(version, month, terms):
            yield month
        month = month.next()


def version_of(agreement: Agreement, month: Period, terms: Timeline) -> Version:
    """Under which a month is judged: the one in force on its last day."""
    return agreement.versions.get(pk=terms.on(month.end_on).version_id or 0)


def judged_on(version: Version, month: Period, terms: Timeline) -> date:
    """The working day of the next month; its last day where it has fewer."""
    after, number = month.next(), judging_of(version).working_day or JUDGED_ON
    days = terms.on(after.start_on).calendar.working_days(after.start_on, after.end_on)
    return days[number - 1] if number <= len(days) else after.end_on


def _judge(agreement: Agreement, month: Period, terms: Timeline, at: datetime) -> bool:
    found = verdicts_of(agreement, month, terms, at)
    with transaction.atomic():
        locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if JudgedMonth.objects.filter(agreement=locked, month=month.start_on).exists():
            return False  # another worker was first; the unique constraint says so too
        version = version_of(locked, month, terms)
        _keep(JudgedMonth(agreement=locked, month=month.start_on, version=version, judged_at=at), found)
        settle(locked, at=at)
    return True


def _keep(judged: JudgedMonth, found: list[JudgedObjective]) -> None:
    judged.save()
    for one in found:
        one.judged = judged
    JudgedObjective.objects.bulk_create(found)


def verdicts_of(agreement: Agreement, month: Period, terms: Timeline, at: datetime) -> list[JudgedObjective]:
    """As the scorecard says at this instant; not kept yet."""
    reading = read(agreement, month, at=at, today=terms.day_of(at), terms=terms)
    fewest = judging_of(version_of(agreement, month, terms)).fewest or FEWEST
    return [_verdict(judgement, fewest) for judgement in reading.scorecard]


def _verdict(judgement: Judgement, fewest: int) -> JudgedObjective:
    handoffs = len(judgement.judged)
    is_few = judgement.measure not in (*VOLUMES, *STATED) and handoffs < fewest
    return JudgedObjective(
        side=judgement.side,
        measure=judgement.measure,
        tier=judgement.tier,
        is_rest=judgement.is_rest,
        promised=judgement.promised,
        delivered=judgement.delivered,
        limit=judgement.limit,
        is_mean=judgement.is_mean,
        handoffs=handoffs,
        state=NOTHING if is_few else VERDICTS.get(judgement.state, NOTHING),
    )


def ask_again(judged: JudgedMonth, *, reason: str, side: str, by: User, at: datetime) -> None:
    if not reason.strip():
        raise Refused(_("Say why the month is to be judged again."))
    known = {"agreement_id": judged.agreement_id, "month": judged.month}
    said = {"side": side, "reason": reason.strip(), "asked_by": by, "asked_at": at}
    _asked, is_new = AskedAgain.objects.get_or_create(**known, defaults=said)
    if not is_new:
        raise AlreadyAskedAgain(_("Somebody has asked already that this month be judged again."))


def drop_again(asked_id: int) -> None:
    """Taken back, or declined."""
    if not AskedAgain.objects.filter(pk=asked_id).delete()[0]:
        raise NotAskedAgain(_("This request has been answered or taken back in the meantime."))


def accept_again(asked_id: int, *, side: str, by: User, at: datetime) -> None:
    asked = AskedAgain.objects.filter(pk=asked_id).first()
    if asked is None:
        raise NotAskedAgain(_("This request has been answered or taken back in the meantime."))
    if asked.side == side or asked.asked_by_id == by.pk:
        raise OneSideAlone(_("The other side accepts that a month is judged again."))
    terms, month = timeline(asked.agreement), Period(asked.month)
    found = verdicts_of(asked.agreement, month, terms, at)
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=asked.agreement_id)
        drop_again(asked_id)
        JudgedMonth.objects.filter(agreement=agreement, month=asked.month, is_current=True).update(is_current=False)
        again = JudgedMonth(
            agreement=agreement,
            month=asked.month,
            version=version_of(agreement, month, terms),
            judged_at=at,
            reason=asked.reason,
            asked_by=asked.asked_by,
            accepted_by=by,
        )
        _keep(again, found)
        settle(agreement, at=at)
