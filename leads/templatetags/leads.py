"""The words of leads in templates: `{% load leads %}`."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django import template
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from agreements.criterion_words import fact_names, failing_text
from agreements.place_words import place_names
from leads.clock.face import ClockFace
from leads.clock.rule import OVERDUE
from leads.enums import LossReason, State
from leads.pages.lead.history import label
from leads.pages.said import said_words
from smarketing.lib import spoken

register = template.Library()

PHONE = re.compile(r"\+?[\d ()/.-]{3,40}", re.ASCII)
register.filter(fact_names)
register.filter(failing_text)
register.filter(said_words)
register.simple_tag(place_names)
A_LONG_TIME = timedelta(hours=8)
STATE_TONES = {
    State.WAITING: "on_the_way",
    State.ACCEPTED: "on_the_way",
    State.WORKING: "on_the_way",
    State.CONNECTED: "kept",
    State.WON: "kept",
    State.LOST: "missed",
    State.RETURNED: "at_risk",
}


@register.simple_tag
def clock_words(face: ClockFace, now: datetime, zone: str) -> str:
    """In how long, where a watch says so too, else the day and the time; after "Overdue" by how much working time."""
    if face.due_at is None or face.left is None:
        return ""
    there = ZoneInfo(zone)
    if face.clock == OVERDUE:
        return _overdue(face, now, there)
    if face.is_straight:
        return pgettext("clock", "due in %(span)s") % {"span": spoken.duration(_whole_minutes(face.left))}
    return pgettext("clock", "due %(when)s") % {"when": spoken.when(face.due_at, now, there)}


def _overdue(face: ClockFace, now: datetime, zone: ZoneInfo) -> str:
    assert face.due_at is not None
    over = _whole_minutes(face.over)
    if over and over < A_LONG_TIME:
        return pgettext("overdue", "by %(span)s of working time") % {"span": spoken.duration(over)}
    return pgettext("overdue", "since %(when)s") % {"when": spoken.when(face.due_at, now, zone)}


def _whole_minutes(span: timedelta) -> timedelta:
    """From a minute on without the seconds, which nobody can act upon."""
    minute = timedelta(minutes=1)
    return span // minute * minute if span >= minute else span


@register.filter
def exact_in(at: datetime, zone: str) -> str:
    return spoken.exact(at, ZoneInfo(zone))


@register.filter
def state_name(state: str) -> str:
    return str(State(state).label)


@register.filter
def handoff_tone(state: str) -> str:
    return STATE_TONES[State(state)]


@register.filter
def loss_reason(reason: str) -> str:
    return label(LossReason, reason)


@register.filter
def phone_link(phone: str) -> str | SafeString:
    """A link for what is a telephone number; everything else stays text."""
    if not PHONE.fullmatch(phone):
        return phone
    return format_html('<a href="tel:{}">{}</a>', re.sub(r"[^\d+]", "", phone), phone)


@register.filter
def email_link(email: str) -> str | SafeString:
    try:
        validate_email(email)
    except ValidationError:
        return email
    return format_html('<a href="mailto:{}">{}</a>', quote(email, safe="@"), email)
