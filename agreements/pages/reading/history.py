"""Reads: what was changed in an agreement, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from agreements.document.differences import Difference
from agreements.document.groups.every_group import GROUPS
from agreements.document.month_tables import NEVER
from agreements.enums import Pacing, Weekday, reason_words
from agreements.models import Agreement
from agreements.pages.reading.group_words import path_words, value_words
from agreements.pages.reading.overview import dated
from agreements.pages.reading.sentences import sentence
from agreements.promises.kinds import Fraction
from agreements.promises.measures import MEASURES
from smarketing.accounts.models import Side, User
from smarketing.lib.numbers import exact_percent, exactly

NAMES = {
    "slug": _("Short name"),
    "name": _("Name"),
    "time_zone": _("Time zone"),
    "currency": _("Currency"),
    "marketing_team": _("Marketing team"),
    "sales_team": _("Sales team"),
    "service_team": _("Service team"),
    "effective_on": _("In force from"),
    "pacing": _("Pacing"),
    "warn_share": _("Due soon after"),
    "automated_counts": _("An automated message counts as an attempt"),
    "marketing_share": _("Share of revenue from marketing leads"),
    "average_deal": _("Average deal size"),
    "lead_to_customer": _("Lead-to-customer rate"),
    "calendar": _("Working calendar"),
    "holidays": _("Public holidays"),
    **dict(Weekday.choices),
    "tiers": _("Tiers"),
    "points": _("Points of a lead"),
    "assumed": _("Assumed by tier"),
    "tier_share": _("Share of the revenue goal"),
    "cycle_days": _("Sales cycle in days"),
    "is_shifted": _("Leads serve the quota of a cycle later"),
    "year_begins": _("The year begins in month"),
    "optional": _("Optional and half holidays"),
    "return_reason": _("Reason for returns"),
    "whose": _("whose to put right"),
    "counts": _("taken off the volume"),
    "place": _("place in the list"),
    "recomputed": _("Handoffs measured again"),
    "with_exceptions": _("with the exceptions agreed since"),
    "terms_in_force": _("by the terms in force"),
    "own_terms": _("by their own terms"),
    "return_within": _("Working days after a month in which returns still count against it"),
    "exception": _("Exception"),
    **{measure.key: _(measure.name) for measure in MEASURES.values()},
    **{field: _(words) for measure in MEASURES.values() for field, words in measure.promise.words().items()},
    "propose_on": _("Day on which the next month's target is proposed"),
    "fewest_customers": _("Customers below which an assumption is kept"),
    "quota": _("Quota"),
    "target": _("Target"),
    "proposal": _("Target proposed"),
    "declined": _("Proposal declined"),
    "declined_because": _("Why the proposal was declined"),
    "put_in_force": _("Put in force without signatures"),
    **dict(Side.choices),
}
KINDS = {field: kind for measure in MEASURES.values() for field, kind in measure.promise.kinds().items()}
SHARES = {"warn_share", "marketing_share", "lead_to_customer", "tier_share"} | {
    f for f, k in KINDS.items() if isinstance(k, Fraction)
}
NUMBERS = (KINDS.keys() - SHARES) | {
    *("propose_on", "fewest_customers"),
    *("average_deal", "return_within", "quota", "target", "proposal", "declined", "place", "recomputed"),
    *("points", "cycle_days", "year_begins"),
}
VALUES = {"closed": _("closed"), "yes": _("yes"), NEVER: _("never")}
NAMED = {"points": 1, **dict.fromkeys((*MEASURES, "assumed", "quota", "target", "proposal", "declined"), 2)}
CHOICES = {"pacing": dict(Pacing.choices), "whose": dict(Side.choices)}


@dataclass(frozen=True)
class ClauseChange:
    """One clause that changed. `before` or `after` is empty where there was or is none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Revision:
    at: datetime
    by: User | None
    lines: list[ClauseChange]


def history(agreement: Agreement, most: int = 20) -> list[Revision]:
    """The newest first."""
    changes = agreement.changes.select_related("by").order_by("-at", "-pk")[:most]
    return [Revision(change.at, change.by, [clause_change(row) for row in change.lines]) for change in changes]


def clause_change(row: str | Sequence[object]) -> ClauseChange:
    if isinstance(row, str):  # what is told in words, as a recomputing is
        return ClauseChange(row, "", "")
    difference = Difference.from_json(row)
    if said := sentence(difference):
        return ClauseChange(said, "", "")
    name = " · ".join(_named(difference.path))
    return ClauseChange(name, *(_valued(text, difference.path) for text in (difference.before, difference.after)))


def _named(path: tuple[str, ...]) -> Iterator[str]:
    """What people called their tiers, reasons and parts of a quota stays as it stands, whatever else is called so."""
    if path[0] in GROUPS:
        yield from path_words(path)
        return
    for place, part in enumerate(path):
        if path[0] == "return_reason" and place == 1:
            yield reason_words(part, "")
        elif part and NAMED.get(path[0]) == place:
            yield part
        elif part:
            yield str(NAMES.get(part) or dated(part))


def _valued(text: str | None, path: tuple[str, ...]) -> str:
    if not text or path[0] in GROUPS:
        return value_words(path, text) if text else ""
    keys = {path[0], path[-1]} if path[0] == "return_reason" else set(path[:2])
    for key in keys & CHOICES.keys():
        return str(CHOICES[key].get(text, text))
    if path[0] == "exception":
        last, _blank, reason = text.partition(" ")
        return f"{dated(last)} {reason}".strip()
    if keys & SHARES:
        return exact_percent(Decimal(text))
    if keys & NUMBERS and text != NEVER:
        return exactly(Decimal(text))
    return str(VALUES.get(text) or dated(text))
