"""Which addresses may be connected to once a name is resolved."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from service.network.networks import may_connect, never_reachable

HOST = "ehr.example.org"
HOSPITAL = (ip_network("10.20.0.0/16"), ip_network("fd12:3456::/32"))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "172.32.0.1"]
)
def test_public_address(address: str) -> None:
    assert may_connect(HOST, address)


@pytest.mark.parametrize(
    "address",
    [
        "10.20.0.1",
        "10.20.255.255",
        "::ffff:10.20.0.1",
        "64:ff9b::10.20.0.1",
        "fd12:3456::1",
    ],
)
def test_private_address_only_in_a_listed_network(address: str) -> None:
    assert not may_connect(HOST, address)
    assert may_connect(HOST, address, HOSPITAL)


@pytest.mark.parametrize(
    "address",
    [
        "10.19.255.255",
        "10.21.0.0",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "fc00::1",
        "fd12:3457::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "127.0.0.1",
        "127.1.2.3",
        "::1",
        "::ffff:127.0.0.1",
    ],
)
def test_private_address_elsewhere(address: str) -> None:
    assert not may_connect(HOST, address, HOSPITAL)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_never(address: str) -> None:
    """Not even where a site lists everything, or spells the address out."""
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert not may_connect(HOST, address, everything)
    assert not may_connect(address, address, everything)
    assert never_reachable(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fd12:3456::1", "192.168.0.9"])
def test_address_that_the_site_spelled_out(address: str) -> None:
    assert may_connect(address, address)
    assert not never_reachable(address)


def test_localhost_is_loopback_and_nothing_else() -> None:
    assert may_connect("localhost", "127.0.0.1")
    assert may_connect("localhost", "::1")
    assert not may_connect("localhost", "10.20.0.1", HOSPITAL)
    assert not may_connect("localhost", "93.184.215.14")


def test_name_is_no_address() -> None:
    assert not never_reachable("metadata.google.internal")
    assert not never_reachable("169.254.169.254.example.org")
