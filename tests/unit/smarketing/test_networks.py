import pytest

from smarketing.server.networks import client_address, networks

PROXY, CLIENT, FORGED = "10.0.0.5", "198.51.100.7", "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{FORGED}, {CLIENT}", CLIENT),  # the client wrote the first, our proxy the second
        (PROXY, f"{FORGED}, {CLIENT}, 10.0.0.6", CLIENT),
        (PROXY, "10.0.0.7, 10.0.0.6", "10.0.0.7"),
        (PROXY, "", PROXY),
        (PROXY, f"{FORGED}, unknown", PROXY),
        (CLIENT, FORGED, CLIENT),  # not a proxy of ours
        (PROXY, f"{CLIENT}:51234", CLIENT),
        (PROXY, "[2001:db8::7]:51234", "2001:db8::7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        (f"::ffff:{PROXY}", f"::ffff:{CLIENT}", CLIENT),
        ("", CLIENT, "127.0.0.1"),  # a socket file, and this machine is not named
    ],
)
def test_the_right_most_address_that_no_trusted_proxy_has_is_the_client(peer, forwarded, client):
    assert client_address(peer, forwarded, networks(["10.0.0.0/8"])) == client


def test_behind_a_socket_file_this_machine_is_the_proxy():
    assert client_address("", CLIENT, networks(["127.0.0.1"])) == CLIENT


def test_without_a_trusted_proxy_nobody_is_believed():
    assert client_address(PROXY, CLIENT, []) == PROXY


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example", "10.0.0.1/8"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError, match=text):
        networks([text])
