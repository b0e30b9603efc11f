"""Why a lead is with somebody, in the reader's language, from the codes that were kept."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from leads.assignment import health, rotation
from leads.assignment.drawing import EARLIER
from leads.assignment.health import HealthFinding
from leads.models import Event

PASSED = {
    rotation.AWAY: ngettext_lazy("%(n)d is away", "%(n)d are away", "n"),
    rotation.OFF_HOURS: ngettext_lazy("%(n)d does not work then", "%(n)d do not work then", "n"),
    rotation.OPEN_FULL: ngettext_lazy("%(n)d has all open leads allowed", "%(n)d have all open leads allowed", "n"),
    rotation.DAY_FULL: ngettext_lazy("%(n)d has all leads of the day", "%(n)d have all leads of the day", "n"),
    rotation.HAD_IT: ngettext_lazy("%(n)d has just returned it", "%(n)d have just returned it", "n"),
}

FINDINGS = {
    health.LEFT: gettext_lazy("“%(rule)s” names people who are no longer in the sales team: %(people)s."),
    health.RESTING: gettext_lazy("“%(rule)s” names people who take no part in the rules: %(people)s."),
    health.NOBODY: gettext_lazy("“%(rule)s” has nobody who could get a lead."),
    health.EMPTY_DAYS: gettext_lazy("“%(rule)s”: nobody is here on %(days)s."),
    health.NO_CATCH_ALL: gettext_lazy("No rule suits every lead: what none suits waits in the pool."),
    health.NEVER_REACHED: gettext_lazy("“%(rule)s” is never asked: a rule before it suits every lead."),
}
MOST_DAYS = 5


def given_why(details: Mapping[str, Any]) -> str:
    """Of an event GIVEN: "in turn by the rule “Small firms” · 2 are away"."""
    if details.get("why") == EARLIER:
        return _("had this lead before")
    said = [_way(details) % {"rule": details.get("rule", "")}]
    said += passed_words(details.get("passed") or {})
    return " · ".join(said)


def _way(details: Mapping[str, Any]) -> str:
    if details.get("why") == rotation.POOL:
        return _("left in the pool by the rule “%(rule)s”")
    if details.get("rep") is None:
        return _("nobody was free for the rule “%(rule)s”: it is in the pool")
    if details.get("why") == rotation.BY_LOAD:
        return _("had the fewest open leads, by the rule “%(rule)s”")
    return _("was next in turn by the rule “%(rule)s”")


def passed_words(passed: Mapping[str, int]) -> list[str]:
    return [str(words % {"n": passed[why]}) for why, words in PASSED.items() if passed.get(why)]


def by_hand(event: Event) -> str:
    """Of an event ASSIGNED with a rep."""
    is_own = event.by_id is not None and event.by_id == event.details.get("rep")
    return _("taken from the pool") if is_own and not event.details.get("before") else _("given by hand")


def finding_text(found: HealthFinding) -> str:
    """One sentence: what is wrong, and with which rule."""
    days = [date_format(day, "SHORT_DATE_FORMAT") for day in found.days]
    more = len(days) - MOST_DAYS
    text = ", ".join(days[:MOST_DAYS]) + (_(" and %(count)d more") % {"count": more} if more > 0 else "")
    said = {"rule": found.rule.name if found.rule else "", "people": ", ".join(found.people), "days": text}
    return str(FINDINGS[found.kind]) % said
