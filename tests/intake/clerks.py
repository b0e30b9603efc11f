"""Those who log leads: each sends a lead by the portal's own form, and sends it again, with its key, until it is told.

A program does the same by the API; its lead's id is the number that it sent.

What a clerk was told stands in the ledger: the lead's number and the id that the portal answered. The ledger is the
only thing that counts; whatever the portal said before, or did not say, is no acknowledgement.
"""

import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from http.client import HTTPException, HTTPResponse
from http.cookiejar import CookieJar

from tests.intake.site import PASSWORD

ANSWER_SECONDS = 20
PAUSE_SECONDS = 0.25
LOSES_EVERY = 10  # of so many first answers one is lost on its way, so that the portal has done what nobody was told
LEAD = re.compile(r"^/leads/(\d+)/$")
AGREEMENT = re.compile(r'name="agreement"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="agreement"')
KEY = re.compile(r'name="form_key"')


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class Ledger:
    """Which number is next, and what was acknowledged for each."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.told, self.answers = wanted, dict[int, int](), Counter[str]()
        self._next, self._lock = 0, threading.Lock()
        self.slowest = 0.0
        self.is_over = threading.Event()
        self.refusal = ""

    def take(self) -> int | None:
        with self._lock:
            if self._next >= self.wanted or self.is_over.is_set():
                return None
            self._next += 1
            return self._next - 1

    def close(self) -> None:
        """No new leads; what was begun is sent until it is acknowledged."""
        with self._lock:
            self.wanted = self._next

    def heard(self, answer: str) -> None:
        with self._lock:
            self.answers[answer] += 1

    def acknowledged(self, number: int, lead: int, seconds: float) -> None:
        with self._lock:
            self.told[number] = lead
            self.slowest = max(self.slowest, seconds)

    def refused(self, page: str) -> None:
        """No fault may make a lead that is right be refused as wrong; there is nothing to be retried."""
        self.refusal = self.refusal or page
        self.is_over.set()


class Clerk(threading.Thread):
    def __init__(self, address: str, email: str, ledger: Ledger) -> None:
        super().__init__(daemon=True)
        self.address, self.email, self.ledger = address, email, ledger
        self.agreement = ""

    def run(self) -> None:
        while (number := self.ledger.take()) is not None:
            began, key = time.monotonic(), str(uuid.uuid4())
            is_lost = number % LOSES_EVERY == 0
            while not self.ledger.is_over.is_set():
                lead = self._send(number, key)
                if lead is not None and is_lost:
                    self.ledger.heard("lost on its way")
                    is_lost, lead = False, None
                if lead is not None:
                    self.ledger.acknowledged(number, lead, time.monotonic() - began)
                    break
                time.sleep(PAUSE_SECONDS)

    def _send(self, number: int, key: str) -> int | None:
        """The lead's id as answered, or nothing that can be relied on."""
        try:
            if not self.agreement:
                self._sign_in()
            values = {"agreement": self.agreement, "form_key": key, "name": f"Lead {number}"}
            values["email"] = f"lead{number}@intake.example"
            status, goes_to, page = self._ask("/leads/new/", values)
        except (OSError, HTTPException) as error:
            self.ledger.heard(type(error).__name__)
            return None
        self.ledger.heard(str(status))
        if found := LEAD.match(goes_to):
            return int(found[1])
        if goes_to or status == 403:
            self.agreement = ""  # the session has ended
        elif status == 200:
            self.ledger.refused(page)
        return None

    def _sign_in(self) -> None:
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), NoRedirect)
        self._ask("/accounts/login/")
        self._ask("/accounts/login/", {"login": self.email, "password": PASSWORD})
        status, _, page = self._ask("/leads/new/")
        found = AGREEMENT.search(page)
        if status != 200 or not found:
            raise HTTPException("not signed in")
        assert KEY.search(page), "the form has no key"
        self.agreement = found[1] or found[2]

    def _ask(self, path: str, values: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        data = None
        if values is not None:
            token = next((cookie.value for cookie in self.cookies if cookie.name == "csrftoken"), "")
            data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token}).encode()
        answer: HTTPResponse | urllib.error.HTTPError
        try:
            answer = self.opener.open(self.address + path, data, timeout=ANSWER_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status or 0, answer.headers.get("Location", ""), answer.read().decode(errors="replace")


class Program(Clerk):
    """Comes in by the API. Only an answer that the lead is taken counts, and it must be the same when asked again."""

    def __init__(self, address: str, token: str, ledger: Ledger) -> None:
        super().__init__(address, "", ledger)
        self.token = token
        self.told: dict[str, tuple[int, bytes]] = {}

    def _send(self, number: int, key: str) -> int | None:
        email = f"lead{number}@intake.example"
        lead = {"external_id": f"P{number}", "created_at": "2026-03-02T09:00:00Z", "email": email}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(f"{self.address}/api/leads/", json.dumps(lead).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                self.ledger.heard(str(error.code))
                if error.code in (400, 401, 403, 404, 422):
                    self.ledger.refused(error.read().decode(errors="replace"))
            return None
        except (OSError, HTTPException) as error:
            self.ledger.heard(type(error).__name__)
            return None
        self.ledger.heard(str(status))
        if self.told.setdefault(key, (status, body)) != (status, body) or status != 201:
            self.ledger.refused(f"{self.told[key]} and then {status} {body!r}")
        return number
