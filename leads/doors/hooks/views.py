"""The one address of each web hook."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leads.doors.api.problems import Problem, problem_of, refused
from leads.doors.api.views import said_as
from leads.doors.hooks.incoming import take_call
from smarketing.lib.request import PortalRequest
from smarketing.server.unavailable import AWAY


@csrf_exempt
def receive(request: PortalRequest, address: str) -> HttpResponse:
    try:
        return said_as(take_call(request, address, at=request.now))
    except (Problem, *AWAY) as error:
        return refused(problem_of(error))
