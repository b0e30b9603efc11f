"""Action of the worker: what is due is sent, at least once, and again after growing pauses until it is taken."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

from standardwebhooks import Webhook

from leads.doors.api.told import told
from leads.doors.telling.calling import NotAllowed, call
from leads.doors.telling.keeping import resource_of, signing_secrets
from leads.enums import News
from leads.models import OutDelivery

logger = logging.getLogger(__name__)

PAUSES = [timedelta(minutes=number) for number in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)]
LEASE = timedelta(minutes=2)  # a worker that is killed while it sends leaves it to another
AT_ONCE = 100
GONE = 410


def send_what_is_due(*, clock: Callable[[], datetime]) -> int:
    """Answers how many were taken. A system that does not answer holds up nobody but itself."""
    due = OutDelivery.objects.filter(next_at__lte=clock(), hook__stopped_at=None).order_by("next_at", "pk")
    taken, silent = 0, set[int]()
    for pk, hook_id in list(due.values_list("pk", "hook_id")[:AT_ONCE]):
        if hook_id in silent:
            continue
        is_taken = _send(pk, clock())
        taken += is_taken
        if not is_taken:
            silent.add(hook_id)
    return taken


def _send(pk: int, at: datetime) -> bool:
    mine = OutDelivery.objects.filter(pk=pk, next_at__lte=at)
    if mine.update(next_at=at + LEASE) != 1:
        return False
    delivery = OutDelivery.objects.select_related("hook__agreement").get(pk=pk)
    body = message_of(delivery, at)
    if body is None:  # withdrawn, erased or undone since: there is nothing to tell
        OutDelivery.objects.filter(pk=pk).delete()
        return True
    status, problem = _called(delivery, body, at)
    is_taken = status is not None and 200 <= status < 300
    delivery.tries += 1
    may_go_on = not is_taken and status != GONE and delivery.tries <= len(PAUSES)
    delivery.next_at = at + PAUSES[delivery.tries - 1] if may_go_on else None
    delivery.taken_at = at if is_taken else None
    delivery.tried_at, delivery.status, delivery.problem = at, status, problem
    delivery.save(update_fields=["tries", "next_at", "taken_at", "tried_at", "status", "problem"])
    return is_taken


def message_of(delivery: OutDelivery, at: datetime) -> dict[str, Any] | None:
    """`data` is the record as the API tells it, as it stands when it is sent."""
    data: dict[str, Any] = {"agreement": delivery.hook.agreement.slug}
    if delivery.kind != News.TEST:
        one = resource_of(delivery.kind)
        records: Any = one.model._default_manager.select_related(one.agreement)
        record = records.filter(pk=delivery.record).first()
        if record is None:
            return None
        data = told(one, record)
    return {"type": delivery.kind, "timestamp": delivery.at.isoformat(), "data": data}


def _called(delivery: OutDelivery, message: dict[str, Any], at: datetime) -> tuple[int | None, str]:
    body, name = json.dumps(message, ensure_ascii=False), f"msg_{delivery.pk}"
    signed = " ".join(Webhook(secret).sign(name, at, body) for secret in signing_secrets(delivery.hook, at))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Smarketing",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signed,
    }
    try:
        return call(delivery.hook.url, body.encode(), headers), ""
    except NotAllowed as refusal:
        return None, refusal.code
    except (OSError, HTTPException) as error:
        logger.info("web hook %s did not answer: %s", delivery.hook_id, type(error).__name__)
        return None, "no_answer"
