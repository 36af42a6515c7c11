"""Tokens: which are accepted, and what every attack on them comes to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.settings import Settings
from service.store.database import StoreUnavailable
from service.trust.caller import Caller
from service.trust.jws import MAX_AUTHORIZATION
from service.trust.refusal import Reason, Untrusted
from service.trust.tokens import NonceStore, Verifier, verifier
from tests.service.fhir_server import Reply, serving
from tests.service.trust.signing import (
    DISCOVERY,
    EHR,
    PUBLIC_URL,
    SERVICE,
    MemoryNonces,
    NoStore,
    Signer,
    compact,
    ec_key,
    jwk,
    key_set,
    rsa_key,
    trust_file,
    write_keys,
)

HOSPITAL = Signer()
CLINIC = Signer("https://clinic.example.org", "rsa-1", "RS384", rsa_key("clinic"))
MALLORY = replace(HOSPITAL, key=ec_key("mallory"))


@pytest.fixture
def nonces() -> MemoryNonces:
    return MemoryNonces()


@pytest.fixture
def make(tmp_path: Path, nonces: MemoryNonces) -> Callable[..., Verifier]:
    """A verifier that trusts the hospital and the clinic by key files; members of the hospital's
    entry may be given.
    """

    def build(*, store: NonceStore | None = None, lifetime: int = 300, **members: Any) -> Verifier:
        write_keys(tmp_path, HOSPITAL.public(), name="hospital.json")
        write_keys(tmp_path, CLINIC.public(), name="clinic.json")
        hospital = {"name": "hospital", "iss": EHR, "jwks_file": "hospital.json", **members}
        clinic = {"name": "clinic", "iss": CLINIC.iss, "jwks_file": "clinic.json"}
        path = trust_file(tmp_path, hospital, clinic)
        return verifier(Settings(clients=path, token_lifetime=lifetime), store or nonces)

    return build


@pytest.fixture
def trusting(make: Callable[..., Verifier]) -> Verifier:
    return make()


def refusal(verifier: Verifier, authorization: str | None, *audiences: str) -> Reason:
    """Why the header is refused."""
    with pytest.raises(Untrusted) as caught:
        verifier.verify(authorization, audiences or (SERVICE,))
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


# Tokens that are right


@pytest.mark.parametrize(("signer", "name"), [(HOSPITAL, "hospital"), (CLINIC, "clinic")])
def test_es384_and_rs384(trusting: Verifier, signer: Signer, name: str) -> None:
    """C-204, C-212. There is no sub (C-206)."""
    assert trusting.verify(signer.bearer(), (SERVICE,)) == Caller(name)


def test_caller_is_what_the_trust_file_says(make: Callable[..., Verifier]) -> None:
    trusting = make(tenants=["north", "south"], fhir_servers=[EHR])
    caller = trusting.verify(HOSPITAL.bearer(tenant="north", sub="admin"), (SERVICE,))
    assert caller == Caller("hospital", "north", (EHR,))


def test_token_as_the_sandbox_makes_it(tmp_path: Path, nonces: MemoryNonces) -> None:
    """ES384, jku, aud the exact address, iat rounded up to half a second into the future."""
    jku = "https://sandbox.cds-hooks.org/.well-known/jwks.json"
    sandbox = Signer(
        "https://sandbox.cds-hooks.org", str(uuid4()), "ES384", ec_key("sandbox"), {"jku": jku}
    )
    write_keys(tmp_path, sandbox.public())
    path = trust_file(tmp_path, {"name": "sandbox", "iss": sandbox.iss, "jwks_file": "keys.json"})
    trusting = verifier(Settings(clients=path), nonces)
    iat = time.time() + 0.5
    for rounded in (iat, int(iat) + 1):
        token = sandbox.bearer(iat=rounded, exp=rounded + 300)
        assert trusting.verify(token, (SERVICE,)) == Caller("sandbox")


def test_token_as_epic_makes_it(nonces: MemoryNonces, tmp_path: Path) -> None:
    """RS384, jku, the organisation's FHIR base as issuer, sub, nbf five minutes before iat."""
    epic = Signer("https://epic.example.org/api/FHIR/R4", "k1", "RS384", rsa_key("epic"))
    with key_server(epic.public(use="sig", alg="RS384", x5t="thumb")) as (jku, asked):
        entry = {"name": "epic", "iss": epic.iss, "jku": jku, "fhir_servers": [epic.iss]}
        trusting = verifier(Settings(clients=trust_file(tmp_path, entry)), nonces)
        now = int(time.time())
        token = epic.bearer(
            header={"jku": jku}, sub="client-id", iat=now, nbf=now - 300, exp=now + 300
        )
        assert trusting.verify(token, (SERVICE,)) == Caller("epic", None, (epic.iss,))
    assert len(asked) == 1


