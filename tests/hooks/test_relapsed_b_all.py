"""The service around the assessment: the first look, and what a hook brings beside the record."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from hooks.compose import Presentation
from hooks.prefetch import Gathered
from hooks.registry import CdsService
from hooks.relapsed_b_all import HOOKS, relapsed_b_all
from relapse.policy import Policy

AS_OF = date(2026, 6, 15)
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1990-01-01", "gender": "female"}


def relapse(**changes: Any) -> dict[str, Any]:
    """B-ALL in relapse, since May 2026."""
    return {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C91.02"}]},
        "onsetDateTime": "2026-05-01",
    } | changes


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]}


@pytest.fixture(scope="module")
def service() -> CdsService:
    services = relapsed_b_all(Policy(), Presentation(new_uuid=lambda name: str(uuid4())))
    return next(item for item in services if item.hook is HOOKS[-1])


def gathered(held: list[dict[str, Any]], new: list[dict[str, Any]]) -> Gathered:
    """A complete record with these conditions, and these in the context of the hook."""
    return Gathered(
        "p1",
        AS_OF,
        {"patient": (PATIENT,), "conditions": (bundle(*held),)},
        in_context=(bundle(*new),),
    )


def relapses(service: CdsService, given: Gathered) -> int:
    assessment = service.evaluate(given).assessment
    assert assessment is not None
    return assessment.state.relapse_count


def test_new_problem_alone_is_assessed(service: CdsService) -> None:
    given = gathered([], [relapse()])
    assert service.worth_completing(given)
    assert relapses(service, given) == 1
    assert service.evaluate(given).cards


def test_no_leukaemia_anywhere(service: CdsService) -> None:
    given = gathered([], [relapse(code={"text": "Hypertension"})])
    assert not service.worth_completing(given)
    assert service.evaluate(given).assessment is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"category": "problem-list-item"},
        {"recordedDate": "2026-06-15"},
        {"meta": {"versionId": "7"}},
        {"subject": {"reference": "Patient/mallory"}},
        {"onsetDateTime": "2020-01-01"},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
    ],
    ids=repr,
)
def test_stored_copy_of_a_new_problem_counts(service: CdsService, changes: dict[str, Any]) -> None:
    """The same id twice is one problem, and the copy on the server is the one that is read."""
    alone = service.evaluate(gathered([relapse()], []))
    both = service.evaluate(gathered([relapse()], [relapse(**changes)]))
    assert alone.assessment == both.assessment
    assert not both.unread


@pytest.mark.parametrize("own_id", [None, "", " ", 7, {}], ids=repr)
def test_new_problem_without_id(service: CdsService, own_id: object) -> None:
    """Counted, and not as a second relapse where the record holds the same one."""
    new = relapse(id=own_id)
    assert relapses(service, gathered([], [new])) == 1
    assert relapses(service, gathered([relapse()], [new])) == 1
    assert relapses(service, gathered([], [new, new])) == 1


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/mallory"},
        {"reference": "http://elsewhere.example.org/fhir/Patient/p1"},
        {"display": "p1"},
        "Patient/p1",
        None,
    ],
    ids=repr,
)
def test_new_problem_of_nobody_we_know(service: CdsService, subject: object) -> None:
    """C-044: dropped and reported, whoever's it is."""
    outcome = service.evaluate(gathered([], [relapse(subject=subject)]))
    assert outcome.cards == ()
    assert [unread.reference for unread in outcome.unread] == ["Condition/c1"]


def test_second_new_problem_beside_the_record(service: CdsService) -> None:
    """A remission that was recorded earlier stays in the record beside the new relapse."""
    remission = relapse(
        id="c0",
        code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C91.01"}]},
        onsetDateTime="2024-03-01",
    )
    assert relapses(service, gathered([remission], [relapse()])) == 1
