"""Misconfiguration, reported as Django system checks: what is wrong in one sentence, and what to do in the next."""

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, connections
from django.urls import get_resolver
from django.utils.module_loading import import_string

from smarketing.lib.guards import unguarded
from smarketing.server import capacity
from smarketing.server.networks import networks
from smarketing.server.reach import broker_fault, database_fault

SECRET_LENGTH = 32
OVER_THE_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "ceph", "lustre", "glusterfs", "fuse.glusterfs", "fuse.sshfs"}
MISCONFIGURED = 3  # to gunicorn an exit with 3 means: do not try again


def refuse_faults() -> None:
    """For web, worker and beat, which no command of Django's starts."""
    found = [message for message in run_checks() if message.level >= WARNING and not message.is_silenced()]
    for message in found:
        print(f"{message.id}: {message.msg} {message.hint or ''}".strip(), file=sys.stderr, flush=True)  # noqa: T201
    if any(message.level >= ERROR for message in found):
        sys.exit(MISCONFIGURED)


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


@register()
def the_environment_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    return [Error(fault.said, hint=fault.hint, id="smarketing.E004") for fault in settings.FAULTS]


@register(Tags.security)
def the_secret_is_one(**kwargs: Any) -> list[CheckMessage]:
    hint = "Set SECRET_KEY to a long random text, or leave it out: one is made and kept in VAR_DIR."
    secret = settings.SECRET_KEY
    if secret == settings.DEMO_SECRET and not settings.DEMO:
        return [Error("SECRET_KEY is the demonstration's secret: everybody knows it.", hint=hint, id="smarketing.E005")]
    if len(secret) < SECRET_LENGTH or len(set(secret)) < 5:
        return [Error("SECRET_KEY is so short that it can be guessed.", hint=hint, id="smarketing.E005")]
    return []


@register(Tags.security)
def hosts_are_named(**kwargs: Any) -> list[CheckMessage]:
    hint = "Name what people type to come here: ALLOWED_HOSTS=sla.example.org"
    if settings.DEMO or settings.DEBUG:
        return []
    if "*" in settings.ALLOWED_HOSTS:
        said = "ALLOWED_HOSTS is *: anybody could have letters sent whose links lead elsewhere."
        return [Error(said, hint=hint, id="smarketing.E006")]
    if not settings.ALLOWED_HOSTS:
        return [Warning("ALLOWED_HOSTS is empty: nobody can open the portal.", hint=hint, id="smarketing.W006")]
    return []


@register()
def the_database_answers(**kwargs: Any) -> list[CheckMessage]:
    if settings.FAULTS or not (fault := database_fault()):
        return []
    hint = "Start it, or set DATABASE_URL to one that runs and that this user may read and write."
    return [Error(f"The database does not answer: {fault}.", hint=hint, id="smarketing.E007")]


@register()
def the_broker_answers(**kwargs: Any) -> list[CheckMessage]:
    """A warning: what it was to bring is found by the sweep when it is back."""
    if settings.FAULTS or not (fault := broker_fault()):
        return []
    hint = "Start it, or set BROKER_URL to one that runs; until then imports wait."
    return [Warning(f"The broker does not answer: {fault}.", hint=hint, id="smarketing.W008")]


@register()
def a_file_is_for_one_machine(**kwargs: Any) -> list[CheckMessage]:
    hint = "For several machines set DATABASE_URL to PostgreSQL and BROKER_URL to Redis or RabbitMQ."
    found = []
    if connection.vendor == "sqlite":
        if settings.SEVERAL_MACHINES:
            found.append("SEVERAL_MACHINES is on, but the database is a file of this machine.")
        elif kind := file_system(Path(connection.settings_dict["NAME"])) & OVER_THE_NETWORK:
            found.append(f"The SQLite file lies on {kind.pop()}: over a network its locks do not hold.")
    if settings.SEVERAL_MACHINES and settings.CELERY_BROKER_URL.startswith("filesystem"):
        found.append("SEVERAL_MACHINES is on, but the broker is a folder of this machine.")
    return [Error(said, hint=hint, id="smarketing.E009") for said in found]


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> set[str]:
    """The kind of the innermost mount that holds the path; nothing where that is not told (not Linux)."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return set()
    holding = [(where, kind) for _what, where, kind, *_rest in lines if path.resolve().is_relative_to(where)]
    return {max(holding, key=lambda mount: len(mount[0]))[1]} if holding else set()


@register()
def mail_can_leave(**kwargs: Any) -> list[CheckMessage]:
    try:
        backend = import_string(settings.EMAIL_BACKEND)
    except ImportError:
        backend = None
    if isinstance(backend, type) and issubclass(backend, BaseEmailBackend):
        return []
    hint = "To send by a mail server: EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend"
    return [Error(f"EMAIL_BACKEND {settings.EMAIL_BACKEND!r} is not there.", hint=hint, id="smarketing.E010")]


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
