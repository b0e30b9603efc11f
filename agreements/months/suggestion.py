"""PURE. What the ledger says about the agreed assumptions, and which target it suggests for a month."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from typing import Any

from agreements.months.ledger import Actuals, Ledger
from agreements.months.targets import DIGITS, MOST_LEADS, Conversion, TargetError, TierConversion, derive
from smarketing.lib.periods import Period

PROPOSE_ON = 20  # the day of the month, where nothing else is said
LAST_DAY = 28  # every month has one
FEWEST_CUSTOMERS, MOST_CUSTOMERS = 30, 1_000_000
FEWEST_TOTALS = 3  # months whose total revenue is known, before they say something about the share
PLACES = {"marketing_share": 4, "average_deal": 2, "lead_to_customer": 4}  # of what is proposed


class Why(StrEnum):
    """Why an assumption stays as it is agreed, although the ledger was asked; nothing where it is taken from it."""

    TAKEN = ""
    UNKNOWN = "unknown"
    FEW = "few"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Input:
    """One assumption: as agreed, as the ledger finds it (rounded), and which of the two is `taken`."""

    name: str
    agreed: Decimal | None
    found: Decimal | None
    why: Why

    @property
    def taken(self) -> Decimal | None:
        return self.agreed if self.why else self.found


@dataclass(frozen=True)
class Move:
    """What the change of one input does to the leads, those before it in the formula being changed already."""

    name: str
    before: Decimal | None
    after: Decimal | None
    leads: Decimal


class Stand(StrEnum):
    """What comes of asking the ledger for a month's target."""

    PROPOSED = "proposed"
    UNMOVED = "unmoved"
    NO_QUOTA = "no_quota"
    NO_ASSUMPTIONS = "no_assumptions"
    IMPOSSIBLE = "impossible"
    WAITING = "waiting"


@dataclass(frozen=True)
class Suggestion:
    """What the ledger of the months `first` to `last` makes of a month's target.

    `leads_before` is None where the month has none. The moves add up to the
    exact leads less the exact ones before.
    """

    month: date
    first: date
    last: date
    stand: Stand
    quota: Decimal | None
    customers: int
    fewest: int
    inputs: tuple[Input, ...]
    moves: tuple[Move, ...] = ()
    leads_before: int | None = None
    leads: int | None = None
    left_out: tuple[Decimal, ...] = ()  # amounts of outliers

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Suggestion":
        inputs = (Input(i["name"], _decimal(i["agreed"]), _decimal(i["found"]), Why(i["why"])) for i in data["inputs"])
        moves = (
            Move(m["name"], _decimal(m["before"]), _decimal(m["after"]), Decimal(m["leads"])) for m in data["moves"]
        )
        return cls(
            month=date.fromisoformat(data["month"]),
            first=date.fromisoformat(data["first"]),
            last=date.fromisoformat(data["last"]),
            stand=Stand(data["stand"]),
            quota=_decimal(data["quota"]),
            customers=data["customers"],
            fewest=data["fewest"],
            inputs=tuple(inputs),
            moves=tuple(moves),
            leads_before=data["leads_before"],
            leads=data["leads"],
            left_out=tuple(map(Decimal, data["left_out"])),
        )

    def conversion(self, agreed: Conversion | None) -> Conversion | None:
        """What is taken, in the place of what is agreed: whatever else is agreed stays. None where one is missing."""
        taken: dict[str, Any] = {each.name: each.taken for each in self.inputs if each.taken is not None}
        if len(taken) < len(self.inputs):
            return None
        made = agreed or Conversion(**taken)
        for name, value in taken.items():
            made = _changed(made, name, value)
        return made


@dataclass(frozen=True)
class Standing:
    """How a month stands in the plan: the quota it serves, the assumptions in force, its target and its inputs."""

    quota: Decimal | None
    assumptions: Conversion | None
    leads: int | None = None
    target_quota: Decimal | None = None
    target_conversion: Conversion | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def agreed(self) -> Conversion | None:
        return self.target_conversion or self.assumptions


def suggestion(ledger: Ledger, month: date, standing: Standing, *, before: date, fewest: int) -> Suggestion:
    """The target of a month from the twelve months that are over before the day `before`, outliers left out.

    An input with fewer than `fewest` customers behind it stays as it is agreed, and so does one that is not known.
    """
    months = twelve_before(before)
    outliers = ledger.outliers(months)
    found = ledger.actuals(months, {outlier.sale.pk for outlier in outliers})
    made = Suggestion(
        month=month,
        first=months[0].start_on,
        last=months[-1].start_on,
        stand=Stand.PROPOSED,
        quota=standing.quota,
        customers=found.customers,
        fewest=fewest,
        inputs=tuple(_inputs(found, standing.agreed, fewest)),
        leads_before=standing.leads,
        left_out=tuple(outlier.sale.amount or Decimal(0) for outlier in outliers),
    )
    return _with_leads(made, standing)


