"""PURE. What a text says of tiers and months, read and written: tiers, assumptions, quotas, targets.

Of these the tiers with their points belong to the terms; the rest are month plans.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from agreements.document.clauses import AgreementDocument
from agreements.document.toml import TomlTable, refuse_twice
from agreements.months.suggestion import FEWEST_CUSTOMERS, LAST_DAY, MOST_CUSTOMERS, PROPOSE_ON
from agreements.months.targets import (
    LONGEST_CYCLE,
    MOST_LEADS,
    MOST_POINTS,
    TargetError,
    TierConversion,
    refuse_impossible_tiers,
    taken_together,
)
from agreements.promises.kinds import Amount, Flag, Fraction, Month, Text, ValueKind, Whole, refuse, refused, shown
from smarketing.lib import words

LONGEST_NAME = 60
NEVER = "never"  # where another day is said, in differences and in the history
MOST_PARTS = 50
Rows = Iterator[tuple[str, dict[str, Any]]]


def _(text: str) -> str:
    """Marks a reason for translation; whoever shows it translates."""
    return text


class TierRow(TomlTable):
    """A tier with what one lead of it is worth. In a list without points the name stands alone: `["A", "B"]`."""

    name: Annotated[str, Text(LONGEST_NAME)]
    points: Annotated[int | None, Whole(0, MOST_POINTS)] = None

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {"name": value} if not isinstance(value, Mapping) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "maxLength": LONGEST_NAME, "minLength": 1}, handler(core)]}


def _listed(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise refused(_("must be a list of names, not {value}"), value=shown(value))
    return list(value)


def _once_a_tier(rows: list[TierRow]) -> list[TierRow]:
    if len({words.key(row.name) for row in rows}) < len(rows):
        raise refused(_("names a tier twice"))
    return rows


TierRows = Annotated[list[TierRow], BeforeValidator(_listed), AfterValidator(_once_a_tier)]


class TierAssumed(TomlTable):
    """What is left out is as in general."""

    tier: Annotated[str, Text(LONGEST_NAME)]
    share: Annotated[Decimal, Fraction(places=10)]
    average_deal: Annotated[Decimal | None, Amount(places=6, may_be_zero=False)] = None
    lead_to_customer: Annotated[Decimal | None, Fraction(places=10, may_be_zero=False)] = None


class Assumed(TomlTable):
    """Where the tiers bring their own, the general deal size and rate may be left out: the tiers come to them."""

    marketing_share: Annotated[Decimal, Fraction(places=10)]
    average_deal: Annotated[Decimal | None, Amount(places=6, may_be_zero=False)] = None
    lead_to_customer: Annotated[Decimal | None, Fraction(places=10, may_be_zero=False)] = None
    cycle_days: Annotated[int, Whole(0, LONGEST_CYCLE)] = 0
    shift_by_cycle: Annotated[bool, Flag()] = False
    tiers: list[TierAssumed] = []

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        missing = refused(_("is missing"))
        for name in ("average_deal", "lead_to_customer"):
            lacking = [place for place, row in enumerate(self.tiers) if getattr(row, name) is None]
            if getattr(self, name) is None and not self.tiers:
                refuse([((name,), missing)])
            if getattr(self, name) is None and lacking:
                refuse([(("tiers", place, name), missing) for place in lacking])
        if self.shift_by_cycle and not self.cycle_days:
            refuse([(("cycle_days",), refused(_("is missing: it says by how much to shift")))])
        try:
            refuse_impossible_tiers(self.conversions)
        except TargetError as error:
            refuse([(("tiers", error.tier or 0, error.field), refused(error.reason, **error.values))])
        return self

    @property
    def conversions(self) -> tuple[TierConversion, ...]:
        return tuple(
            TierConversion(
                row.tier,
                row.share,
                row.average_deal or self.average_deal or Decimal(0),
                row.lead_to_customer or self.lead_to_customer or Decimal(0),
            )
            for row in self.tiers
        )

    def fields(self) -> dict[str, Any]:
        """As the document has them."""
        by_tier = self.conversions
        deal, rate = taken_together(by_tier) if by_tier else (None, None)
        return {
            "marketing_share": self.marketing_share,
            "average_deal": self.average_deal or deal,
            "lead_to_customer": self.lead_to_customer or rate,
            "by_tier": by_tier,
            "cycle_days": self.cycle_days,
            "is_shifted": self.shift_by_cycle,
        }


class ByName(ValueKind):
    """Names, each with a value of another kind."""

    def __init__(self, kind: ValueKind) -> None:
        self.kind = kind

    def read(self, value: Any, info: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refused(_("must be a table, not {value}"), value=shown(value))
        if len(value) > MOST_PARTS:
            raise refused(_("has more than {most} entries"), most=MOST_PARTS)
        found, faults = dict[str, Any](), []
        known: set[str] = set()
        for name, each in value.items():
            try:
                tidy = Text(LONGEST_NAME).read(name, info)
                if words.key(tidy) in known:
                    raise refused(_("is there twice"))
                known.add(words.key(tidy))
                found[tidy] = self.kind.read(each, info)
            except PydanticCustomError as error:
                faults.append(((str(name),), error))
        refuse(faults)
        return found

    def described(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.kind.described()}


class QuotaRow(TomlTable):
    """The amount may be left out where parts are named: it is their sum."""

    month: Annotated[date, Month()]
    amount: Annotated[Decimal | None, Amount(places=6)] = None
    parts: Annotated[dict[str, Decimal], ByName(Amount(places=6))] = {}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.amount is None and not self.parts:
            refuse([(("amount",), refused(_("is missing")))])
        total = sum(self.parts.values(), Decimal(0))
        if self.parts and self.amount is not None and total != self.amount:
            reason = _("is not the sum of its parts, which is {sum}")
            refuse([(("amount",), refused(reason, sum=f"{total:f}"))])
        return self

    @property
    def total(self) -> Decimal:
        return sum(self.parts.values(), Decimal(0)) if self.amount is None else self.amount


class TargetRow(TomlTable):
    """The leads may be left out where they are agreed by tier: they are the sum."""

    month: Annotated[date, Month()]
    leads: Annotated[int | None, Whole(0, MOST_LEADS)] = None
    tiers: Annotated[dict[str, int], ByName(Whole(0, MOST_LEADS))] = {}

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.leads is None and not self.tiers:
            refuse([(("leads",), refused(_("is missing")))])
        total = sum(self.tiers.values())
        if self.tiers and self.leads is not None and total != self.leads:
            refuse([(("leads",), refused(_("is not the sum of its tiers, which is {sum}"), sum=total))])
        if total > MOST_LEADS:
            reason = _("must be a whole number from {low} to {high}")
            refuse([(("tiers",), refused(reason, low=0, high=MOST_LEADS))])
        return self

    @property
    def total(self) -> int:
        return sum(self.tiers.values()) if self.leads is None else self.leads


class LedgerTable(TomlTable):
    """When the ledger proposes the next month's target, on day 0 never, and how many customers it needs to do so."""

    propose_on: Annotated[int, Whole(0, LAST_DAY)] = PROPOSE_ON
    fewest_customers: Annotated[int, Whole(1, MOST_CUSTOMERS)] = FEWEST_CUSTOMERS


