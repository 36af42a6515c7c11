"""Cards from an assessment, as they go over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from hooks.compose import Presentation, cards
from relapse.assessment import Assessment
from relapse.policy import Policy
from tests.hooks.assessments import Wiring
from tests.service.invariants import check_response


@pytest.fixture
def wire() -> Wiring:
    """Renders an assessment and checks all that must hold for any card list."""

    def render(
        given: Assessment, policy: Policy | None = None, **presentation: Any
    ) -> list[dict[str, Any]]:
        numbers: Iterator[int] = iter(range(1, 1000))
        shown = Presentation(new_uuid=lambda name: str(UUID(int=next(numbers))), **presentation)
        made = [card.wire() for card in cards(given, policy or Policy(), shown)]
        check_response({"cards": made})
        return made

    return render
