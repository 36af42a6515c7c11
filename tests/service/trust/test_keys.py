"""Keys of a client: which are used, when they are read anew, and what if they cannot be."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from service.logs import LOGGER, JsonLines
from service.trust.jwk import KeySetError, public_key_set
from service.trust.keys import (
    DROP_AFTER,
    MAX_KEY_SET_BYTES,
    MOST_WAITING,
    REFRESH_AFTER,
    RETRY_AFTER,
    KeyRing,
    SourceFailed,
    from_address,
    from_file,
)
from tests.service.fhir_server import Reply, serving
from tests.service.trust.signing import ec_key, jwk, key_set, private_jwk, rsa_key

KEY, OTHER, RSA = ec_key("hospital"), ec_key("other"), rsa_key("hospital")


def usable(*keys: Any) -> list[str]:
    return list(public_key_set(json.dumps({"keys": list(keys)}).encode()).usable)


def test_keys_that_verify() -> None:
    assert usable(
        jwk(KEY, "a"),
        jwk(RSA, "b", use="sig", alg="RS384", key_ops=["verify"], x5c=["ignored"]),
        jwk(ec_key("p256", ec.SECP256R1), "c"),
        jwk(ec_key("p521", ec.SECP521R1), "d"),
    ) == ["a", "b", "c", "d"]


NO_POINT = {**jwk(KEY, "a"), "x": jwk(OTHER, "a")["x"]}


@pytest.mark.parametrize(
    "key",
    [
        jwk(KEY, None),
        jwk(KEY, ""),
        {**jwk(KEY, "a"), "kid": 7},
        jwk(KEY, "a", use="enc"),
        jwk(KEY, "a", use=["sig"]),
        jwk(KEY, "a", key_ops=["sign"]),
        jwk(KEY, "a", key_ops="verify"),
        jwk(KEY, "a", alg=384),
        jwk(KEY, "a", kty="RSA"),
        jwk(KEY, "a", kty=["EC"]),
        jwk(KEY, "a", crv="P-256"),
        jwk(KEY, "a", crv="secp256k1"),
        jwk(KEY, "a", crv=["P-384"]),
        jwk(KEY, "a", x="!"),
        jwk(KEY, "a", x=12),
        jwk(KEY, "a", y=None),
        NO_POINT,
        jwk(ec_key("k1", ec.SECP256K1), "a"),
        jwk(rsa_key("weak", 1024), "a"),
        jwk(RSA, "a", e="AQ"),
        jwk(RSA, "a", n=""),
        jwk(RSA, "a", n="_" * 2000),
        jwk(RSA, "a", n=5),
        {"kty": "RSA", "kid": "a"},
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "a"},
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "a",
        },
        private_jwk(KEY, "a"),
        private_jwk(RSA, "a"),
        jwk(RSA, "a", p="AQAB"),  # half given away is given away
        "a",
        None,
        [],
    ],
)
def test_key_that_is_not_used(key: Any) -> None:
    """It is left out, and the others stay."""
    assert usable(key, jwk(OTHER, "other")) == ["other"]


def test_two_keys_of_one_id() -> None:
    """No token says which of the two was meant; one of them may be an attacker's addition."""
    assert usable(jwk(KEY, "a"), jwk(OTHER, "a"), jwk(RSA, "b")) == ["b"]
    assert usable(jwk(KEY, "a"), jwk(OTHER, "a", use="enc"), jwk(RSA, "b")) == ["b"]


@pytest.mark.parametrize(
    ("key", "algorithm", "fits"),
    [
        (jwk(KEY, "a"), "ES384", True),
        (jwk(KEY, "a"), "ES256", False),
        (jwk(KEY, "a"), "RS384", False),
        (jwk(KEY, "a"), "HS384", False),
        (jwk(KEY, "a"), "none", False),
        (jwk(KEY, "a", alg="ES384"), "ES384", True),
        (jwk(RSA, "a"), "RS384", True),
        (jwk(RSA, "a"), "PS256", True),
        (jwk(RSA, "a"), "ES384", False),
        (jwk(RSA, "a"), "HS256", False),
        (jwk(RSA, "a", alg="RS256"), "RS384", False),
        (jwk(RSA, "a", alg="RSA-OAEP"), "RS384", False),
        (jwk(ec_key("p256", ec.SECP256R1), "a"), "ES256", True),
        (jwk(ec_key("p256", ec.SECP256R1), "a"), "ES384", False),
    ],
)
def test_key_and_algorithm(key: dict[str, Any], algorithm: str, fits: bool) -> None:
    keys = public_key_set(json.dumps(key_set(key)).encode()).usable
    assert keys["a"].fits(algorithm) is fits


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{}", b'{"keys": null}', b"[]", b"7", b"\xff"]
)
def test_no_key_set(content: bytes) -> None:
    with pytest.raises(KeySetError):
        public_key_set(content)


