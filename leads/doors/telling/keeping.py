"""Actions: a system is to be told, no more to be told, and gets another secret. Each secret is shown once."""

import secrets
from base64 import b64encode
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from agreements.models import Agreement
from leads.doors.api.resources import RESOURCES, Resource
from leads.doors.api.tokens import check_change
from leads.enums import News
from leads.models import OutDelivery, OutHook
from smarketing.accounts.access import Access
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb

OVERLAP = timedelta(days=1)
DELIVERIES_KEPT = timedelta(days=30)
ABOUT = {
    News.LEAD: "leads",
    News.HANDOFF: "handoffs",
    News.ACCEPTED: "handoffs",
    News.RETURNED: "handoffs",
    News.ATTEMPT: "attempts",
    News.DEAL: "deals",
    News.INQUIRY: "inquiries",
}


def resource_of(kind: str) -> Resource:
    return RESOURCES[ABOUT[News(kind)]]


def make_out_hook(
    name: str, url: str, agreement: Agreement, news: Collection[str], *, by: User | None, at: datetime
) -> OutHook:
    own = {"news": [kind for kind in ABOUT if kind in news], "seed": secrets.token_urlsafe(32)}
    return OutHook.objects.create(name=name, url=url, agreement=agreement, made_by=by, made_at=at, **own)


def check_told(access: Access, hook: OutHook) -> None:
    scopes = {f"{ABOUT[News(kind)]}:read" for kind in hook.news}
    check_change(access, hook.made_by, scopes, [hook.agreement])


def change_secret(hook: OutHook, *, at: datetime) -> None:
    """For a day calls carry both signatures, so that the other side changes it when it likes."""
    hook.old_seed, hook.old_until, hook.seed = hook.seed, at + OVERLAP, secrets.token_urlsafe(32)
    hook.save(update_fields=["seed", "old_seed", "old_until"])


def stop(hook: OutHook, *, at: datetime) -> bool:
    """What has not been told by now will not be."""
    is_stopped = OutHook.objects.filter(pk=hook.pk, stopped_at=None).update(stopped_at=at) == 1
    hook.deliveries.filter(next_at__isnull=False).update(next_at=None)
    return is_stopped


def signing_secret(hook: OutHook, seed: str = "") -> str:
    digest = salted_hmac("leads.doors.telling", seed or hook.seed, algorithm="sha256").digest()
    return f"whsec_{b64encode(digest).decode()}"


def signing_secrets(hook: OutHook, at: datetime) -> Iterator[str]:
    yield signing_secret(hook)
    if hook.old_seed and hook.old_until is not None and hook.old_until > at:
        yield signing_secret(hook, hook.old_seed)


def told_of(access: Access) -> QuerySet[OutHook]:
    """Those that a person may see and stop: of agreements for which the person may connect systems."""
    granted = Agreement.objects.granted(access, Verb.INTEGRATE)
    return OutHook.objects.filter(agreement__in=granted).select_related("agreement", "made_by")


def send_again(delivery: OutDelivery, *, at: datetime) -> bool:
    """Under its id, so that whoever has it already knows it again."""
    ended = OutDelivery.objects.filter(pk=delivery.pk, next_at=None, hook__stopped_at=None)
    return ended.update(next_at=at, taken_at=None, tries=0) == 1


def send_test(hook: OutHook, *, at: datetime) -> OutDelivery:
    return OutDelivery.objects.create(hook=hook, kind=News.TEST, at=at, next_at=at)


def forget(*, at: datetime) -> None:
    """What has been told, or given up."""
    OutDelivery.objects.filter(Q(next_at=None), at__lt=at - DELIVERIES_KEPT).delete()
