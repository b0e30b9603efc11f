"""What the console is told."""

from logging import LogRecord

from django.core.exceptions import PermissionDenied

from smarketing.server.unavailable import AWAY


def refusal_in_a_line(record: LogRecord) -> bool:
    """For a filter. That somebody may not do something, or the database is away, is no fault here: no traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, PermissionDenied):
        record.exc_info = None
    if isinstance(error, AWAY):
        name = type(error.__cause__ or error).__name__  # its text may quote a row
        record.msg, record.args, record.exc_info = f"{record.getMessage()} ({name})", (), None
    return True
