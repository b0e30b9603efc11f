"""Form fields: a wall time of the agreement, and a choice of which some answers are not open yet."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

YEARS = range(1990, 2100)


class WallTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class WallTimeField(forms.Field):
    """The time on the wall of the agreement, without a zone; `instant` makes it one."""

    widget = WallTimeInput
    default_error_messages = {"invalid": _("Enter a day and a time.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        wall = value if isinstance(value, datetime) else _parsed(str(value))
        if wall is None or wall.tzinfo is not None or wall.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return wall


def _parsed(text: str) -> datetime | None:
    try:
        return parse_datetime(text.strip())
    except ValueError:
        return None


def instant(wall: datetime, zone: str) -> datetime:
    """In UTC. A time that a clock change skips moves forward by the gap; one that occurs twice means the first."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def wall_time(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


class HalfOpenSelect(forms.Select):
    """A choice in which some answers stand but cannot be chosen yet."""

    shut: Collection[str] = ()

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if str(option["value"]) in self.shut:
            option["attrs"]["disabled"] = True
        return option
