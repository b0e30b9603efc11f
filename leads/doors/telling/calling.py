"""One HTTP call to an address that somebody typed: to public hosts by HTTPS only, unless the settings name the host.

The name is looked up once and what it means is called, so that a name cannot mean something else a moment later. No
redirects are followed, and nothing of the answer but its status is looked at.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10  # until the next byte
LONGEST = 30.0  # seconds of a whole call
PORTS = {"https": 443, "http": 80}


class NotAllowed(Exception):
    """The code says why the address is not called."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def check_address(url: str) -> None:
    """What can be said without asking anybody: the scheme, the host, no names and passwords."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAllowed("no_address") from error
    if parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        raise NotAllowed("no_address")
    if not url.isascii() or any(sign <= " " for sign in url):
        raise NotAllowed("no_address")
    if host in settings.WEB_HOOK_HOSTS:
        return
    if parts.scheme != "https":
        raise NotAllowed("no_https")
    try:
        if not _is_public(host):
            raise NotAllowed("private_address")
    except ValueError:
        return  # a name: it is looked up when it is called


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_global and not found.is_multicast)


def meant_by(host: str, port: int) -> str:
    """Every address that the name has must be public: which one would be called is not ours to choose."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotAllowed("no_host") from error
    if not found:
        raise NotAllowed("no_host")
    if host not in settings.WEB_HOOK_HOSTS and not all(map(_is_public, found)):
        raise NotAllowed("private_address")
    return found[0]


def call(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status. Raises NotAllowed, or OSError and HTTPException where nobody answers."""
    check_address(url)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = meant_by(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    with socket.create_connection((address, port), timeout=SECONDS) as reached, ended_in_time(reached):
        connection.sock = secured(reached, host) if parts.scheme == "https" else reached
        with closing(connection):
            connection.request("POST", path, body, {**headers, "Host": parts.netloc})
            return connection.getresponse().status


def secured(reached: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(reached, server_hostname=host)


@contextmanager
def ended_in_time(reached: socket.socket) -> Iterator[None]:
    """Whoever answers a byte at a time would hold a worker for hours."""
    with reached.dup() as same:  # that of TLS is taken out of `reached`
        timer = Timer(LONGEST, _cut, (same,))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _cut(reached: socket.socket) -> None:
    with suppress(OSError):
        reached.shutdown(socket.SHUT_RDWR)
