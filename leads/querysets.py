from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from leads.clock import rule as clocks
from leads.enums import MARKETING_REASONS
from leads.work import states
from smarketing.accounts.models import Side
from smarketing.accounts.rights import Verb

if TYPE_CHECKING:
    from agreements.models import Agreement
    from leads.models import Handoff, Lead  # noqa: F401  (Lead stands in a string that ruff does not read)
    from smarketing.accounts.access import Access
    from smarketing.lib.periods import Period


URGENCY = ("rank", "deadline", "handed_at", "id")  # as `by_urgency` orders; none of them is null
NEVER = datetime(9999, 12, 30, tzinfo=UTC)


class LeadQuerySet(QuerySet["Lead"]):
    def visible_to(self, access: "Access") -> "LeadQuerySet":
        """Marketing sees the leads of its agreements, sales those handed over to it, leadership none."""
        if access.is_administrator:
            return self
        marketing = access.where(Verb.SEE, "agreement__", sides=(Side.MARKETING,))
        sales = access.where(Verb.SEE, "agreement__", sides=(Side.SALES,))
        return self.filter(marketing | Q(pk__in=_handed_over().filter(sales)))

    def logged_by(self, access: "Access") -> "LeadQuerySet":
        """The leads that this person may edit and hand over."""
        return self.filter(access.where(Verb.MARKET, "agreement__"))

    def never_handed_over(self) -> "LeadQuerySet":
        return self.exclude(pk__in=_handed_over())


def _handed_over() -> "QuerySet[Handoff, int]":
    return apps.get_model("leads", "Handoff").objects.order_by().values_list("lead_id", flat=True)


def _clock(at: datetime) -> Case:
    """`leads.clock.rule.clock`, branch by branch."""
    passed, is_open = Q(due_at__lt=at), Q(state__in=states.OPEN)
    return Case(
        When(Q(stopped_at__isnull=False, due_at__isnull=True), then=Value(clocks.KEPT)),
        When(Q(stopped_at__lte=F("due_at")), then=Value(clocks.KEPT)),
        When(Q(stopped_at__isnull=False), then=Value(clocks.MISSED)),
        When(passed & is_open, then=Value(clocks.OVERDUE)),
        When(passed, then=Value(clocks.MISSED)),
        When(Q(warn_at__lte=at) & is_open, then=Value(clocks.DUE_SOON)),
        default=Value(clocks.RUNNING),
        output_field=CharField(),
    )


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

    def of_nobody(self) -> "HandoffQuerySet":
        return self.filter(rep=None, rep_name="")

    def handed_in(self, agreement: "Agreement", period: "Period") -> "HandoffQuerySet":
        return self.filter(agreement=agreement, handed_on__range=(period.start_on, period.end_on))

    def open(self) -> "HandoffQuerySet":
        return self.filter(state__in=states.OPEN)

    def closed(self) -> "HandoffQuerySet":
        return self.filter(state__in=states.CLOSED)

    def with_clock(self, at: datetime) -> "HandoffQuerySet":
        """Adds `clock_state`: `leads.clock.rule.clock` in SQL."""
        return self.annotate(clock_state=_clock(at))

    def clocked(self, clock: str, at: datetime) -> "HandoffQuerySet":
        return self.annotate(clock_state=_clock(at)).filter(clock_state=clock)

    def counted_by_clock(self, at: datetime) -> dict[str, int]:
        return dict(self.order_by().annotate(clock_state=_clock(at)).values_list("clock_state").annotate(Count("pk")))

    def breached(self, at: datetime) -> "HandoffQuerySet":
        return self.annotate(clock_state=_clock(at)).filter(clock_state__in=clocks.BREACHED)

    def overdue(self, at: datetime) -> "HandoffQuerySet":
        return self.open().filter(stopped_at=None, due_at__lt=at)

    def due_soon(self, at: datetime) -> "HandoffQuerySet":
        return self.open().filter(stopped_at=None, warn_at__lte=at).exclude(due_at__lt=at)

    def followed_up(self) -> "HandoffQuerySet":
        return self.filter(response_us__isnull=False)

    def returned_untouched(self) -> "HandoffQuerySet":
        """Returned before any attempt."""
        return self.filter(returned_at__isnull=False, response_us=None)

    def never_followed_up(self, at: datetime) -> "HandoffQuerySet":
        return self.filter(stopped_at=None, due_at__lt=at)

    def running(self, at: datetime) -> "HandoffQuerySet":
        return self.filter(Q(stopped_at=None), Q(due_at=None) | Q(due_at__gte=at))

    def marketings_returns(self) -> "HandoffQuerySet":
        return self.filter(returned_at__isnull=False, return_reason__in=MARKETING_REASONS)

    def never_connected(self) -> "HandoffQuerySet":
        """What the depth counts: returns for marketing's reasons are left out."""
        return self.filter(connected_at=None).exclude(returned_at__isnull=False, return_reason__in=MARKETING_REASONS)

    def by_urgency(self) -> "HandoffQuerySet":
        """Nobody called yet, by due time; then promised attempts outstanding, by theirs; then those with all of them
        made; the connected last."""
        is_unmet, is_connected = Q(stopped_at=None), Q(connected_at__isnull=False)
        return self.annotate(
            rank=Case(
                When(is_unmet, then=Value(0)),
                When(is_connected, then=Value(3)),
                When(depth_met_at__isnull=False, then=Value(2)),
                default=Value(1),
            ),
            deadline=Coalesce(Case(When(is_unmet, then=F("due_at")), default=F("depth_due_at")), Value(NEVER)),
        ).order_by(*URGENCY)
