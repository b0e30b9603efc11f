"""Reads: the days on which an agreement is reviewed, as they follow from the rhythm of the terms in force on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from agreements.document.groups.review import REVIEW, Review, open_day
from agreements.models import Agreement, Version
from agreements.terms import Timeline, timeline


@dataclass(frozen=True)
class ReviewDay:
    """`planned_on` is the day of the rhythm; `on` itself, or the next working day."""

    planned_on: date
    on: date


def review_days(agreement: Agreement, first: date, last: date, terms: Timeline | None = None) -> list[ReviewDay]:
    terms = terms or timeline(agreement)
    dated = list(agreement.versions.dated().order_by("effective_on"))
    found = sorted(set(_planned(dated, first, last)))
    return [ReviewDay(on, open_day(on, terms.on(on).calendar.is_working_day)) for on in found]


def _planned(dated: Sequence[Version], first: date, last: date) -> Iterator[date]:
    for number, version in enumerate(dated):
        review = review_of(version)
        ends_on = dated[number + 1].effective_on - timedelta(days=1) if number + 1 < len(dated) else last
        if review is not None:
            since = rhythm_since(dated, number)
            yield from review.days(since, max(first, version.effective_on), min(last, ends_on))


def rhythm_since(dated: Sequence[Version], number: int) -> date:
    """The day on which the rhythm began: an amendment of something else does not begin it anew."""
    review = review_of(dated[number])
    while number and review and review.same_rhythm(review_of(dated[number - 1])):
        number -= 1
    return dated[number].effective_on


def review_of(version: Version) -> Review | None:
    if version.is_cancellation:
        return None
    return next(iter(REVIEW.from_stored(version.groups.get(REVIEW.key, ()))), None)
