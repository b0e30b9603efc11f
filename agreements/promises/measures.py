"""PURE. What can be promised: one entry for each measure. File keys, forms, history and words follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agreements.promises.promise import (
    AcceptancePromise,
    BriefPromise,
    DepthPromise,
    HandoverPromise,
    InquiryPromise,
    MarketingAnswersPromise,
    MeetingsPromise,
    OpportunitiesPromise,
    PipelinePromise,
    Promise,
    RevenuePromise,
    SalesAnswersPromise,
    SpeedPromise,
    StatedPromise,
    TimedPromise,
)


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


HOURS, COUNT, MONEY = "hours", "count", "money"


@dataclass(frozen=True)
class Measure:
    """`side` promises it; `name` and `says` are marked for translation. `promise` declares the fields.

    `says` is what is promised, with `time` for its working time; how many attempts is said with their number. `unit`
    is that of a stated figure: HOURS (their mean over months), COUNT or MONEY (their sum). `is_at_most`: less is
    better.
    """

    key: str
    side: str
    name: str
    promise: type[Promise]
    says: str = ""
    unit: str = ""
    is_at_most: bool = False

    @property
    def is_stated(self) -> bool:
        """By the side that promises it, month by month: the portal has no records of it."""
        return issubclass(self.promise, StatedPromise)

    @property
    def is_timed(self) -> bool:
        """A share of handoffs, each within so much working time."""
        return issubclass(self.promise, TimedPromise)

    @property
    def is_share(self) -> bool:
        """Of handoffs, each of which keeps the promise or does not."""
        return self.is_timed or issubclass(self.promise, BriefPromise)


MEASURES = {
    measure.key: measure
    for measure in (
        Measure(
            "speed",
            "sales",
            _("Follow-up speed"),
            SpeedPromise,
            _("first attempt within %(time)s of working time"),
        ),
        Measure("depth", "sales", _("Follow-up depth"), DepthPromise),
        Measure(
            "acceptance",
            "sales",
            _("Acceptance"),
            AcceptancePromise,
            _("accepted or returned within %(time)s of working time"),
        ),
        Measure(
            "inquiry",
            "sales",
            _("Answers to inquiries"),
            InquiryPromise,
            _("answered within %(time)s of working time when a known lead asks again"),
        ),
        Measure(
            "handover",
            "marketing",
            _("Handing over"),
            HandoverPromise,
            _("handed over within %(time)s of working time from the lead's creation"),
        ),
        Measure("brief", "marketing", _("Complete briefs"), BriefPromise, _("with all facts of the brief")),
        Measure(
            "marketing_answers",
            "marketing",
            _("Answers to sales"),
            MarketingAnswersPromise,
            unit=HOURS,
            is_at_most=True,
        ),
        Measure(
            "sales_answers",
            "sales",
            _("Answers to marketing"),
            SalesAnswersPromise,
            unit=HOURS,
            is_at_most=True,
        ),
        Measure("meetings", "sales", _("Meetings held"), MeetingsPromise, unit=COUNT),
        Measure("opportunities", "sales", _("Opportunities"), OpportunitiesPromise, unit=COUNT),
        Measure("pipeline", "sales", _("Pipeline value"), PipelinePromise, unit=MONEY),
        Measure("revenue", "sales", _("Revenue"), RevenuePromise, unit=MONEY),
    )
}
STATED = {key: measure for key, measure in MEASURES.items() if measure.is_stated}
OF_HANDOFFS = {key: measure for key, measure in MEASURES.items() if not measure.is_stated}


def promise_of(measure: str, tier: str, stored: Mapping[str, Any]) -> Promise:
    """The promise that a version keeps in these three."""
    return MEASURES[measure].promise.from_stored(tier, dict(stored))
