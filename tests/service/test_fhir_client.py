"""The FHIR client against a real small server: pages, origins, time, size, tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import responses

from service.fhir.client import ATTEMPTS, Answer, FhirClient
from service.network.allowance import Allowance, Unavailable
from tests.service.fakes import searchset
from tests.service.fhir_server import Answering, Reply, serving


@pytest.fixture
def fhir_client() -> Iterator[FhirClient]:
    client = FhirClient(max_bytes=100_000)
    yield client
    client.close()


def ask(client: FhirClient, base: str, seconds: float = 5, token: str | None = None) -> Answer:
    return client.query(base, "Observation?patient=p1", token, Allowance(seconds))


@contextmanager
def counting(answer: Answering) -> Iterator[tuple[str, list[str]]]:
    """A server, and the paths that it is asked for."""
    paths: list[str] = []

    def counted(path: str, headers: dict[str, str]) -> Reply:
        paths.append(path)
        return answer(path, headers)

    with serving(counted) as base:
        yield base, paths


def page(number: int, next_url: str | None = None) -> dict[str, Any]:
    links = {"link": [{"relation": "next", "url": next_url}]} if next_url else {}
    return searchset({"resourceType": "Observation", "id": f"o{number}"}, **links)


def test_headers_and_token(fhir_client: FhirClient) -> None:
    """C-094: the token goes along; HAPI is asked not to answer from its cache."""
    seen: list[dict[str, str]] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        seen.append(headers)
        return Reply(searchset())

    with serving(answer) as base:
        assert ask(fhir_client, base, token="t1").reason == ""
        assert ask(fhir_client, base).reason == ""
    assert seen[0]["Authorization"] == "Bearer t1"
    assert seen[0]["Accept"] == "application/fhir+json"
    assert seen[0]["Cache-Control"] == "no-cache"
    assert "Authorization" not in seen[1]


def test_no_credentials_of_the_machine(
    fhir_client: FhirClient, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .netrc of the account that runs the service plays no part."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[dict[str, str]] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        seen.append(headers)
        return Reply(searchset(), headers={"Set-Cookie": "session=1"})

    with serving(answer) as base:
        ask(fhir_client, base)
        ask(fhir_client, base)
    assert all("Authorization" not in headers and "Cookie" not in headers for headers in seen)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_proxies_of_the_machine_play_no_part(
    fhir_client: FhirClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy would connect to an address that nobody here has checked, and read the token."""
    with counting(lambda path, headers: Reply(searchset())) as (proxy, seen):
        monkeypatch.setenv(name, proxy)
        with serving(lambda path, headers: Reply(searchset())) as base:
            assert ask(fhir_client, base, token="t1") == Answer((searchset(),))
    assert seen == []


def test_pages_are_followed(fhir_client: FhirClient) -> None:
    """C-077: absolute and relative links, to the last page."""
    replies = {
        "/fhir/Observation?patient=p1": page(1, "?_getpages=2"),
        "/fhir/Observation?_getpages=2": page(2, "/fhir?_getpages=3"),
        "/fhir?_getpages=3": page(3),
    }
    with serving(lambda path, headers: Reply(replies[path])) as base:
        answer = ask(fhir_client, base)
    assert answer.reason == ""
    assert answer.resources == tuple(replies.values())


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.2:{port}/fhir?_getpages=2",
        "http://localhost:{port}/fhir?_getpages=2",
        "https://127.0.0.1:{port}/fhir?_getpages=2",
        "http://127.0.0.1:1/fhir?_getpages=2",
        "//evil.example.org/fhir",
        "http://u:p@127.0.0.1:{port}/fhir?_getpages=2",
        "file:///etc/passwd",
        "http://[bad/fhir",
    ],
)
def test_next_page_on_another_origin(fhir_client: FhirClient, link: str) -> None:
    """C-101: not followed; what came so far is kept and marked incomplete."""
    paths: list[str] = []
    target: list[str] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        paths.append(path)
        return Reply(page(1, target[0]))

    with serving(answer) as base:
        target.append(link.replace("{port}", base.split(":")[2].split("/")[0]))
        result = ask(fhir_client, base, token="t1")
    assert len(paths) == 1
    assert len(result.resources) == 1
    assert result.reason == "next page on another origin"


def test_endless_pages(fhir_client: FhirClient) -> None:
    """A server that always names another page, or the same, does not hold the call."""
    count = iter(range(1, 10_000))
    with serving(lambda path, headers: Reply(page(1, f"?page={next(count)}"))) as base:
        answer = ask(fhir_client, base, seconds=60)
    assert answer.reason == "too many pages"
    with serving(lambda path, headers: Reply(page(1, "?page=1"))) as base:
        assert ask(fhir_client, base).reason == "too many pages"


def test_redirects(fhir_client: FhirClient) -> None:
    """C-101: within the origin they are followed, elsewhere never, and not for ever."""

    def answer(path: str, headers: dict[str, str]) -> Reply:
        if path.startswith("/fhir/Observation"):
            return Reply(status=307, headers={"Location": "/other"})
        return Reply(page(1))

    with serving(answer) as base:
        assert ask(fhir_client, base) == Answer((page(1),))
    away = {"Location": "http://evil.example.org/"}
    with serving(lambda path, headers: Reply(status=302, headers=away)) as base:
        assert ask(fhir_client, base, token="t1").reason == "redirect to another origin"
    loop = {"Location": "/fhir/again"}
    with serving(lambda path, headers: Reply(status=302, headers=loop)) as base:
        assert ask(fhir_client, base).reason == "too many redirects"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 501])
