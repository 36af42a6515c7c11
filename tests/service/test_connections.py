"""Which address a query really reaches, against real sockets and a resolver of the test's own."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.fhir.client import Answer, FhirClient
from service.network.allowance import Allowance
from tests.service.fakes import searchset
from tests.service.fhir_server import Reply, serving

HOST = "ehr.example.org"
LISTED = (ip_network("127.0.0.1/32"),)
"""As if the hospital's network were this one address of loopback."""
EMPTY = Answer((searchset(),))


class Resolver:
    """Answers for `HOST`, one list of addresses for each look-up, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != HOST:
            return REAL(host, port, *args, **kwargs)
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in addresses
        ]


REAL = socket.getaddrinfo


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Resolver]:
    def install(*answers: list[str]) -> Resolver:
        resolver = Resolver(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        return resolver

    return install


@pytest.fixture
def fhir_client() -> Iterator[FhirClient]:
    client = FhirClient(max_bytes=100_000, private=LISTED)
    yield client
    client.close()


@contextmanager
def counted() -> Iterator[tuple[int, list[dict[str, str]]]]:
    """The port of a FHIR server on 127.0.0.1, and the headers of the requests that it gets."""
    seen: list[dict[str, str]] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        seen.append(headers)
        return Reply(searchset(), headers={"Connection": "close"})

    with serving(answer) as base:
        yield int(base.split(":")[2].split("/")[0]), seen


def ask(client: FhirClient, port: int) -> Answer:
    return client.query(f"http://{HOST}:{port}/fhir", "Observation?patient=p1", "t1", Allowance(5))


def test_name_in_a_listed_network(
    fhir_client: FhirClient, resolving: Callable[..., Resolver]
) -> None:
    """The one address that was judged is reached, under the name of the server."""
    resolver = resolving(["127.0.0.1"])
    with counted() as (port, seen):
        assert ask(fhir_client, port) == EMPTY
    assert seen[0]["Host"] == f"{HOST}:{port}"
    assert resolver.asked == 1


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["::1"],
        ["::ffff:127.0.0.2"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.2", "127.0.0.1"],
    ],
    ids=str,
)
def test_name_of_a_forbidden_address(
    fhir_client: FhirClient,
    resolving: Callable[..., Resolver],
    addresses: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refused before anything is connected to, and not tried again."""
    resolver = resolving(addresses)
    connected: list[object] = []
    monkeypatch.setattr(
        "service.network.connections.create_connection",
        lambda *args, **kwargs: connected.append(args),
    )
    assert ask(fhir_client, 80) == Answer(reason="address not allowed")
    assert connected == []
    assert resolver.asked == 1


def test_rebinding(fhir_client: FhirClient, resolving: Callable[..., Resolver]) -> None:
    """A name that was harmless at first is judged again with every new connection."""
    resolver = resolving(["127.0.0.1"], ["127.0.0.2"])
    with counted() as (port, seen):
        assert ask(fhir_client, port) == EMPTY
        assert ask(fhir_client, port) == Answer(reason="address not allowed")
    assert len(seen) == 1
    assert resolver.asked == 2


def test_nothing_is_resolved_twice_for_one_connection(
    fhir_client: FhirClient, resolving: Callable[..., Resolver]
) -> None:
    """The second answer of the resolver, between check and connection, plays no part."""
    resolver = resolving(["127.0.0.1"], ["169.254.169.254"])
    with counted() as (port, seen):
        assert ask(fhir_client, port) == EMPTY
    assert (len(seen), resolver.asked) == (1, 1)


def test_address_that_does_not_answer(
    fhir_client: FhirClient, resolving: Callable[..., Resolver]
) -> None:
    """Of several allowed addresses the first that answers is taken."""
    client = FhirClient(max_bytes=100_000, private=(ip_network("127.0.0.0/8"),))
    resolving(["127.0.0.3", "127.0.0.1"])
    with counted() as (port, seen):
        assert ask(client, port) == EMPTY
    assert len(seen) == 1
    client.close()


def test_unknown_name(fhir_client: FhirClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert ask(fhir_client, 80) == Answer(reason="no connection")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `HOST`, its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def tls_server(certificate: tuple[Path, Path]) -> Iterator[tuple[int, list[str | None]]]:
    """A server that answers one request with an empty Bundle; its port, and the SNI names sent."""
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda sock, name, _: names.append(name)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        body = b'{"resourceType":"Bundle"}'
        accepted, _ = listening.accept()
        try:
            with context.wrap_socket(accepted, server_side=True) as talking:
                talking.recv(65536)
                talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        except OSError:
            accepted.close()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], names
    finally:
        thread.join(5)
        listening.close()


def test_tls_is_that_of_the_name(
    certificate: tuple[Path, Path],
    resolving: Callable[..., Resolver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SNI and certificate belong to the host name although an address is connected to."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    resolving(["127.0.0.1"])
    client = FhirClient(max_bytes=100_000, private=LISTED)
    with tls_server(certificate) as (port, names):
        base = f"https://{HOST}:{port}/fhir"
        assert client.query(base, "Patient/p1", "t1", Allowance(5)).reason == ""
    assert names == [HOST]
    client.close()


@pytest.mark.parametrize("trusted", [True, False], ids=["other name", "unknown authority"])
def test_tls_of_somebody_else(
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    resolving: Callable[..., Resolver],
) -> None:
    """Not spoken to, and not tried again; the token is not sent."""
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    resolving(["127.0.0.1"])
    client = FhirClient(max_bytes=100_000, private=LISTED)
    host = "localhost" if trusted else HOST
    with tls_server(certificate) as (port, _):
        base = f"https://{host}:{port}/fhir"
        answer = client.query(base, "Patient/p1", "t1", Allowance(5))
    assert answer == Answer(reason="no secure connection")
    client.close()
