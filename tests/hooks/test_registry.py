"""The registry of services, and cards as checked values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hooks.cards import Action, Card, Coding, Indicator, Source, Suggestion
from hooks.compose import Presentation
from hooks.library import ENCOUNTER_START, PATIENT_VIEW, PROBLEM_LIST_ITEM_CREATE, Hook
from hooks.prefetch import PrefetchKey, Profile
from hooks.registry import CdsService, Registry
from hooks.relapsed_b_all import relapsed_b_all
from hooks.wire import lean
from relapse.policy import Policy


@pytest.fixture(scope="module")
def services() -> tuple[CdsService, ...]:
    return relapsed_b_all(Policy(), Presentation(new_uuid=lambda name: name))


@pytest.fixture(scope="module")
def service(services: tuple[CdsService, ...]) -> CdsService:
    return services[0]


def test_one_id_under_three_hooks(services: tuple[CdsService, ...]) -> None:
    """C-021, C-231: dispatch is by id and hook, patient-view is listed first."""
    registry = Registry(services)
    names = ["patient-view", "encounter-start", "problem-list-item-create"]
    assert list(registry.hooks_of("relapsed-b-all")) == names
    assert registry.hooks_of("other") == {}
    listed: Any = registry.discovery(Profile.FULL)["services"]
    assert [entry["hook"] for entry in listed] == names
    assert {entry["id"] for entry in listed} == {"relapsed-b-all"}
    assert len(registry) == 3


def test_same_evaluation_under_each_hook(services: tuple[CdsService, ...]) -> None:
    """C-231: the advice replaces that of the other hooks, so it must be the same advice."""
    assert len({service.evaluate for service in services}) == 1
    assert len({service.prefetch for service in services}) == 1


def test_pairs_are_unique(service: CdsService) -> None:
    """C-022."""
    with pytest.raises(ValueError, match="twice"):
        Registry([service, service])


def test_no_services() -> None:
    """C-012."""
    assert Registry([]).discovery(Profile.FULL) == {"services": []}


def test_ids_survive_in_urls(service: CdsService) -> None:
    """C-015."""
    with pytest.raises(ValueError, match="URL"):
        replace(service, id="a/b")


@pytest.mark.parametrize(
    "template",
    ["X/{{patientId}}", "X?p={{context.draftOrders}}", "X?d={{today()}}", "X/{{Patient.id}}"],
)
def test_templates_name_only_what_the_hook_offers(service: CdsService, template: str) -> None:
    """C-052 to C-054."""
    with pytest.raises(ValueError, match="does not offer"):
        replace(service, prefetch=(PrefetchKey("x", template, None),))


def test_tokens_are_filled() -> None:
    key = PrefetchKey("x", "Observation?patient={{context.patientId}}", None)
    assert key.expand({"patientId": "p1"}) == "Observation?patient=p1"


@pytest.mark.parametrize(
    ("hook", "tokens"),
    [
        (PATIENT_VIEW, {"userId", "patientId", "encounterId"}),
        (ENCOUNTER_START, {"userId", "patientId", "encounterId"}),
        (PROBLEM_LIST_ITEM_CREATE, {"userId", "patientId", "encounterId"}),
    ],
    ids=lambda value: value.name if isinstance(value, Hook) else "",
)
def test_tokens_of_a_hook(hook: Hook, tokens: set[str]) -> None:
    """C-053: texts of the first level; never the Bundle of conditions."""
    assert hook.tokens == {f"context.{name}" for name in tokens}


def test_templates_may_not_reach_into_the_context(services: tuple[CdsService, ...]) -> None:
    """C-053: the conditions in context are no token in CDS Hooks 2.0."""
    created = next(item for item in services if item.hook is PROBLEM_LIST_ITEM_CREATE)
    with pytest.raises(ValueError, match="does not offer"):
        replace(created, prefetch=(PrefetchKey("x", "X?p={{context.conditions}}", None),))


TOPIC = Coding("http://s", "c", "d")
SOURCE = Source("label", "https://example.org/", TOPIC)


def card(**changes: Any) -> Card:
    members: dict[str, Any] = {
        "uuid": "u",
        "summary": "A summary.",
        "detail": "Detail",
        "indicator": Indicator.INFO,
        "source": SOURCE,
    }
    return Card(**(members | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": ""},
        {"summary": " "},
        {"summary": "x" * 140},
        {"summary": "two\nlines"},
        {"detail": " "},
        {"uuid": ""},
    ],
)
def test_card_that_may_not_be_sent(changes: dict[str, Any]) -> None:
    """C-008, C-124."""
    with pytest.raises(ValueError, match="Card"):
        card(**changes)


def test_parts_that_may_not_be_sent() -> None:
    """C-128, C-135, C-150, C-156, C-157."""
    action = Action("words", {"resourceType": "ServiceRequest"})
    wrong = [
        lambda: Coding("http://s", "c", ""),
        lambda: Source("", "https://example.org", TOPIC),
        lambda: Source("l", "/relative", TOPIC),
        lambda: Source("l", "javascript:alert(1)", TOPIC),
        lambda: Suggestion("", "u", (action,)),
        lambda: Suggestion("l", "u", ()),
        lambda: Action("", {"resourceType": "ServiceRequest"}),
        lambda: Action("words", {}),
    ]
    for make in wrong:
        with pytest.raises(ValueError, match=r"\w"):
            make()


def test_empty_members_are_left_out() -> None:
    """C-005."""
    assert list(card().wire()) == ["uuid", "summary", "detail", "indicator", "source"]
    assert lean({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False}) == {"e": 0, "f": False}
