"""Every answer that is no success is a problem in the form of RFC 9457, in the reader's language."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated

from leads.doors.api.shapes import BodyFault
from leads.doors.files.wording import worded
from smarketing.server.unavailable import AGAIN_SECONDS, AWAY

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
ROOT = "/api/"
TITLES = {
    400: gettext_lazy("This request cannot be read."),
    401: gettext_lazy("A valid token is needed."),
    403: gettext_lazy("The token may not do this."),
    404: gettext_lazy("There is no such thing here."),
    405: gettext_lazy("This address does not know that method."),
    408: gettext_lazy("The request was cut off."),
    409: gettext_lazy("This does not go together with what the portal knows."),
    413: gettext_lazy("The request is too large."),
    415: gettext_lazy("Requests are sent as application/json."),
    422: gettext_lazy("Some of this is not written as it should be."),
    429: gettext_lazy("Too many calls at once. Try again later."),
    500: gettext_lazy("Something went wrong on our side. Nothing was changed."),
    503: gettext_lazy("The portal cannot answer now. Try again later."),
}


class Problem(Exception):
    """An answer that refuses. `faults` are told at their place in what was sent."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        faults: Sequence[BodyFault] = (),
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or str(status))
        self.status, self.detail, self.code = status, detail, code
        self.faults, self.headers = faults, dict(headers or {})

    def told(self) -> dict[str, Any]:
        title = str(TITLES.get(self.status) or HTTPStatus(self.status).phrase)
        found: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status}
        if self.detail:
            found["detail"] = self.detail
        if self.code:
            found["code"] = self.code
        if self.faults:
            found["errors"] = [
                {"pointer": fault.pointer, "code": fault.problem.code, "detail": worded(fault.problem)}
                for fault in self.faults
            ]
        return found


def answer(status: int, told: Any, *, media_type: str = "application/json", **headers: str) -> HttpResponse:
    return HttpResponse(json.dumps(told, ensure_ascii=False), status=status, content_type=media_type, headers=headers)


def refused(problem: Problem) -> HttpResponse:
    response = answer(problem.status, problem.told(), media_type=MEDIA_TYPE)
    for name, value in problem.headers.items():
        response.headers[name] = value
    if problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        response.headers["Connection"] = "close"  # nobody reads the rest of it as another request
    return response


def handled(error: Exception, context: Any) -> HttpResponse:
    """For REST framework: whatever happened becomes a problem."""
    return refused(problem_of(error))


def problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotAuthenticated | AuthenticationFailed):
        return Problem(401, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, Http404):
        return Problem(404)
    if isinstance(error, PermissionDenied):
        return Problem(403)
    if isinstance(error, APIException):
        return Problem(error.status_code)
    if isinstance(error, AWAY):
        return Problem(503, headers={"Retry-After": str(AGAIN_SECONDS)})
    raise error  # to `handler500`, which logs it; ProblemMiddleware words the answer


class ProblemMiddleware:
    """Stands first: what any part of the portal refuses under /api/, before or behind the views, is a problem too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_ours = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if response.status_code < 400 or is_ours or not request.path_info.startswith(ROOT):
            return response
        with translation.override(translation.get_language_from_request(request)):
            problem = refused(Problem(response.status_code))
        for name in ("Allow", "Retry-After", "Cache-Control"):
            if name in response.headers:
                problem.headers[name] = response.headers[name]
        problem._resource_closers += response._resource_closers  # type: ignore[attr-defined]  # the place is given back
        return problem
