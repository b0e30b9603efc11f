"""What the console is told."""

import re
from logging import LogRecord

from django.core.exceptions import PermissionDenied

from smarketing.server.unavailable import AWAY

# What stands in these addresses opens a door to whoever reads it.
_KEY = re.compile(r"(/(?:people/join|accounts/password/reset/key)/)[^/\s]+")


def without_keys(record: LogRecord) -> bool:
    """For a filter. An address that is a key is told without it."""
    told = record.getMessage()
    if (masked := _KEY.sub(r"\1…", told)) != told:
        record.msg, record.args = masked, ()
    return True


def refusal_in_a_line(record: LogRecord) -> bool:
    """For a filter. That somebody may not do something, or the database is away, is no fault here: no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, PermissionDenied):
        record.exc_info = None
    if isinstance(error, AWAY):
        name = type(error.__cause__ or error).__name__  # its text may quote a row
        record.msg, record.args, record.exc_info = f"{record.getMessage()} ({name})", (), None
    return True