def test_refusals_are_reasons(fhir_client: FhirClient, status: int) -> None:
    """C-098: no exception, no empty result."""
    with serving(lambda path, headers: Reply({}, status)) as base:
        assert ask(fhir_client, base) == Answer(reason=f"status {status}")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "answer is not JSON"),
        (b"<html>", "answer is not JSON"),
        (b'{"a": NaN}', "answer is not JSON"),
        (b"[" * 100_000, "answer is not JSON"),
        (b"[]", "answer is no FHIR resource"),
        (b"{}", "answer is no FHIR resource"),
        (b'{"resourceType": 1}', "answer is no FHIR resource"),
        (b'{"resourceType": "OperationOutcome"}', "OperationOutcome"),
        (b'"' + b"x" * 200_000 + b'"', "answer too large"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_unusable_answers(fhir_client: FhirClient, raw: bytes, reason: str) -> None:
    with serving(lambda path, headers: Reply(raw=raw)) as base:
        assert ask(fhir_client, base) == Answer(reason=reason)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_failure_is_tried_again(fhir_client: FhirClient, status: int) -> None:
    """Three attempts in all, within the one allowance."""
    statuses = iter([status, status, 200])
    with serving(lambda path, headers: Reply(page(1), next(statuses))) as base:
        assert ask(fhir_client, base) == Answer((page(1),))
    with counting(lambda path, headers: Reply({}, status)) as (base, calls):
        assert ask(fhir_client, base).reason == f"status {status}"
    assert len(calls) == ATTEMPTS


def test_server_that_asks_for_patience(fhir_client: FhirClient) -> None:
    """Retry-After is kept where the time allows, else the query ends at once."""
    statuses = iter([503, 200])
    with serving(
        lambda path, headers: Reply(page(1), next(statuses), headers={"Retry-After": "1"})
    ) as base:
        began = time.monotonic()
        assert ask(fhir_client, base) == Answer((page(1),))
        assert time.monotonic() - began > 1


@pytest.mark.parametrize(
    ("after", "attempts"),
    [
        ("60", 1),
        ("999999999999", 1),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 1),
        ("Wed, 21 Oct 2015 07:28:00 GMT", ATTEMPTS),
        ("-5", ATTEMPTS),
        ("soon", ATTEMPTS),
    ],
)
def test_patience_beyond_the_time_of_the_call(
    fhir_client: FhirClient, after: str, attempts: int
) -> None:
    wait = {"Retry-After": after}
    with counting(lambda path, headers: Reply({}, 503, headers=wait)) as (base, calls):
        began = time.monotonic()
        assert ask(fhir_client, base).reason == "status 503"
        assert time.monotonic() - began < 1
    assert len(calls) == attempts


def test_no_connection(fhir_client: FhirClient) -> None:
    assert ask(fhir_client, "http://127.0.0.1:1/fhir").reason == "no connection"


def test_slow_answer_ends_at_the_deadline(fhir_client: FhirClient) -> None:
    with serving(lambda path, headers: Reply(page(1), delay=2)) as base:
        began = time.monotonic()
        answer = ask(fhir_client, base, seconds=0.3)
        took = time.monotonic() - began
    assert answer.reason in {"timeout", "deadline", "no connection"}
    assert took < 1


def test_trickle_ends_at_the_deadline(fhir_client: FhirClient) -> None:
    """Each byte comes in time, all of them do not."""
    raw = json.dumps(page(1)).encode()
    with serving(lambda path, headers: Reply(raw=raw, trickle=1)) as base:
        began = time.monotonic()
        answer = ask(fhir_client, base, seconds=0.4)
        took = time.monotonic() - began
    assert answer.reason in {"timeout", "deadline"}
    assert answer.resources == ()
    assert took < 0.6


def test_deadline_spans_all_pages(fhir_client: FhirClient) -> None:
    """Pages that came in time are kept."""
    count = iter(range(1, 100))

    def answer(path: str, headers: dict[str, str]) -> Reply:
        number = next(count)
        return Reply(page(number, f"?page={number}"), delay=0.15)

    with serving(answer) as base:
        began = time.monotonic()
        result = ask(fhir_client, base, seconds=0.5)
        took = time.monotonic() - began
    assert 1 <= len(result.resources) <= 3
    assert result.reason
    assert took < 1


def test_deadline_that_has_passed() -> None:
    now = iter([0.0, 1.0, 6.0, 6.0])
    allowance = Allowance(5, clock=lambda: next(now))
    assert allowance.remaining() == 4
    with pytest.raises(Unavailable):
        allowance.remaining()
    assert allowance.left() == 0


@responses.activate
def test_https_server_of_the_allow_list(fhir_client: FhirClient) -> None:
    base = "https://ehr.example.org/fhir"
    responses.get(f"{base}/Observation", json=page(1))
    assert ask(fhir_client, base, token="t1") == Answer((page(1),))
    assert responses.calls[0].request.headers["Authorization"] == "Bearer t1"
