from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from agreements.models import ReturnReason
from leads.clock import rule
from leads.enums import ClockKind
from leads.work import states
from smarketing.accounts.access import NOTHING
from smarketing.accounts.models import Membership, Side
from smarketing.accounts.rights import Verb

if TYPE_CHECKING:
    from agreements.models import Agreement
    from leads.models import Clock, Handoff, Inquiry, Lead  # noqa: F401  (they stand in strings that ruff does not read)
    from smarketing.accounts.access import Access
    from smarketing.accounts.models import User
    from smarketing.lib.periods import Period


URGENCY = ("rank", "deadline", "handed_at", "id")  # as `by_urgency` orders; none of them is null
NEVER = datetime(9999, 12, 30, tzinfo=UTC)


class LeadQuerySet(QuerySet["Lead"]):
    def visible_to(self, access: "Access") -> "LeadQuerySet":
        """Marketing sees the leads of its agreements, sales those handed over to it, leadership none."""
        if access.is_administrator:
            return self
        marketing = access.where(Verb.SEE, "agreement__", sides=(Side.MARKETING,))
        sold = access.where(Verb.SEE, sides=(Side.SALES,))
        if sold == NOTHING:
            return self.filter(marketing)
        # By number, so that the database knows how many they are; row by row, because few are looked at.
        agreements = list(apps.get_model("agreements", "Agreement").every.filter(sold).values_list("pk", flat=True))
        theirs = Q(Exists(_handed_over().filter(lead=OuterRef("pk"), agreement__in=agreements)))
        return self.filter(theirs if marketing == NOTHING else marketing | theirs)

    def never_handed_over(self) -> "LeadQuerySet":
        return self.filter(~Exists(_handed_over().filter(lead=OuterRef("pk"))))


def _handed_over() -> "QuerySet[Handoff, int]":
    return apps.get_model("leads", "Handoff").objects.order_by().values_list("lead_id", flat=True)


HANDOFF_IS_OPEN = Q(state__in=states.OPEN)


def clock_state(at: datetime, is_open: Q, *, excuses: bool = True) -> Case:
    """`leads.clock.rule.clock`, branch by branch; of a clock, or of the copy of it on the handoff.

    Without `excuses` as if nothing had been excused.
    """
    passed, excused = Q(due_at__lt=at), Q(excused_at__lte=at)
    is_excused = [When(excused & (passed | Q(stopped_at__isnull=False)), then=Value(rule.EXCUSED))] if excuses else []
    return Case(
        When(Q(due_at=None), then=Value(rule.NONE)),
        When(Q(stopped_at__lte=F("due_at")), then=Value(rule.KEPT)),
        *is_excused,
        When(Q(stopped_at__isnull=False), then=Value(rule.MISSED)),
        When(passed & is_open, then=Value(rule.OVERDUE)),
        When(passed, then=Value(rule.MISSED)),
        When(Q(warn_at__lte=at) & is_open, then=Value(rule.DUE_SOON)),
        default=Value(rule.RUNNING),
        output_field=CharField(),
    )


def _held() -> Exists:
    members = Membership.objects.working().filter(user=OuterRef("rep"), team=OuterRef("agreement__sales_team"))
    return Exists(members.filter(user__is_active=True))


class HandoffQuerySet(QuerySet["Handoff"]):
    def visible_to(self, access: "Access") -> "HandoffQuerySet":
        """The handoffs whose leads this person may see."""
        return self.filter(access.where(Verb.SEE, "agreement__"))

    def sold_by(self, access: "Access") -> "HandoffQuerySet":
        """The handoffs that this person may follow up."""
        return self.filter(access.where(Verb.FOLLOW_UP, "agreement__"))

    def led_by(self, access: "Access") -> "HandoffQuerySet":
        """The handoffs of the sales teams that this person leads."""
        return self.filter(access.where(Verb.ASSIGN, "agreement__"))

    def with_holder(self) -> "HandoffQuerySet":
        """Adds `is_held`: by a rep who is active and in the agreement's sales team."""
        return self.annotate(is_held=_held())

    def of_nobody(self) -> "HandoffQuerySet":
        """Nobody's: also those of somebody who left, and of names in files that nobody is matched to."""
        return self.filter(~_held())

    def with_next_attempt(self) -> "HandoffQuerySet":
        """Adds `next_attempt_due_at`, for which the next promised attempt is due."""
        clocks = apps.get_model("leads", "Clock").objects.running()
        clocks = clocks.filter(handoff=OuterRef("pk"), kind=ClockKind.ATTEMPT).order_by("nth")
        return self.annotate(next_attempt_due_at=Subquery(clocks.values("due_at")[:1]))

    def with_return_reason(self) -> "HandoffQuerySet":
        """Adds `reason_label`, for `agreements.enums.reason_words`, and whether it `reason_counts`."""
        reason = ReturnReason.objects.filter(agreement=OuterRef("agreement"), key=OuterRef("return_reason"))
        return self.annotate(
            reason_label=Subquery(reason.values("label")[:1]), reason_counts=Exists(reason.filter(counts=True))
        )

    def outside_criteria(self) -> "HandoffQuerySet":
        """As frozen when the lead was handed over: what the volume counts apart."""
        return self.filter(is_outside=True)

    def handed_in(self, agreement: "Agreement", period: "Period") -> "HandoffQuerySet":
        return self.filter(agreement=agreement, handed_on__range=(period.start_on, period.end_on))

    def open(self) -> "HandoffQuerySet":
        return self.filter(state__in=states.OPEN)

    def closed(self) -> "HandoffQuerySet":
        return self.filter(state__in=states.CLOSED)

    def with_clock(self, at: datetime, *, excuses: bool = True) -> "HandoffQuerySet":
        """Adds `clock_state`: `leads.clock.rule.clock` in SQL."""
        return self.annotate(clock_state=clock_state(at, HANDOFF_IS_OPEN, excuses=excuses))

    def clocked(self, clock: str, at: datetime) -> "HandoffQuerySet":
        return self.annotate(clock_state=clock_state(at, HANDOFF_IS_OPEN)).filter(clock_state=clock)

    def counted_by_clock(self, at: datetime) -> dict[tuple[bool, str], int]:
        """How many, by whether the clock is stopped and how it stands."""
        rows = self.order_by().with_clock(at).annotate(is_stopped=Q(stopped_at__isnull=False))
        counted = rows.values_list("is_stopped", "clock_state").annotate(Count("pk"))
        return {(is_stopped, state): count for is_stopped, state, count in counted}

    def overdue(self, at: datetime) -> "HandoffQuerySet":
        return self.open().filter(stopped_at=None, due_at__lt=at).exclude(excused_at__lte=at)

    def due_soon(self, at: datetime) -> "HandoffQuerySet":
        return self.open().filter(stopped_at=None, warn_at__lte=at, due_at__gte=at)

    def by_urgency(self, at: datetime) -> "HandoffQuerySet":
        """Nobody called yet, by due time; then promised attempts outstanding, by theirs; then those with all of them
        made; the connected last. What happened after the instant changes no place."""
        is_unmet, is_connected = Q(stopped_at=None) | Q(stopped_at__gt=at), Q(connected_at__lte=at)
        return self.annotate(
            rank=Case(
                When(is_unmet, then=Value(0)),
                When(is_connected, then=Value(3)),
                When(depth_met_at__lte=at, then=Value(2)),
                default=Value(1),
            ),
            deadline=Coalesce(Case(When(is_unmet, then=F("due_at")), default=F("depth_due_at")), Value(NEVER)),
        ).order_by(*URGENCY)


