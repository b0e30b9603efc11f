"""The places of a web process: how many requests it answers at once, and that one person holds only a share of them.

Counted in each process for itself. People are told apart by the session, and programs by the token, whose owner an
earlier answer made known; all others are one, whoever they say they are. Who finds no place waits for one, for a while
and with not too many others.
"""

from collections import Counter
from collections.abc import Callable, Hashable
from threading import Condition

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from smarketing.server import capacity
from smarketing.server.unavailable import unavailable

PATIENCE = 10  # seconds
KNOWN = 10_000  # sessions
NOBODY = "not signed in"


class Places:
    def __init__(self, places: int, share: int, waiting: int) -> None:
        self.places, self.share, self.waiting = places, share, waiting
        self.held: Counter[Hashable] = Counter()
        self.waits: Counter[Hashable] = Counter()
        self.changed = Condition()

    def has_one_for(self, person: Hashable) -> bool:
        return self.held.total() < self.places and not self.is_at_share(person)

    def is_at_share(self, person: Hashable) -> bool:
        return self.held[person] >= self.share

    def take(self, person: Hashable, patience: float) -> bool:
        with self.changed:
            if not self.has_one_for(person) and not self._waited(person, patience):
                return False
            self.held[person] += 1
            return True

    def _waited(self, person: Hashable, patience: float) -> bool:
        if self.waits.total() >= self.waiting or self.waits[person] >= self.waiting // 2:
            return False
        self.waits[person] += 1
        try:
            return self.changed.wait_for(lambda: self.has_one_for(person), patience)
        finally:
            self.waits[person] -= 1
            self.waits += Counter()  # forgets those at zero

    def give_back(self, person: Hashable) -> None:
        with self.changed:
            self.held[person] -= 1
            self.held += Counter()
            self.changed.notify_all()


class PlacesMiddleware:
    """A place is held until the last byte is sent, also of a file that is streamed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.places = Places(capacity.PLACES, capacity.SHARE, capacity.WAITING)
        self.known: dict[str, Hashable] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_alone = not request.META.get("wsgi.multithread")  # a server that answers one after the other
        if is_alone or request.path.startswith("/health"):
            return self.get_response(request)
        session = request.headers.get("Authorization", "") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        person = self.known.get(session, NOBODY)
        if not self.places.take(person, PATIENCE):
            return unavailable(request, 429 if self.places.is_at_share(person) else 503)
        try:
            response = self.get_response(request)
        except BaseException:
            self.places.give_back(person)
            raise
        response._resource_closers.append(lambda: self.places.give_back(person))  # type: ignore[attr-defined]
        self._learn(session, request, response)
        return response

    def _learn(self, session: str, request: HttpRequest, response: HttpResponse) -> None:
        caller = whose(request) if response.status_code < 500 else None
        if session and caller is not None:
            if len(self.known) >= KNOWN:
                self.known.clear()
            self.known[session] = caller


def whose(request: HttpRequest) -> Hashable | None:
    token, user = getattr(request, "token", None), getattr(request, "user", None)
    if token is not None:
        return "token", token.pk
    return user.pk if user is not None and user.is_authenticated else None
