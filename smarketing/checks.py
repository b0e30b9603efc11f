"""Misconfiguration, reported as Django system checks with ids and hints."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver

from smarketing.lib.guards import unguarded


@register(Tags.urls)
def every_url_has_a_guard(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The URL {pattern!r} has no access guard.",
            hint="Decorate its view with one guard of smarketing.accounts.access.",
            id="smarketing.E001",
        )
        for pattern in unguarded(get_resolver().url_patterns)
    ]
