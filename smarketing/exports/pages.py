from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from smarketing.accounts.access import signed_in
from smarketing.exports.answers import MADE
from smarketing.exports.models import Export
from smarketing.lib.htmx import fragment
from smarketing.lib.request import PortalRequest


@signed_in
@require_safe
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    return TemplateResponse(request, "exports/detail.html", shown(request, pk))


@signed_in
@require_safe
def progress(request: PortalRequest, pk: int) -> HttpResponse:
    context = shown(request, pk)
    if not context["export"].is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return fragment(request, "exports/detail.html#progress", context)


def shown(request: PortalRequest, pk: int) -> dict[str, Any]:
    export = get_object_or_404(Export, pk=pk, owner=request.user)
    return {
        "export": export,
        "file_url": f"{export.address}&{MADE}={export.pk}",
    }
