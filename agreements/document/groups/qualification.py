"""PURE. What is asked of a lead before it is handed over: criteria, and the facts that make its brief complete.

Which facts of a lead may be asked is declared here by key and kind; a test in `tests/house` holds them equal to the
fields that a lead has. Criteria with the same word in `any_of` are alternatives, all others have to be met together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, ValidationInfo, model_validator

from agreements.document.groups.clause_group import Choice, ClauseGroup, ClauseRow
from agreements.promises.kinds import STORED, Fault, Text, ValueKind, is_one, refuse, refused, shown
from smarketing.lib import places, words

MOST_VALUES = 50
LARGEST = 2_147_483_647


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


@dataclass(frozen=True)
class AskedFact:
    """`kind` says which rules suit it; `made_of` are the fields of the lead of which one has to be given."""

    key: str
    name: str
    kind: str
    made_of: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.made_of or (self.key,)


ASKED_FACTS = {
    fact.key: fact
    for fact in (
        AskedFact("email_or_phone", _("e-mail or phone"), "given", ("email", "phone")),
        AskedFact("email", _("e-mail"), "given"),
        AskedFact("phone", _("phone"), "given"),
        AskedFact("name", _("name"), "given"),
        AskedFact("job_title", _("job title"), "word"),
        AskedFact("company", _("company"), "word"),
        AskedFact("company_size", _("company size"), "number"),
        AskedFact("country", _("country"), "place"),
        AskedFact("language", _("language"), "place"),
        AskedFact("source", _("source"), "word"),
        AskedFact("campaign", _("campaign"), "word"),
        AskedFact("tier", _("tier"), "word"),
        AskedFact("score", _("score"), "number"),
        AskedFact("value", _("value"), "number"),
        AskedFact("active_on", _("last activity"), "day"),
        AskedFact("consent", _("consent to be contacted"), "flag"),
        AskedFact("question", _("question asked"), "given"),
    )
}
RULES_OF = {
    "given": ("given",),
    "word": ("given", "one_of", "none_of", "contains"),
    "place": ("given", "one_of", "none_of", "contains"),
    "number": ("given", "at_least", "at_most"),
    "day": ("given", "within_days"),
    "flag": ("given", "yes"),
}
WITHOUT_VALUE = ("given", "yes")
OF_ONE_NUMBER = ("at_least", "at_most", "within_days")
FACT = Choice(tuple(ASKED_FACTS), tuple(fact.name for fact in ASKED_FACTS.values()))
RULE = Choice(
    ("given", "at_least", "at_most", "one_of", "none_of", "contains", "within_days", "yes"),
    (
        _("is given"),
        _("at least"),
        _("at most"),
        _("one of"),
        _("none of"),
        _("contains one of"),
        _("in the last days"),
        _("is a yes"),
    ),
)


PLACES = {"country": places.country, "language": places.language}


def in_code(fact: str, text: str) -> str:
    """A country and a language by its code, whichever name is written; other words, and unknown ones, as they are."""
    return PLACES[fact](text) or text if fact in PLACES else text


class Values(ValueKind):
    """One word or whole number, or a list of them; kept as texts, places by their codes.

    What was stored, and perhaps signed, before places had codes is read as it stands.
    """

    def read(self, value: Any, info: ValidationInfo) -> tuple[str, ...]:
        listed = value if isinstance(value, list | tuple) else [value]
        if len(listed) > MOST_VALUES:
            raise refused(_("has more than {most} entries"), most=MOST_VALUES)
        for one in listed:
            if not is_one(one, str, int):
                raise refused(_("must be a word, a whole number or a list of them, not {value}"), value=shown(one))
        texts = tuple(Text(100).read(str(one), info) for one in listed)
        fact = info.data.get("fact", "")
        return texts if info.context == STORED else tuple(in_code(fact, text) for text in texts)

    def described(self) -> dict[str, Any]:
        one = {"type": ["string", "integer"]}
        return {"anyOf": [one, {"type": "array", "items": one, "maxItems": MOST_VALUES}]}


class Criterion(ClauseRow):
    named_by: ClassVar[tuple[str, ...]] = ("fact", "rule", "any_of", "tier")
    fact: Annotated[str, FACT, Field(title=_("Fact"))]
    rule: Annotated[str, RULE, Field(title=_("Rule"))] = "given"
    value: Annotated[
        tuple[str, ...],
        Values(),
        Field(title=_("Value"), description=_("Several with semicolons between them, like: Germany; Denmark.")),
    ] = ()
    any_of: Annotated[
        str,
        Text(100, may_be_empty=True),
        Field(
            title=_("One of these is enough"),
            description=_("Criteria with the same word here are alternatives. Leave empty for one that must be met."),
        ),
    ] = ""
    tier: Annotated[
        str,
        Text(60, may_be_empty=True),
        Field(title=_("Only for the tier"), description=_("Leave empty for leads of every tier.")),
    ] = ""

    @model_validator(mode="after")
    def _suits(self) -> Self:
        refuse(list(self._faults()))
        return self

    def _faults(self) -> list[Fault]:
        known = RULES_OF[ASKED_FACTS[self.fact].kind]
        if self.rule not in known:
            reason = _("does not suit {fact}: possible are {rules}")
            return [(("rule",), refused(reason, fact=self.fact, rules=", ".join(known)))]
        if self.rule in WITHOUT_VALUE:
            return [(("value",), refused(_("is not asked with this rule: leave it out")))] if self.value else []
        if not self.value:
            return [(("value",), refused(_("is empty")))]
        if self.rule in OF_ONE_NUMBER and (len(self.value) > 1 or _whole(self.value[0]) is None):
            return [(("value",), refused(_("must be one whole number like 50")))]
        return []

    @property
    def number(self) -> int:
        return int(self.value[0])

    def values(self) -> dict[str, Any]:
        """One value stands alone, and a number as a number."""
        own = super().values()
        if len(self.value) == 1:
            own["value"] = self.number if self.rule in OF_ONE_NUMBER else self.value[0]
        return own

    def concerns(self, tier: str) -> bool:
        return not self.tier or words.key(self.tier) == words.key(tier)


class BriefFact(ClauseRow):
    named_by: ClassVar[tuple[str, ...]] = ("fact",)
    fact: Annotated[str, FACT, Field(title=_("Fact"))]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST else None


def _can_be_met(rows: Sequence[Criterion]) -> None:
    """No lead has at least 50 and at most 20 employees. A tier's own criteria stand beside the general ones."""
    least: dict[tuple[str, str], list[Criterion]] = defaultdict(list)
    for row in rows:
        if not row.any_of and row.rule == "at_least":
            least[row.fact, words.key(row.tier)].append(row)
    faults: list[Fault] = []
    for place, row in enumerate(rows):
        if row.any_of or row.rule != "at_most":
            continue
        tiers = {words.key(row.tier), ""} if row.tier else {tier for fact, tier in least if fact == row.fact}
        lows = [low.number for tier in tiers for low in least.get((row.fact, tier), ())]
        if lows and max(lows) > row.number:
            reason = _("contradicts another criterion: at least {least} is asked")
            faults.append(((place, "value"), refused(reason, least=max(lows))))
    refuse(faults)


CRITERIA = ClauseGroup(
    "criteria",
    _("What a qualified lead is"),
    Criterion,
    hint=_("A lead that does not meet them can only be handed over with a reason, and is counted apart."),
    checks=_can_be_met,
)
BRIEF = ClauseGroup(
    "brief",
    _("What belongs to the brief"),
    BriefFact,
    hint=_("The facts with which a rep can begin. Without them a lead is handed over all the same, and counted."),
)
