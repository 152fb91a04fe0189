"""Nothing is sent into a private network, and nobody is followed elsewhere."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from api.webhooks.sending import Network, refusal, send
from tests.api.webhooks.receiver import receiver

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1"))
PRIVATE = "it is the address of a private network, which is not allowed here"
PLAIN = "it is no https address"


@pytest.mark.parametrize(
    ("addresses", "allowed", "is_plain", "why"),
    [
        (["93.184.216.34"], (), False, None),
        (["93.184.216.34"], LOOPBACK, True, PLAIN),
        (["127.0.0.1"], LOOPBACK, True, None),
        (["127.0.0.1"], (), True, PLAIN),
        (["127.0.0.1"], (), False, PRIVATE),
        (["10.0.0.1"], LOOPBACK, False, PRIVATE),
        (["10.0.0.1"], (ip_network("10.0.0.0/24"),), False, None),
        (["10.0.0.1"], (ip_network("10.0.0.0/24"),), True, PLAIN),
        (["93.184.216.34", "192.168.0.1"], (), False, PRIVATE),
        (["169.254.169.254"], (), False, PRIVATE),
        (["100.64.0.1"], (), False, PRIVATE),
        (["224.0.0.1"], (), False, PRIVATE),
        (["0.0.0.0"], (), False, PRIVATE),
        (["::1"], (), False, PRIVATE),
        (["::1"], LOOPBACK, True, None),
        (["fd00::1"], (), False, PRIVATE),
        (["fe80::1"], (), False, PRIVATE),
        (["::ffff:127.0.0.1"], (), False, PRIVATE),
        (["::ffff:10.0.0.1"], (), False, PRIVATE),
        ([], (), False, "its name has no address"),
    ],
)
def test_what_may_be_told(
    addresses: list[str], allowed: Sequence[Network], is_plain: bool, why: str | None
) -> None:
    assert refusal([ip_address(each) for each in addresses], allowed, is_plain=is_plain) == why


def test_nobody_is_followed_elsewhere() -> None:
    with receiver() as elsewhere, receiver() as machine:
        machine.answers, machine.headers = [307], {"location": elsewhere.url}
        tried = send(machine.url, b"{}", {}, LOOPBACK)
        assert tried.failure == "it answered 307, and nothing is followed elsewhere"
        assert not tried.is_final and elsewhere.got == []
        machine.answers, machine.headers = [204], {}
        assert send(machine.url, b"{}", {}, LOOPBACK).failure is None
        assert send(machine.url.replace("127.0.0.1", "localhost"), b"{}", {}, LOOPBACK).failure is None
        machine.answers = [410]
        assert send(machine.url, b"{}", {}, LOOPBACK).is_final
    assert send(machine.url, b"{}", {}, LOOPBACK).failure is not None
