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

from hooks.registry import CdsService, Hook
from service.addresses import base_address
from service.errors import BadRequest, MissingMember
from service.jsontext import NotJson, parse_json

AS_OF_KEY = "org.relapse-cds.as-of"
"""Extension of a request: the evaluation date, for demonstration records. Development mode only."""

_FHIR_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9\-.]{1,64}")
_USER = re.compile(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
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

    @property
    def patient_id(self) -> str:
        return self.context["patientId"]


def read_request(body: bytes, services: Mapping[str, CdsService], *, dated: bool) -> CdsRequest:
    """The request in ``body``, for the services (by hook name) of the address that was called.

    ``dated`` allows the caller to set the evaluation date. Raises `BadRequest` naming the member
    that is wrong.
    """
    try:
        parsed = parse_json(body)
    except NotJson as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(parsed, dict):
        raise BadRequest("The body must be a JSON object.")
    service = _service(_text(parsed, "hook", "hook"), services)
    context = _context(_object(parsed, "context"), service.hook)
    authorization = _authorization(parsed)
    return CdsRequest(
        service=service,
        hook_instance=_hook_instance(_text(parsed, "hookInstance", "hookInstance")),
        context=context,
        user_type=_user_type(context["userId"], service.hook),
        prefetch=_object(parsed, "prefetch") if "prefetch" in parsed else {},
        fhir_server=_fhir_server(parsed, authorization),
        authorization=authorization,
        as_of=_as_of(parsed.get("extension"), dated),
    )


def _service(hook: str, services: Mapping[str, CdsService]) -> CdsService:
    service = services.get(hook)
    if service is None:
        raise BadRequest(f"This service answers the hook {' or '.join(services)}.", "hook")
    return service


def _hook_instance(text: str) -> UUID:
    if not _UUID.fullmatch(text):
        raise BadRequest(
            "hookInstance must be a UUID such as d1577c69-dfbe-44ad-ba6d-3e05e953b2ea.",
            "hookInstance",
        )
    return UUID(text)


def _context(members: Mapping[str, object], hook: Hook) -> Mapping[str, str]:
    context = {name: _text(members, name, f"context.{name}") for name in hook.required}
    context |= {
        name: _text(members, name, f"context.{name}") for name in hook.optional if name in members
    }
    for name in ("patientId", "encounterId"):
        if name in context and not _FHIR_ID.fullmatch(context[name]):
            raise BadRequest(
                f"context.{name} must be a bare FHIR id: 1 to 64 letters, digits, hyphens and "
                "points, without a resource type before it.",
                f"context.{name}",
            )
    return context


def _user_type(user: str, hook: Hook) -> str:
    match = _USER.fullmatch(user)
    if match is None or match.group(1) not in hook.users:
        kinds = ", ".join(sorted(hook.users))
        raise BadRequest(
            f"context.userId must be Type/id with one of the types {kinds}.", "context.userId"
        )
    return match.group(1)


def _authorization(members: Mapping[str, object]) -> FhirAuthorization | None:
    name = "fhirAuthorization"
    if name not in members:
        return None
    given = _object(members, name)
    token_type = _text(given, "token_type", f"{name}.token_type")
    if token_type != "Bearer":  # noqa: S105 - the kind of token, not a token
        raise BadRequest(f"{name}.token_type must be Bearer.", f"{name}.token_type")
    expires_in = given.get("expires_in")
    if isinstance(expires_in, bool) or not isinstance(expires_in, int):
        kind = MissingMember if "expires_in" not in given else BadRequest
        raise kind(f"{name}.expires_in must be a whole number of seconds.", f"{name}.expires_in")
    token = _text(given, "access_token", f"{name}.access_token")
    if not _TOKEN.fullmatch(token):
        raise BadRequest(
            f"{name}.access_token holds characters that no token has.", f"{name}.access_token"
        )
    return FhirAuthorization(
        access_token=token,
        scope=_text(given, "scope", f"{name}.scope"),
        subject=_text(given, "subject", f"{name}.subject"),
        expires_in=expires_in,
        patient=_text(given, "patient", f"{name}.patient") if "patient" in given else None,
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
        return base_address(_text(members, "fhirServer", "fhirServer"))
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


def _text(members: Mapping[str, object], name: str, path: str) -> str:
    if name not in members:
        raise MissingMember(f"{path} is missing.", path)
    value = members[name]
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(f"{path} must be a text that is not empty.", path)
    return value


def _object(members: Mapping[str, object], name: str) -> dict[str, object]:
    if name not in members:
        raise MissingMember(f"{name} is missing.", name)
    value = members[name]
    if not isinstance(value, dict):
        raise BadRequest(f"{name} must be an object.", name)
    return value
