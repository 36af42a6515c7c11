"""A real FHIR server that pages, stalls, fails, restarts and refuses, and what cards say then."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from service import demos
from tests.integration.reverse_proxy import PASS, Instead, Seen, proxying
from tests.integration.service_process import running_service
from tests.service.invariants import check_outcome, check_response

Demo = tuple[str, str, dict[str, Any]]
SERVICE = "/cds-services/relapsed-b-all"
PATIENT = "second-relapse-cd19-lost"
TOKEN = "token-of-this-call"
INCOMPLETE = "Could not be fetched, data incomplete"
RESULTS = "laboratory and clinical results"
UNCODED = "results without a standard code or category"
DEADLINE = 4.0


@pytest.fixture(scope="module")
def service_url() -> Iterator[str]:
    """For what may take its time: the tests share their machine with the FHIR server."""
    with running_service(RELAPSE_CDS_FHIR_DEADLINE="30") as address:
        yield address


@pytest.fixture(scope="module")
def hasty_url() -> Iterator[str]:
    with running_service(RELAPSE_CDS_FHIR_DEADLINE=str(DEADLINE)) as address:
        yield address


@pytest.fixture(scope="module")
def whole(
    service_url: str, fhir_base_url: str, loaded_demo_patients: list[Demo]
) -> list[dict[str, Any]]:
    """The cards when the server is well; the first calls also warm it up."""
    for _ in range(2):
        answer = call(service_url, fhir_base_url)
    assert answer.status_code == 200
    cards = bare(answer)
    assert cards
    assert all(INCOMPLETE not in card["detail"] for card in cards)
    return cards


def call(
    service_url: str, fhir_server: str, prefetched: tuple[str, ...] = (), token: bool = False
) -> requests.Response:
    """A call for the one patient, with only the ``prefetched`` keys answered."""
    body = dict(demos.request_body(PATIENT))
    sent = body.pop("prefetch")
    assert isinstance(sent, dict)
    body["fhirServer"] = fhir_server
    if prefetched:
        body["prefetch"] = {name: sent[name] for name in prefetched}
    if token:
        body["fhirAuthorization"] = {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.rs",
            "subject": "relapse-cds",
            "patient": body["context"]["patientId"],  # type: ignore[index]
        }
    return requests.post(service_url + SERVICE, json=body, timeout=60)


def bare(answer: requests.Response) -> list[dict[str, Any]]:
    """The cards without what differs from call to call (C-235)."""
    check_response(answer.json())
    cards: list[dict[str, Any]] = answer.json()["cards"]
    for card in cards:
        card.pop("uuid")
        for suggestion in card.get("suggestions", ()):
            suggestion.pop("uuid")
    return cards


def check_incomplete(answer: requests.Response, *sections: str) -> list[dict[str, Any]]:
    """Every card names what could not be fetched, and claims nothing absent from it."""
    assert answer.status_code == 200, answer.text
    cards = bare(answer)
    assert cards
    for card in cards:
        note = next(line for line in card["detail"].splitlines() if INCOMPLETE in line)
        assert "Nothing is claimed absent" in note
        for section in sections:
            assert section in note
    return cards


# --- Pages and tokens ----------------------------------------------------------------------------


@pytest.mark.parametrize("page_size", [7, 20])
def test_small_pages(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]], page_size: int
) -> None:
    """C-077, C-094: every page is read, each request with the token, and the cards are the same."""
    with proxying(fhir_base_url, page_size=page_size) as proxy:
        answer = call(service_url, proxy.base, token=True)
    assert proxy.kinds().count("page") >= 60 / page_size
    assert {request.authorization for request in proxy.seen} == {f"Bearer {TOKEN}"}
    assert bare(answer) == whole


def test_without_a_token_none_is_sent(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """C-095: the token of the call before is forgotten, also on a kept connection."""
    with proxying(fhir_base_url) as proxy:
        call(service_url, proxy.base, token=True)
        proxy.seen.clear()
        assert bare(call(service_url, proxy.base)) == whole
    assert {request.authorization for request in proxy.seen} == {None}


def test_pages_that_lie_elsewhere(service_url: str, fhir_base_url: str) -> None:
    """C-101: not followed, the token goes nowhere, the data are incomplete."""
    with ExitStack() as stack:
        elsewhere = stack.enter_context(proxying(fhir_base_url))
        proxy = stack.enter_context(proxying(fhir_base_url, page_size=10, links_to=elsewhere.base))
        answer = call(service_url, proxy.base, token=True)
    assert elsewhere.seen == []
    check_incomplete(answer, RESULTS)


def test_search_that_the_server_forgot(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """A paging session that expires: the search is begun again."""

    def forgets(seen: Seen, number: int) -> Instead:
        return Instead(410, "expired") if seen.kind == "page" and number == 2 else PASS

    with proxying(fhir_base_url, forgets, page_size=20) as proxy:
        answer = call(service_url, proxy.base)
    searches = [kind for kind in proxy.kinds() if kind != "page"]
    assert any(searches.count(kind) == 2 for kind in searches)
    assert bare(answer) == whole


# --- Slow and failing ----------------------------------------------------------------------------


def test_slow_server(hasty_url: str, fhir_base_url: str) -> None:
    """C-230: the call ends at its deadline; what came in time is used."""

    def slow(seen: Seen, number: int) -> Instead:
        return Instead(delay=DEADLINE + 2) if seen.kind == "Observation" else PASS

    with proxying(fhir_base_url, slow) as proxy:
        began = time.monotonic()
        answer = call(hasty_url, proxy.base)
        took = time.monotonic() - began
    check_incomplete(answer, RESULTS)
    assert took < DEADLINE + 1


def test_required_data_too_late(hasty_url: str, fhir_base_url: str) -> None:
    """C-080."""

    def slow(seen: Seen, number: int) -> Instead:
        return Instead(delay=DEADLINE + 2) if seen.kind == "Condition" else PASS

    with proxying(fhir_base_url, slow) as proxy:
        began = time.monotonic()
        answer = call(hasty_url, proxy.base)
        took = time.monotonic() - began
    assert answer.status_code == 412
    assert "conditions" in check_outcome(answer.json())["diagnostics"]
    assert took < DEADLINE + 1


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("Observation", RESULTS),
        ("Procedure", "procedures"),
        ("MedicationAdministration", "medications"),
        ("CarePlan", "plans"),
    ],
)
def test_one_query_fails(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]], kind: str, section: str
) -> None:
    def fails(seen: Seen, number: int) -> Instead:
        return Instead(500) if seen.kind == kind else PASS

    with proxying(fhir_base_url, fails) as proxy:
        check_incomplete(call(service_url, proxy.base), section)
    assert proxy.kinds().count(kind) == 1


def test_everything_fails(service_url: str, fhir_base_url: str) -> None:
    with proxying(fhir_base_url, lambda seen, number: Instead(500)) as proxy:
        assert call(service_url, proxy.base).status_code == 412
        answer = call(service_url, proxy.base, prefetched=("patient", "conditions"))
    check_incomplete(answer, RESULTS, "procedures", "medications")


def test_overloaded_for_a_moment(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """503 at first, then well: nobody notices."""

    def busy(seen: Seen, number: int) -> Instead:
        return Instead(503, "throttled") if number == 1 else PASS

    with proxying(fhir_base_url, busy) as proxy:
        answer = call(service_url, proxy.base)
    assert bare(answer) == whole
    assert all(proxy.kinds().count(kind) >= 2 for kind in set(proxy.kinds()) - {"page"})


def test_nobody_listens(service_url: str, loaded_demo_patients: list[Demo]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/fhir"
    began = time.monotonic()
    assert call(service_url, closed).status_code == 412
    check_incomplete(call(service_url, closed, prefetched=("patient", "conditions")), RESULTS)
    assert time.monotonic() - began < DEADLINE


# --- Restarts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0, 30], ids=["before the answer", "in the middle of the body"])
def test_connections_that_break(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]], cut: int
) -> None:
    """As by a server that goes down and comes up again, on every query and every second page."""

    def breaks(seen: Seen, number: int) -> Instead:
        first = number % 2 == 1 if seen.kind == "page" else number == 1
        return Instead(cut=cut) if first else PASS

    with proxying(fhir_base_url, breaks, page_size=30) as proxy:
        assert bare(call(service_url, proxy.base)) == whole


def test_restart_between_calls(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """Kept connections are dead then; and a server that is away for good costs no absence."""
    with proxying(fhir_base_url) as proxy:
        port = int(proxy.base.split(":")[2].split("/")[0])
        assert bare(call(service_url, proxy.base)) == whole
    check_incomplete(call(service_url, proxy.base, prefetched=("patient", "conditions")), RESULTS)
    with proxying(fhir_base_url, port=port) as proxy:
        assert bare(call(service_url, proxy.base)) == whole


def test_restart_during_a_call(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """Away for a few tenths of a second in which everything is refused."""
    up_again: list[float] = []

    def away(seen: Seen, number: int) -> Instead:
        up_again.append(time.monotonic() + 0.08)
        return PASS if time.monotonic() > up_again[0] else Instead(cut=0)

    with proxying(fhir_base_url, away) as proxy:
        assert bare(call(service_url, proxy.base)) == whole


# --- Refusals ------------------------------------------------------------------------------------


def needs_token(seen: Seen, number: int) -> Instead:
    return PASS if seen.authorization == f"Bearer {TOKEN}" else Instead(401, "login")


def test_server_that_asks_for_a_token(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """C-080, C-098: 412 without, the same cards with it."""
    with proxying(fhir_base_url, needs_token) as proxy:
        refused = call(service_url, proxy.base)
        assert refused.status_code == 412
        assert TOKEN not in refused.text
        check_outcome(refused.json())
        assert bare(call(service_url, proxy.base, token=True)) == whole


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("kind", "section"), [("Observation", RESULTS), ("Procedure", "procedures")]
)
def test_token_that_may_not_read_everything(
    service_url: str, fhir_base_url: str, kind: str, section: str, status: int
) -> None:
    """C-098: one type of resource is closed to the user."""

    def closed(seen: Seen, number: int) -> Instead:
        return Instead(status, "forbidden") if seen.kind == kind else needs_token(seen, number)

    with proxying(fhir_base_url, closed) as proxy:
        answer = call(service_url, proxy.base, token=True)
    check_incomplete(answer, section)
    assert TOKEN not in answer.text
    assert {request.authorization for request in proxy.seen} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("kind", ["Patient", "Condition"])
@pytest.mark.parametrize("status", [401, 403])
def test_required_data_closed(service_url: str, fhir_base_url: str, kind: str, status: int) -> None:
    def closed(seen: Seen, number: int) -> Instead:
        return Instead(status, "forbidden") if seen.kind == kind else PASS

    with proxying(fhir_base_url, closed) as proxy:
        answer = call(service_url, proxy.base, token=True)
    assert answer.status_code == 412
    check_outcome(answer.json())


def test_search_by_patient_alone_refused(
    service_url: str, fhir_base_url: str, whole: list[dict[str, Any]]
) -> None:
    """Narrower queries bring the findings, among them CD19 and MRD as text; nothing is absent."""

    def insists(seen: Seen, number: int) -> Instead:
        if seen.kind == "Observation" and "category=" not in seen.path and "code=" not in seen.path:
            return Instead(400, "required")
        return PASS

    with proxying(fhir_base_url, insists) as proxy:
        answer = call(service_url, proxy.base, token=True)
    cards = check_incomplete(answer, UNCODED)
    assert proxy.kinds().count("Observation") == 5
    assert [card["summary"] for card in cards] == [card["summary"] for card in whole]
