"""The portal's own words in templates: `{% load portal %}`. docs/look.md lists them."""

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.contrib.messages.storage.base import Message
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from smarketing.accounts.sent_forms import KEY, new_key
from smarketing.lib import notices, numbers, spoken
from smarketing.lib.periods import Period

register = template.Library()

STATES = {
    "kept": ("kept", "check", gettext_lazy("Kept")),
    "on_the_way": ("on-the-way", "clock", gettext_lazy("On the way")),
    "at_risk": ("at-risk", "exclamation-triangle", gettext_lazy("At risk")),
    "missed": ("missed", "x-mark", gettext_lazy("Missed")),
    # a running promise is said in the same four states
    "running": ("on-the-way", "clock", pgettext_lazy("clock", "Running")),
    "due_soon": ("at-risk", "exclamation-triangle", gettext_lazy("Due soon")),
    "overdue": ("missed", "x-mark", gettext_lazy("Overdue")),
    "excused": ("on-the-way", "minus", gettext_lazy("Excused")),
    "none": ("on-the-way", "minus", gettext_lazy("No promise")),
}


def zone_of(zone: str | tzinfo | None) -> tzinfo:
    if not zone:
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def time_element(instant: datetime, text: str, zone: tzinfo) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', instant.isoformat(), spoken.exact(instant, zone), text
    )


@register.simple_tag
def when(instant: datetime | None, now: datetime, zone: str | tzinfo | None = None) -> str:
    """`{% when handoff.handed_at now agreement.time_zone %}`"""
    if instant is None:
        return numbers.NOTHING
    there = zone_of(zone)
    return time_element(instant, spoken.when(instant, now, there), there)


@register.inclusion_tag("parts/state.html")
def state(name: str, word: str = "") -> dict[str, Any]:
    """`{% state "at_risk" %}`, or with an own word: `{% state "missed" row.sentence %}`"""
    tone, sign, own = STATES[name]
    return {"tone": tone, "sign": sign, "word": word or own}


@register.filter
def state_tone(name: str) -> str:
    return STATES[name][0]


@register.filter
def duration(span: timedelta | None) -> str:
    return numbers.NOTHING if span is None else spoken.duration(span)


@register.filter
def minutes(count: numbers.Number | None) -> str:
    return numbers.NOTHING if count is None else spoken.duration(timedelta(minutes=float(count)))


@register.filter
def microseconds(count: int | None) -> str:
    return numbers.NOTHING if count is None else spoken.duration(timedelta(microseconds=count))


@register.filter
def period_name(period: Period) -> str:
    return spoken.period_name(period)


@register.filter
def number(value: numbers.Number | None, places: int = 0) -> str:
    return numbers.number(value, places)


register.filter("exactly", numbers.exactly)


@register.filter
def percent(share: numbers.Number | None, places: int = 0) -> str:
    return numbers.percent(share, places)


@register.filter
def exact_percent(share: Decimal | None) -> str:
    return numbers.exact_percent(share)


@register.filter
def money(amount: numbers.Number | None, currency: str) -> str:
    return numbers.money(amount, currency)


@register.filter
def is_number(value: object) -> bool:
    return isinstance(value, numbers.Number) and not isinstance(value, bool)


@register.filter
def said(value: object) -> object:
    """A cell of a table as people read it: nothing as a dash, fractions with two places."""
    if value is None or value == "":
        return numbers.NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, numbers.Number):
        return numbers.number(value, 0 if value == int(value) else 2)
    return value


@register.filter
def undo_url(message: Message) -> str:
    return notices.undo_url(message)


@register.simple_tag
def form_key() -> SafeString:
    """Beside the token of every form that is posted: sent twice it is done once."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, new_key())
