"""How the cost grows with the chart: bytes to cards without HTTP, 2,000 resources beside 200."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import orjson

from benchmarks.charts import PATIENT, matters, repeated, request
from benchmarks.measure import Row, in_turns, ms, ratio
from hooks.compose import PROJECT_URL, Presentation
from hooks.registry import Registry
from hooks.relapsed_b_all import relapsed_b_all
from relapse.policy import Policy
from service.fhir.prefetch import NoAccess, complete
from service.request.wire import read_request


def answering(body: bytes) -> Callable[[], bytes]:
    """The way of one call from its bytes to the bytes of the answer."""
    presentation = Presentation(lambda _name: "benchmark", PROJECT_URL, True)
    registry = Registry(relapsed_b_all(Policy(), presentation))
    services = registry.hooks_of("relapsed-b-all")

    def answer() -> bytes:
        called = read_request(body, services, dated=True)
        gathered = complete(called, called.as_of or date.today(), NoAccess("benchmark"))
        outcome = called.service.evaluate(gathered)
        return orjson.dumps({"cards": [card.wire() for card in outcome.cards]})

    return answer


def measure() -> list[Row]:
    """Ten times the whole chart, and a ten-year course in which the same results matter."""
    small = request(PATIENT, 200, 30)
    charts = {
        "everything ten times": repeated(PATIENT, 200, 30, 10),
        "a course of ten years": request(PATIENT, 2000, 30, course=True),
    }
    works: dict[str, tuple[Callable[[], object], int]] = {"small": (answering(small), 20)}
    works |= {name: (answering(body), 3) for name, body in charts.items()}
    found = in_turns(works, turns=7)
    return [
        Row(
            f"{name}, {matters(body)} of 2,000 matter",
            ms(found[name]),
            ms(found["small"]),
            f"{ratio(found[name], found['small']):.1f}",
            "≤ 11",
        )
        for name, body in charts.items()
    ]
