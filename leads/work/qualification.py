"""Whether a lead meets the criteria of its agreement and what its brief lacks, as of the handoff: frozen on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agreements.document.groups.qualification import ASKED_FACTS
from agreements.document.qualifying import Failing, missing, qualified
from agreements.terms import Terms, Timeline
from leads.enums import Brief, OutsideReason
from leads.models import Handoff, Lead

ASKED_FIELDS = tuple(dict.fromkeys(name for fact in ASKED_FACTS.values() for name in fact.fields))


@dataclass(frozen=True)
class Qualified:
    """`failing` are the criteria that the lead does not meet, `missing` the facts that its brief lacks."""

    failing: tuple[Failing, ...]
    missing: tuple[str, ...]

    @property
    def asks(self) -> bool:
        return bool(self.failing or self.missing)


def qualification(lead: Lead, terms: Terms, on: date, tier: str | None = None) -> Qualified:
    """`tier`: that of the handoff, where a file says another one than the lead's."""
    facts = {name: getattr(lead, name) for name in ASKED_FIELDS} | ({} if tier is None else {"tier": tier})
    return Qualified(qualified(terms.criteria, facts, on), missing(terms.brief, facts))


def freeze(handoff: Handoff, lead: Lead, terms: Terms, *, reason: str, note: str = "") -> None:
    """Writes on a new handoff what was known of its lead. `reason` counts only where it is asked for."""
    found = qualification(lead, terms, handoff.handed_on, handoff.tier)
    handoff.is_outside = bool(found.failing)
    handoff.unmet = [one.as_json() for one in found.failing]
    handoff.outside_reason, handoff.outside_note = (reason, note) if found.failing else ("", "")
    handoff.brief = (Brief.INCOMPLETE if found.missing else Brief.COMPLETE) if terms.brief else ""
    handoff.brief_missing = list(found.missing)


def freeze_from_file(handoffs: Sequence[Handoff], terms: Timeline) -> None:
    """A file's fact is never refused: without a reason it says so. Leads are read only where something is asked."""
    asked = [(one, terms.on(one.handed_on)) for one in handoffs]
    asked = [(one, own) for one, own in asked if own.criteria or own.brief]
    leads = Lead.objects.in_bulk({one.lead_id for one, _own in asked})
    for one, own in asked:
        reason = OutsideReason.FROM_FILE if one.outside_note else OutsideReason.NOT_GIVEN
        freeze(one, leads[one.lead_id], own, reason=reason, note=one.outside_note)
