"""How the portal is, for balancers and for whoever watches it. Tells nothing that is private."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from smarketing.server.reach import database_fault
from smarketing.signs import worker_fault

BALANCERS, WATCHERS = ("/health", "/healthz"), "/health/all"


class HealthMiddleware:
    """Answers before anything asks by which name or over which protocol: a balancer comes by address, in plain HTTP.

    Whether this process can answer is one question; whether the worker lives another, for without it pages go on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in (*BALANCERS, WATCHERS):
            return self.get_response(request)
        if database_fault():
            return told("database: away", HTTPStatus.SERVICE_UNAVAILABLE)
        if request.path_info == WATCHERS and (fault := worker_fault()):
            return told(f"worker: {fault}", HTTPStatus.SERVICE_UNAVAILABLE)
        return told("ok", HTTPStatus.OK)


def told(text: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain", status=status)
