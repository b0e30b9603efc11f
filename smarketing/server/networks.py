"""PURE. The address a request really comes from, whatever stands between it and us."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def networks(texts: Iterable[str]) -> list[Network]:
    """Raises ValueError for what is neither an address nor a network."""
    return [ip_network(text) for text in texts]


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The right-most address that no trusted proxy has: only what such a proxy wrote is believed.

    `peer` is whoever is connected to us; a socket file has none and counts as this machine. `forwarded` is
    X-Forwarded-For, to which each proxy appends the address it was called from.
    """
    client = read(peer or "127.0.0.1")
    if client is None:
        return peer
    for hop in reversed(forwarded.split(",")):
        before = read(hop)
        if before is None or not any(client in network for network in trusted):
            break
        client = before
    return str(client)


def read(text: str) -> Address | None:
    """Also with a port; an IPv4 address in the dress of IPv6 is one and the same client."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
