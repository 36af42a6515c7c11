"""What one app is made of: settings, services, FHIR client, clock. Chosen here, passed to the
routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from hooks.compose import PROJECT_URL, Presentation
from hooks.patient_view import patient_view
from hooks.registry import CdsService, Registry
from relapse.policy import Policy
from service.addresses import may_contact
from service.fhir_client import FhirClient
from service.prefetch import Fetcher, FhirSource, NoAccess
from service.settings import Settings
from service.site_policy import policies
from service.wire import CdsRequest

_POOL_SIZE = 64


@dataclass(frozen=True, slots=True)
class Runtime:
    """The collaborators of one app. Nothing in it changes between calls, and no patient data stay
    in it.
    """

    settings: Settings
    policy: Policy
    registry: Registry
    source: FhirSource
    pool: ThreadPoolExecutor
    today: Callable[[], date]
    """The calendar date where the server stands; a call may name another one in development
    mode.
    """

    def access(self, request: CdsRequest) -> Fetcher | NoAccess:
        """The way to the FHIR server of this call, or why there is none."""
        base = request.fhir_server
        if base is None:
            return NoAccess("the call names no fhirServer")
        if not may_contact(base, self.settings.fhir_servers, loopback=self.settings.development):
            return NoAccess("the fhirServer is not in RELAPSE_CDS_FHIR_SERVERS of this service")
        token = request.authorization
        if token is not None and token.patient not in (None, request.patient_id):
            return NoAccess("the access token is for another patient")
        return Fetcher(
            self.source,
            self.pool,
            base,
            token.access_token if token else None,
            self.settings.fhir_deadline,
        )


def build(
    settings: Settings,
    *,
    today: Callable[[], date] = date.today,
    source: FhirSource | None = None,
    new_uuid: Callable[[str], str] | None = None,
    services: Iterable[CdsService] | None = None,
) -> Runtime:
    """A runtime with real collaborators where none are given."""
    presentation = Presentation(
        new_uuid=new_uuid or _random_uuid,
        source_url=f"{settings.public_url}/" if settings.public_url else PROJECT_URL,
        suggestions=settings.suggestions,
    )
    policy = policies(settings)
    return Runtime(
        settings=settings,
        policy=policy,
        registry=Registry([patient_view(policy, presentation)] if services is None else services),
        source=source or FhirClient(max_bytes=settings.max_body, pool_size=_POOL_SIZE),
        pool=ThreadPoolExecutor(_POOL_SIZE, thread_name_prefix="fhir"),
        today=today,
    )


def _random_uuid(_name: str) -> str:
    return str(uuid4())
