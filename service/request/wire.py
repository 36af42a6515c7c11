"""The request of a CDS client: bytes in, a checked `CdsRequest` out.

Unknown members are ignored everywhere, as new ones may come at any time (C-040). A member that is
present has the type that CDS Hooks gives it; null counts as a wrong type, because the standard has
null in prefetch only (C-003).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hooks.registry import CdsService
from service.errors import BadRequest, MissingMember
from service.network.addresses import base_address
from service.request.context import read_context
from service.request.members import UUID_FORM, json_in, object_in, text_in

AS_OF_KEY = "org.relapse-cds.as-of"
"""Extension of a request: the evaluation date, for demonstration records. Development mode only."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class FhirAuthorization:
    """Permission to query the client's FHIR server during this call. The token never leaves this
    object but to it.
    """

    access_token: str
    scope: str
    subject: str
    expires_in: int
    patient: str | None = None

    def __repr__(self) -> str:
        return "FhirAuthorization(…)"


@dataclass(frozen=True, slots=True)
class CdsRequest:
    """One call of a service, checked."""

    service: CdsService
    hook_instance: UUID
    context: Mapping[str, str]
    user_type: str
    prefetch: Mapping[str, object]
    fhir_server: str | None = None
    authorization: FhirAuthorization | None = None
    as_of: date | None = None
    in_context: tuple[object, ...] = ()
    """Resources that the hook itself brought, as Bundles."""
    ignored: int = 0
    """How many resources of the context have a type that the hook does not know there."""

    @property
    def patient_id(self) -> str:
        return self.context["patientId"]


def read_request(body: bytes, services: Mapping[str, CdsService], *, dated: bool) -> CdsRequest:
    """The request in ``body``, for the services (by hook name) of the address that was called.

    ``dated`` allows the caller to set the evaluation date. Raises `BadRequest` naming the member
    that is wrong.
    """
    parsed = json_in(body)
    if not isinstance(parsed, dict):
        raise BadRequest("The body must be a JSON object.")
    service = _service(text_in(parsed, "hook", "hook"), services)
    context = read_context(object_in(parsed, "context"), service.hook)
    authorization = _authorization(parsed)
    return CdsRequest(
        service=service,
        hook_instance=_hook_instance(text_in(parsed, "hookInstance", "hookInstance")),
        context=context.values,
        user_type=context.user_type,
        prefetch=object_in(parsed, "prefetch") if "prefetch" in parsed else {},
        fhir_server=_fhir_server(parsed, authorization),
        authorization=authorization,
        as_of=_as_of(parsed.get("extension"), dated),
        in_context=context.resources,
        ignored=context.ignored,
    )


def _service(hook: str, services: Mapping[str, CdsService]) -> CdsService:
    service = services.get(hook)
    if service is None:
        raise BadRequest(f"This service answers the hook {' or '.join(services)}.", "hook")
    return service


def _hook_instance(text: str) -> UUID:
    if not UUID_FORM.fullmatch(text):
        raise BadRequest(
            "hookInstance must be a UUID such as d1577c69-dfbe-44ad-ba6d-3e05e953b2ea.",
            "hookInstance",
        )
    return UUID(text)


def _authorization(members: Mapping[str, object]) -> FhirAuthorization | None:
    name = "fhirAuthorization"
    if name not in members:
        return None
    given = object_in(members, name)
    token_type = text_in(given, "token_type", f"{name}.token_type")
    if token_type != "Bearer":  # noqa: S105 - the kind of token, not a token
        raise BadRequest(f"{name}.token_type must be Bearer.", f"{name}.token_type")
    expires_in = given.get("expires_in")
    if isinstance(expires_in, bool) or not isinstance(expires_in, int):
        kind = MissingMember if "expires_in" not in given else BadRequest
        raise kind(f"{name}.expires_in must be a whole number of seconds.", f"{name}.expires_in")
    token = text_in(given, "access_token", f"{name}.access_token")
    if not _TOKEN.fullmatch(token):
        raise BadRequest(
            f"{name}.access_token holds characters that no token has.", f"{name}.access_token"
        )
    return FhirAuthorization(
        access_token=token,
        scope=text_in(given, "scope", f"{name}.scope"),
        subject=text_in(given, "subject", f"{name}.subject"),
        expires_in=expires_in,
        patient=text_in(given, "patient", f"{name}.patient") if "patient" in given else None,
    )


def _fhir_server(
    members: Mapping[str, object], authorization: FhirAuthorization | None
) -> str | None:
    if "fhirServer" not in members:
        if authorization is not None:
            raise MissingMember(
                "fhirServer must be given together with fhirAuthorization.", "fhirServer"
            )
        return None
    try:
        return base_address(text_in(members, "fhirServer", "fhirServer"))
    except ValueError:
        raise BadRequest(
            "fhirServer must be the absolute http(s) address of a FHIR server, without credentials "
            "or query.",
            "fhirServer",
        ) from None


def _as_of(extension: object, dated: bool) -> date | None:
    if not isinstance(extension, dict) or AS_OF_KEY not in extension:
        return None
    member = f"extension.{AS_OF_KEY}"
    if not dated:
        raise BadRequest(f"{AS_OF_KEY} is accepted in development mode only; leave it out.", member)
    value = extension[AS_OF_KEY]
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadRequest(f"{AS_OF_KEY} must be a date such as 2026-06-15.", member)
