"""PURE. Who may sign for a side: its lead, and the deputy."""

from typing import Annotated, ClassVar

from pydantic import Field

from agreements.document.groups.clause_group import Choice, ClauseGroup, ClauseRow, Email


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


SIDE = Choice(("marketing", "sales", "service"), (_("marketing"), _("sales"), _("service")))
CAPACITY = Choice(("lead", "deputy"), (_("as lead"), _("as deputy")))


class NamedSigner(ClauseRow):
    """Named by the address: nobody signs for two sides, for that would be one alone."""

    named_by: ClassVar[tuple[str, ...]] = ("email",)
    side: Annotated[str, SIDE, Field(title=_("For the side"))]
    email: Annotated[str, Email(254), Field(title=_("E-mail of the person"))]
    signs_as: Annotated[str, CAPACITY, Field(title=_("Signs"))] = "lead"


SIGNERS = ClauseGroup(
    "signers",
    _("Who signs"),
    NamedSigner,
    hint=_("For each side its lead and a deputy. Where nobody is named, the leads of the team sign."),
    holds_unwritten=True,
)
