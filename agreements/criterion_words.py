"""Criteria of a lead, and what stands in the way, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.document.groups.qualification import ASKED_FACTS, CRITERIA, Criterion
from agreements.place_words import NAMES, place_name
from smarketing.lib.numbers import exactly

ASKED = {
    "given": _("it must be given"),
    "yes": _("a yes is asked"),
    "at_least": _("at least %(value)s is asked"),
    "at_most": _("at most %(value)s is asked"),
    "one_of": _("one of these is asked: %(value)s"),
    "none_of": _("none of these is wanted: %(value)s"),
    "contains": _("one of these words is asked: %(value)s"),
    "within_days": _("activity in the last %(value)s days is asked"),
}


def fact_name(fact: str) -> str:
    return capfirst(gettext(ASKED_FACTS[fact].name))


def fact_names(facts: Iterable[str]) -> str:
    return ", ".join(fact_name(fact) for fact in facts)


def asked(criterion: Criterion) -> str:
    """ "at least 50 is asked"."""
    return str(ASKED[criterion.rule]) % {"value": values_text(criterion.fact, criterion.value)}


def values_text(fact: str, values: Iterable[str]) -> str:
    return "; ".join(_said(fact, one) for one in values)


def criterion_text(criterion: Criterion) -> str:
    """ "Company size: at least 50 is asked (one of these is enough: size)"."""
    said = f"{fact_name(criterion.fact)}: {asked(criterion)}"
    notes = [gettext("one of “%(name)s” is enough") % {"name": criterion.any_of}] if criterion.any_of else []
    notes += [gettext("tier %(tier)s") % {"tier": criterion.tier}] if criterion.tier else []
    return f"{said} ({', '.join(notes)})" if notes else said


def failing_text(stored: Mapping[str, Any]) -> str:
    """What a handoff keeps of a criterion that its lead did not meet, as `Failing.as_json` writes it."""
    criterion = CRITERIA.from_stored([stored["asked"]])[0]
    value, values = stored["value"], {"fact": fact_name(criterion.fact), "asked": asked(criterion)}
    if value is None:
        return gettext("%(fact)s is unknown: %(asked)s") % values
    shown = (
        {True: gettext("yes"), False: gettext("no")}[value]
        if isinstance(value, bool)
        else _said(criterion.fact, str(value))
    )
    return gettext("%(fact)s is %(value)s: %(asked)s") % {**values, "value": shown}


def _said(fact: str, text: str) -> str:
    if fact in NAMES:
        return place_name(fact, text)
    return exactly(int(text)) if text.isascii() and text.isdigit() and len(text) < 12 else text
