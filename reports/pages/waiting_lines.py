"""Reads: what reports ask of a person: decisions of reviews, what is owed, root-cause sheets, months to judge again."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.terms import today_of
from reports.enums import OwedState
from reports.models import AskedAgain
from reports.pages.scorecard import label_of
from reports.pages.strikes.words import owed_text
from reports.reviews.decisions import own_open
from reports.strikes.record import sheets_to_write, unsettled
from smarketing.accounts.models import Side
from smarketing.accounts.rights import Verb
from smarketing.accounts.waiting import Asker, WaitingLine
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name


def decisions(asker: Asker) -> Iterator[WaitingLine]:
    for own in own_open(asker.person).filter(**asker.about("meeting__agreement__")):
        agreement = own.meeting.agreement
        text = _("decided in a review: %(what)s") % {"what": own.text}
        is_late = own.is_late(today_of(agreement, asker.at))
        address = f"{own.meeting.get_absolute_url()}#decisions"
        yield WaitingLine(text, address, own.due_on, True, is_late, agreement=str(agreement))


def owed_items(asker: Asker) -> Iterator[WaitingLine]:
    """To be given by the side that owes it, then to be confirmed by the other."""
    for owed in unsettled(asker.access, asker.slug):
        agreement, is_given = owed.agreement, owed.state == OwedState.GIVEN
        is_own = (owed.owed_to if is_given else owed.owing) in asker.own.sides(Verb.APPROVE, agreement)
        if not is_own and not asker.slug:
            continue
        state = _("given: to be confirmed by %(side)s") if is_given else _("to be given by %(side)s")
        state %= {"side": Side(owed.owed_to if is_given else owed.owing).label}
        month = Period(owed.month)
        address = _strikes(agreement.slug, month)
        noted = next(iter(owed.notes.all()), None)
        proposed_on = today_of(agreement, noted.at) if noted else month.end_on
        day = owed.given_on if is_given and owed.given_on else proposed_on
        text = f"{period_name(month)}: {owed_text(owed)} ({state})"
        yield WaitingLine(text, f"{address}#owed-{owed.pk}", day, is_own=is_own, agreement=str(agreement))


def root_cause_sheets(asker: Asker) -> Iterator[WaitingLine]:
    for own in sheets_to_write(asker.own, asker.slug):
        agreement = own.judged.agreement
        said = {"what": label_of(own), "month": period_name(Period(own.judged.month))}
        text = _("say why this was missed in %(month)s: %(what)s") % said
        address = reverse("reports:root_cause", args=[agreement.slug, own.pk])
        yield WaitingLine(text, address, today_of(agreement, own.judged.judged_at), agreement=str(agreement))


def months_to_judge_again(asker: Asker) -> Iterator[WaitingLine]:
    rows = AskedAgain.objects.filter(asker.access.where(Verb.READ, "agreement__"), **asker.about("agreement__"))
    for asked in rows.select_related("agreement"):
        sides = asker.own.sides(Verb.APPROVE, asked.agreement)
        is_own = any(side != asked.side for side in sides) and asked.asked_by_id != asker.person.pk
        if is_own or asker.slug:
            month = Period(asked.month)
            text = _("the other side asks that %(month)s be judged again") % {"month": period_name(month)}
            since, name = today_of(asked.agreement, asked.asked_at), str(asked.agreement)
            yield WaitingLine(text, _strikes(asked.agreement.slug, month), since, is_own=is_own, agreement=name)


def _strikes(slug: str, month: Period) -> str:
    return reverse("reports:strikes", args=[slug], query={"period": month.label})