class Clock:
    """Time that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """A key set that can be changed, can fail, and counts how often it is read."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.reads = 0
        self.failing: str | None = None
        self.reading: Callable[[], None] = lambda: None

    def __call__(self) -> bytes:
        self.reads += 1
        self.reading()
        if self.failing == "connection":
            raise SourceFailed("connection")
        if self.failing == "content":
            return b"<html>maintenance</html>"
        return json.dumps(key_set(*(jwk(KEY, kid) for kid in self.kids))).encode()


class Hanging:
    """Makes reads of a source hang until they are let go."""

    def __init__(self, source: Source) -> None:
        self._began, self._released = threading.Event(), threading.Event()
        source.reading = self._hang

    def _hang(self) -> None:
        self._began.set()
        assert self._released.wait(20)

    def has_begun(self) -> None:
        assert self._began.wait(5)

    def end(self) -> None:
        self._released.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_read_once(clock: Clock) -> None:
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    assert source.reads == 0  # a start needs no key server
    for _ in range(20):
        assert ring.find("a")
    assert source.reads == 1


def test_unknown_key_refreshes_at_once(clock: Clock) -> None:
    """C-213: the key was rotated a moment ago."""
    source = Source("old")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("old")
    source.kids = ["old", "new"]
    assert ring.find("new")
    assert ring.find("old")
    assert source.reads == 2


def test_refreshes_are_bounded(clock: Clock) -> None:
    """Three in any minute, then three more."""
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    for number in range(20):
        assert ring.find(f"unknown-{number}") is None
    assert source.reads == 3
    assert ring.find("a")  # the known key is not hit
    clock.now += 59
    assert ring.find("unknown") is None
    assert source.reads == 3
    clock.now += 1
    source.kids.append("new")
    assert ring.find("new")
    assert source.reads == 4


@pytest.mark.parametrize("failing", ["connection", "content"])
def test_failed_refresh_keeps_the_keys(clock: Clock, failing: str) -> None:
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("a")
    source.failing = failing
    assert ring.find("b") is None
    assert ring.find("a")


def test_revoked_key_ends(clock: Clock) -> None:
    source = Source("a", "b")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("a")
    source.kids = ["b"]
    clock.now += REFRESH_AFTER - 1
    assert ring.find("a")
    clock.now += 1
    assert ring.find("a") is None
    assert ring.find("b")


def test_key_server_that_is_away_is_left_alone_for_a_while(clock: Clock) -> None:
    """Callers with a known key pay for its absence once in five minutes, not with each call."""
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("a")
    source.failing = "connection"
    clock.now += REFRESH_AFTER
    for seconds, reads in ((0, 2), (1, 2), (RETRY_AFTER - 2, 2), (1, 3), (1, 3)):
        clock.now += seconds
        assert ring.find("a")
        assert source.reads == reads


@pytest.mark.parametrize(
    ("failing", "error"), [("connection", "connection"), ("content", "it is not JSON")]
)
def test_failure_is_logged(
    clock: Clock, caplog: pytest.LogCaptureFixture, failing: str, error: str
) -> None:
    source = Source("a")
    source.failing = failing
    with caplog.at_level(logging.WARNING, LOGGER.name):
        KeyRing("hospital", source, clock=clock).find("a")
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["client"]) == ("keys", "hospital")
    assert line["error"].startswith(error)


def test_keys_do_not_outlive_their_source_by_more_than_a_day(clock: Clock) -> None:
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("a")
    source.failing = "connection"
    clock.now += DROP_AFTER
    assert ring.find("a")
    clock.now += 1
    assert ring.find("a") is None
    source.failing = None
    clock.now += 60
    assert ring.find("a")


def test_one_refresh_at_a_time() -> None:
    """Callers with an unknown key wait for it and use what it brings; those with a known one go
    on.
    """
    source = Source("a")
    ring = KeyRing("hospital", source)
    assert ring.find("a")
    source.kids = ["a", "new"]
    hanging = Hanging(source)
    found: list[object] = []
    waiting = [threading.Thread(target=lambda: found.append(ring.find("new"))) for _ in range(8)]
    for thread in waiting:
        thread.start()
    hanging.has_begun()
    assert ring.find("a")
    time.sleep(0.05)
    assert found == []
    hanging.end()
    for thread in waiting:
        thread.join(5)
    assert len(found) == 8
    assert all(found)
    assert source.reads == 2


