"""The API as people read it, made from the same fields that it takes."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from leads.doors.api.asked import parameters
from leads.doors.api.resources import RESOURCES, Resource
from leads.doors.api.shapes import schema_of
from leads.doors.api.taking import MOST
from leads.doors.fields import Field, Reads
from leads.doors.files.wording import field_name
from leads.pages.integrations.token_form import READS, WRITES
from smarketing.accounts.access import anyone
from smarketing.lib.request import PortalRequest

EXAMPLES = {Reads.INSTANT: "2026-03-02T09:30:00+01:00", Reads.AMOUNT: "1234.50", Reads.CURRENCY: "EUR"}
EXAMPLES |= {Reads.EMAIL: "ada@example.org", Reads.PHONE: "+49 30 1234567"}


@dataclass(frozen=True)
class ApiField:
    name: str
    label: str
    is_required: bool
    form: str


@dataclass(frozen=True)
class ApiSection:
    name: str
    own_id: str
    reads: str
    writes: str
    fields: list[ApiField]
    parameters: str


@anyone
@require_safe
def api_page(request: PortalRequest) -> HttpResponse:
    context = {"sections": [_section(one) for one in RESOURCES.values()], "most": MOST}
    return TemplateResponse(request, "leads/api.html", context)


def _section(one: Resource) -> ApiSection:
    names = ", ".join(each.name for each in parameters(one))
    return ApiSection(
        one.name, one.own_id, str(READS[one.name]), str(WRITES[one.name]), [*map(_field, one.fields)], names
    )


def _field(field: Field) -> ApiField:
    return ApiField(field.name, field_name(field.name), field.is_required, _form(field, schema_of(field)))


def _form(field: Field, rule: dict[str, Any]) -> str:
    if "enum" in rule:
        return ", ".join(word for word in rule["enum"] if word)
    return EXAMPLES.get(field.reads, "")
