"""Clients that send half a request and then nothing: hung up on by gunicorn, held by the proxy in front of it."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from smarketing.server.capacity import THREADS
from smarketing.webserver import SILENT_SECONDS
from tests.broker.site import ROOT, Site, end
from tests.needs import NGINX, needs_nginx
from tests.servers.web import Web, prepared, servers, web_of

pytestmark = pytest.mark.timeout(240)
HEAD = b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
BODY = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nlogin="


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with prepared(tmp_path) as site:
        yield site


@contextmanager
def half_sent(port: int, *requests: bytes) -> Iterator[None]:
    with ExitStack() as stack:
        for request in requests:
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            client.sendall(request)
        yield


@contextmanager
def proxied(web: Web, folder: Path) -> Iterator[Web]:
    """The configuration of docs/deployment.md, but for names, ports and certificates."""
    text = re.search(r"```nginx\n(.*?)```", (ROOT / "docs" / "deployment.md").read_text(), re.S)
    assert text
    port = servers().free_port()
    config = (
        text[1]
        .replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
        .replace("127.0.0.1:8000", f"127.0.0.1:{web.port}")
    )
    config = re.sub(r" *ssl_certificate.*\n", "", config).replace("sla.example", "localhost")
    path = folder / "nginx.conf"
    path.write_text(f"pid {folder}/nginx.pid;\ndaemon off;\nerror_log {folder}/nginx.log;\n{config}")
    assert NGINX
    process = subprocess.Popen([NGINX, "-e", str(folder / "nginx.log"), "-c", str(path), "-p", str(folder)])
    try:
        while not servers().is_open(port):
            assert process.poll() is None, (folder / "nginx.log").read_text()
            time.sleep(0.05)
        yield Web(web.site, port, web.pid)
    finally:
        end(process)


def test_gunicorn_hangs_up_on_who_is_silent(site):
    with web_of(site, WEB_CONCURRENCY="1") as web, half_sent(web.port, *[HEAD] * (THREADS + 5)):
        answer = web.get("/health", timeout=60)
    assert answer.text == "ok"
    assert answer.seconds < 2 * SILENT_SECONDS + 5


@needs_nginx
def test_behind_the_proxy_of_the_documents_others_are_answered_beside_80_half_sent_requests(site, tmp_path):
    with web_of(site) as web, proxied(web, tmp_path) as front:
        cookie = web.session()
        with half_sent(front.port, *[HEAD] * 40, *[BODY] * 40):
            answers = [front.get("/agreements/", cookie) for _n in range(20)]
    assert [answer.status for answer in answers] == [200] * 20
    assert max(answer.seconds for answer in answers) < SILENT_SECONDS
