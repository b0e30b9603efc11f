"""PURE. What happened in the demonstration, made up day by day; the same day always tells the same story."""

from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from unicodedata import normalize
from zoneinfo import ZoneInfo

from agreements.worktime import WorkCalendar
from leads.demonstration.company import SOURCES, TIERS, TRADES, Market

RESULTS = {"no_answer": 6, "voicemail": 3, "sent": 1}
RETURN_REASONS = {"wrong_data": 4, "below_quality": 4, "duplicate": 2, "bad_timing": 2}
LOSS_REASONS = {"no_budget": 3, "no_need": 4, "competitor": 2, "bad_timing": 1}
SEASON = (0.92, 1.0, 1.06, 1.0, 0.98, 0.94, 0.8, 0.86, 1.08, 1.06, 1.1, 0.82)  # by month
NOTES = ("Asked for a call next week.", "Wants the price list first.", "Reached the assistant.", "Sent the case study.")


@dataclass
class Try:
    at: datetime
    channel: str
    result: str
    note: str = ""


@dataclass
class Pass:
    """One handoff and what came of it."""

    at: datetime
    rep: str
    accepted_at: datetime | None = None
    tries: list[Try] = field(default_factory=list)
    returned_at: datetime | None = None
    return_reason: str = ""


@dataclass
class Story:
    """One lead from its creation to its end, as far as it is told."""

    external_id: str
    created_at: datetime
    source: str
    tier: str
    name: str
    company: str
    email: str
    phone: str
    value: int
    passes: list[Pass] = field(default_factory=list)
    verdict: str = ""
    closed_at: datetime | None = None
    revenue: int | None = None
    loss_reason: str = ""


@dataclass(frozen=True)
class Scene:
    """Where a story is set. `bad_month` is the month (first day) in which nearly everything went wrong."""

    market: Market
    calendar: WorkCalendar
    zone: ZoneInfo
    attempts: int
    bad_month: date
    now: datetime


def stories_of(day: date, scene: Scene) -> list[Story]:
    """The leads won on a local day, with all that will ever happen to them."""
    dice = Random(f"smarketing-{scene.market.slug}-{day}")  # noqa: S311, a story is no secret
    count = _how_many(day, scene, dice)
    instants = sorted(_instant(day, scene.zone, dice) for _ in range(count))
    return [_story(f"{scene.market.slug}-{day:%y%m%d}-{n:02}", at, scene, dice) for n, at in enumerate(instants, 1)]


def stories_of_now(scene: Scene) -> list[Story]:
    """Leads that wait for a first attempt at this moment: overdue, due soon, and fresh ones."""
    at = scene.now
    dice = Random(f"smarketing-now-{scene.market.slug}-{at.date()}")  # noqa: S311, a story is no secret
    told = []
    for n, minutes in enumerate(scene.market.waiting_minutes, 1):
        handed_at = worked_before(scene.calendar, at, timedelta(minutes=minutes))
        story = _person(f"{scene.market.slug}-now-{at:%y%m%d}-{n:02}", handed_at - timedelta(minutes=17), scene, dice)
        rep = _pick(dict.fromkeys(scene.market.reps, 1), dice) if n % 3 else ""
        story.passes.append(Pass(handed_at, rep))
        told.append(story)
    return told


def worked_before(calendar: WorkCalendar, at: datetime, duration: timedelta) -> datetime:
    """The latest instant from which that much working time has passed until `at`, to the minute."""
    low, high = at - timedelta(days=30), at
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if calendar.elapsed(middle, at) >= duration else (low, middle)
    return low


def _how_many(day: date, scene: Scene, dice: Random) -> int:
    expected = scene.market.a_day[day.weekday()] * SEASON[day.month - 1]
    if _fair(day, scene):
        expected *= 2.6
    if day.replace(day=1) == scene.bad_month:
        expected *= 0.55
    return max(round(dice.gauss(expected, expected**0.5 * 0.8)), 0)


def _fair(day: date, scene: Scene) -> str:
    return next(
        (
            source
            for (month, first), source in scene.market.fairs.items()
            if day.month == month and 0 <= day.day - first < 3
        ),
        "",
    )


def _instant(day: date, zone: ZoneInfo, dice: Random) -> datetime:
    """Mostly in office hours, some in the evening, a few at night."""
    hour = dice.choices([dice.gauss(12.5, 2.6), dice.gauss(20, 1.4), dice.uniform(0, 23.9)], [78, 17, 5])[0]
    seconds = int(min(max(hour, 0.1), 23.9) * 3600)
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=seconds)


