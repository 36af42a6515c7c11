"""What can go wrong in a call, and the FHIR OperationOutcome that says so.

    CdsError
    ├── BadRequest        400  the request is not what CDS Hooks asks for
    ├── NotFound          404  no such service
    ├── DataUnavailable   412  required data neither sent nor to be had
    └── UnsupportedMedia  415  not JSON

Messages name members and say what to change. They never repeat a value of the request.
"""

from __future__ import annotations

from collections.abc import Mapping

from hooks.wire import lean


class CdsError(Exception):
    """Base of all errors that the caller is told about."""

    status = 500
    code = "exception"

    def __init__(self, message: str, member: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.member = member
        """Path of the member of the request that is wrong, such as ``context.patientId``."""


class BadRequest(CdsError):
    status = 400
    code = "invalid"


class MissingMember(BadRequest):
    code = "required"


class NotFound(CdsError):
    status = 404
    code = "not-found"


class DataUnavailable(CdsError):
    status = 412
    code = "incomplete"


class UnsupportedMedia(CdsError):
    status = 415
    code = "not-supported"


def outcome(error: CdsError) -> dict[str, object]:
    """The error as OperationOutcome (CDS Hooks C-113)."""
    return operation_outcome(error.code, error.message, error.member)


def operation_outcome(code: str, diagnostics: str, member: str = "") -> dict[str, object]:
    issue: Mapping[str, object] = {
        "severity": "error",
        "code": code,
        "diagnostics": diagnostics,
        "expression": [member] if member else None,
    }
    return {"resourceType": "OperationOutcome", "issue": [lean(issue)]}


HTTP_MESSAGES: Mapping[int, tuple[str, str]] = {
    400: ("invalid", "The request could not be read."),
    404: (
        "not-found",
        "There is nothing at this address. The services are listed at /cds-services.",
    ),
    405: (
        "not-supported",
        "This address does not answer this method. Services are called with POST.",
    ),
    408: (
        "timeout",
        "The request did not arrive in full in time (RELAPSE_CDS_REQUEST_SECONDS); send it again.",
    ),
    413: ("too-long", "The request is larger than this service accepts (RELAPSE_CDS_MAX_BODY)."),
    414: ("too-long", "The address is longer than this service reads."),
    415: ("not-supported", "Send JSON with Content-Type application/json."),
    417: ("not-supported", "This service meets no expectation but 100-continue."),
    431: ("too-long", "The headers are larger, or more, than this service reads."),
    500: (
        "exception",
        "The service failed. Nothing was decided; the request id is in the header X-Request-Id.",
    ),
    503: ("throttled", "Too many requests are arriving in pieces; send it again."),
}
"""Code and sentence for errors that the framework raises."""
