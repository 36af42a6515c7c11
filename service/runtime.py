"""What one app is made of: settings, services, FHIR client, clock. Chosen here, passed to the
routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_bytes
from uuid import uuid4

from hooks.registry import CdsService, Registry
from hooks.relapsed_b_all import relapsed_b_all
from mappings.terminology import Terminology
from relapse.policy import Policy
from service.decisions.pruning import Pruning
from service.decisions.record import Recording
from service.decisions.recorder import Recorder
from service.errors import NotFound
from service.fhir.client import FhirClient
from service.fhir.fetching import Fetcher, FhirSource
from service.fhir.prefetch import NoAccess
from service.metrics import Metrics
from service.network.addresses import may_contact
from service.request.wire import CdsRequest
from service.settings import Settings
from service.site.mapping import mapping_version, terminology
from service.site.policy import policies
from service.site.presentation import presentation
from service.store.database import Database
from service.store.nonces import Nonces
from service.trust.caller import Caller
from service.trust.tokens import NonceStore, Verifier, verifier

_POOL_SIZE = 64
"""Queries that run at the same time, and with it what one worker does to a FHIR server at most."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The collaborators of one app. Nothing in it changes between calls, and no patient data stay
    in it.
    """

    settings: Settings
    policy: Policy
    terminology: Terminology
    registry: Registry
    source: FhirSource
    pool: ThreadPoolExecutor
    verifier: Verifier
    database: Database
    metrics: Metrics
    recording: Recording
    recorder: Recorder
    today: Callable[[], date]
    """The calendar date where the server stands; a call may name another one in development
    mode.
    """

    def services(self, service_id: str) -> Mapping[str, CdsService]:
        """The services of an id by hook name; `NotFound` where there is none."""
        found = self.registry.hooks_of(service_id)
        if not found:
            raise NotFound("There is no such service; /cds-services lists those that exist.")
        return found

    def access(self, request: CdsRequest, caller: Caller | None) -> Fetcher | NoAccess:
        """The way to the FHIR server of this call, or why there is none. A client with a list of
        its own is bound to it.
        """
        base = request.fhir_server
        if base is None:
            return NoAccess("the call names no fhirServer")
        if caller is not None and caller.fhir_servers:
            if not may_contact(base, caller.fhir_servers, loopback=False):
                return NoAccess("the fhirServer is not among those of the client that calls")
        elif not may_contact(base, self.settings.fhir_servers, loopback=self.settings.development):
            return NoAccess("the fhirServer is not in RELAPSE_CDS_FHIR_SERVERS of this service")
        token = request.authorization
        if token is not None and token.patient not in (None, request.patient_id):
            return NoAccess("the access token is for another patient")
        seconds = self.settings.fhir_deadline
        if token is None:
            return Fetcher(self.source, self.pool, base, None, seconds)
        if token.expires_in <= 0:
            return NoAccess("the access token has expired")
        return Fetcher(
            self.source, self.pool, base, token.access_token, min(seconds, token.expires_in)
        )

    def close(self) -> None:
        """Hand in what is waiting, and leave the connections to others."""
        self.recorder.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.database.close()


def build(
    settings: Settings,
    *,
    today: Callable[[], date] = date.today,
    source: FhirSource | None = None,
    new_uuid: Callable[[str], str] | None = None,
    services: Iterable[CdsService] | None = None,
    nonces: NonceStore | None = None,
) -> Runtime:
    """A runtime with real collaborators where none are given."""
    policy = policies(settings)
    codes = terminology(settings)
    database = Database(settings.database_url)
    metrics = Metrics(policy.jurisdiction)
    return Runtime(
        settings=settings,
        policy=policy,
        terminology=codes,
        registry=Registry(
            relapsed_b_all(
                policy,
                presentation(settings, codes, new_uuid or _random_uuid),
                codes,
                settings.unoffered,
            )
            if services is None
            else services
        ),
        source=source
        or FhirClient(
            max_bytes=settings.max_body, pool_size=_POOL_SIZE, private=settings.private_networks
        ),
        pool=ThreadPoolExecutor(_POOL_SIZE, thread_name_prefix="fhir"),
        verifier=verifier(settings, nonces or Nonces(database)),
        database=database,
        metrics=metrics,
        recording=Recording(
            policy, _hash_key(settings), settings.store_facts, mapping_version(codes)
        ),
        recorder=Recorder(database, metrics.recorded, Pruning(database, _retention(settings))),
        today=today,
    )


def _hash_key(settings: Settings) -> bytes:
    """The site's key for hashes of patient ids, or one of this start only."""
    return settings.hash_key.get_secret_value().encode() or token_bytes(32)


def _retention(settings: Settings) -> timedelta | None:
    return timedelta(days=settings.retention_days) if settings.retention_days else None


def _random_uuid(_name: str) -> str:
    return str(uuid4())
