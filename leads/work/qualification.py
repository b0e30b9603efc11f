"""Whether a lead meets the criteria of its agreement and what its brief lacks, as of the handoff: frozen on it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import DateField, OuterRef, Subquery, Value

from agreements.document.groups.qualification import ASKED_FACTS, Criterion
from agreements.document.qualifying import Failing, QualifiedCount, counted, fields_asked, missing, qualified
from agreements.models import Agreement
from agreements.terms import Terms, Timeline
from leads.enums import Brief, OutsideReason
from leads.models import Handoff, Lead
from smarketing.lib.periods import Period

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


def would_have_met(
    agreements: Iterable[Agreement], criteria: Sequence[Criterion], period: Period, zone: ZoneInfo
) -> QualifiedCount:
    """The leads won in the period, as they are known now, on the day of the first handoff, else at the period's end."""
    start = datetime.combine(period.start_on, time(), zone)
    end = datetime.combine(period.next().start_on, time(), zone)
    names = tuple(dict.fromkeys(("tier", *fields_asked(criteria))))
    handed = Handoff.objects.filter(lead=OuterRef("pk")).order_by("handed_at").values("handed_on")[:1]
    is_dated = any(one.rule == "within_days" for one in criteria)
    on = Subquery(handed) if is_dated else Value(period.end_on, output_field=DateField())
    leads = Lead.objects.filter(agreement__in=agreements, created_at__gte=start, created_at__lt=end)
    alike = Counter(leads.order_by().annotate(handed_first=on).values_list(*names, "handed_first").iterator(5_000))
    return counted(
        criteria,
        ((dict(zip(names, row, strict=False)), row[-1] or period.end_on, count) for row, count in alike.items()),
    )
