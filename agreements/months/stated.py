"""Actions and reads: figures that a side states for a month because the portal has no records of what it promised."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Objection, StatedFigure
from agreements.months.proposing import has_begun, sides_led
from agreements.promises.measures import HOURS, MEASURES, MONEY, STATED
from agreements.promises.promise import Promise
from agreements.terms import Timeline, timeline
from smarketing.accounts.models import Side, User
from smarketing.lib import words
from smarketing.lib.periods import Period

Key = tuple[date, str, str]  # first day of the month, measure, key of the tier
Figures = Mapping[Key, Decimal]
MONTHS_ASKED_FOR = 12
WHOLE_AND_PARTS = (HOURS, MONEY)


class StatementRefused(Exception):
    """`field` is where the refusal belongs, a measure and tier or "note"; the text is for the person who tried."""

    def __init__(self, field: object, text: str) -> None:
        super().__init__(text)
        self.field = field


class NotYoursToState(StatementRefused):
    """A figure is stated by who leads the side that has promised it; the other side may object."""


def promised_for(known: Timeline, month: date, today: date) -> list[Promise]:
    """The promises to be stated for a month, by the terms at its end, or today's while it runs."""
    terms = known.on(min(Period(month).end_on, today))
    return [made for measure in STATED for made in terms.promises.get(measure, {}).values()]


def months_to_state(agreement: Agreement, known: Timeline, sides: list[Side], today: date) -> list[date]:
    """Of the last twelve months that are over, those for which these sides have not stated all that they promised."""
    if not any(map(known.ever_promised, STATED)):
        return []
    months = [Period.of(today).moved(-number).start_on for number in range(MONTHS_ASKED_FOR, 0, -1)]
    stated = stated_figures(agreement, months[0], months[-1])

    def lacks(month: date, made: Promise) -> bool:
        return STATED[made.measure].side in sides and (month, made.measure, made.tier_key) not in stated

    return [month for month in months if any(lacks(month, made) for made in promised_for(known, month, today))]


def state_figures(
    agreement: Agreement,
    month: date,
    figures: Mapping[tuple[str, str], Decimal | None],
    *,
    note: str,
    by: User,
    at: datetime,
) -> list[StatedFigure]:
    """The rows written: what is said already is not said again. Whatever was stated is changed with a reason only."""
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
        known = timeline(agreement)
        promised = {(made.measure, made.tier) for made in promised_for(known, month, known.day_of(at))}
        standing = {(row.measure, words.key(row.tier)): row.figure for row in rows_of(agreement, month)}
        new = []
        for (measure, tier), figure in figures.items():
            former = standing.get((measure, words.key(tier)))
            if figure == former:
                continue
            _check(agreement, month, (measure, tier), figure, by=by, at=at, is_promised=(measure, tier) in promised)
            if former is not None and not note.strip():
                raise StatementRefused("note", _("This figure was stated before: say why it changes."))
            row = {"figure": figure, "note": note.strip(), "made_at": at, "made_by": by}
            new.append(StatedFigure(agreement=agreement, month=month, measure=measure, tier=tier, **row))
        return StatedFigure.objects.bulk_create(new)


def _check(
    agreement: Agreement,
    month: date,
    place: tuple[str, str],
    figure: Decimal | None,
    *,
    by: User,
    at: datetime,
    is_promised: bool,
) -> None:
    if not has_begun(agreement, month, at):
        raise StatementRefused("month", _("This month has not begun."))
    if not is_promised:
        raise StatementRefused(place, _("Nothing is promised about this in the month."))
    if MEASURES[place[0]].side not in sides_led(agreement, by):
        raise NotYoursToState(place, _("This is stated by who leads the side that has promised it."))
    if figure is not None and figure < 0:
        raise StatementRefused(place, _("Must not be negative."))
    if figure is not None and MEASURES[place[0]].unit not in WHOLE_AND_PARTS and figure != int(figure):
        raise StatementRefused(place, _("Write a whole number."))


def object_to(figure: StatedFigure, *, note: str, by: User, at: datetime) -> Objection:
    """By who leads another side than the one that has stated it."""
    side = MEASURES[figure.measure].side
    if not any(own != side for own in sides_led(figure.agreement, by)):
        raise NotYoursToState("objection", _("Only who leads another side objects."))
    if not note.strip():
        raise StatementRefused("objection", _("Say what is wrong with it."))
    return Objection.objects.create(figure=figure, note=note.strip()[:300], made_at=at, made_by=by)


def rows_of(agreement: Agreement, month: date) -> list[StatedFigure]:
    """Of a month, the oldest first."""
    rows = agreement.stated_figures.filter(month=month).select_related("made_by", "agreement")
    return list(rows.prefetch_related("objections__made_by").order_by("pk"))


def stated_figures(agreement: Agreement, first_on: date, last_on: date, before: datetime | None = None) -> Figures:
    """What counts, as it stands, or stood until the instant `before`."""
    rows = agreement.stated_figures.filter(month__range=(first_on, last_on)).order_by("pk")
    rows = rows if before is None else rows.filter(made_at__lt=before)
    told = rows.values_list("month", "measure", "tier", "figure")
    latest = {(month, measure, words.key(tier)): figure for month, measure, tier, figure in told}
    return {key: figure for key, figure in latest.items() if figure is not None}
