"""Actions: a token for an integration is made, shown once, and revoked; whose it is, when it is shown again."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from agreements.models import Agreement
from leads.doors.api.resources import SCOPES, right_for
from leads.models import ApiToken
from smarketing.accounts.access import Access, access_of
from smarketing.accounts.models import User
from smarketing.accounts.rights import Verb

FORM = re.compile(r"smk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
NOTED = timedelta(minutes=1)


def make_token(
    name: str,
    scopes: Collection[str],
    agreements: Collection[Agreement],
    *,
    by: User | None,
    at: datetime,
    expires_at: datetime | None = None,
    seed: str = "",
) -> tuple[ApiToken, str]:
    """The row, and the token, which is known to nobody afterwards. Without agreements it is for all of them.

    With a random `seed` of one's own `text_of` tells the token once more, as long as the seed is kept.
    """
    prefix, seed = secrets.token_hex(6), seed or secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            name=name,
            prefix=prefix,
            digest=_digest(_secret(seed)),
            scopes=[scope for scope in SCOPES if scope in scopes],
            is_for_all=not agreements,
            made_by=by,
            made_at=at,
            expires_at=expires_at,
        )
        token.agreements.set(agreements)
    return token, text_of(token, seed)


def text_of(token: ApiToken, seed: str) -> str:
    return f"smk_{token.prefix}_{_secret(seed)}"


def _secret(seed: str) -> str:
    """Nobody who reads the seed in the database has the token: the secret of the installation is in it too."""
    digest = salted_hmac("leads.doors.api.tokens", seed, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def check_make(access: Access, scopes: Collection[str], agreements: Collection[Agreement]) -> None:
    """Nobody gives what they may not do themselves; for all agreements only an administrator."""
    if access.is_administrator:
        return
    if not agreements:
        raise PermissionDenied
    for agreement in agreements:
        access.check(Verb.INTEGRATE, agreement)
        for scope in scopes:
            access.check(right_for(scope), agreement)


def check_change(
    access: Access, made_by: User | None, scopes: Collection[str], agreements: Collection[Agreement]
) -> None:
    """Who might have made it revokes an integration or changes its secret, and only of the side of whoever made it."""
    check_make(access, scopes, agreements)
    if access.is_administrator or made_by is None:
        return
    maker = access_of(made_by)
    for agreement in agreements:
        sides = maker.sides(Verb.INTEGRATE, agreement)
        if sides and not set(sides) & set(access.sides(Verb.INTEGRATE, agreement)):
            raise PermissionDenied


def check_revoke(access: Access, token: ApiToken) -> None:
    check_change(access, token.made_by, token.scopes, token.agreements.all())


def allowed(check: Callable[..., None], *about: Any) -> bool:
    """Whether a button is shown for what this would refuse."""
    try:
        check(*about)
    except PermissionDenied:
        return False
    return True


def tokens_of(access: Access) -> QuerySet[ApiToken]:
    """Those a person may see: of which every agreement is one for which the person may make some."""
    tokens = ApiToken.objects.select_related("made_by", "revoked_by").prefetch_related("agreements")
    if access.is_administrator:
        return tokens
    foreign = Agreement.objects.exclude(pk__in=Agreement.objects.granted(access, Verb.INTEGRATE).values("pk"))
    return tokens.filter(is_for_all=False).exclude(agreements__in=foreign)


def revoke(token: ApiToken, *, by: User | None, at: datetime) -> bool:
    """From this moment on it opens nothing. Answers False for one that was revoked before."""
    standing = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    return standing.update(revoked_at=at, revoked_by=by) == 1


def note_use(token: ApiToken, at: datetime) -> None:
    """Once a minute."""
    if token.last_used_at and at - token.last_used_at < NOTED:
        return
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED)
    try:
        with transaction.atomic():
            ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=at)
    except OperationalError:  # busy: the call matters more
        return


def token_shown(text: str, *, at: datetime) -> ApiToken | None:
    """The token that this is, if it opens anything now; its use is noted, once a minute."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    token = ApiToken.objects.valid(at).filter(prefix=match[1]).first()
    if token is None or not constant_time_compare(token.digest, _digest(match[2])):
        return None
    note_use(token, at)
    return token


def _digest(secret: str) -> str:
    """Of 256 random bits: nobody tries them out, so that a slow hash would only be slow."""
    return sha256(secret.encode()).hexdigest()
