"""The feedback of a CDS client: bytes in, checked items out (CDS Hooks C-171 to C-182).

One item in error refuses the whole batch, and the message names it. Unknown members are ignored.
An optional member that is null or empty counts as left out: some clients write all members, and
feedback that was refused for that would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from service.errors import BadRequest, MissingMember
from service.feedback.timestamps import read_timestamp
from service.request.members import UUID_FORM, as_object, json_in, text_in
from service.store.feedback import ACCEPTED, OVERRIDDEN, FeedbackItem

MOST_ITEMS = 1000
MOST_SUGGESTIONS = 100
LONGEST_ID = 256
LONGEST_CODE = 512
LONGEST_COMMENT = 8000
"""Characters. Longer ones are refused rather than cut: nothing is lost without a word."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OUTCOMES = (ACCEPTED, OVERRIDDEN)


def read_feedback(body: bytes) -> tuple[FeedbackItem, ...]:
    """The items in ``body``, in their order; none for an empty array. Raises `BadRequest` naming
    the member that is wrong, such as ``feedback[3].outcome``.
    """
    parsed = json_in(body)
    if not isinstance(parsed, dict):
        raise BadRequest("The body must be a JSON object with the array feedback.")
    if "feedback" not in parsed:
        raise MissingMember("feedback is missing.", "feedback")
    items = parsed["feedback"]
    if not isinstance(items, list):
        raise BadRequest("feedback must be an array of objects.", "feedback")
    if len(items) > MOST_ITEMS:
        raise BadRequest(
            f"feedback holds more than {MOST_ITEMS} items; send them in several calls.", "feedback"
        )
    return tuple(_item(item, f"feedback[{index}]") for index, item in enumerate(items))


def _item(item: object, path: str) -> FeedbackItem:
    members = as_object(item, path)
    outcome = text_in(members, "outcome", f"{path}.outcome")
    if outcome not in _OUTCOMES:
        raise BadRequest(f"{path}.outcome must be accepted or overridden.", f"{path}.outcome")
    reason = _optional_object(members, "overrideReason", f"{path}.overrideReason")
    coding = _optional_object(reason, "reason", f"{path}.overrideReason.reason")
    coding_path = f"{path}.overrideReason.reason"
    return FeedbackItem(
        card=_id(members, "card", f"{path}.card"),
        outcome=outcome,
        outcome_at=_moment(members, f"{path}.outcomeTimestamp"),
        accepted=_accepted(members, outcome, f"{path}.acceptedSuggestions"),
        reason_system=_code(coding, "system", coding_path),
        reason_code=_code(coding, "code", coding_path),
        reason_display=_words(coding, "display", f"{coding_path}.display", LONGEST_CODE),
        comment=_words(
            reason, "userComment", f"{path}.overrideReason.userComment", LONGEST_COMMENT
        ),
    )


def _accepted(members: Mapping[str, object], outcome: str, path: str) -> tuple[str, ...]:
    """Ids of the suggestions taken, each once. C-175 wants them with ``accepted`` only."""
    given = members.get("acceptedSuggestions")
    if given is None and outcome != ACCEPTED:
        return ()
    if given is None:
        raise MissingMember(
            f"{path} is missing: with the outcome accepted it names the suggestions taken.", path
        )
    if not isinstance(given, list):
        raise BadRequest(f"{path} must be an array of objects, each with an id.", path)
    if not given and outcome == ACCEPTED:
        raise BadRequest(f"{path} must name at least one suggestion.", path)
    if len(given) > MOST_SUGGESTIONS:
        raise BadRequest(f"{path} names more than {MOST_SUGGESTIONS} suggestions.", path)
    ids = [
        _id(as_object(item, f"{path}[{index}]"), "id", f"{path}[{index}].id")
        for index, item in enumerate(given)
    ]
    return tuple(dict.fromkeys(ids))


def _moment(members: Mapping[str, object], path: str) -> datetime:
    # Not compared with our clock: the client's may be wrong, and what happened has happened.
    try:
        return read_timestamp(text_in(members, "outcomeTimestamp", path))
    except ValueError:
        raise BadRequest(
            f"{path} must be a date and time with seconds in UTC, such as 2026-06-15T12:30:00Z.",
            path,
        ) from None


def _id(members: Mapping[str, object], name: str, path: str) -> str:
    """A uuid as we write it. Another text is kept as it is: it will be found to name nothing."""
    value = text_in(members, name, path)
    if len(value) > LONGEST_ID or _CONTROL.search(value):
        raise BadRequest(f"{path} must be the uuid that this service gave.", path)
    return value.lower() if UUID_FORM.fullmatch(value) else value


def _code(members: Mapping[str, object], name: str, path: str) -> str | None:
    value = _optional_text(members, name, f"{path}.{name}", LONGEST_CODE)
    if value is not None and _CONTROL.search(value):
        raise BadRequest(f"{path}.{name} holds control characters.", f"{path}.{name}")
    return value


def _words(members: Mapping[str, object], name: str, path: str, longest: int) -> str | None:
    """Free text as it came, but for the character NUL, which not every database holds."""
    value = _optional_text(members, name, path, longest)
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}") if value is not None else None


def _optional_text(members: Mapping[str, object], name: str, path: str, longest: int) -> str | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadRequest(f"{path} must be a text.", path)
    if len(value) > longest:
        raise BadRequest(f"{path} must have at most {longest} characters.", path)
    return value if value.strip() else None


def _optional_object(members: Mapping[str, object], name: str, path: str) -> dict[str, object]:
    value = members.get(name)
    return {} if value is None else as_object(value, path)
