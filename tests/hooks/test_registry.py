"""The registry of services, and cards as checked values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hooks.cards import Action, Card, Coding, Indicator, Source, Suggestion
from hooks.compose import Presentation
from hooks.patient_view import patient_view
from hooks.prefetch import PrefetchKey, Profile
from hooks.registry import PATIENT_VIEW, CdsService, Hook, Registry
from hooks.wire import lean
from relapse.policy import Policy


@pytest.fixture(scope="module")
def service() -> CdsService:
    return patient_view(Policy(), Presentation(new_uuid=lambda name: name))


def other_hook(service: CdsService) -> CdsService:
    return replace(service, hook=replace(PATIENT_VIEW, name="encounter-start"))


def test_one_id_under_two_hooks(service: CdsService) -> None:
    """C-021, C-231: dispatch is by id and hook."""
    registry = Registry([service, other_hook(service)])
    assert set(registry.hooks_of(service.id)) == {"patient-view", "encounter-start"}
    assert registry.hooks_of("other") == {}
    listed = registry.discovery(Profile.FULL)["services"]
    assert [entry["id"] for entry in listed] == [service.id] * 2  # type: ignore[index, union-attr]


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


def test_hook_users() -> None:
    assert isinstance(PATIENT_VIEW, Hook)
    assert "Patient" in PATIENT_VIEW.users


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