@pytest.mark.parametrize(
    "aud",
    [
        SERVICE,
        f"{SERVICE}/",
        [SERVICE],
        ["https://elsewhere.example.org", SERVICE],
        ["no address", SERVICE],
        SERVICE.replace("cds.example.org", "CDS.Example.org:443"),
    ],
)
def test_audience(trusting: Verifier, aud: Any) -> None:
    """C-207, C-209: a text or a list, with at most one slash at its end."""
    assert trusting.verify(HOSPITAL.bearer(aud), (SERVICE,))


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_name_of_the_scheme_in_any_case(trusting: Verifier, scheme: str) -> None:
    assert trusting.verify(f"{scheme}{HOSPITAL.token()}", (SERVICE,))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "Jwt"])
def test_type_in_any_case(trusting: Verifier, kind: str) -> None:
    assert trusting.verify(HOSPITAL.bearer(header={"typ": kind}), (SERVICE,))


def test_members_without_meaning_are_ignored(trusting: Verifier) -> None:
    header = {"x5t": "a", "x5c": ["not", "a", "certificate"], "x5u": "https://evil.example.org"}
    assert trusting.verify(HOSPITAL.bearer(header=header, fhirContext={"a": [1]}), (SERVICE,))


# The header of the request


@pytest.mark.parametrize("missing", [None, ""])
def test_no_token(trusting: Verifier, missing: str | None) -> None:
    assert refusal(trusting, missing) is Reason.MISSING


def deeply(levels: int) -> str:
    return "[" * levels + "]" * levels


RIGHT = HOSPITAL.token()
HEAD, BODY, SIGNATURE = RIGHT.split(".")


@pytest.mark.parametrize(
    "authorization",
    [
        RIGHT,
        f"Basic {RIGHT}",
        f"Bearer{RIGHT}",
        f"Bearer\t{RIGHT}",
        f"Bearer {RIGHT} ",
        f"Bearer {RIGHT}\n",
        f"Bearer {RIGHT},Bearer {RIGHT}",  # the header sent twice, as servers join it
        f"Bearer {RIGHT}, {RIGHT}",
        "Bearer",
        "Bearer ",
        "Bearer ..",
        f"Bearer {HEAD}.{BODY}",
        f"Bearer {HEAD}.{BODY}.",
        f"Bearer {HEAD}..{SIGNATURE}",
        f"Bearer {HEAD}.{BODY}.{SIGNATURE}.{SIGNATURE}",
        f"Bearer {HEAD}.{BODY}.{SIGNATURE}=",
        f"Bearer {HEAD}.{BODY}.+/{SIGNATURE}",
        "Bearer abc.def.ghi",
        "Bearer a.b.c",
        f"Bearer {RIGHT[:-4]}é\xff",
        f"Bearer {RIGHT[:-4]}\u202e😀",
        f"Bearer {HEAD}.{'x' * MAX_AUTHORIZATION}.{SIGNATURE}",
        "Bearer " + "." * 100_000,
        compact("null", "null", HOSPITAL.key, "ES384"),
        "Bearer " + compact("[]", {}, HOSPITAL.key, "ES384"),
        "Bearer " + compact('"x"', {}, HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), "[]", HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), "", HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), b"\xff\xfe{", HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), '{"a":1}'.encode("utf-16"), HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), deeply(2500), HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), '{"exp": NaN}', HOSPITAL.key, "ES384"),
        "Bearer " + compact(HOSPITAL.headers(), '{"exp": -Infinity}', HOSPITAL.key, "ES384"),
        "Bearer "
        + compact(HOSPITAL.headers(), '{"exp": ' + "9" * 5000 + "}", HOSPITAL.key, "ES384"),
    ],
)
def test_malformed(trusting: Verifier, authorization: str) -> None:
    """C-203: one well-formed bearer token, or none."""
    assert refusal(trusting, authorization) is Reason.MALFORMED