def _story(external_id: str, at: datetime, scene: Scene, dice: Random) -> Story:
    story = _person(external_id, at, scene, dice)
    fair = _fair(at.astimezone(scene.zone).date(), scene)
    if fair and dice.random() < 0.65:
        story.source = fair
    if dice.random() < 0.04:
        return story  # never handed over
    handed_at = scene.calendar.due(at, timedelta(minutes=dice.expovariate(1 / 40) + 3))
    story.passes.append(_pass(handed_at, scene, dice))
    if story.passes[-1].return_reason == "bad_timing" and dice.random() < 0.7:
        again = scene.calendar.due(handed_at + timedelta(days=dice.randint(25, 50)), timedelta(minutes=30))
        story.passes.append(_pass(again, scene, dice))
    _end(story, scene, dice)
    return story


def _person(external_id: str, at: datetime, scene: Scene, dice: Random) -> Story:
    market = scene.market
    first, last = dice.choice(market.first_names), dice.choice(market.surnames)
    company = f"{dice.choice(market.surnames)} {dice.choice(TRADES)} {dice.choice(tuple(market.places))}"
    return Story(
        external_id=external_id,
        created_at=at,
        source=_pick(SOURCES, dice),
        tier=_pick(TIERS, dice),
        name=f"{first} {last}",
        company=company,
        email=f"{_ascii(first)}.{_ascii(last)}@{'-'.join(_ascii(company).split())}.example",
        phone=f"{market.dialling_code} {dice.randint(1000000, 9999999)}",
        value=int(round(market.deal * dice.lognormvariate(0, 0.4), -2)),
    )


def _ascii(name: str) -> str:
    plain = name.lower().translate({ord("ß"): "ss", ord("ø"): "oe", ord("æ"): "ae"})
    return normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _pass(handed_at: datetime, scene: Scene, dice: Random) -> Pass:
    rep = _pick(dict.fromkeys(scene.market.reps, 1), dice)
    slowness = scene.market.reps[rep]
    if handed_at.astimezone(scene.zone).date().replace(day=1) == scene.bad_month:
        slowness *= 2.5
    made = Pass(handed_at, rep)
    wait = dice.lognormvariate(2.55, 1.0) * slowness
    if dice.random() < 0.02 * slowness:
        if dice.random() < 0.1:
            return made  # nobody ever called
        wait += dice.uniform(600, 2400)  # forgotten for days
    first_at = scene.calendar.due(handed_at, timedelta(minutes=wait))
    made.accepted_at = handed_at + (first_at - handed_at) * dice.uniform(0.2, 0.8)
    if dice.random() < 0.02:
        made.returned_at, made.return_reason = first_at, _pick(RETURN_REASONS, dice)
        return made
    _try(made, first_at, slowness, scene, dice)
    return made


def _try(made: Pass, at: datetime, slowness: float, scene: Scene, dice: Random) -> None:
    patience = round(dice.gauss(scene.attempts + 0.8, 1.2) / slowness**0.35)
    for n in range(1, max(patience, 1) + 1):
        if dice.random() < max(0.25 - 0.02 * n, 0.08):
            made.tries.append(Try(at, dice.choice(("phone", "phone", "email")), "connected", dice.choice(NOTES)))
            if dice.random() < 0.06:
                made.returned_at, made.return_reason = at + timedelta(minutes=9), _pick(RETURN_REASONS, dice)
            return
        result = _pick(RESULTS, dice)
        made.tries.append(Try(at, "email" if result == "sent" else "phone", result))
        at = scene.calendar.due(at, timedelta(minutes=dice.uniform(200, 900)))
    if dice.random() < 0.35:
        made.returned_at = at
        made.return_reason = "not_reached" if len(made.tries) >= scene.attempts else _pick(RETURN_REASONS, dice)


def _end(story: Story, scene: Scene, dice: Random) -> None:
    last = story.passes[-1]
    connected = next((attempt for attempt in last.tries if attempt.result == "connected"), None)
    if last.returned_at or not last.tries or (not connected and dice.random() < 0.12):
        return
    start = (connected or last.tries[-1]).at
    story.closed_at = scene.calendar.due(start + timedelta(days=dice.lognormvariate(2.9, 0.6)), timedelta(minutes=90))
    # Nearly every customer comes out of a conversation: the rate over all leads, seen from the connected ones.
    if connected and dice.random() < scene.market.lead_to_customer / 0.55:
        story.verdict, story.revenue = "won", int(round(story.value * dice.uniform(0.7, 1.4), -2))
    else:
        story.verdict, story.loss_reason = "lost", _pick(LOSS_REASONS, dice)


def _pick(weights: dict[str, int], dice: Random) -> str:
    return list(weights)[bisect(list(accumulate(weights.values())), dice.random() * sum(weights.values()))]
