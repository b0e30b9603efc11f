"""What an inquiry said of the person beyond what is kept, in words."""

from collections.abc import Mapping
from typing import Any

from agreements.place_words import place_name
from leads.doors.files.wording import field_name


def said_words(said: Mapping[str, Any]) -> str:
    """As in "phone: +49 170 1234567"."""
    return ", ".join(f"{field_name(name)}: {_value(name, value)}" for name, value in said.items())


def _value(name: str, value: Any) -> str:
    return place_name(name, value) if isinstance(value, str) else str(value)