def twelve_before(day: date) -> list[Period]:
    """The twelve months that are over before this day, the oldest first."""
    found, month = list[Period](), Period.of(day)
    for _n in range(12):
        month = month.previous()
        found.append(month)
    return found[::-1]


def _with_leads(made: Suggestion, standing: Standing) -> Suggestion:
    conversion = made.conversion(standing.agreed)
    if standing.quota is None:
        return replace(made, stand=Stand.NO_QUOTA)
    if conversion is None:
        return replace(made, stand=Stand.NO_ASSUMPTIONS)
    try:
        leads = derive(standing.quota, conversion).leads
    except TargetError:
        return replace(made, stand=Stand.IMPOSSIBLE)
    if leads > MOST_LEADS:
        return replace(made, stand=Stand.IMPOSSIBLE)
    is_moved = standing.leads is None or conversion != standing.agreed
    stand = Stand.PROPOSED if is_moved else Stand.UNMOVED
    return replace(made, stand=stand, leads=leads, moves=tuple(moves(standing, standing.quota, conversion)))


def _inputs(found: Actuals, agreed: Conversion | None, fewest: int) -> Iterator[Input]:
    few = found.customers < fewest
    share_is_few = few or found.months_with_total < FEWEST_TOTALS
    for name, value, is_few in (
        ("marketing_share", found.share, share_is_few),
        ("average_deal", found.deal, few),
        ("lead_to_customer", found.rate, few),
    ):
        rounded = None if value is None else rounded_to(value, PLACES[name])
        yield Input(name, getattr(agreed, name) if agreed else None, rounded, _why(name, rounded, is_few=is_few))


def _why(name: str, value: Decimal | None, *, is_few: bool) -> Why:
    if value is None:
        return Why.UNKNOWN
    if is_few:
        return Why.FEW
    is_possible = value > 0 and (name == "average_deal" or value <= 1)
    return Why.TAKEN if is_possible else Why.IMPOSSIBLE


def rounded_to(value: Decimal, places: int) -> Decimal:
    with localcontext(prec=DIGITS):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def moves(standing: Standing, quota: Decimal, taken: Conversion) -> list[Move]:
    """What moves a target that stands, input by input in the order of the formula: the parts add up.

    One that was agreed directly is first brought to what the assumptions in force make of the quota.
    """
    made, is_direct = standing.agreed, standing.target_conversion is None
    if standing.leads is None or made is None:
        return []
    former = quota if is_direct or standing.target_quota is None else standing.target_quota
    steps = [("quota", former, quota, made)]
    for name in PLACES:
        before, after = getattr(made, name), getattr(taken, name)
        made = _changed(made, name, after)
        steps.append((name, before, after, made))
    try:
        return list(_moves(steps, derive(former, standing.agreed or made).exact_leads, standing, is_direct=is_direct))
    except TargetError:  # of a target that stands but could not be derived today
        return []


Step = tuple[str, Decimal, Decimal, Conversion]


def _moves(steps: list[Step], stood: Decimal, standing: Standing, *, is_direct: bool) -> Iterator[Move]:
    quota = steps[0][2]
    if is_direct and standing.leads is not None:
        yield Move("direct", Decimal(standing.leads), None, _less(stood, Decimal(standing.leads)))
    for name, before, after, made in steps:
        if before != after:
            now = derive(quota, made).exact_leads
            yield Move(name, before, after, _less(now, stood))
            stood = now


def _less(one: Decimal, other: Decimal) -> Decimal:
    with localcontext(prec=DIGITS):
        return one - other


def _changed(made: Conversion, name: str, value: Decimal) -> Conversion:
    """Tiers keep their relation to each other: the ledger knows all of them together."""
    before, change = getattr(made, name), dict[str, Any]({name: value})
    if name != "marketing_share" and value != before:
        change["by_tier"] = tuple(replace(tier, **_scaled(tier, name, value, before)) for tier in made.by_tier)
    return replace(made, **change)


def _scaled(tier: TierConversion, name: str, value: Decimal, before: Decimal) -> dict[str, Any]:
    with localcontext(prec=DIGITS):
        return {name: rounded_to(getattr(tier, name) * value / before, PLACES[name])}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return str(value) if isinstance(value, Decimal | date) else value


def month_to_propose(today: date, day: int) -> date:
    """The month after the latest set day: who looks late, or in the next month, still finds the same one."""
    this = Period.of(today)
    asked = this if today.day >= day else this.previous()
    return asked.next().start_on
