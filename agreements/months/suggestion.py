"""PURE. What the ledger says about the agreed assumptions, and which target it suggests for a month."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import Any

from agreements.months.ledger import Actuals, Ledger
from agreements.months.targets import DIGITS, MOST_LEADS, Conversion, TargetError, derive
from smarketing.lib.periods import Period

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

    @property
    def conversion(self) -> Conversion | None:
        taken = {each.name: each.taken for each in self.inputs}
        return None if None in taken.values() else Conversion(**taken)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Standing:
    """How a month stands in the plan: its quota, the assumptions in force, and its target with what that came of."""

    quota: Decimal | None
    assumptions: Conversion | None
    leads: int | None = None
    target_quota: Decimal | None = None
    target_conversion: Conversion | None = None

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
    conversion = made.conversion
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


def moves(standing: Standing, quota: Decimal, conversion: Conversion) -> Iterator[Move]:
    """What moves a target that stands, input by input in the order of the formula: the parts add up exactly.

    One that was agreed directly is first brought to what the assumptions in force make of the quota.
    """
    agreed = standing.agreed
    if standing.leads is None or agreed is None:
        return
    former = standing.target_quota if standing.target_conversion else None
    inputs: dict[str, Decimal] = {"quota": quota if former is None else former, **vars(agreed)}
    if min(inputs["average_deal"], inputs["lead_to_customer"]) <= 0:
        return
    stood = _exact_leads(inputs)
    if standing.target_conversion is None:
        yield Move("direct", Decimal(standing.leads), None, _as_decimal(stood - standing.leads))
    for name, value in {"quota": quota, **vars(conversion)}.items():
        before = inputs[name]
        inputs[name] = value
        if value != before:
            now = _exact_leads(inputs)
            yield Move(name, before, value, _as_decimal(now - stood))
            stood = now


def _exact_leads(inputs: Mapping[str, Decimal]) -> Fraction:
    goal = Fraction(inputs["quota"]) * Fraction(inputs["marketing_share"])
    return goal / Fraction(inputs["average_deal"]) / Fraction(inputs["lead_to_customer"])


def _as_decimal(number: Fraction) -> Decimal:
    with localcontext(prec=DIGITS):
        return Decimal(number.numerator) / number.denominator


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
