"""Misconfiguration, reported as Django system checks with ids and hints."""

import math
import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import OperationalError, connections
from django.urls import get_resolver

from smarketing.lib import capacity
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


@register()
def every_place_has_a_connection(**kwargs: Any) -> list[CheckMessage]:
    pool = settings.DATABASES["default"].get("OPTIONS", {}).get("pool")
    if pool is None or (isinstance(pool, dict) and pool.get("max_size", 0) > capacity.PLACES):
        return []
    return [
        Error(
            f"The pool has fewer connections than the {capacity.PLACES} requests that a web process answers at once.",
            hint="Leave the pool of settings.py as it is; WEB_PLACES sets both.",
            id="smarketing.E020",
        )
    ]


@register()
def numbers_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is {os.environ[name]!r}: it must be a whole number from {least} to 9999.",
            hint="Leave it out for the usual number.",
            id="smarketing.E021",
        )
        for name, least in capacity.LEAST.items()
        if os.environ.get(name, "").strip() and capacity.number(name, 0) < least
    ]


@register(Tags.database)
def the_server_has_room(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """With `migrate`, and `check --database default`."""
    return [
        Warning(
            f"PostgreSQL lets {room} connections in; web, worker and beat may want {capacity.CONNECTIONS}.",
            hint="Raise max_connections of the server, or lower WEB_CONCURRENCY or WEB_PLACES.",
            id="smarketing.W022",
        )
        for alias in databases or ()
        if (room := room_of(alias)) < capacity.CONNECTIONS
    ]


def room_of(alias: str) -> float:
    if connections[alias].vendor != "postgresql":
        return math.inf
    names = ("max_connections", "superuser_reserved_connections")
    asked = ", ".join(f"current_setting('{name}')::int" for name in names)
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SELECT {asked}")
            most, reserved = cursor.fetchone()
    except OperationalError:  # that it cannot be reached is said elsewhere
        return math.inf
    return float(most - reserved)
