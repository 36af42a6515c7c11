"""The step before each request: who calls, and whether that is enough.

The CDS endpoints are everything under ``/cds-services``, whatever is added there. Pages and probes
hold no patient data and ask for nothing, and neither does a CORS preflight, which cannot carry a
token (C-203, C-221).
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Flask, Response, g, request

from service.answers import json_response
from service.errors import operation_outcome
from service.settings import Settings
from service.store.database import StoreUnavailable
from service.trust.caller import Caller
from service.trust.refusal import Untrusted
from service.trust.tokens import Verifier

_ROOT = "/cds-services"
_REFUSED = orjson.dumps(
    operation_outcome(
        "login",
        "This call needs a valid token: send Authorization: Bearer with a JWT that a client which "
        "this service trusts has signed for this address. The service's log says what was wrong, "
        "under the request id in the header X-Request-Id.",
    )
)
"""The same bytes whatever was wrong: a caller who may not enter learns nothing."""
_UNAVAILABLE = orjson.dumps(
    operation_outcome(
        "transient",
        "The token cannot be checked for repeated use at the moment. Send the call again later, "
        "with a new token.",
    )
)
_RETRY_SECONDS = "5"
_STORE_DOWN = "store"


def guard(app: Flask, verifier: Verifier, settings: Settings, count: Callable[[str], None]) -> None:
    """Identify the caller of each request to ``app`` as ``g.caller``, None for an unsigned call;
    refuse what `Settings.require_auth` does not let in. The body is not read before. ``count`` is
    told the reason of every token that could not be verified.
    """

    @app.before_request
    def identify() -> Response | None:
        g.caller = None
        if request.method == "OPTIONS" or not _is_cds(request.path):
            return None
        authorization = request.headers.get("Authorization")
        if authorization is None and not settings.require_auth:
            return None
        try:
            g.caller = verifier.verify(authorization, audiences(settings.public_url, request.path))
        except Untrusted as refusal:
            count(refusal.reason.value)
            g.fields.update(reason=refusal.reason.value, client=refusal.client)
            return _refused() if settings.require_auth else None
        except StoreUnavailable as error:
            g.fields.update(reason=_STORE_DOWN, error=str(error))
            return _unavailable() if settings.require_auth else None
        g.fields.update(client=g.caller.name, tenant=g.caller.tenant)
        return None


def current_caller() -> Caller | None:
    """Who sent the request that is being answered; None where it is unsigned, or its token was
    ignored.
    """
    caller: Caller | None = g.caller
    return caller


def audiences(public_url: str, path: str) -> tuple[str, ...]:
    """What ``aud`` may be for a call of ``path``: the address under which clients know it, and for
    feedback also the address of the service (C-207 to C-209).

    Clients that are given ``aud`` by hand have one for each service, not a second one for its
    feedback. None without a public address, because the address in the request is the caller's
    word.
    """
    if not public_url:
        return ()
    endpoint = public_url + path.removesuffix("/")
    service, _, last = path.removesuffix("/").rpartition("/")
    if last == "feedback" and service != _ROOT:
        return endpoint, public_url + service
    return (endpoint,)


def _is_cds(path: str) -> bool:
    return path == _ROOT or path.startswith(f"{_ROOT}/")


def _refused() -> Response:
    answer = json_response(_REFUSED, 401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _unavailable() -> Response:
    answer = json_response(_UNAVAILABLE, 503)
    answer.headers["Retry-After"] = _RETRY_SECONDS
    return answer
