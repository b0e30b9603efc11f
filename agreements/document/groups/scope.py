"""PURE. Which kind of agreement it is, and for what: by its table `[scope]` a team tells it from its others."""

from typing import Annotated, Protocol

from pydantic import Field

from agreements.document.groups.clause_group import Choice, ClauseGroup, ClauseRow, HasGroups
from agreements.promises.kinds import Text

INTERNAL, CUSTOMER, MULTI_LEVEL = "internal", "customer", "multi_level"
BETWEEN = " · "


def _(text: str) -> str:
    """Marks words for translation; whoever shows them translates."""
    return text


KIND_NAMES = {
    INTERNAL: _("internal: two teams of one house"),
    CUSTOMER: _("customer-facing: a provider and its customer"),
    MULTI_LEVEL: _("multi-level: with a service team"),
}
KIND = Choice(("", *KIND_NAMES), (_("by its parties"), *KIND_NAMES.values()))


class ScopeClause(ClauseRow):
    """Without `kind` an agreement with an outside party is customer-facing, with a service team multi-level."""

    kind: Annotated[str, KIND, Field(title=_("Kind"))] = ""
    region: Annotated[
        str, Text(60, may_be_empty=True), Field(title=_("Region"), description=_("Like: Northern Europe."))
    ] = ""
    business_unit: Annotated[str, Text(60, may_be_empty=True), Field(title=_("Business unit"))] = ""
    product_line: Annotated[str, Text(60, may_be_empty=True), Field(title=_("Product line"))] = ""


class HasParties(HasGroups, Protocol):
    @property
    def service_team(self) -> str: ...


SCOPE = ClauseGroup(
    "scope",
    _("Kind and scope"),
    ScopeClause,
    many=False,
    hint=_("Where a team has several agreements, region, business unit and product line stand beside the name."),
    holds_unwritten=True,
    step="who",
)


def said_kind(document: HasGroups) -> str:
    said = SCOPE.one(document)
    return said.kind if said else ""


def kind_of(document: HasParties, *, is_outside: bool) -> str:
    """`is_outside`: a party is an outside organisation."""
    by_parties = CUSTOMER if is_outside else MULTI_LEVEL if document.service_team else INTERNAL
    return said_kind(document) or by_parties


def scope_of(document: HasGroups) -> str:
    """As it stands beside the name; empty for an agreement about everything."""
    said = SCOPE.one(document)
    parts = (said.region, said.business_unit, said.product_line) if said else ()
    return BETWEEN.join(part for part in parts if part)
