"""Action of the worker: of leads to which something happened, who is to be told of what, each thing once.

What a file brought is told to nobody, as everywhere in the portal; nor what was there before the web hook was made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from leads.enums import Door, News
from leads.models import Attempt, Deal, Handoff, Inquiry, Lead, OutDelivery, OutHook, OutMark

AT_ONCE = 500


def look_for_news(*, at: datetime) -> int:
    """Answers how many marks were looked at. Two at once find the same, and one of them keeps it."""
    marks = dict(OutMark.objects.order_by("pk").values_list("pk", "lead")[:AT_ONCE])
    if not marks:
        return 0
    with transaction.atomic():
        found = list(_deliveries(set(marks.values()), at))
        OutDelivery.objects.bulk_create(found, ignore_conflicts=True)
        OutMark.objects.filter(pk__in=marks).delete()
    return len(marks)


def _deliveries(lead_ids: set[int], at: datetime) -> Iterator[OutDelivery]:
    hooks = defaultdict[int, list[OutHook]](list)
    for hook in OutHook.objects.filter(stopped_at=None):
        hooks[hook.agreement_id].append(hook)
    for kind, record, agreement_id, since, again in _happened(lead_ids):
        for hook in hooks.get(agreement_id, ()):
            if kind in hook.news and since >= hook.made_at:
                yield OutDelivery(hook=hook, kind=kind, record=record, again=again, at=at, next_at=at)


def _happened(lead_ids: set[int]) -> Iterator[tuple[str, int, int, datetime, str]]:
    """Kind, record, agreement, when the portal learned of it, and what tells it from the same thing before."""
    leads = Lead.objects.filter(pk__in=lead_ids).exclude(door=Door.FILE)
    yield from _as_told(News.LEAD, leads.values_list("pk", "agreement_id", "recorded_at"))
    handoffs = Handoff.objects.filter(lead__in=lead_ids).exclude(door=Door.FILE)
    yield from _as_told(News.HANDOFF, handoffs.values_list("pk", "agreement_id", "recorded_at"))
    for kind, name in ((News.ACCEPTED, "accepted_at"), (News.RETURNED, "returned_at")):
        rows = handoffs.filter(Q((f"{name}__isnull", False))).annotate(when=F(name))
        for pk, agreement_id, when, recorded_at in rows.values_list("pk", "agreement_id", "when", "recorded_at"):
            yield kind, pk, agreement_id, max(when, recorded_at), when.isoformat()
    own: tuple[tuple[News, Any], ...] = ((News.ATTEMPT, Attempt), (News.DEAL, Deal), (News.INQUIRY, Inquiry))
    for kind, model in own:
        rows = model.objects.filter(lead__in=lead_ids).exclude(door=Door.FILE)
        yield from _as_told(kind, rows.values_list("pk", "lead__agreement_id", "recorded_at"))


def _as_told(kind: str, rows: Iterable[Any]) -> Iterator[tuple[str, int, int, datetime, str]]:
    for pk, agreement_id, recorded_at in rows:
        yield kind, pk, agreement_id, recorded_at, ""
