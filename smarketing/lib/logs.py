"""What the console is told."""

from logging import LogRecord

from django.core.exceptions import PermissionDenied


def refusal_in_a_line(record: LogRecord) -> bool:
    """For a filter. That somebody may not do something is no fault of the program: no traceback."""
    if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
        record.exc_info = None
    return True
