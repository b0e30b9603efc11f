"""The description of the API in OpenAPI 3.1, made from the fields that files have too."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from leads.doors.api.asked import LARGEST_BODY, SLUG, Parameter, parameters
from leads.doors.api.resources import RESOURCES, Resource
from leads.doors.api.shapes import schema_of
from leads.doors.api.taking import AGREEMENT, MOST, STATUS
from leads.doors.api.told import schema as record_schema
from leads.doors.hooks import calls, google
from leads.doors.telling.keeping import ABOUT
from leads.enums import News

JSON, PROBLEM = "application/json", "application/problem+json"
TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
REFUSALS = {
    400: "What was sent cannot be read.",
    401: "There is no token, or one that opens nothing.",
    403: "The token lacks the scope.",
    404: "There is no such record or agreement for this token.",
    405: "This address does not know the method.",
    409: "Well written, and contrary to what the portal knows, or of nobody; or the same call is running.",
    413: f"The body is larger than {LARGEST_BODY} bytes.",
    415: "The body is not application/json.",
    422: "The body or a parameter is not as described here; or the Idempotency-Key was used for another call.",
    429: "Too many calls; Retry-After says in how many seconds to come again.",
    503: "The portal cannot answer now; Retry-After says in how many seconds to come again.",
}
KNOWN_TEXT = "Known already; what was missing has been added. Or (`asked_again`) a known lead asks again."
WRITING = (
    f"One {{name}}, or a list of 1 to {MOST}, of which each row is answered for itself. With the header "
    "`Idempotency-Key` (components/parameters/IdempotencyKey) the same call sent again is done once and gets the same "
    "answer for a day. Without it external ids see to it."
)


HOOK = "/api/hooks/{address}/"
CALLING = (
    "Each integration has its own address. It is signed by the Standard Webhooks scheme, whose `webhook-id` is taken "
    "once; while a secret is changed each of several signatures may be the right one. Google's lead forms show their "
    "`google_key` in the body instead, and a telephone system that cannot sign shows the secret as `Bearer`."
)


class OwnSchema(AutoSchema):
    """Operations from our own declarations; addresses and components are put together by drf-spectacular."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        one = self.view.resource
        if method == "POST":
            return writing(one)
        return reading(one) if "{" in path else listing(one)


def listing(one: Resource) -> dict[str, Any]:
    answers = {"200": success("The newest first. `next` leads to the next page.", ref(f"{one.name}_page"))}
    found = operation(one, f"list_{one.name}", f"List {one.name}", answers, (400, 401, 403, 405, 422, 429, 503))
    return found | {"parameters": [in_query(each) for each in parameters(one)]}


def reading(one: Resource) -> dict[str, Any]:
    answers = {"200": success("The record.", ref(f"{one.name}_record"))}
    refusals = (400, 401, 403, 404, 405, 409, 422, 429, 503)
    found = operation(one, f"read_{one.name}", f"One of the {one.name} by `{one.own_id}`", answers, refusals)
    name = {"name": "external_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return found | {"parameters": [name, in_query(Parameter(AGREEMENT, SLUG, longest=60))]}


def writing(one: Resource) -> dict[str, Any]:
    receipt = ref(f"{one.name}_receipt")
    answers = {
        "201": success("Taken as new.", receipt, Location={"schema": TEXT}),
        "200": success(
            KNOWN_TEXT,
            receipt,
            Location={"schema": TEXT},
        ),
        "202": success("Kept until its lead comes.", receipt),
        "207": success("A list: each row with its own status.", ref(f"{one.name}_receipts")),
    }
    refusals = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503)
    found = operation(one, f"write_{one.name}", f"Send {one.name}", answers, refusals)
    rows = {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"description": "As a single one."}}
    body = {"required": True, "content": {JSON: {"schema": {"anyOf": [ref(f"{one.name}_body"), rows]}}}}
    return found | {"description": WRITING.format(name=one.singular), "requestBody": body}


def operation(
    one: Resource, name: str, summary: str, answers: dict[str, Any], refusals: tuple[int, ...]
) -> dict[str, Any]:
    problems = {str(status): refusal(status) for status in refusals}
    return {
        "operationId": name,
        "summary": summary,
        "tags": [one.name],
        "security": [{"token": []}],
        "responses": answers | problems,
    }


def in_query(one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "in": "query", "schema": one.schema()}


def success(description: str, schema: dict[str, Any], **headers: Any) -> dict[str, Any]:
    found = {"description": description, "content": {JSON: {"schema": schema}}}
    return found | ({"headers": headers} if headers else {})


