"""Queries of the client's FHIR server, within one allowance and one origin.

Nothing here raises through a call: a query that fails gives an `Answer` with a reason, and the
caller decides what that means. The token goes to the server it was issued for and nowhere else:
links and redirects to another origin are not followed, and neither proxies nor credentials of the
machine play a part.
"""

from __future__ import annotations

import os
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

from service.fhir.bundles import is_outcome, next_link, session_expired
from service.network.addresses import origin
from service.network.allowance import Allowance, Unavailable
from service.network.connections import CheckedAdapter, ForbiddenAddress, within
from service.network.networks import Network
from service.request.jsontext import NotJson, parse_json

MAX_PAGES = 200
"""Servers cap a page at 50 or so: this holds the 10,000 results of the longest course."""
EXPIRED = "paging session expired"
"""Reason of an answer whose following page the server no longer has."""
ATTEMPTS = 3
_BACKOFF = 0.1
"""Seconds before the second attempt; twice as long before the third."""
_PASSING = frozenset({429, 502, 503, 504})
_GONE = frozenset({404, 410})
_MAX_REDIRECTS = 3
_CHUNK = 256 * 1024
_MAX_REFUSAL = 64 * 1024
"""Bytes of an error body that are looked at."""
_HEADERS = {
    "Accept": "application/fhir+json",
    "Accept-Encoding": "gzip",
    "Cache-Control": "no-cache",
    "User-Agent": "relapse-cds",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought: resources or Bundles as parsed JSON, and why it is not everything.

    ``reason`` is empty where the answer is complete; with resources and a reason part of it
    arrived.
    """

    resources: tuple[object, ...] = ()
    reason: str = ""

    def after(self, earlier: Answer) -> Answer:
        """This answer to a query that was asked again; beside what the earlier one brought, where
        it is not everything either.
        """
        if not self.reason:
            return self
        return Answer(earlier.resources + self.resources, self.reason)


class _Passing(Unavailable):
    """A failure that another attempt may not meet; ``wait`` is what the server asked for, in
    seconds.
    """

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Bearer(AuthBase):
    """The token of this call, or none."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class FhirClient:
    """One per app: kept connections to checked addresses, no cookies, nothing of the environment
    but the bundle of certificate authorities that REQUESTS_CA_BUNDLE names.
    """

    def __init__(
        self, *, max_bytes: int, pool_size: int = 32, private: Collection[Network] = ()
    ) -> None:
        """``max_bytes`` bounds what all queries of one call receive, after decompression."""
        self._max_bytes = max_bytes
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # A proxy would choose the address in our place; a .netrc would add credentials of its own.
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        adapter = CheckedAdapter(private, pool_size=pool_size)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def query(self, base: str, query: str, token: str | None, allowance: Allowance) -> Answer:
        """The answer to ``query`` (relative to ``base``) with all its pages.

        Where the server forgets the search between two pages it is begun again, once.
        """
        address = f"{base}/{query}"
        answer = self._chain(base, address, token, allowance, first=address)
        if answer.reason != EXPIRED:
            return answer
        return self._chain(base, address, token, allowance, first=address).after(answer)

    def pages(self, base: str, address: str, token: str | None, allowance: Allowance) -> Answer:
        """The page at ``address``, which another one named, and those that follow it, as far as
        they lie on the origin of ``base``.
        """
        return self._chain(base, address, token, allowance)

    def _chain(
        self, base: str, address: str, token: str | None, allowance: Allowance, first: str = ""
    ) -> Answer:
        """All pages from ``address`` on. ``first`` is the address that is no following page."""
        found: list[object] = []
        seen: set[str] = set()
        following: str | None = _absolute(address, f"{base}/")
        while following is not None:
            if not _same_origin(following, base):
                return Answer(tuple(found), "next page on another origin")
            if following in seen or len(seen) >= MAX_PAGES:
                return Answer(tuple(found), "too many pages")
            seen.add(following)
            try:
                page = self._get(base, following, token, allowance, continued=following != first)
            except Unavailable as error:
                return Answer(tuple(found), str(error))
            found.append(page)
            link = next_link(page)
            following = None if link is None else _absolute(link, following)
        return Answer(tuple(found))

    def _get(
        self, base: str, address: str, token: str | None, allowance: Allowance, *, continued: bool
    ) -> object:
        """The JSON at ``address``, in as many attempts as the time and `ATTEMPTS` allow."""
        attempt = 0
        while True:
            try:
                with within(allowance):
                    return self._attempt(base, address, token, allowance, continued)
            except _Passing as failure:
                attempt += 1
                backoff = _BACKOFF * 2 ** (attempt - 1) * random.uniform(1, 1.5)  # noqa: S311 - spreads attempts, protects nothing
                if attempt >= ATTEMPTS or not allowance.pause(max(backoff, failure.wait)):
                    raise

    def _attempt(
        self, base: str, address: str, token: str | None, allowance: Allowance, continued: bool
    ) -> object:
        """One attempt; `Unavailable` where it brings nothing.

        A patient whom the server does not know (404, 410) cannot be read: that is no empty answer.
        """
        for _ in range(_MAX_REDIRECTS + 1):
            if not _same_origin(address, base):
                raise Unavailable("redirect to another origin")
            try:
                with self._session.get(
                    address,
                    headers=_HEADERS,
                    auth=_Bearer(token),
                    timeout=allowance.remaining(),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    if response.is_redirect:
                        address = _absolute(response.headers["Location"], address)
                        continue
                    if response.status_code != 200:
                        raise self._refusal(response, allowance, continued)
                    page = _parsed(self._body(response, allowance, self._max_bytes))
            except ForbiddenAddress:
                raise Unavailable("address not allowed") from None
            except (requests.RequestException, HTTPError, ValueError, OSError) as error:
                raise _failure(error) from None
            if continued and session_expired(page):
                raise Unavailable(EXPIRED)
            if is_outcome(page):
                raise Unavailable("OperationOutcome")
            return page
        raise Unavailable("too many redirects")

    def _refusal(
        self, response: requests.Response, allowance: Allowance, continued: bool
    ) -> Unavailable:
        """What an answer with another status than 200 means for the query."""
        status = response.status_code
        if status in _PASSING:
            return _Passing(f"status {status}", _retry_after(response))
        if continued and (status in _GONE or self._says_expired(response, allowance)):
            return Unavailable(EXPIRED)
        return Unavailable(f"status {status}")

    def _says_expired(self, response: requests.Response, allowance: Allowance) -> bool:
        try:
            return session_expired(_parsed(self._body(response, allowance, _MAX_REFUSAL)))
        except Unavailable:
            return False

    def _body(self, response: requests.Response, allowance: Allowance, most: int) -> bytes:
        """The whole body, read piece by piece as it comes and inflates, so that neither a trickle
        nor a bomb gets beyond its limit.
        """
        chunks: list[bytes] = []
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > most or allowance.received(len(chunk)) > self._max_bytes:
                raise Unavailable("answer too large")
            allowance.remaining()
            chunks.append(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        self._session.close()


def _parsed(body: bytes) -> object:
    try:
        page = parse_json(body)
    except NotJson:
        raise Unavailable("answer is not JSON") from None
    if not isinstance(page, dict) or not isinstance(page.get("resourceType"), str):
        raise Unavailable("answer is no FHIR resource")
    return page


def _absolute(link: str, address: str) -> str:
    """``link`` as seen from ``address``; empty, which is on no origin, where it is no address at
    all.
    """
    try:
        return urljoin(address, link)
    except ValueError:
        return ""


def _same_origin(address: str, base: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.username is None
            and parts.scheme in {"http", "https"}
            and origin(address) == origin(base)
        )
    except ValueError:
        return False


def _retry_after(response: requests.Response) -> float:
    """Seconds that the server asks to wait, or until the moment that it names; 0 where neither can
    be read.
    """
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value[:6])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        return 0.0
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _failure(error: Exception) -> Unavailable:
    """A word for the log; the error's own message may hold the address, and with it the patient's
    id.
    """
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError):
        return Unavailable("timeout")
    if isinstance(error, requests.exceptions.SSLError):
        return Unavailable("no secure connection")
    if isinstance(error, DecodeError | ValueError):
        return Unavailable("failed transfer")
    if isinstance(error, requests.ConnectionError):
        return _Passing("no connection")
    return _Passing("connection lost")
