"""What is sent again is done once: a row, unique by its key, is written in the transaction of what is done.

The second of two at once waits in the insert until the first is done with; a process that dies takes its row with it.
"""

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)


class SentBefore(Exception):
    """The same has been sent with the same key."""


def claim(model: type[Row], **values: Any) -> Row:
    """In a transaction, as its first statement. Raises SentBefore where the row is there."""
    try:
        with transaction.atomic():
            return model._default_manager.create(**values)
    except IntegrityError as error:
        raise SentBefore from error
