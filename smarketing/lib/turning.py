"""Names with signs that turn the direction of the text beside them: what is read would not be what stands there."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def keeps_direction(text: str) -> None:
    """A validator, for names of people, teams and organisations. Those of leads lose such signs at every door."""
    if TURNING.search(text):
        raise ValidationError(
            gettext("This holds invisible signs that turn text around: type it anew."), code="turning"
        )
