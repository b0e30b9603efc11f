"""One HTTP call to an address that somebody typed: to public hosts by HTTPS only, unless the settings name the host.

The name is looked up once and what it means is called, so that a name cannot mean something else a moment later. No
redirects are followed, and nothing of the answer but its status is looked at.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10
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
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    reached = socket.create_connection((address, port), timeout=SECONDS)
    if parts.scheme == "https":
        reached = ssl.create_default_context().wrap_socket(reached, server_hostname=host)
    connection.sock = reached
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": parts.netloc})
        return connection.getresponse().status
    finally:
        connection.close()
