"""The CDS services that exist. Discovery is derived from them, so it cannot drift from what is
served.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hooks.cards import Card
from hooks.prefetch import Gathered, PrefetchKey, Profile, published
from hooks.wire import lean
from mappings.chart import Unread
from relapse.assessment import Assessment

_URL_SAFE = re.compile(r"[A-Za-z0-9\-._~]+")
_TOKEN = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook of the CDS Hooks library: which context its calls carry, and who can be its user."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    tokens: frozenset[str]
    """Context fields that a prefetch template may name."""
    users: frozenset[str]
    """Resource types that ``userId`` can name."""


PATIENT_VIEW = Hook(
    "patient-view",
    required=("userId", "patientId"),
    optional=("encounterId",),
    tokens=frozenset({"context.userId", "context.patientId", "context.encounterId"}),
    users=frozenset({"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"}),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a service answers, and how it came to it.

    ``assessment`` is ``None`` where the first look at the record already showed that there is
    nothing to assess.
    """

    cards: tuple[Card, ...] = ()
    assessment: Assessment | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class CdsService:
    """One service under one hook. The same ``id`` under several hooks means that their cards
    replace each other.
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
    """Whether, by the required keys alone, the optional ones can matter."""
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
        self._services: dict[tuple[str, str], CdsService] = {}
        for service in services:
            key = (service.id, service.hook.name)
            if key in self._services:
                raise ValueError(f"service {service.id} answers {service.hook.name} twice")
            self._services[key] = service

    def __len__(self) -> int:
        return len(self._services)

    def hooks_of(self, service_id: str) -> Mapping[str, CdsService]:
        """The services of this id by hook name; empty where there is none."""
        return {
            hook: service for (id_, hook), service in self._services.items() if id_ == service_id
        }

    def discovery(self, profile: Profile) -> dict[str, object]:
        """The answer to a discovery call, members in a fixed order."""
        return {"services": [_advertised(service, profile) for service in self._services.values()]}


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