def _once_a_month(rows: list[Any]) -> list[Any]:
    refuse_twice("month", [row.month for row in rows])
    return rows


class MonthTables(BaseModel):
    """The tables of this module, as a text holds them."""

    model_config = ConfigDict(frozen=True)
    tiers: TierRows = []
    assumptions: Assumed | None = None
    ledger: LedgerTable = LedgerTable()
    quotas: Annotated[list[QuotaRow], AfterValidator(_once_a_month)] = []
    targets: Annotated[list[TargetRow], AfterValidator(_once_a_month)] = []

    def month_fields(self) -> dict[str, Any]:
        """As the document has them."""
        quotas = sorted(self.quotas, key=lambda row: row.month)
        targets = sorted(self.targets, key=lambda row: row.month)
        return {
            "tiers": tuple(row.name for row in self.tiers),
            "points": {row.name: row.points for row in self.tiers if row.points is not None},
            **(self.assumptions.fields() if self.assumptions else {}),
            "propose_on": self.ledger.propose_on or None,
            "fewest_customers": self.ledger.fewest_customers,
            "quotas": {row.month: row.total for row in quotas},
            "quota_parts": {row.month: row.parts for row in quotas if row.parts},
            "targets": {row.month: row.total for row in targets},
            "tier_targets": {row.month: row.tiers for row in targets if row.tiers},
        }