def test_size(trusting: Verifier) -> None:
    """Right in every respect but its length."""
    small = HOSPITAL.bearer(filler="")
    room = MAX_AUTHORIZATION - len(small)
    assert trusting.verify(HOSPITAL.bearer(filler="x" * (room * 3 // 4 - 3)), (SERVICE,))
    assert refusal(trusting, HOSPITAL.bearer(filler="x" * (room * 3 // 4 + 3))) is Reason.MALFORMED


def test_member_that_occurs_twice(trusting: Verifier) -> None:
    """Readers differ in which of the two they take: nothing that is signed says both."""
    header, claims = json.dumps(HOSPITAL.headers()), json.dumps(HOSPITAL.claims())
    twice = '{"alg":"none",' + header[1:]
    assert _signed(trusting, twice, claims) is Reason.MALFORMED
    twice = claims[:-1] + f',"iss":"{CLINIC.iss}"' + "}"
    assert _signed(trusting, header, twice) is Reason.MALFORMED
    nested = claims[:-1] + ',"x":{"a":1,"a":2}}'
    assert _signed(trusting, header, nested) is Reason.MALFORMED


def _signed(trusting: Verifier, header: str, claims: str) -> Reason:
    return refusal(trusting, "Bearer " + compact(header, claims, HOSPITAL.key, "ES384"))


# The header of the token


@pytest.mark.parametrize(
    "header",
    [
        {"kid": ...},
        {"kid": ""},
        {"kid": 7},
        {"kid": None},
        {"kid": ["2026-01"]},
        {"kid": "x" * 257},
        {"kid": "a\x00b"},
        {"typ": ...},
        {"typ": "JWS"},
        {"typ": "at+jwt"},
        {"typ": None},
        {"typ": ["JWT"]},
        {"alg": ...},
        {"alg": None},
        {"alg": ["ES384"]},
        {"jku": [EHR]},
        {"crit": []},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"jwk": jwk(ec_key("mallory"), "2026-01")},
        {"jwk": None},
    ],
)
def test_header(trusting: Verifier, header: dict[str, Any]) -> None:
    """C-205; what asks for special treatment gets none."""
    assert refusal(trusting, HOSPITAL.bearer(header=header)) is Reason.HEADER


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_no_algorithm(trusting: Verifier, name: str) -> None:
    """C-210, with the signature of another and without any."""
    header = HOSPITAL.headers(alg=name)
    signed = compact(header, HOSPITAL.claims(), HOSPITAL.key, "ES384")
    assert refusal(trusting, f"Bearer {signed}") is Reason.ALGORITHM
    unsigned = signed.rsplit(".", 1)[0] + "."
    assert refusal(trusting, f"Bearer {unsigned}") is Reason.MALFORMED


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", ["pem", "der", "jwk", "set"])
def test_public_key_as_shared_secret(trusting: Verifier, name: str, form: str) -> None:
    """C-211: the classic confusion of algorithms, with each text of the public key."""
    public = HOSPITAL.key.public_key()
    secret = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(HOSPITAL.public()).encode(),
        "set": json.dumps(key_set(HOSPITAL.public())).encode(),
    }[form]
    token = compact(HOSPITAL.headers(alg=name), HOSPITAL.claims(), secret, name)
    assert refusal(trusting, f"Bearer {token}") is Reason.ALGORITHM


def test_algorithm_that_the_site_does_not_allow(make: Callable[..., Verifier]) -> None:
    """C-212: right key, right signature, not on the list."""
    rs256 = compact(CLINIC.headers(alg="RS256"), CLINIC.claims(), CLINIC.key, "RS256")
    assert refusal(make(), f"Bearer {rs256}") is Reason.ALGORITHM
    assert refusal(make(algorithms=["RS384"]), HOSPITAL.bearer()) is Reason.ALGORITHM


def test_algorithm_of_another_kind_of_key(trusting: Verifier) -> None:
    """Both are allowed, but a key has one kind."""
    token = compact(HOSPITAL.headers(alg="RS384"), HOSPITAL.claims(), rsa_key("clinic"), "RS384")
    assert refusal(trusting, f"Bearer {token}") is Reason.ALGORITHM


def test_key_of_a_curve_that_the_algorithm_does_not_have(
    tmp_path: Path, nonces: MemoryNonces
) -> None:
    small = Signer(key=ec_key("p256", ec.SECP256R1))
    write_keys(tmp_path, small.public())
    entry = {"name": "a", "iss": EHR, "jwks_file": "keys.json"}
    trusting = verifier(Settings(clients=trust_file(tmp_path, entry)), nonces)
    token = compact(small.headers(), small.claims(), small.key, "ES256")
    assert refusal(trusting, f"Bearer {token}") is Reason.ALGORITHM


# Keys and signatures


def test_unknown_issuer(trusting: Verifier) -> None:
    """Exactly the text of the trust file, whoever signs."""
    for iss in (
        "https://evil.example.org",
        f"{EHR}/",
        EHR.upper(),
        f" {EHR}",
        EHR[:-1],
        "",
        None,
        7,
        [EHR],
        {"a": EHR},
        ...,
    ):
        assert refusal(trusting, HOSPITAL.bearer(iss=iss)) is Reason.ISSUER


def test_key_of_another_client(trusting: Verifier) -> None:
    """A trusted client cannot sign as another one."""
    forged = replace(CLINIC, iss=EHR)
    assert refusal(trusting, forged.bearer()) is Reason.KEY
    assert refusal(trusting, replace(forged, kid="2026-01").bearer()) is Reason.ALGORITHM
    assert refusal(trusting, MALLORY.bearer()) is Reason.SIGNATURE


@pytest.mark.parametrize(
    "claims", [{"exp": 99_999_999_999}, {"iss": CLINIC.iss}, {"tenant": "a"}, {"jti": "other"}]
)
def test_tampered_payload(trusting: Verifier, claims: dict[str, Any]) -> None:
    header, body, signature = HOSPITAL.token().split(".")
    other = HOSPITAL.token(**claims).split(".")[1]
    reason = refusal(trusting, f"Bearer {header}.{other}.{signature}")
    assert reason in {Reason.SIGNATURE, Reason.KEY}
    assert body != other


def test_tampered_header_and_signature(trusting: Verifier) -> None:
    header, body, signature = HOSPITAL.token().split(".")
    other = HOSPITAL.token(header={"x": 1}).split(".")[0]
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in (
        f"{other}.{body}.{signature}",
        f"{header}.{body}.{flipped}",
        f"{header}.{body}.{signature[:-2]}",
        f"{header}.{body}.{'A' * 128}",  # r = s = 0
        f"{header}.{body}.A",
        f"{header}.{body}.{HOSPITAL.token().split('.')[2]}",
    ):
        assert refusal(trusting, f"Bearer {forged}") is Reason.SIGNATURE


@contextmanager
def key_server(*keys: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A key server; gives its jku and the paths that it was asked for. ``keys`` may be changed
    while it runs by changing the members of the first one.
    """
    asked: list[str] = []

    def answer(path: str, headers: dict[str, str]) -> Reply:
        asked.append(path)
        return Reply(key_set(*keys))

    with serving(answer) as base:
        yield f"{base}/jwks.json", asked


def by_address(folder: Path, nonces: NonceStore, jku: str) -> Verifier:
    entry = {"name": "hospital", "iss": EHR, "jku": jku}
    return verifier(Settings(clients=trust_file(folder, entry)), nonces)


def test_keys_by_address(tmp_path: Path, nonces: MemoryNonces) -> None:
    """C-214: with and without jku in the token; fetched once."""
    with key_server(HOSPITAL.public()) as (jku, asked):
        trusting = by_address(tmp_path, nonces, jku)
        for header in ({}, {"jku": jku}) * 5:
            assert trusting.verify(HOSPITAL.bearer(header=header), (SERVICE,))
        assert asked == ["/fhir/jwks.json"]


def test_jku_elsewhere_is_never_fetched(tmp_path: Path, nonces: MemoryNonces) -> None:
    """C-215: neither the address in the token is asked, nor the right one on its behalf."""
    with (
        key_server(HOSPITAL.public()) as (jku, asked),
        key_server(MALLORY.public()) as (evil, evil_asked),
    ):
        trusting = by_address(tmp_path, nonces, jku)
        for address in (
            evil,
            f"{jku}/",
            f"{jku}?a",
            f"{jku}#{evil}",
            jku.replace("127.0.0.1", "localhost"),
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "",
        ):
            for signer in (MALLORY, HOSPITAL):
                token = signer.bearer(header={"jku": address})
                assert refusal(trusting, token) is Reason.JKU
        unknown = replace(MALLORY, iss="https://mallory.example.org").bearer(header={"jku": evil})
        assert refusal(trusting, unknown) is Reason.ISSUER
        assert asked == []
        assert evil_asked == []


def test_addresses_of_certificates_are_never_fetched(tmp_path: Path, nonces: MemoryNonces) -> None:
    with key_server(HOSPITAL.public()) as (jku, _), key_server() as (evil, asked):
        trusting = by_address(tmp_path, nonces, jku)
        forged = MALLORY.bearer(header={"x5u": evil, "x5c": ["MIIB"]})
        assert refusal(trusting, forged) is Reason.SIGNATURE
        assert asked == []


def test_jku_beside_a_key_file_is_no_address(trusting: Verifier) -> None:
    """The keys come from the file; what the token says of others changes nothing."""
    with key_server(MALLORY.public()) as (evil, asked):
        assert refusal(trusting, MALLORY.bearer(header={"jku": evil})) is Reason.SIGNATURE
        assert trusting.verify(HOSPITAL.bearer(header={"jku": evil}), (SERVICE,))
        assert asked == []


def test_unknown_key_is_looked_up_in_bounds(tmp_path: Path, nonces: MemoryNonces) -> None:
    """C-213: 20 calls at once with keys that nobody knows."""
    with key_server(HOSPITAL.public()) as (jku, asked):
        trusting = by_address(tmp_path, nonces, jku)
        tokens = [replace(HOSPITAL, kid=f"k{number}").bearer() for number in range(20)]
        with ThreadPoolExecutor(8) as pool:
            reasons = set(pool.map(lambda token: refusal(trusting, token), tokens))
        assert reasons == {Reason.KEY}
        assert 1 <= len(asked) <= 3
        assert trusting.verify(HOSPITAL.bearer(), (SERVICE,))
        assert len(asked) <= 3


def test_rotation(tmp_path: Path, nonces: MemoryNonces) -> None:
    """The first token that bears the new key is accepted."""
    published = HOSPITAL.public()
    rotated = Signer(kid="2026-02", key=ec_key("next"))
    with key_server(published) as (jku, asked):
        trusting = by_address(tmp_path, nonces, jku)
        assert trusting.verify(HOSPITAL.bearer(), (SERVICE,))
        published.update(rotated.public())
        assert trusting.verify(rotated.bearer(), (SERVICE,))
        assert refusal(trusting, HOSPITAL.bearer()) is Reason.KEY
        assert len(asked) == 3


def test_key_server_that_goes_down(tmp_path: Path, nonces: MemoryNonces) -> None:
    with key_server(HOSPITAL.public()) as (jku, _):
        trusting = by_address(tmp_path, nonces, jku)
        assert trusting.verify(HOSPITAL.bearer(), (SERVICE,))
    assert refusal(trusting, replace(HOSPITAL, kid="new").bearer()) is Reason.KEY
    assert trusting.verify(HOSPITAL.bearer(), (SERVICE,))
    assert refusal(by_address(tmp_path, nonces, jku), HOSPITAL.bearer()) is Reason.KEY


# Claims


@pytest.mark.parametrize("member", ["aud", "exp", "iat", "jti"])
@pytest.mark.parametrize("value", [..., None, True, {}, [], "", [7], "\ud800" * 2, 1e999])
def test_claim_that_is_missing_or_of_a_wrong_type(
    trusting: Verifier, member: str, value: Any
) -> None:
    """C-206."""
    claims = HOSPITAL.claims(**{member: value})
    text = json.dumps(claims).replace("Infinity", "1e999")
    token = compact(HOSPITAL.headers(), text, HOSPITAL.key, "ES384")
    expected = {Reason.CLAIMS, Reason.AUDIENCE} if member == "aud" else {Reason.CLAIMS}
    assert refusal(trusting, f"Bearer {token}") in expected


@pytest.mark.parametrize("member", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value", [-1, 10**11, 10**300, 1e300, "1800000000", "2026-06-15T00:00:00Z"]
)
def test_time_that_is_none(trusting: Verifier, member: str, value: Any) -> None:
    assert refusal(trusting, HOSPITAL.bearer(**{member: value})) is Reason.CLAIMS


@pytest.mark.parametrize("jti", ["x" * 257, "a\x00b", "a\nb", "\u202e", 7, ["a"]])
def test_jti(trusting: Verifier, nonces: MemoryNonces, jti: Any) -> None:
    assert refusal(trusting, HOSPITAL.bearer(jti=jti)) is Reason.CLAIMS
    assert nonces.claimed == {}
    assert trusting.verify(HOSPITAL.bearer(jti="ü" * 256), (SERVICE,))


@pytest.mark.parametrize(
    "aud",
    [
        f"{PUBLIC_URL}/cds-services/other",
        f"{SERVICE}/feedback",
        f"{SERVICE}//",
        f"{SERVICE}?a=1",
        f"{SERVICE}#a",
        f"{SERVICE}/../made-up",
        DISCOVERY,
        PUBLIC_URL,
        SERVICE.replace("https:", "http:"),
        SERVICE.replace("cds.example.org", "cds.example.org.evil.example"),
        SERVICE.replace("https://", "https://user@"),
        SERVICE.upper(),
        "made-up",
        " ",
        ["https://elsewhere.example.org"],
        "https://[",
        "https://a:b:c",
        "*",
    ],
)
def test_token_for_another_address(trusting: Verifier, aud: Any) -> None:
    """C-207: a token for service A is worth nothing at service B."""
    assert refusal(trusting, HOSPITAL.bearer(aud)) is Reason.AUDIENCE


def test_without_a_public_address_no_token_is_meant_for_us(trusting: Verifier) -> None:
    with pytest.raises(Untrusted) as caught:
        trusting.verify(HOSPITAL.bearer(), ())
    assert caught.value.reason is Reason.AUDIENCE


def seconds(**offsets: float) -> dict[str, float]:
    """Claims at so many seconds from now."""
    now = time.time()
    return {name: now + offset for name, offset in offsets.items()}


def test_times_within_the_leeway(trusting: Verifier) -> None:
    """30 seconds unless set otherwise."""
    for claims in (
        seconds(iat=0.5, exp=300),
        seconds(iat=28, exp=60),
        seconds(iat=-300, exp=-28),
        seconds(iat=0, nbf=28, exp=300),
        seconds(iat=0, nbf=-300, exp=300),
        seconds(iat=0, exp=299.99),
    ):
        assert trusting.verify(HOSPITAL.bearer(**claims), (SERVICE,)), claims


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [
        ({"iat": -300, "exp": -31}, Reason.EXPIRED),
        ({"iat": -3900, "exp": -3600}, Reason.EXPIRED),
        ({"iat": 32, "exp": 300}, Reason.NOT_YET),
        ({"iat": 600, "exp": 900}, Reason.NOT_YET),
        ({"iat": 0, "nbf": 32, "exp": 300}, Reason.NOT_YET),
        ({"iat": 600, "nbf": -300, "exp": 800}, Reason.NOT_YET),
        ({"iat": 0, "exp": 600}, Reason.LIFETIME),
        ({"iat": -600, "exp": 60}, Reason.LIFETIME),
        ({"iat": 0, "exp": -1}, Reason.CLAIMS),
    ],
)
def test_times_beyond_it(trusting: Verifier, offsets: dict[str, float], reason: Reason) -> None:
    """C-216, C-217."""
    assert refusal(trusting, HOSPITAL.bearer(**seconds(**offsets))) is reason


def test_lifetime_is_a_policy_of_the_site(make: Callable[..., Verifier]) -> None:
    """The standard sets none: 300 seconds, unless the site allows more."""
    now = int(time.time())
    assert refusal(make(), HOSPITAL.bearer(iat=now, exp=now + 301)) is Reason.LIFETIME
    assert make(lifetime=600).verify(HOSPITAL.bearer(iat=now, exp=now + 600), (SERVICE,))


@pytest.mark.parametrize("tenant", ["east", "North", "", None, ..., 7, ["north"], "x" * 300])
def test_tenant(make: Callable[..., Verifier], tenant: Any) -> None:
    """C-219."""
    trusting = make(tenants=["north", "south"])
    assert refusal(trusting, HOSPITAL.bearer(tenant=tenant)) in {Reason.TENANT, Reason.CLAIMS}
    assert trusting.verify(HOSPITAL.bearer(tenant="south"), (SERVICE,)).tenant == "south"


# Replay


def test_second_use(trusting: Verifier, nonces: MemoryNonces) -> None:
    """C-218: also at another address, also after a second signature."""
    token = HOSPITAL.bearer([SERVICE, DISCOVERY], jti="once")
    assert trusting.verify(token, (SERVICE,))
    assert refusal(trusting, token) is Reason.REPLAY
    assert refusal(trusting, token, DISCOVERY) is Reason.REPLAY
    assert refusal(trusting, HOSPITAL.bearer(jti="once")) is Reason.REPLAY


def test_two_clients_may_use_one_id(trusting: Verifier) -> None:
    assert trusting.verify(HOSPITAL.bearer(jti="1"), (SERVICE,))
    assert trusting.verify(CLINIC.bearer(jti="1"), (SERVICE,))


def test_use_is_remembered_longer_than_the_token_lives(
    trusting: Verifier, nonces: MemoryNonces
) -> None:
    """By twice the leeway: a replica may have forgotten what another, with a slower clock, still
    accepts.
    """
    now = int(time.time())
    trusting.verify(HOSPITAL.bearer(jti="a", iat=now, exp=now + 300), (SERVICE,))
    assert nonces.claimed == {(EHR, "a"): datetime.fromtimestamp(now + 360, UTC)}


@pytest.mark.parametrize(
    "wrong",
    [
        MALLORY.bearer(jti="a"),
        HOSPITAL.bearer(DISCOVERY, jti="a"),
        HOSPITAL.bearer(jti="a", exp=1, iat=0),
        HOSPITAL.bearer(jti="a", header={"crit": ["x"]}),
    ],
)
def test_refused_token_uses_nothing_up(
    trusting: Verifier, nonces: MemoryNonces, wrong: str
) -> None:
    """Who cannot sign cannot make a token of somebody else worthless."""
    refusal(trusting, wrong)
    assert nonces.claimed == {}
    assert trusting.verify(HOSPITAL.bearer(jti="a"), (SERVICE,))


def test_race(trusting: Verifier) -> None:
    """Sixteen at once with one token: exactly one gets in."""
    token = HOSPITAL.bearer()
    start = Barrier(16)

    def call(_: int) -> Reason | None:
        start.wait()
        try:
            trusting.verify(token, (SERVICE,))
        except Untrusted as refused:
            return refused.reason
        return None

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(call, range(16)))
    assert outcomes.count(None) == 1
    assert outcomes.count(Reason.REPLAY) == 15


def test_store_down(make: Callable[..., Verifier]) -> None:
    with pytest.raises(StoreUnavailable):
        make(store=NoStore()).verify(HOSPITAL.bearer(), (SERVICE,))
    assert refusal(make(store=NoStore()), MALLORY.bearer()) is Reason.SIGNATURE


# What a refusal tells


def test_refusal_holds_nothing_of_the_token(trusting: Verifier) -> None:
    for token in (MALLORY.bearer(jti="secret"), HOSPITAL.bearer("secret"), "Bearer secret"):
        with pytest.raises(Untrusted) as caught:
            trusting.verify(token, (SERVICE,))
        shown = f"{caught.value!r} {caught.value} {vars(caught.value)}"
        assert "secret" not in shown
        assert token.split(".")[-1] not in shown
        assert caught.value.__cause__ is None
    assert caught.value.client is None


def test_refusal_names_the_client_of_the_trust_file(trusting: Verifier) -> None:
    with pytest.raises(Untrusted) as caught:
        trusting.verify(MALLORY.bearer(), (SERVICE,))
    assert caught.value.client == "hospital"
