"""What can be behind a bar or a number: each list of records declared once, with its rows and its title.

The same rows are counted for the page and listed behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.promises.measures import OF_HANDOFFS
from reports import judgement
from reports.facts.reading import Reading, verdicts
from reports.judgement import OWN
from reports.measures.depth import connected_after, connected_with, ending
from reports.measures.handoff_columns import Days, Facts, Ints, Mask
from reports.measures.speed import in_band, spoken_in_band, went_the_way
from reports.measures.volume import Steps
from smarketing.lib.spoken import duration


@dataclass(frozen=True)
class Selection:
    """`what` is a key of LISTS.

    Days are local and inclusive: those of the step in the lists of the volume, else those of the handoff.
    `over` and `upto` are the minutes of a band, `nth` the number of an attempt. `verdict` is one
    of `judgement.VERDICTS`, "" for all.
    """

    what: str
    first_on: date | None = None
    last_on: date | None = None
    over: float | None = None
    upto: float | None = None
    nth: int | None = None
    verdict: str = ""


@dataclass(frozen=True)
class OfHandoffs:
    """A list of the handoffs of the period; the title may name the ordinal."""

    title: str | Lazy | Callable[[Selection], str]
    rows: Callable[[Facts, Selection], Mask]

    def ids(self, reading: Reading, chosen: Selection) -> Ints:
        facts = reading.facts
        return facts.ids[self.rows(facts, chosen) & _on_days(facts.days, chosen)]


@dataclass(frozen=True)
class OfSteps:
    """A list of the steps of the volume."""

    title: str | Lazy | Callable[[Selection], str]
    rows: Callable[[Steps], Mask]

    def ids(self, reading: Reading, chosen: Selection) -> Ints:
        steps = reading.steps
        return steps.ids[self.rows(steps) & _on_days(steps.days, chosen)]


@dataclass(frozen=True)
class OfJudgedSteps(OfSteps):
    """Of the months that have a target, or one in value, by handoffs made under terms."""

    in_value: bool = False

    def ids(self, reading: Reading, chosen: Selection) -> Ints:
        reading = replace(reading, in_value=self.in_value)
        steps = reading.steps
        judged = judgement.volume_is_judged(steps, reading.months_with_target)
        return steps.ids[judged & self.rows(steps) & _on_days(steps.days, chosen)]


@dataclass(frozen=True)
class OfLeads:
    """A list of the leads that came out so ("" for open), each once: by its latest handoff of the period."""

    title: str | Lazy
    outcome: str

    def ids(self, reading: Reading, chosen: Selection) -> Ints:
        facts, known = reading.facts, verdicts(reading)
        newest = facts[np.argsort(facts.ids)[::-1]]
        leads, rows = np.unique(newest.leads, return_index=True)
        outcomes = (known[lead].outcome if lead in known else "" for lead in leads.tolist())
        return newest.ids[rows[np.array([outcome == self.outcome for outcome in outcomes], np.bool_)]]


def _on_days(days: Days, chosen: Selection) -> Mask:
    found = np.ones(len(days), np.bool_)
    if chosen.first_on:
        found &= days >= np.datetime64(chosen.first_on, "D")
    if chosen.last_on:
        found &= days <= np.datetime64(chosen.last_on, "D")
    return found


def _minutes(chosen: Selection) -> dict[str, str]:
    over, upto = (duration(timedelta(minutes=minutes or 0)) for minutes in (chosen.over, chosen.upto))
    return {"over": over, "upto": upto}


def _band(chosen: Selection) -> str:
    if chosen.over is None:
        return _("First attempt within %(upto)s") % _minutes(chosen)
    if chosen.upto is None:
        return _("First attempt after more than %(over)s") % _minutes(chosen)
    return _("First attempt after %(over)s to %(upto)s") % _minutes(chosen)


def _spoken_band(chosen: Selection) -> str:
    if chosen.over is None:
        return _("Connected within %(upto)s") % _minutes(chosen)
    if chosen.upto is None:
        return _("Connected after more than %(over)s") % _minutes(chosen)
    return _("Connected after %(over)s to %(upto)s") % _minutes(chosen)


def _never(facts: Facts, chosen: Selection) -> Mask:
    return facts.is_never_followed_up & judgement.speed_with(facts, chosen.verdict)


def _in_band(facts: Facts, chosen: Selection) -> Mask:
    return in_band(facts, chosen.over, chosen.upto) & judgement.speed_with(facts, chosen.verdict)


def _tried(facts: Facts, chosen: Selection) -> Mask:
    tried: Mask = facts.is_never_connected & (facts.attempts == (chosen.nth or 0))
    return tried & judgement.depth_with(facts, chosen.verdict)


def _judged(measure: str, what: str, facts: Facts, _chosen: Selection) -> Mask:
    ids = getattr(judgement.JUDGES[measure](facts, judgement.Commitment(), judgement.Viewpoint(True, True)), what)
    return np.isin(facts.ids, ids)


def _titled(name: str, what: str, _chosen: Selection) -> str:
    return f"{_(name)}: {JUDGED_WORDS[what]}"


JUDGED_WORDS = {
    "judged": gettext_lazy("judged by the promise"),
    "kept": gettext_lazy("promise kept"),
    "excused": gettext_lazy("breach excused"),
}
VERDICT_WORDS = {
    "excused": gettext_lazy("breach excused"),
    "kept": gettext_lazy("promise kept"),
    "missed": gettext_lazy("promise missed"),
    "running": gettext_lazy("still within time"),
    "none": gettext_lazy("not judged"),
}
LISTS: dict[str, OfHandoffs | OfSteps | OfLeads] = {
    # the volume
    "handed_over": OfSteps(gettext_lazy("Leads handed over"), lambda steps: steps.is_handed_over),
    "returned": OfSteps(gettext_lazy("Leads returned to marketing"), lambda steps: steps.is_returned),
    "corrections": OfSteps(gettext_lazy("Leads from earlier periods taken off"), lambda steps: steps.is_correction),
    "delivered": OfSteps(gettext_lazy("Leads delivered"), lambda steps: steps.stands),
    "outside": OfSteps(
        gettext_lazy("Leads handed over outside the criteria"), lambda steps: steps.is_handed_over & steps.is_outside
    ),
    "judged_handed_over": OfJudgedSteps(
        gettext_lazy("Leads handed over towards the target"), lambda steps: steps.is_handed_over
    ),
    "judged_delivered": OfJudgedSteps(gettext_lazy("Leads delivered towards the target"), lambda steps: steps.stands),
    "judged_returned": OfJudgedSteps(
        gettext_lazy("Leads returned to marketing, counted against the target"), lambda steps: steps.is_returned
    ),
    "judged_corrections": OfJudgedSteps(
        gettext_lazy("Leads from earlier periods taken off"), lambda steps: steps.is_correction
    ),
    # the volume in value
    "valued_handed_over": OfJudgedSteps(
        gettext_lazy("Leads handed over towards the target in value"), lambda steps: steps.is_handed_over, in_value=True
    ),
    "valued_delivered": OfJudgedSteps(
        gettext_lazy("Leads delivered towards the target in value"), lambda steps: steps.stands, in_value=True
    ),
    "valued_returned": OfJudgedSteps(
        gettext_lazy("Leads returned to marketing, counted against the target in value"),
        lambda steps: steps.is_returned,
        in_value=True,
    ),
    "valued_corrections": OfJudgedSteps(
        gettext_lazy("Leads from earlier periods taken off in value"),
        lambda steps: steps.is_correction,
        in_value=True,
    ),
    # the speed
    "handoffs": OfHandoffs(gettext_lazy("Handoffs"), lambda facts, _chosen: np.ones(len(facts), np.bool_)),
    "followed_up": OfHandoffs(gettext_lazy("Followed up"), lambda facts, _chosen: facts.is_followed_up),
    "returned_untouched": OfHandoffs(
        gettext_lazy("Returned before any attempt"), lambda facts, _chosen: facts.is_returned_untouched
    ),
    "never_followed_up": OfHandoffs(gettext_lazy("Never followed up"), _never),
    "running": OfHandoffs(gettext_lazy("Still within time"), lambda facts, _chosen: facts.is_running),
    "speed_judged": OfHandoffs(
        gettext_lazy("Judged by the promised time"), lambda facts, _chosen: judgement.speed_is_judged(facts)
    ),
    "kept": OfHandoffs(gettext_lazy("Followed up in time"), lambda facts, _chosen: facts.is_kept),
    "missed": OfHandoffs(gettext_lazy("Followed up too late or never"), lambda facts, _chosen: facts.is_missed),
    "band": OfHandoffs(_band, _in_band),
    "spoken_in_band": OfHandoffs(_spoken_band, lambda facts, chosen: spoken_in_band(facts, chosen.over, chosen.upto)),
    "went_the_way": OfHandoffs(
        gettext_lazy("Followed up, with marketing's own time known"), lambda facts, _chosen: went_the_way(facts)
    ),
    "reached": OfHandoffs(
        gettext_lazy("Followed up and connected"), lambda facts, _chosen: facts.is_followed_up & facts.is_connected
    ),
    # the depth
    "depth_judged": OfHandoffs(
        gettext_lazy("Judged by the promised attempts"), lambda facts, _chosen: judgement.depth_is_judged(facts)
    ),
    "depth_kept": OfHandoffs(
        gettext_lazy("Tried as often as promised"), lambda facts, _chosen: judgement.depth_is_kept(facts)
    ),
    "connected": OfHandoffs(gettext_lazy("Connected"), lambda facts, _chosen: facts.is_connected),
    "never_connected": OfHandoffs(gettext_lazy("Never connected"), lambda facts, _chosen: facts.is_never_connected),
    "came_first": OfHandoffs(
        gettext_lazy("The lead contacted us first"), lambda facts, _chosen: connected_with(facts, 0)
    ),
    "connected_with": OfHandoffs(
        lambda chosen: _("Connected at attempt %(nth)s") % {"nth": chosen.nth or 1},
        lambda facts, chosen: connected_with(facts, chosen.nth or 1),
    ),
    "connected_after": OfHandoffs(
        lambda chosen: _("Connected after attempt %(nth)s") % {"nth": chosen.nth or 0},
        lambda facts, chosen: connected_after(facts, chosen.nth or 0),
    ),
    "tried_times": OfHandoffs(
        lambda chosen: _("Never connected after %(nth)s attempts") % {"nth": chosen.nth or 0}, _tried
    ),
    "sent_back": OfHandoffs(
        gettext_lazy("Returned for marketing's reasons"), lambda facts, _chosen: ending(facts, "returned")
    ),
    "won_unspoken": OfHandoffs(
        gettext_lazy("Won without a conversation on record"), lambda facts, _chosen: ending(facts, "won")
    ),
    "given_up": OfHandoffs(
        gettext_lazy("Given up before the promised attempts"), lambda facts, _chosen: ending(facts, "given_up")
    ),
    "tried": OfHandoffs(
        gettext_lazy("Closed after the promised attempts"), lambda facts, _chosen: ending(facts, "tried")
    ),
    "open": OfHandoffs(gettext_lazy("Still open, not connected"), lambda facts, _chosen: ending(facts, "open")),
    # every promise of handoffs: whom it judges, who kept it, who was excused
    **{
        f"{measure.key}_{what}": OfHandoffs(partial(_titled, measure.name, what), partial(_judged, measure.key, what))
        for measure in OF_HANDOFFS.values()
        for what in ("judged", "kept", "excused")
        if what == "excused" or measure.key not in OWN
    },
    # what became of the leads
    "leads_won": OfLeads(gettext_lazy("Leads won since, by their latest handoff"), "won"),
    "leads_lost": OfLeads(gettext_lazy("Leads lost since, by their latest handoff"), "lost"),
    "leads_open": OfLeads(gettext_lazy("Leads still open, by their latest handoff"), ""),
}


def selected(reading: Reading, chosen: Selection) -> Ints:
    """The ids of the handoffs, one for every step or handoff that counts. Raises KeyError for an unknown list."""
    return LISTS[chosen.what].ids(reading, chosen)


def title_of(chosen: Selection) -> str:
    title = LISTS[chosen.what].title
    said = title(chosen) if callable(title) else str(title)
    return f"{said}, {VERDICT_WORDS[chosen.verdict]}" if chosen.verdict else said
