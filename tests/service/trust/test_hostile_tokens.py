"""Whatever is sent, signed or not: a caller or a refusal, never another error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.settings import Settings
from service.trust.caller import Caller
from service.trust.refusal import Untrusted
from service.trust.tokens import Verifier, verifier
from tests.service.trust.signing import (
    EHR,
    SERVICE,
    MemoryNonces,
    Signer,
    compact,
    trust_file,
    write_keys,
)

HOSPITAL = Signer()
TOKEN = HOSPITAL.token()
VALUES: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([10**400, -(10**30), 1e308, EHR, SERVICE, "JWT", "ES384", "none", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["alg", "kid", "typ", "jku", "crit", "b64", "zip", "jwk", "x5c", "cty", "enc"]
CLAIMS = ["iss", "aud", "exp", "iat", "nbf", "jti", "tenant", "sub"]


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    folder = tmp_path_factory.mktemp("trust")
    write_keys(folder, HOSPITAL.public())
    entry = {"name": "hospital", "iss": EHR, "jwks_file": "keys.json"}
    return verifier(Settings(clients=trust_file(folder, entry)), MemoryNonces())


def outcome(trusting: Verifier, authorization: str) -> Caller | None:
    """The caller, or None for a refusal."""
    try:
        return trusting.verify(authorization, (SERVICE,))
    except Untrusted:
        return None


@given(st.text(st.characters()))
@settings(max_examples=300, deadline=None)
def test_any_text(trusting: Verifier, text: str) -> None:
    for authorization in (text, f"Bearer {text}", f"Bearer {text}.{text}.{text}"):
        assert outcome(trusting, authorization) is None


@given(st.integers(0, len(TOKEN) - 1), st.characters())
@settings(max_examples=300, deadline=None)
def test_any_character_changed(trusting: Verifier, place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        assert outcome(trusting, f"Bearer {changed}") is None


@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES),
    st.dictionaries(st.sampled_from(CLAIMS), VALUES),
)
@settings(max_examples=500, deadline=None)
def test_any_member_changed_and_signed(
    trusting: Verifier, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    """By the right key: what a broken client may send, and one that was broken into."""
    token = compact(
        HOSPITAL.headers(**header), HOSPITAL.claims(**claims), HOSPITAL.key, HOSPITAL.algorithm
    )
    caller = outcome(trusting, f"Bearer {token}")
    assert caller is None or caller.name == "hospital"
