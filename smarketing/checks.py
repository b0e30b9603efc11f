"""Misconfiguration, reported as Django system checks with ids and hints."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import get_resolver

from smarketing.lib.guards import unguarded
from smarketing.lib.networks import networks


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


@register(Tags.security)
def proxies_are_named(**kwargs: Any) -> list[CheckMessage]:
    hint = "Name the addresses or networks of your proxies, by comma: TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8"
    try:
        trusted = networks(settings.TRUSTED_PROXIES)
    except ValueError as error:
        return [Error(f"TRUSTED_PROXIES cannot be read: {error}.", hint=hint, id="smarketing.E003")]
    if settings.BEHIND_PROXY and not trusted:
        said = "BEHIND_PROXY is on, but TRUSTED_PROXIES names no proxy: everybody would count as one client."
        return [Error(said, hint=hint, id="smarketing.E002")]
    return []
