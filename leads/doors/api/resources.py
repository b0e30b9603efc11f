"""What the API has: each kind of record once, with its address, its id, its filters and who may give which scope."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from leads.doors.fields import KINDS, Field
from leads.doors.files.writing.claims import FACTS
from leads.doors.files.writing.identity import OWN_ID
from leads.models import ApiToken, Attempt, Deal, Handoff, Inquiry, Lead, OtherId
from smarketing.accounts.rights import Verb


@dataclass(frozen=True)
class Resource:
    """`kind` of rows of files; `agreement` is the path to it; `seen`: fields that only the portal knows.

    `read_by` and `written_by` are the rights that whoever makes a token must have to give the scope.
    """

    name: str
    kind: str
    model: type[Model]
    agreement: str
    filters: tuple[str, ...]
    read_by: Verb
    written_by: Verb
    seen: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        return f"{self.name[:-3]}y" if self.name.endswith("ies") else self.name.removesuffix("s")

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for field in KINDS[self.kind] if not field.is_of_files)

    @property
    def own_id(self) -> str:
        """The field by which a record is found: the lead's id, or that of the handoff, the call, the deal."""
        return OWN_ID.get(self.kind, "external_id")

    @property
    def columns(self) -> dict[str, str]:
        """Our field -> the model's, of all that is kept."""
        if self.kind == "leads":
            return {field.name: field.name for field in self.fields if field.is_kept} | {"precision": "precision"}
        lead = {"external_id": "lead__external_id"}
        return lead | dict(FACTS[self.kind].columns)

    def by_lead(self, external_id: str) -> Q:
        """Of the lead that has this id, as its own or as a further one."""
        path = "" if self.kind == "leads" else "lead__"
        further = OtherId.objects.filter(external_id=external_id).values("lead")
        return Q((f"{path}external_id", external_id)) | Q((f"{path}pk__in", further))

    def of(self, token: ApiToken) -> QuerySet[Any]:
        """What the token may see at all."""
        records = self.model._default_manager.select_related(self.agreement)
        if self.kind != "leads":
            records = records.select_related("lead")
        if token.is_for_all:
            return records
        return records.filter(**{f"{self.agreement}__in": token.agreements.all()})


# Whoever brings leads may see all of them; the other side only those that it was handed.
RESOURCES = {
    one.name: one
    for one in (
        Resource("leads", "leads", Lead, "agreement", ("source", "tier"), Verb.MARKET, Verb.MARKET),
        Resource(
            "handoffs",
            "handoffs",
            Handoff,
            "agreement",
            ("source", "tier", "state"),
            Verb.SEE,
            Verb.MARKET,
            seen=("state", "due_at", "first_attempt_at"),
        ),
        Resource("attempts", "attempts", Attempt, "lead__agreement", ("channel", "result"), Verb.SEE, Verb.FOLLOW_UP),
        Resource("deals", "outcomes", Deal, "lead__agreement", ("outcome",), Verb.SEE, Verb.FOLLOW_UP),
        # They tell of leads that nobody was handed yet, and may bring new ones.
        Resource(
            "inquiries",
            "inquiries",
            Inquiry,
            "agreement",
            ("source",),
            Verb.MARKET,
            Verb.MARKET,
            seen=("is_first", "settled_at"),
        ),
    )
}
SCOPES = {f"{name}:{way}": one for name, one in RESOURCES.items() for way in ("read", "write")}


def right_for(scope: str) -> Verb:
    one = SCOPES[scope]
    return one.read_by if scope.endswith(":read") else one.written_by
