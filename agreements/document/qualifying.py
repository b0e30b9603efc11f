"""PURE. Whether a lead meets what is asked of it. What is unknown is told apart from what is not so.

`qualified` answers for one lead with its reasons, `counted` for many at once; both hold each value against a criterion
by `verdict` and put the verdicts together by `failing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from agreements.document.groups.qualification import ASKED_FACTS, PLACES, BriefFact, Criterion, in_code
from smarketing.lib import words

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
NOTHING = (None, "")

LeadFacts = Mapping[str, Any]  # by the lead's own fields


@dataclass(frozen=True)
class Failing:
    """A criterion that is not met, and what the lead has instead: None where that is unknown."""

    criterion: Criterion
    value: Any

    def as_json(self) -> dict[str, Any]:
        value = str(self.value) if isinstance(self.value, Decimal | date) else self.value
        return {"asked": self.criterion.model_dump(mode="json", exclude_defaults=True), "value": value}


@dataclass(frozen=True)
class QualifiedCount:
    """Of `total` leads `met` meet the criteria; `failing` and, of those, `unknown` are counted by criterion."""

    total: int
    met: int
    failing: tuple[int, ...]
    unknown: tuple[int, ...]


def value_of(fact: str, facts: LeadFacts) -> Any:
    """None where nothing is known."""
    known = (facts.get(name) for name in ASKED_FACTS[fact].fields)
    return next((value for value in known if value not in NOTHING), None)


def fields_asked(criteria: Iterable[Criterion]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in criteria for name in ASKED_FACTS[one.fact].fields))


def verdict(criterion: Criterion, value: Any, on: date) -> str:
    """`on`: the day of the handoff, from which activity is counted back."""
    if value is None:
        return UNKNOWN
    return MET if _is_met(criterion, value, on) else UNMET


def _is_met(criterion: Criterion, value: Any, on: date) -> bool:
    match criterion.rule:
        case "given" | "yes":
            return value is True or criterion.rule == "given"
        case "at_least" | "at_most":
            return bool(value >= criterion.number if criterion.rule == "at_least" else value <= criterion.number)
        case "within_days":
            return bool(value.toordinal() + criterion.number >= on.toordinal())
    asked = [words.key(in_code(criterion.fact, one)) for one in criterion.value]
    own = words.key(in_code(criterion.fact, str(value)))
    if criterion.rule == "contains" and criterion.fact in PLACES:
        return own in asked
    if criterion.rule == "contains":
        return any(word in own for word in asked)
    return (own in asked) == (criterion.rule == "one_of")


def failing(criteria: Sequence[Criterion], verdicts: Mapping[int, str]) -> list[int]:
    """The places of the criteria that stand in the way. `verdicts` by place, of those that concern the lead's tier.

    Of alternatives none does where one is met, else all do.
    """
    enough = {criteria[place].any_of for place, found in verdicts.items() if found == MET} - {""}
    return [place for place, found in verdicts.items() if found != MET and criteria[place].any_of not in enough]


def qualified(criteria: Sequence[Criterion], facts: LeadFacts, on: date) -> tuple[Failing, ...]:
    """What stands in the way of one lead; nothing where it meets the criteria."""
    tier = str(facts.get("tier") or "")
    values = {place: value_of(one.fact, facts) for place, one in enumerate(criteria) if one.concerns(tier)}
    verdicts = {place: verdict(criteria[place], value, on) for place, value in values.items()}
    return tuple(Failing(criteria[place], values[place]) for place in failing(criteria, verdicts))


def counted(criteria: Sequence[Criterion], leads: Iterable[tuple[LeadFacts, date, int]]) -> QualifiedCount:
    """Of many: their facts, the day, and how many leads are alike. A value met before is not judged again."""
    known: dict[tuple[int, Any, date], str] = {}
    concerned: dict[str, list[int]] = {}
    total = met = 0
    fails, unknown = [0] * len(criteria), [0] * len(criteria)
    for facts, on, count in leads:
        tier = str(facts.get("tier") or "")
        if tier not in concerned:
            concerned[tier] = [place for place, one in enumerate(criteria) if one.concerns(tier)]
        verdicts = {}
        for place in concerned[tier]:
            key = (place, value_of(criteria[place].fact, facts), on)
            if key not in known:
                known[key] = verdict(criteria[place], key[1], on)
            verdicts[place] = known[key]
        total += count
        ways = failing(criteria, verdicts)
        met += 0 if ways else count
        for place in ways:
            fails[place] += count
            unknown[place] += count if verdicts[place] == UNKNOWN else 0
    return QualifiedCount(total, met, tuple(fails), tuple(unknown))


def missing(brief: Sequence[BriefFact], facts: LeadFacts) -> tuple[str, ...]:
    """The facts that the brief lacks, by key."""
    return tuple(row.fact for row in brief if value_of(row.fact, facts) is None)
