"""A web server that is told to stop answers first what it has accepted."""

import re
import socket
import time
from urllib.parse import urlencode

import pytest

from tests.servers.web import prepared, web_of

pytestmark = pytest.mark.timeout(240)
AT_ONCE = 6


def begin(port, body, cookie):
    """The head and half the body of a sign-in."""
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = (
        "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Cookie: csrftoken={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    client.sendall(head.encode() + body[: len(body) // 2])
    return client


def end(client, body):
    client.sendall(body[len(body) // 2 :])
    answer = b""
    while part := client.recv(65536):
        answer += part
    client.close()
    return answer.decode(errors="replace")


def test_what_was_accepted_before_the_signal_is_answered(tmp_path):
    with prepared(tmp_path) as site, web_of(site) as web:
        page = web.get("/accounts/login/")
        cookie = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        form = {"csrfmiddlewaretoken": token, "login": "nobody@example.org", "password": "wrong"}
        body = urlencode(form).encode()
        clients = [begin(web.port, body, cookie) for _n in range(AT_ONCE)]
        time.sleep(1)
        web.process.terminate()
        time.sleep(1)
        answers = [end(client, body) for client in clients]
        assert [answer.partition("\r\n")[0] for answer in answers] == ["HTTP/1.1 200 OK"] * AT_ONCE
        assert "are not correct" in answers[0]
        assert web.process.wait(30) == 0