def listed_tiers(document: AgreementDocument) -> tuple[str, ...]:
    """The names alone, where no tier has points."""
    return () if document.points else document.tiers


def tier_tables(document: AgreementDocument) -> Rows:
    if document.points:
        for name in document.tiers:
            yield "[[tiers]]", {"name": name, "points": document.points.get(name)}


def month_tables(document: AgreementDocument) -> Rows:
    """The tables from which `MonthTables` reads the same, in the order of the text."""
    yield (
        "[assumptions]",
        {
            "marketing_share": document.marketing_share,
            "average_deal": document.average_deal,
            "lead_to_customer": document.lead_to_customer,
            "cycle_days": document.cycle_days or None,
            "shift_by_cycle": document.is_shifted or None,
        },
    )
    for tier in document.by_tier:
        yield "[[assumptions.tiers]]", vars(tier)
    yield "[ledger]", ledger_keys(document)
    for month, amount in document.quotas.items():
        yield "[[quotas]]", {"month": f"{month:%Y-%m}", "amount": amount, "parts": document.quota_parts.get(month)}
    for month, leads in document.targets.items():
        yield "[[targets]]", {"month": f"{month:%Y-%m}", "leads": leads, "tiers": document.tier_targets.get(month)}


def ledger_keys(document: AgreementDocument) -> dict[str, int | None]:
    """What is not as usual."""
    day, fewest = document.propose_on, document.fewest_customers
    return {
        "propose_on": None if day == PROPOSE_ON else day or 0,
        "fewest_customers": None if fewest == FEWEST_CUSTOMERS else fewest,
    }


def flat_months(document: AgreementDocument) -> Iterator[tuple[tuple[str, ...], object]]:
    """Each clause by its path, for comparing."""
    for name, points in document.points.items():
        yield ("points", name), points
    for key in ("marketing_share", "average_deal", "lead_to_customer"):
        yield (key,), getattr(document, key)
    for tier in document.by_tier:
        yield ("assumed", "tier_share", tier.tier), tier.share
        for key in ("average_deal", "lead_to_customer"):
            yield ("assumed", key, tier.tier), getattr(tier, key)
    yield ("cycle_days",), document.cycle_days or None
    yield ("is_shifted",), "yes" if document.is_shifted else None
    yield ("propose_on",), document.propose_on or NEVER
    yield ("fewest_customers",), document.fewest_customers
    yield from _flat("quota", document.quotas, document.quota_parts)
    yield from _flat("target", document.targets, document.tier_targets)


def _flat(
    name: str, months: Mapping[date, object], parts: Mapping[date, Mapping[str, object]]
) -> Iterator[tuple[tuple[str, ...], object]]:
    for month, value in months.items():
        yield (name, f"{month:%Y-%m}"), value
        for part, own in parts.get(month, {}).items():
            yield (name, f"{month:%Y-%m}", part), own


MONTHLY = frozenset(
    {
        *("quota", "target", "assumed", "cycle_days", "is_shifted"),
        *("marketing_share", "average_deal", "lead_to_customer"),
        *("propose_on", "fewest_customers"),
    }
)