def test_only_some_wait_for_a_key_server_that_hangs() -> None:
    """Whoever else names unknown keys meanwhile is kept briefly; known keys are found as ever."""
    source = Source("a")
    ring = KeyRing("hospital", source)
    assert ring.find("a")
    hanging = Hanging(source)
    threads = [threading.Thread(target=ring.find, args=(f"new-{n}",)) for n in range(MOST_WAITING)]
    for thread in threads:
        thread.start()
    hanging.has_begun()
    time.sleep(0.3)  # until the others wait
    asked = time.monotonic()
    assert ring.find("newer") is None
    assert ring.find("a")
    assert time.monotonic() - asked < 2
    hanging.end()
    for thread in threads:
        thread.join(5)
    source.kids = ["a", "newer"]
    assert ring.find("newer")


def test_known_key_does_not_wait_for_the_hourly_refresh(clock: Clock) -> None:
    source = Source("a")
    ring = KeyRing("hospital", source, clock=clock)
    assert ring.find("a")
    clock.now += REFRESH_AFTER + 1
    hanging = Hanging(source)
    refreshing = threading.Thread(target=ring.find, args=("a",))
    refreshing.start()
    hanging.has_begun()
    assert ring.find("a")
    hanging.end()
    refreshing.join(5)
    assert source.reads == 2


def test_nobody_waits_longer_for_a_refresh_than_one_may_take() -> None:
    """The lookup of a name can hang for as long as the resolver likes: it holds one thread."""
    source = Source("a")
    ring = KeyRing("hospital", source)
    assert ring.find("a")
    hanging = Hanging(source)
    thread = threading.Thread(target=ring.find, args=("new",))
    thread.start()
    hanging.has_begun()
    asked = time.monotonic()
    assert ring.find("newer") is None
    assert time.monotonic() - asked < 6
    hanging.end()
    thread.join(5)


def test_file(tmp_path: Path) -> None:
    """A key in a file is changed without a restart."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(key_set(jwk(KEY, "a"))))
    ring = KeyRing("hospital", from_file(path))
    assert ring.find("a")
    path.write_text(json.dumps(key_set(jwk(KEY, "b"))))
    assert ring.find("b")
    assert ring.find("a") is None
    path.unlink()
    assert ring.find("b")


def test_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(" " * (MAX_KEY_SET_BYTES + 1))
    with pytest.raises(SourceFailed):
        from_file(path)()


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture
def no_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A proxy and a .netrc that would be used if anybody asked them."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    return


@pytest.mark.usefixtures("no_proxies_of_the_environment")
def test_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login mallory password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[dict[str, str]] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        seen.append(headers)
        return Reply(key_set(jwk(KEY, "a")))

    with serving(answer) as base:
        assert KeyRing("hospital", from_address(f"{base}/jwks.json")).find("a")
    (headers,) = seen
    assert "Authorization" not in headers
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    "reply",
    [
        Reply(key_set(jwk(KEY, "a")), status=500),
        Reply(key_set(jwk(KEY, "a")), status=404),
        Reply(key_set(jwk(KEY, "a")), status=204),
        Reply({"keys": [], "filler": "x" * MAX_KEY_SET_BYTES}),
        Reply(raw=b"not gzip", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500", "404", "204", "large", "encoding"],
)
def test_failed_fetch(reply: Reply) -> None:
    with serving(lambda path, headers: reply) as base, pytest.raises(SourceFailed):
        from_address(f"{base}/jwks.json")()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int) -> None:
    """Who can redirect the key server's address must not choose the keys."""
    asked: list[str] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        asked.append(path)
        if path.endswith("elsewhere"):
            return Reply(key_set(jwk(KEY, "a")))
        return Reply(status=status, headers={"Location": "/fhir/elsewhere"})

    with serving(answer) as base:
        assert KeyRing("hospital", from_address(f"{base}/jwks.json")).find("a") is None
    assert asked == ["/fhir/jwks.json"]


@pytest.mark.parametrize(
    "reply",
    [Reply({"keys": []}, delay=6), Reply(raw=b" " * 5000 + b"{}", trickle=10)],
    ids=["late", "trickle"],
)
def test_slow_key_server_is_left(reply: Reply) -> None:
    began = time.monotonic()
    with serving(lambda path, headers: reply) as base:
        with pytest.raises(SourceFailed):
            from_address(f"{base}/jwks.json")()
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), (b"HTTP/1.1 200 OK\r\nX: ", b"y"), (b"", CONTINUE)],
    ids=["headers", "one header", "100 Continue again and again"],
)
def test_key_server_that_trickles_its_headers_is_left(head: bytes, piece: bytes) -> None:
    def trickle() -> None:
        with listener.accept()[0] as connection, suppress(OSError):
            connection.sendall(head)
            while True:
                connection.sendall(piece)
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=trickle, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(SourceFailed):
            from_address(f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json")()
        assert time.monotonic() - began < 5


def test_key_server_that_is_down() -> None:
    ring = KeyRing("hospital", from_address("http://127.0.0.1:9/jwks.json"))
    assert ring.find("a") is None
