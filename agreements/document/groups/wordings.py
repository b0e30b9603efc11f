"""PURE. The clauses in words: what both sides want, what happens if not, what the words mean."""

from typing import Annotated, ClassVar

from pydantic import Field

from agreements.document.groups.clause_group import ClauseGroup, ClauseRow, Prose
from agreements.promises.kinds import Text


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class Texts(ClauseRow):
    summary: Annotated[str, Prose(), Field(title=_("Summary"))] = ""
    when_missed: Annotated[str, Prose(), Field(title=_("When goals are missed"))] = ""
    when_beaten: Annotated[str, Prose(), Field(title=_("When goals are beaten"))] = ""
    cancellation: Annotated[str, Prose(), Field(title=_("Conditions of cancellation"))] = ""
    dispute: Annotated[str, Prose(), Field(title=_("When we disagree"))] = ""
    unexpected: Annotated[str, Prose(), Field(title=_("The unexpected"))] = ""


class Goals(ClauseRow):
    marketing: Annotated[str, Prose(), Field(title=_("Goals of marketing"))] = ""
    sales: Annotated[str, Prose(), Field(title=_("Goals of sales"))] = ""
    service: Annotated[str, Prose(), Field(title=_("Goals of service"))] = ""


class Needs(ClauseRow):
    marketing: Annotated[str, Prose(), Field(title=_("What marketing needs"))] = ""
    sales: Annotated[str, Prose(), Field(title=_("What sales needs"))] = ""
    service: Annotated[str, Prose(), Field(title=_("What service needs"))] = ""


class Definition(ClauseRow):
    named_by: ClassVar[tuple[str, ...]] = ("term",)
    term: Annotated[str, Text(100), Field(title=_("Term"))]
    meaning: Annotated[str, Prose(2_000), Field(title=_("What it means"))] = ""


TEXTS = ClauseGroup("texts", _("In words"), Texts, many=False, layout="chapters")
GOALS = ClauseGroup(
    "goals", _("Goals"), Goals, many=False, layout="sides", hint=_("What each side wants to reach together.")
)
NEEDS = ClauseGroup(
    "needs", _("Needs"), Needs, many=False, layout="sides", hint=_("What each side needs from the other to do so.")
)
DEFINITIONS = ClauseGroup("definitions", _("Definitions"), Definition)
