"""Servers that refuse a search by patient alone, or cap it: narrower queries, and no claim of
absence.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from hooks.prefetch import NARROWED, patient_record
from relapse.facts import Section
from service.app import create_app
from service.settings import Settings
from tests.service.fakes import ALL_CONDITION, PATIENT, Recorder, made_up_service, searchset
from tests.service.fhir_server import Reply, serving

URL = "/cds-services/made-up"
Queries = list[dict[str, list[str]]]


@pytest.fixture
def calling(recorder: Recorder) -> Callable[..., FlaskClient]:
    def make(**settings: Any) -> FlaskClient:
        service = made_up_service(recorder)
        return create_app(Settings(**settings), services=[service]).test_client()

    return make


def observation(id_: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id_, "subject": {"reference": "Patient/p1"}}


def outcome(code: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": code, "diagnostics": "category or code is required"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def insisting(
    refusal: Reply, asked: Queries, kind: str = "Observation", delay: float = 0.0
) -> Callable[[str, dict[str, str]], Reply]:
    """A server that answers searches for ``kind`` by ``refusal`` unless they name category or
    code.
    """
    bodies = {"Patient": PATIENT, "Condition": searchset(ALL_CONDITION)}

    def answer(path: str, headers: dict[str, str]) -> Reply:
        parts = urlsplit(path)
        found = parts.path.removeprefix("/fhir/").split("/")[0]
        if found != kind:
            return Reply(bodies.get(found, searchset()))
        query = parse_qs(parts.query)
        asked.append(query)
        if "category" in query:
            return Reply(searchset(observation(query["category"][0])), delay=delay)
        if "code" in query:
            return Reply(searchset(observation(query["code"][0][:8])), delay=delay)
        return refusal

    return answer


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(outcome("required"), 400),
        Reply(outcome("required"), 403),
        Reply(outcome("business-rule"), 422),
        Reply(outcome("not-supported"), 501),
        Reply(outcome("processing"), 200),
        Reply(searchset(outcome("too-costly")), 200),
    ],
    ids=lambda reply: str(reply.status),
)
def test_refused_search(
    calling: Callable[..., FlaskClient], body: dict[str, Any], recorder: Recorder, refusal: Reply
) -> None:
    """Everything that the narrower queries bring counts; the results stay incomplete."""
    del body["prefetch"]["observations"]
    asked: Queries = []
    with serving(insisting(refusal, asked)) as base:
        answer = calling().post(URL, json=body | {"fhirServer": base})
    assert answer.status_code == 200
    assert "category" not in asked[0]
    assert [query for query in asked[1:] if "category" not in query and "code" not in query] == []
    assert ["laboratory"] in [query.get("category") for query in asked]
    found = repr(recorder.last.resources["observations"])
    assert "'laboratory'" in found
    assert recorder.last.unavailable == {"observations": NARROWED}
    assert recorder.last.incomplete(patient_record()) == {Section.UNCODED_RESULTS}


def test_capped_search_keeps_what_it_brought(
    calling: Callable[..., FlaskClient], body: dict[str, Any], recorder: Recorder
) -> None:
    """Epic caps at a hundred and says so by an entry: older findings are found by their codes."""
    del body["prefetch"]["observations"]
    said = {"severity": "warning", "code": "processing"}
    capped = {
        "resourceType": "OperationOutcome",
        "issue": [said | {"details": {"coding": [{"code": "59133"}]}}],
    }
    asked: Queries = []
    first = Reply(searchset(observation("newest"), capped))
    with serving(insisting(first, asked)) as base:
        assert calling().post(URL, json=body | {"fhirServer": base}).status_code == 200
    found = repr(recorder.last.resources["observations"])
    assert "'newest'" in found
    assert "'laboratory'" in found
    assert recorder.last.incomplete(patient_record()) == {Section.UNCODED_RESULTS}


@pytest.mark.parametrize(
    "sent",
    [outcome("required"), outcome("not-supported"), searchset(observation("o1"), outcome("value"))],
    ids=["refused", "not supported", "capped"],
)
def test_prefetch_that_was_refused(
    calling: Callable[..., FlaskClient],
    body: dict[str, Any],
    recorder: Recorder,
    sent: dict[str, Any],
) -> None:
    """C-076: the query that failed for the client is not repeated; the narrower ones are asked."""
    body["prefetch"]["observations"] = sent
    asked: Queries = []
    with serving(insisting(Reply({}, 500), asked)) as base:
        assert calling().post(URL, json=body | {"fhirServer": base}).status_code == 200
    assert asked
    assert all("category" in query or "code" in query for query in asked)
    assert ("'o1'" in repr(recorder.last.resources)) == ("o1" in repr(sent))
    assert "'laboratory'" in repr(recorder.last.resources["observations"])
    assert recorder.last.unavailable == {"observations": NARROWED}


def test_token_that_may_read_nothing(
    calling: Callable[..., FlaskClient], body: dict[str, Any], recorder: Recorder
) -> None:
    """C-098: refused in every form, the reason is that of the first refusal."""
    del body["prefetch"]["observations"]

    def answer(path: str, headers: dict[str, str]) -> Reply:
        return Reply(outcome("forbidden"), 403)

    with serving(answer) as base:
        assert calling().post(URL, json=body | {"fhirServer": base}).status_code == 200
    assert recorder.last.resources["observations"] == ()
    assert recorder.last.unavailable == {"observations": "status 403"}


@pytest.mark.parametrize("status", [401, 404, 500])
def test_other_failures_are_not_asked_about(
    calling: Callable[..., FlaskClient], body: dict[str, Any], recorder: Recorder, status: int
) -> None:
    del body["prefetch"]["observations"]
    asked: Queries = []
    with serving(insisting(Reply({}, status), asked)) as base:
        assert calling().post(URL, json=body | {"fhirServer": base}).status_code == 200
    assert len(asked) == 1
    assert recorder.last.unavailable == {"observations": f"status {status}"}


def test_narrower_queries_run_at_once(
    calling: Callable[..., FlaskClient], body: dict[str, Any], recorder: Recorder
) -> None:
    """One more round, however many queries; and the one deadline holds for both."""
    del body["prefetch"]["observations"]
    with serving(insisting(Reply({}, 400), [], delay=0.4)) as base:
        began = time.monotonic()
        calling().post(URL, json=body | {"fhirServer": base})
        assert time.monotonic() - began < 0.75
    assert recorder.last.unavailable == {"observations": NARROWED}
    with serving(insisting(Reply({}, 400), [], delay=3)) as base:
        began = time.monotonic()
        answer = calling(fhir_deadline=0.4).post(URL, json=body | {"fhirServer": base})
        assert time.monotonic() - began < 0.9
    assert answer.status_code == 200
    assert recorder.last.unavailable["observations"] in {"deadline", "timeout"}


@pytest.mark.parametrize("leukaemia", [True, False])
def test_refused_conditions(
    calling: Callable[..., FlaskClient],
    body: dict[str, Any],
    recorder: Recorder,
    leukaemia: bool,
) -> None:
    """C-078: a leukaemia on the problem list is enough to go on; without one nobody can tell."""
    del body["prefetch"]["conditions"]

    def answer(path: str, headers: dict[str, str]) -> Reply:
        if "category=problem-list-item" in path:
            return Reply(searchset(ALL_CONDITION) if leukaemia else searchset())
        return Reply(outcome("required"), 400)

    with serving(answer) as base:
        answered = calling().post(URL, json=body | {"fhirServer": base})
    assert answered.status_code == (200 if leukaemia else 412)
    if leukaemia:
        assert recorder.last.incomplete(patient_record()) == {Section.UNFILED_CONDITIONS}


def test_addresses_stay_short() -> None:
    """HAPI and others refuse an address of more than 8 KB; narrower queries are never published."""
    context = {"patientId": "x" * 64}
    queries = [query for key in patient_record() for query in key.expand_narrower(context)]
    assert len(queries) >= 7
    for query in queries:
        assert len(query) < 2000
        assert "{{" not in query
        assert query.count("patient=" + "x" * 64) == 1


def test_every_result_code_is_asked_for() -> None:
    """Findings are apart from the values that are measured daily, which would crowd them out."""
    key = next(key for key in patient_record() if key.name == "observations")
    lists = [
        parse_qs(urlsplit(query).query)["code"][0].split(",")
        for query in key.expand_narrower({"patientId": "p1"})
        if "code=" in query
    ]
    platelets, cd22, mrd = "777-3", "51124-6", "104273-8"
    known = [code for codes in lists for code in codes]
    assert len(known) == len(set(known))
    assert {platelets, cd22, mrd} <= set(known)
    with_platelets = next(codes for codes in lists if platelets in codes)
    assert cd22 not in with_platelets
    assert mrd not in with_platelets
