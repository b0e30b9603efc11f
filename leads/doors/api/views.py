"""The addresses of the API: lists of records, one by its id, what is sent, and the description of it all."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework.views import APIView

from leads.doors.api.admittance import Bearer, HasScope, JsonOnly, Throttle
from leads.doors.api.asked import SLUG, USUAL, Parameter, canonical, checked, filtered, json_body, parameters
from leads.doors.api.once import Said, once
from leads.doors.api.openapi import described
from leads.doors.api.problems import Problem, answer
from leads.doors.api.resources import RESOURCES, Resource
from leads.doors.api.taking import taken
from leads.doors.api.told import told
from leads.models import ApiToken
from smarketing.lib.request import PortalRequest
from smarketing.lib.words import same_id


class ByToken(APIView):
    resource: Resource = RESOURCES["leads"]  # each address has its own
    authentication_classes = [Bearer]
    permission_classes = [HasScope]
    throttle_classes = [Throttle]
    content_negotiation_class = JsonOnly

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Which methods there are is told to whoever asks with another one; the guard does."""
        return {}

    @property
    def token(self) -> ApiToken:
        token: ApiToken = self.request.auth
        return token


class RecordList(ByToken):
    def get(self, request: Any) -> HttpResponse:
        asked = checked(request.GET, parameters(self.resource))
        size = int(asked.get("limit", USUAL))
        found = list(filtered(self.resource, self.resource.of(self.token), asked)[: size + 1])
        next_url = ""
        if len(found) > size:
            query = urlencode({**asked, "cursor": found[size - 1].pk})
            next_url = request.build_absolute_uri(f"{request.path}?{query}")
        results = [told(self.resource, record) for record in found[:size]]
        return answer(200, {"results": results, "next": next_url or None})

    def post(self, request: Any) -> HttpResponse:
        body, at = json_body(request._request), request._request.now
        content = f"{request.path} ".encode() + canonical(body)
        key = request.headers.get("Idempotency-Key")
        said = once(self.token, key, content, lambda: taken(self.resource, body, self.token, at=at), at=at)
        return said_as(said)


def said_as(said: Said) -> HttpResponse:
    response = HttpResponse(said.body, status=said.status, content_type="application/json")
    if said.location:
        response.headers["Location"] = said.location
    if said.is_again:
        response.headers["Idempotency-Replayed"] = "true"
    return response


class OneRecord(ByToken):
    def get(self, request: Any, external_id: str) -> HttpResponse:
        asked = checked(request.GET, ONE)
        record = self._only(self._named(external_id, asked))
        return answer(200, told(self.resource, record))

    def _named(self, external_id: str, asked: dict[str, str]) -> QuerySet[Any]:
        one, own = self.resource, same_id(external_id)
        named = one.by_lead(own) if one.own_id == "external_id" else Q((one.columns[one.own_id], own))
        records: QuerySet[Any] = one.of(self.token).filter(named)
        return records.filter(**{f"{self.resource.agreement}__slug": asked["agreement"]}) if asked else records

    def _only(self, records: QuerySet[Any]) -> Any:
        found = list(records[:2])
        if not found:
            raise Http404
        if len(found) > 1:
            raise Problem(409, _("Several records have this id: say which agreement, or ask for the list."))
        return found[0]


ONE = (Parameter("agreement", SLUG, longest=60),)


@csrf_exempt
@require_safe
def schema(request: PortalRequest) -> HttpResponse:
    return answer(200, described(), media_type="application/vnd.oai.openapi+json")


@csrf_exempt
def nothing(request: PortalRequest, rest: str) -> HttpResponse:
    """Addresses end with a slash; a call without one is not led on, for its body would be lost on the way."""
    raise Http404
