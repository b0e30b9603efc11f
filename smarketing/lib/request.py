"""The one request that every view behind a guard gets."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from smarketing.accounts.access import Access
    from smarketing.accounts.models import User


class PortalRequest(HttpRequest):
    """What middleware has bound: who asks, what that person may do, and the one instant of the answer.

    Behind every guard but `anyone` the user is a signed-in person.
    """

    user: "User"
    access: "Access"
    htmx: "HtmxDetails"
    now: datetime
    said: list[tuple[int, str, str]]  # level, text and undo of each notice
