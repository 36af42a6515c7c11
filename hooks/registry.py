"""The CDS services that exist. Discovery is derived from them, so it cannot drift from what is
served.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hooks.cards import Card
from hooks.library import Hook
from hooks.prefetch import Gathered, PrefetchKey, Profile, published
from hooks.wire import lean
from mappings.chart import Unread
from relapse.assessment import Assessment
from relapse.facts import Chart

_URL_SAFE = re.compile(r"[A-Za-z0-9\-._~]+")
_TOKEN = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service answers, and how it came to it.

    ``assessment`` is ``None`` where the first look at the record already showed that there is
    nothing to assess.
    """

    cards: tuple[Card, ...] = ()
    assessment: Assessment | None = None
    unread: tuple[Unread, ...] = ()
    chart: Chart | None = None
    """The facts behind the assessment."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """What each step took: ``map``, ``assess``, ``cards``."""


@dataclass(frozen=True, slots=True)
class CdsService:
    """One service under one hook. The same ``id`` under several hooks means that their cards
    replace each other (C-021, C-231).
    """

    id: str
    hook: Hook
    title: str
    description: str
    usage_requirements: str
    prefetch: tuple[PrefetchKey, ...]
    audience: frozenset[str]
    """User types whom the cards are meant for; every other user of the hook gets none."""
    worth_completing: Callable[[Gathered], bool]
    """Whether, by the required keys and the context alone, the optional keys can matter."""
    evaluate: Callable[[Gathered], Outcome]

    def __post_init__(self) -> None:
        if not _URL_SAFE.fullmatch(self.id):
            raise ValueError(f"service id {self.id!r} does not survive in a URL")
        for key in self.prefetch:
            if unknown := set(_TOKEN.findall(key.template)) - self.hook.tokens:
                raise ValueError(
                    f"prefetch {key.name} uses {unknown}, which {self.hook.name} does not offer"
                )

    @property
    def required(self) -> frozenset[str]:
        return frozenset(key.name for key in self.prefetch if key.required)


class Registry:
    """All services, found by id and hook."""

    def __init__(self, services: Iterable[CdsService]) -> None:
        self._services: dict[str, dict[str, CdsService]] = {}
        for service in services:
            same_id = self._services.setdefault(service.id, {})
            if service.hook.name in same_id:
                raise ValueError(f"service {service.id} answers {service.hook.name} twice")
            same_id[service.hook.name] = service

    def __iter__(self) -> Iterator[CdsService]:
        return (service for hooks in self._services.values() for service in hooks.values())

    def __len__(self) -> int:
        return sum(map(len, self._services.values()))

    def hooks_of(self, service_id: str) -> Mapping[str, CdsService]:
        """The services of this id by hook name; empty where there is none."""
        return self._services.get(service_id, {})

    def discovery(self, profile: Profile) -> dict[str, object]:
        """The answer to a discovery call, members in a fixed order."""
        return {"services": [_advertised(service, profile) for service in self]}


def _advertised(service: CdsService, profile: Profile) -> dict[str, object]:
    return lean(
        {
            "hook": service.hook.name,
            "id": service.id,
            "title": service.title,
            "description": service.description,
            "usageRequirements": service.usage_requirements,
            "prefetch": published(service.prefetch, profile),
        }
    )
