"""PURE. The people of an agreement: whom to ask, who does what by when, and who is called when it does not help."""

from typing import Annotated, ClassVar

from pydantic import Field

from agreements.document.groups.clause_group import PARTY, ClauseGroup, ClauseRow, Email, Telephone
from agreements.promises.kinds import Text, Whole


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


class Contact(ClauseRow):
    named_by: ClassVar[tuple[str, ...]] = ("name",)
    name: Annotated[str, Text(100), Field(title=_("Name"))]
    role: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Role"))] = ""
    side: Annotated[str, PARTY, Field(title=_("Side"))] = "both"
    email: Annotated[str, Email(254, may_be_empty=True), Field(title=_("E-mail"))] = ""
    telephone: Annotated[str, Telephone(40, may_be_empty=True), Field(title=_("Telephone"))] = ""
    deputy: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Deputy"))] = ""


class Responsibility(ClauseRow):
    named_by: ClassVar[tuple[str, ...]] = ("what", "who")
    what: Annotated[str, Text(300), Field(title=_("What"))]
    who: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Who"))] = ""
    side: Annotated[str, PARTY, Field(title=_("Side"))] = "both"
    until: Annotated[
        str, Text(100, may_be_empty=True), Field(title=_("By when"), description=_("Like: by the 5th of each month."))
    ] = ""


class Step(ClauseRow):
    """Of the ladder, the first one first."""

    named_by: ClassVar[tuple[str, ...]] = ("level", "person")
    level: Annotated[str, Text(100), Field(title=_("Level"), description=_("Like: team lead."))]
    side: Annotated[str, PARTY, Field(title=_("Side"))] = "both"
    person: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Person"))] = ""
    deputy: Annotated[str, Text(100, may_be_empty=True), Field(title=_("Deputy"))] = ""
    after_working_days: Annotated[
        int | None, Whole(0, 1_000), Field(title=_("After working days without a solution"))
    ] = None


CONTACTS = ClauseGroup("contacts", _("Points of contact"), Contact, layout="people")
RESPONSIBILITIES = ClauseGroup("responsibilities", _("Who does what by when"), Responsibility)
LADDER = ClauseGroup(
    "escalation", _("Escalation"), Step, hint=_("From the rep to the team lead to management, the first step first.")
)
