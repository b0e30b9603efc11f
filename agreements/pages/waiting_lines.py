"""Reads: what an agreement asks of a person: signatures, answers, friction reports, figures to state."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.exceptions.agreeing import may_answer
from agreements.friction.owed import told_of
from agreements.models import AgreedException, Agreement, FrictionReport, Target, Version
from agreements.months.stated import months_to_state
from agreements.pages.reading.sentences import exception_named
from agreements.pages.versions import waiting_for
from agreements.signing.signatures import may_leave
from agreements.terms import timeline, today_of
from smarketing.accounts.rights import Verb
from smarketing.accounts.waiting import Asker, WaitingLine
from smarketing.lib.numbers import number
from smarketing.lib.periods import Period
from smarketing.lib.spoken import period_name


def signatures(asker: Asker) -> Iterator[WaitingLine]:
    for version in waiting_for(asker.person, asker.access, asker.at):
        agreement = version.agreement
        if asker.slug not in ("", agreement.slug) or version.proposed_at is None:
            continue
        if version.is_cancellation:
            text = _("That the agreement ends after %(on)s waits for your signature.")
        else:
            text = _("Version %(number)s, to be in force from %(on)s, waits for your signature.")
        on = version.last_on if version.is_cancellation else version.effective_on
        text %= {"number": version.number, "on": date_format(on, "DATE_FORMAT")}
        if version.reminded_by:
            text += " " + _("%(by)s reminds you.") % {"by": version.reminded_by}
        since = today_of(agreement, version.proposed_at)
        yield WaitingLine(text, version_address(version), since, agreement=str(agreement))


def declined_versions(asker: Asker) -> Iterator[WaitingLine]:
    """What was declined waits for who has proposed it: to propose another one, or to leave it at that."""
    rows = Version.objects.declined().filter(agreement__in=Agreement.every.visible_to(asker.access))
    people = ("settled_by", "agreement__marketing_team", "agreement__sales_team", "agreement__service_team")
    for version in rows.filter(**asker.about("agreement__")).select_related(*people):
        is_own = may_leave(version, asker.person, asker.at)
        if version.settled_at is None or not (is_own or asker.slug):
            continue
        said = {"number": version.number, "by": version.settled_by or "–", "reason": version.reason}
        if version.is_cancellation:
            text = _("%(by)s has declined that the agreement ends: “%(reason)s”")
        else:
            text = _("%(by)s has declined version %(number)s: “%(reason)s”")
        agreement = version.agreement
        address, since = version_address(version), today_of(agreement, version.settled_at)
        yield WaitingLine(text % said, address, since, is_own=is_own, is_answer=True, agreement=str(agreement))


def version_address(version: Version) -> str:
    return reverse("agreements:version", args=[version.agreement.slug, version.pk])


def targets(asker: Asker) -> Iterator[WaitingLine]:
    """Those of an exception are answered with it."""
    mine = asker.own.where(Verb.PLAN, "agreement__")
    rows = Target.objects.waiting().of_themselves().filter(mine, agreement__is_draft=False)
    ordered = rows.filter(**asker.about("agreement__")).select_related("agreement").order_by("agreement", "month")
    for agreement, of_one in groupby(ordered, lambda row: row.agreement):
        sides = asker.own.sides(Verb.PLAN, agreement)
        open_ones = [row for row in of_one if any(side in sides for side in row.missing_consents)]
        if open_ones:
            text = ngettext(
                "the target of %(month)s waits for your side's answer",
                "%(n)s targets, the first for %(month)s, wait for your side's answer",
                len(open_ones),
            )
            first = Period(open_ones[0].month)
            said = {"n": number(len(open_ones)), "month": period_name(first)}
            address = reverse("agreements:answer_targets", args=[agreement.slug])
            since = min(today_of(agreement, row.made_at) for row in open_ones)
            yield WaitingLine(text % said, address, since, agreement=str(agreement))


def exceptions(asker: Asker) -> Iterator[WaitingLine]:
    rows = AgreedException.objects.waiting().filter(
        asker.access.where(Verb.READ, "agreement__"), **asker.about("agreement__")
    )
    teams = ("agreement__marketing_team", "agreement__sales_team", "agreement__service_team")
    for row in rows.select_related(*teams, "replaces"):
        is_own = may_answer(row, asker.person, asker.at)
        if is_own or asker.slug:
            former = (row.replaces.begins, row.replaces.ends) if row.replaces else ()
            text = _("%(what)s waits for an answer") % {
                "what": exception_named(row.reason, row.begins, row.ends, former)
            }
            address = reverse("exceptions:exceptions", args=[row.agreement.slug]) + f"#exception-{row.pk}"
            since, name = today_of(row.agreement, row.proposed_at), str(row.agreement)
            yield WaitingLine(text, address, since, is_own=is_own, agreement=name)


def friction_reports(asker: Asker) -> Iterator[WaitingLine]:
    """To be sent by sales, then answered by service."""
    open_ones = FrictionReport.objects.filter(answered_at=None, **asker.about("agreement__"))
    rows = open_ones.filter(asker.access.where(Verb.READ, "agreement__")).select_related("agreement", "version")
    for owed in told_of(rows, asker.at):
        row, agreement = owed.report, owed.report.agreement
        verb = Verb.FOLLOW_UP if row.sent_at is None else Verb.ANSWER
        is_own = bool(asker.own.sides(verb, agreement))
        if not is_own and not asker.slug:
            continue
        said = {"month": period_name(Period(row.month))}
        of: dict[str, Any] = {"is_own": is_own, "agreement": str(agreement)}
        address = reverse("agreements:friction_report", args=[agreement.slug, row.pk])
        if row.sent_at is not None:
            text = _("answer the friction report for %(month)s") % said
            yield WaitingLine(text, address, today_of(agreement, row.sent_at), **of)
            continue
        text = _("send the friction report for %(month)s") % said
        if owed.is_late:
            late = ngettext("%(n)s working day late", "%(n)s working days late", owed.days_late)
            text += f" ({late % {'n': number(owed.days_late)}})"
        yield WaitingLine(text, address, owed.due_on, is_due=True, is_late=owed.is_late, **of)


def figures_to_state(asker: Asker) -> Iterator[WaitingLine]:
    for agreement in Agreement.objects.filter(asker.own.where(Verb.PLAN), **asker.about()):
        sides, terms = asker.own.sides(Verb.PLAN, agreement), timeline(agreement)
        months = months_to_state(agreement, terms, sides, terms.day_of(asker.at))
        if months:
            first = Period(months[0])
            text = ngettext(
                "state the figures of %(month)s",
                "state the figures of %(n)s months, the first %(month)s",
                len(months),
            )
            said = {"n": number(len(months)), "month": period_name(first)}
            address = reverse("agreements:stated", args=[agreement.slug], query={"month": first.label})
            yield WaitingLine(text % said, address, first.next().start_on, agreement=str(agreement))
