"""Whether what the portal stands on answers: asked anew each time, beside the pool, and never for long."""

from contextlib import closing

from celery import current_app
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection

SECONDS = 3


def database_fault() -> str:
    """Why the database does not answer, in a line; empty if it does."""
    own = connection.copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    try:
        with closing(own), own.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError, ImproperlyConfigured, OSError) as error:
        return first_line(error)
    return ""


def broker_fault() -> str:
    """A broker in a folder is made when it is wanted; then it is the folder that has to be writable."""
    try:
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            settings.BROKER_DIR.mkdir(parents=True, exist_ok=True)
            (settings.BROKER_DIR / ".writable").touch()
            return ""
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
    except Exception as error:  # each transport has its own
        return first_line(error)
    return ""


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
