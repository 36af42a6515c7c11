"""Addresses: one spelling, one origin, and who may be contacted."""

from __future__ import annotations

import pytest

from service.network.addresses import base_address, is_loopback, may_contact, origin


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://Host.Example.org/fhir/", "http://host.example.org/fhir"),
        ("https://host:443/fhir", "https://host/fhir"),
        ("http://host:8080/", "http://host:8080"),
        ("HTTP://host/Fhir", "http://host/Fhir"),
        ("http://[::1]:8080/fhir", "http://[::1]:8080/fhir"),
        ("http://host./fhir", "http://host/fhir"),
    ],
)
def test_one_spelling(address: str, expected: str) -> None:
    assert base_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "host/fhir",
        "//host/fhir",
        "ftp://host",
        "http://",
        "http:///fhir",
        "http://u@host/",
        "http://u:p@host/",
        "http://host/?q",
        "http://host/#f",
        "http://host:99999/",
        "http://host:x/",
        "http://[::1/",
        "http://ho st/",
        "http://host\\@evil/",
        "http://host/\r\nX: 1",
        "http://host/\u202e",
    ],
)
def test_no_address(address: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        base_address(address)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://127.0.0.1/", True),
        ("http://127.255.0.3:80/", True),
        ("http://[::1]/", True),
        ("http://localhost:8080/fhir", True),
        ("http://localhost.evil.org/", False),
        ("http://127.0.0.1.evil.org/", False),
        ("http://127.1/", False),
        ("http://0.0.0.0/", False),
        ("http://[::]/", False),
        ("http://169.254.169.254/", False),
        ("http://192.168.0.1/", False),
    ],
)
def test_loopback(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback
    assert may_contact(address, (), loopback=True) is loopback
    assert not may_contact(address, (), loopback=False)


def test_origin_is_scheme_host_and_port() -> None:
    assert origin("http://h:80/a") == origin("http://H/b")
    assert origin("http://h/") != origin("https://h/")
    assert origin("http://h:8080/") != origin("http://h/")
