"""A portal of its own behind a real gunicorn, asked over real connections."""

import http.client
import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.broker.site import PATIENCE, ROOT, Site, end, kept, new_database

SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from smarketing.accounts.models import User
user = User.objects.filter(email={email!r}).first() or User.objects.create_superuser({email!r}, name="Ann")
store = SessionStore()
store.update({{
    SESSION_KEY: str(user.pk),
    BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
    HASH_SESSION_KEY: user.get_session_auth_hash(),
}})
store.save()
print(store.session_key)
"""


@cache
def servers() -> Any:
    """`setup/servers.py`, which is no package."""
    spec = importlib.util.spec_from_file_location("servers", ROOT / "setup" / "servers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["servers"] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]
    seconds: float


@dataclass(frozen=True)
class Web:
    site: Site
    port: int
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def get(self, path: str, cookie: str = "", timeout: float = 60) -> Answer:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            headers = {"Cookie": f"smarketing_session={cookie}"} if cookie else {}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, text, dict(answer.getheaders()), time.monotonic() - begun)
        finally:
            connection.close()

    def session(self, email: str = "ann@example.org") -> str:
        """The cookie of a signed-in administrator."""
        return self.site.python(SESSION.format(email=email))


@contextmanager
def prepared(folder: Path) -> Iterator[Site]:
    """Migrated, with one agreement, ready to be served."""
    template = kept("agreement")
    with new_database(folder, template) as database:
        (folder / "static").symlink_to(template.folder / "static")
        yield Site(folder, "filesystem://localhost", database)


@contextmanager
def web_of(site: Site, **environment: str) -> Iterator[Web]:
    """As the Procfile starts it."""
    port = servers().free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:smarketing.webserver", "smarketing.wsgi"]
    own = {**site.environment, "PORT": str(port), "BIND": "127.0.0.1", **environment}
    with (site.folder / "web.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not servers().is_open(port):
            is_hopeless = process.poll() is not None or time.monotonic() > deadline
            assert not is_hopeless, (site.folder / "web.log").read_text()
            time.sleep(0.1)
        yield Web(site, port, process)
    finally:
        end(process)
