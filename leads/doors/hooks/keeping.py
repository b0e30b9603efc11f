"""Actions: a web hook is made, shut, and gets another secret; each secret is shown once. And what its calls were."""

import re
import secrets
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from agreements.models import Agreement
from leads.doors.api.tokens import check_change, make_token, tokens_of
from leads.enums import HookKind
from leads.models import HookCall, InHook
from smarketing.accounts.access import Access
from smarketing.accounts.models import User

OVERLAP = timedelta(days=1)  # in which the old secret holds beside the new one
SHOWN = 50  # calls on its page
SEEDS = 32  # bytes
HARMLESS = re.compile(r"[A-Za-z0-9_.:-]{1,80}")  # an id that is no address or name of a person
NOTED = timedelta(seconds=10)  # a refused call is noted once in these
CALLS_KEPT = timedelta(days=30)


def make_hook(name: str, kind: str, agreement: Agreement, *, source: str = "", by: User | None, at: datetime) -> InHook:
    with transaction.atomic():
        token, _text = make_token(name, (), (agreement,), by=by, at=at)
        own = {"address": secrets.token_hex(16), "seed": secrets.token_urlsafe(SEEDS)}
        return InHook.objects.create(token=token, kind=kind, source=source, **own)


def renew_secret(hook: InHook, *, at: datetime) -> None:
    """From now on the new one; the old one holds for a day, so that no call is lost while the sender is changed."""
    hook.old_seed, hook.old_until, hook.seed = hook.seed, at + OVERLAP, secrets.token_urlsafe(SEEDS)
    hook.save(update_fields=["seed", "old_seed", "old_until"])


def secret_of(hook: InHook, seed: str = "") -> str:
    """Whoever reads the database has no secret: that of the installation is in it too."""
    digest = salted_hmac("leads.doors.hooks", seed or hook.seed, algorithm="sha256")
    if hook.kind == HookKind.GOOGLE:
        return digest.hexdigest()[:40]
    return f"whsec_{b64encode(digest.digest()).decode()}"


def secrets_of(hook: InHook, at: datetime) -> Iterator[str]:
    """All that hold at this instant."""
    yield secret_of(hook)
    if hook.old_seed and hook.old_until is not None and hook.old_until > at:
        yield secret_of(hook, hook.old_seed)


def scope_of(kind: str) -> str:
    """What whoever makes it must be allowed to do."""
    name = {HookKind.GOOGLE: "leads", HookKind.CALLS: "attempts"}.get(HookKind(kind), kind)
    return f"{name}:write"


def check_hook(access: Access, hook: InHook) -> None:
    check_change(access, hook.token.made_by, [scope_of(hook.kind)], hook.token.agreements.all())


def hooks_of(access: Access) -> QuerySet[InHook]:
    return InHook.objects.filter(token__in=tokens_of(access)).select_related("token__made_by", "token__revoked_by")


def note(hook: InHook, message: str, status: int, code: str, *, at: datetime, is_again: bool = False) -> None:
    """After the call, whatever became of it: nothing of what was sent. Refused calls are no way to fill a disk."""
    if status >= 400 and hook.calls.filter(status=status, code=code, at__gt=at - NOTED).exists():
        return
    named = message if HARMLESS.fullmatch(message) else ""
    HookCall.objects.create(hook=hook, at=at, message=named, status=status, code=code[:40], is_again=is_again)


def forget(*, at: datetime) -> None:
    HookCall.objects.filter(at__lt=at - CALLS_KEPT).delete()
