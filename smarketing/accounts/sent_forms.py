"""A form that is sent twice is done once.

Every form of the portal is shown with a key of its own. What a person sends with it is done in one transaction with a
row that keeps the answer; the same form sent again, at the same instant or hours later, gets that answer.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.contrib.messages import INFO
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from smarketing.accounts.models import SentForm
from smarketing.lib.going_on import page_of
from smarketing.lib.guards import View
from smarketing.lib.htmx import is_partial
from smarketing.lib.notices import say
from smarketing.lib.once import SentBefore, claim
from smarketing.lib.request import PortalRequest

KEY = "form_key"
KEPT = timedelta(days=1)
NOT_SAID = frozenset({KEY, "csrfmiddlewaretoken"})


class SentFormMiddleware:
    """Stands last, so that what comes in is known to be sent from our own pages. A form without a key is done."""

    def __init__(self, get_response: Callable[[PortalRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: PortalRequest, view: View, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.method != "POST" or not request.POST.get(KEY) or not request.user.is_authenticated:
            return None
        return once(request, view, kwargs)


def shown_again_by(again: Callable[..., HttpResponse]) -> Callable[[View], View]:
    """For a view that answers a part of a page: `again` makes that part as it is by now."""

    def marked(view: View) -> View:
        view.again = again  # type: ignore[attr-defined]
        return view

    return marked


def once(request: PortalRequest, view: View, kwargs: dict[str, Any]) -> HttpResponseBase:
    names = {"person": request.user, "key": _key(request), "content": _content(request)}
    try:
        with transaction.atomic():
            sent = _claim(names, request)
            response = view(request, **kwargs)
            _keep(sent, request, response, is_part=hasattr(view, "again") and is_partial(request))
            return response
    except SentBefore:
        first = SentForm.objects.filter(**names).first()
    return _answer(first, request, view, kwargs) if first else once(request, view, kwargs)


def _claim(names: dict[str, Any], request: PortalRequest) -> SentForm:
    """The second of two at once waits here until the first is done with."""
    sent = claim(SentForm, **names, sent_at=request.now)
    if SentForm.objects.filter(person=sent.person, key=sent.key).exclude(pk=sent.pk).exists():
        text = gettext("You have sent this form before with other entries; what you sent then stands as well.")
        say(request, text, level=INFO)
    return sent


def _keep(sent: SentForm, request: PortalRequest, response: HttpResponseBase, *, is_part: bool) -> None:
    """What was not done, and is shown with its errors, may be sent again."""
    goes_to = response.headers.get("Location", "")
    if goes_to or (is_part and response.status_code < 300):
        sent.goes_to, sent.said = goes_to or page_of(request), getattr(request, "said", [])
        sent.save(update_fields=["goes_to", "said"])
    else:
        sent.delete()


def _answer(first: SentForm, request: PortalRequest, view: View, kwargs: dict[str, Any]) -> HttpResponseBase:
    for level, text, undo in first.said:
        say(request, text, level=level, undo=undo)
    if is_partial(request) and hasattr(view, "again"):
        again: HttpResponse = view.again(request, **kwargs)
        return again
    return redirect(first.goes_to)


def _key(request: PortalRequest) -> str:
    return sha256(f"{request.POST[KEY]} {request.path}".encode(errors="replace")).hexdigest()


def _content(request: PortalRequest) -> str:
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in NOT_SAID)
    content = sha256(json.dumps([request.get_full_path(), fields]).encode())
    files: dict[str, UploadedFile[Any]] = request.FILES.dict()  # type: ignore[assignment]
    for name, file in sorted(files.items()):
        content.update(json.dumps([name, file.name, file.size]).encode())
        for chunk in file.chunks():
            content.update(chunk)
        file.seek(0)
    return content.hexdigest()


def new_key() -> str:
    return str(uuid4())


def forget(*, at: datetime) -> None:
    SentForm.objects.filter(sent_at__lt=at - KEPT).delete()