class InquiryQuerySet(QuerySet["Inquiry"]):
    def unsettled(self) -> "InquiryQuerySet":
        """Somebody known asks again, and nobody has answered, or handed the lead over since: by `inquiry_open`."""
        return self.filter(is_first=False, settled_at=None)

    def of_sales(self, access: "Access", user: "User | None" = None) -> "InquiryQuerySet":
        """Of leads that this person's sales teams have, or had; of `user` the own ones and those that nobody has."""
        found = self.filter(access.where(Verb.FOLLOW_UP, "handoff__agreement__"))
        if user is None:
            return found
        members = Membership.objects.working().filter(
            user=OuterRef("handoff__rep"), team=OuterRef("handoff__agreement__sales_team"), user__is_active=True
        )
        return found.annotate(is_held=Exists(members)).filter(Q(handoff__rep=user) | Q(is_held=False))

    def of_marketing(self, access: "Access") -> "InquiryQuerySet":
        """Of leads that are not with sales, so that marketing may hand them over."""
        with_marketing = Q(handoff=None) | Q(handoff__state__in=states.CLOSED)
        return self.filter(access.where(Verb.MARKET, "agreement__"), with_marketing)

    def waiting_for(self, access: "Access", user: "User") -> "InquiryQuerySet":
        """Where this person does the next thing: who has or had the lead, who leads them, and marketing."""
        own = self.unsettled().of_sales(access, user) | self.unsettled().of_sales(access).filter(
            access.where(Verb.ASSIGN, "handoff__agreement__")
        )
        return self.unsettled().filter(Q(pk__in=own.values("pk")) | Q(pk__in=self.of_marketing(access).values("pk")))


class ClockQuerySet(QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(stopped_at=None, ended_at=None)

    def with_state(self, at: datetime, *, excuses: bool = True) -> "ClockQuerySet":
        """Adds `clock_state`: `leads.clock.rule.clock` in SQL."""
        return self.annotate(clock_state=clock_state(at, Q(ended_at=None), excuses=excuses))

    def to_escalate(self, at: datetime) -> "ClockQuerySet":
        """Overdue, and not noted as such: by the index `clock_to_escalate`."""
        return self.running().filter(due_at__lt=at, escalated_at=None).exclude(excused_at__lte=at)

    def to_warn(self, at: datetime) -> "ClockQuerySet":
        """Due soon, and not noted yet: by the index `clock_to_warn`."""
        return self.running().filter(warn_at__lte=at, due_at__gte=at, warned_at=None)

    def excuses_to_answer(self, access: "Access", by: "User") -> "ClockQuerySet":
        """Breaches that the other side asks this person to excuse: `leads.ownership.may_approve` in SQL."""
        own = Q()
        if not access.is_administrator:
            own = reduce(Q.__or__, (_led(access, side) & ~Q(excuse_side=side) for side in (Side.MARKETING, Side.SALES)))
        return self.filter(own, excused_at=None).exclude(excuse="").exclude(excuse_asked_by=by)


def _led(access: "Access", side: Side) -> Q:
    """Clocks of agreements for which this person answers on that side; a handoff's agreement goes before its lead's."""
    handoff, lead = (
        access.where(Verb.APPROVE, path, sides=(side,)) for path in ("handoff__agreement__", "lead__agreement__")
    )
    return handoff | Q(handoff=None) & lead
