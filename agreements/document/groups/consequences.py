"""PURE. What follows when goals are missed or beaten: when a month is judged, and the rules of its consequences."""

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from agreements.document.groups.clause_group import Choice, ClauseGroup, ClauseRow, Prose
from agreements.promises.kinds import Flag, Fraction, MoneySum, Text, Whole, refused

JUDGED_ON, FEWEST = 5, 1


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


WHOSE = Choice(
    ("both", "marketing", "sales"), (_("each side for itself"), _("marketing"), _("sales"))
)  # service has no measure of its own
WHEN = Choice(("missed", "kept"), (_("goals are missed"), _("goals are kept")))
PAID = ("compensation", "credit")
FOLLOWS = Choice(
    ("warning", "review", "renegotiation", "cancellation", *PAID, "thanks", "reward"),
    (
        _("a warning"),
        _("a review"),
        _("a renegotiation"),
        _("a right to cancel"),
        _("a compensation"),
        _("a service credit"),
        _("thanks"),
        _("a reward"),
    ),
)
REWARDS = ("thanks", "reward")


class Judging(ClauseRow):
    working_day: Annotated[
        int | None,
        Whole(1, 20),
        Field(
            title=_("A month is judged on working day"),
            description=_(
                "Of the next month. Empty means the 5th. Returns that come later count once the month is judged again."
            ),
        ),
    ] = None
    fewest: Annotated[
        int | None,
        Whole(1, 1_000),
        Field(
            title=_("Handoffs for a judgement"),
            description=_("With fewer of them an objective is not judged in that month. Empty means 1."),
        ),
    ] = None


class Consequence(ClauseRow):
    """`months` of them in a row, or within the last `within_months`. A sum is said in one way, and may have a cap."""

    named_by: ClassVar[tuple[str, ...]] = ("name",)
    name: Annotated[str, Text(100), Field(title=_("Rule"), description=_("A short name, like: third missed month."))]
    side: Annotated[str, WHOSE, Field(title=_("Counted for"))] = "both"
    when: Annotated[str, WHEN, Field(title=_("When"))] = "missed"
    months: Annotated[int, Whole(1, 24), Field(title=_("Months"), description=_("How many it takes."))] = 1
    within_months: Annotated[
        int | None,
        Whole(1, 36),
        Field(title=_("Within months"), description=_("Empty: in a row.")),
    ] = None
    same_objective: Annotated[bool, Flag(), Field(title=_("Of the same objective"))] = False
    beaten_by: Annotated[
        Decimal | None,
        Fraction(places=6, may_be_zero=False),
        Field(title=_("Beaten by"), description=_("For goals that are kept: by at least so much.")),
    ] = None
    follows: Annotated[str, FOLLOWS, Field(title=_("What follows"), validate_default=True)] = "review"
    text: Annotated[str, Prose(2_000), Field(title=_("In words"))] = ""
    amount: Annotated[Decimal | None, MoneySum(places=2, may_be_zero=False), Field(title=_("Fixed sum"))] = None
    monthly_fee: Annotated[Decimal | None, MoneySum(places=2, may_be_zero=False), Field(title=_("Monthly fee"))] = None
    share_of_fee: Annotated[
        Decimal | None, Fraction(places=6, may_be_zero=False), Field(title=_("Share of the monthly fee"))
    ] = None
    per_missing_lead: Annotated[
        Decimal | None, MoneySum(places=2, may_be_zero=False), Field(title=_("Sum for each missing lead"))
    ] = None
    at_most: Annotated[Decimal | None, MoneySum(places=2, may_be_zero=False), Field(title=_("At most"))] = None

    @field_validator("within_months")
    @classmethod
    def _is_long_enough(cls, within: int | None, info: ValidationInfo) -> int | None:
        if within is not None and within < info.data.get("months", 1):
            raise refused(_("must be at least the number of months that it takes"))
        return within

    @field_validator("beaten_by")
    @classmethod
    def _is_of_kept_goals(cls, share: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if share is not None and info.data.get("when") == "missed":
            raise refused(_("is for goals that are kept"))
        return share

    @field_validator("follows")
    @classmethod
    def _fits_its_occasion(cls, follows: str, info: ValidationInfo) -> str:
        if (follows in REWARDS) is (info.data.get("when", "missed") == "missed"):
            raise refused(_("thanks and rewards are for goals that are kept, and nothing else is"))
        return follows

    @field_validator("share_of_fee")
    @classmethod
    def _has_a_fee(cls, share: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if share is not None and info.data.get("monthly_fee") is None:
            raise refused(_("needs the monthly fee"))
        return cls._is_said_once(share, info)

    @field_validator("per_missing_lead")
    @classmethod
    def _is_said_once(cls, sum_: Decimal | None, info: ValidationInfo) -> Decimal | None:
        said = info.data.get("amount") is not None or info.data.get("share_of_fee") is not None
        if sum_ is not None and said:
            raise refused(_("a sum is said in one way only"))
        return sum_

    @property
    def is_reward(self) -> bool:
        return self.when == "kept"

    def concerns(self, side: str) -> bool:
        return self.side in ("both", side)


JUDGING = ClauseGroup(
    "judging",
    _("When a month is judged"),
    Judging,
    many=False,
    hint=_("With rules below, or with this, the portal judges every month once, and says what follows."),
    step="missed",
)
CONSEQUENCES = ClauseGroup(
    "consequences",
    _("What follows when goals are missed or beaten"),
    Consequence,
    hint=_("A month in which a side missed an objective is a strike."),
    step="missed",
)