def refusal(status: int) -> dict[str, Any]:
    return {"description": REFUSALS[status], "content": {PROBLEM: {"schema": ref("problem")}}}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def body_schema(one: Resource) -> dict[str, Any]:
    agreement = {
        "type": ["string", "null"],
        "maxLength": 60,
        "description": "Needed where a token has several.",
    }
    own = {field.name: schema_of(field) for field in one.fields}
    required = [field.name for field in one.fields if field.is_required]
    properties = {AGREEMENT: agreement, **own}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def components() -> dict[str, Any]:
    fault = {"pointer": TEXT, "code": TEXT, "detail": TEXT}
    told = {"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT, "code": TEXT}
    faults = {"type": "array", "items": {"type": "object", "properties": fault, "required": list(fault)}}
    problem = {"type": "object", "properties": told | {"errors": faults}, "required": ["type", "title", "status"]}
    schemas: dict[str, Any] = {"problem": problem, "google_body": google.SCHEMA, "call_body": calls.SCHEMA}
    for one in RESOURCES.values():
        page = {"results": {"type": "array", "items": ref(f"{one.name}_record")}, "next": {"type": ["string", "null"]}}
        receipt = {"status": {"enum": list(STATUS)}, AGREEMENT: TEXT, "external_id": TEXT}
        further = {"inquiry_of": TEXT, "asked_at": TEXT, "is_first": {"type": "boolean"}}
        given = [name for name in receipt if name != "external_id" or one.kind != "inquiries"]
        row = {"status": NUMBER, "receipt": ref(f"{one.name}_receipt"), "problem": ref("problem")}
        rows = {"type": "array", "items": {"type": "object", "properties": row, "required": ["status"]}}
        own = {one.own_id: TEXT}
        schemas[f"{one.name}_receipt"] = {"type": "object", "properties": receipt | further | own, "required": given}
        schemas[f"{one.name}_receipts"] = {"type": "object", "properties": {"rows": rows}, "required": ["rows"]}
        schemas[f"{one.name}_body"] = body_schema(one)
        schemas[f"{one.name}_record"] = record_schema(one)
        schemas[f"{one.name}_page"] = {"type": "object", "properties": page, "required": list(page)}
    key = {"type": "string", "pattern": "^[!-~]{1,255}$"}
    name = {"name": "Idempotency-Key", "in": "header", "schema": key, "description": "For every POST."}
    return {
        "schemas": schemas,
        "parameters": {"IdempotencyKey": name},
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }


def calling() -> dict[str, Any]:
    """The one address of a web hook that calls us; what is sent depends on what it was made for."""
    answers = {
        "200": success("Known already, asked again, or a test.", {"type": "object"}),
        "201": success("Taken as new.", {"type": "object"}),
        "202": success("Kept until its lead comes, or somebody has the number.", {"type": "object"}),
        "207": success("A list: each row with its own status.", {"type": "object"}),
    }
    refusals = (400, 401, 404, 405, 409, 413, 415, 422, 429, 503)
    bodies = [*(ref(f"{name}_body") for name in RESOURCES), ref("google_body"), ref("call_body")]
    rows = {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"description": "As a single one."}}
    address = {"name": "address", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    headers = [
        {"name": name, "in": "header", "schema": TEXT, "description": "Standard Webhooks"}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    return {
        "operationId": "call_hook",
        "summary": "A web hook of another system",
        "description": CALLING,
        "tags": ["hooks"],
        "security": [],
        "parameters": [address, *headers],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"anyOf": [*bodies, rows]}}}},
        "responses": answers | {str(status): refusal(status) for status in refusals},
    }


def news() -> dict[str, Any]:
    """The web hooks that the portal calls."""
    headers = [
        {"name": name, "in": "header", "required": True, "schema": TEXT, "description": "Standard Webhooks"}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    found = {}
    for kind in News:
        data = {"type": "object"} if kind == News.TEST else ref(f"{ABOUT[kind]}_record")
        told = {"type": {"const": str(kind)}, "timestamp": TEXT, "data": data}
        schema = {"type": "object", "properties": told, "required": list(told)}
        found[str(kind)] = {
            "post": {
                "operationId": str(kind).replace(".", "_"),
                "summary": f"The portal tells: {kind}",
                "parameters": headers,
                "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
                "responses": {"2XX": {"description": "Taken. Anything else is sent again, 410 is not."}},
            }
        }
    return found


@cache
def described() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    found["paths"][HOOK] = {"post": calling()}
    return found | {"components": components(), "webhooks": news()}
