"""Queries of the client's FHIR server, within one deadline and one origin.

Nothing here raises through a call: a query that fails gives an `Answer` with a reason, and the
caller decides what that means. The token goes to the server it was issued for and nowhere else:
links and redirects to another origin are not followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import Retry

from service.addresses import is_loopback, origin
from service.bundles import next_link
from service.jsontext import NotJson, parse_json

MAX_PAGES = 200
"""Servers cap a page at 50 or so: this holds the 10,000 results of the longest course."""
_MAX_REDIRECTS = 3
_CHUNK = 256 * 1024
_HEADERS = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought: resources or Bundles as parsed JSON, and why it is not everything.

    ``reason`` is empty where the answer is complete; with resources and a reason part of it
    arrived.
    """

    resources: tuple[object, ...] = ()
    reason: str = ""


class Unavailable(Exception):
    """A query ended without a usable answer; the message is a reason for the log, without patient
    data.
    """


class Deadline:
    """The moment at which a call must be answered."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left; `Unavailable` when none are."""
        left = self._end - self._clock()
        if left <= 0:
            raise Unavailable("deadline")
        return left

    def left(self) -> float:
        """Seconds left, 0 when the moment has passed."""
        return max(0.0, self._end - self._clock())


class _Bearer(AuthBase):
    """The token of this call, or none; set explicitly so that no ``.netrc`` of the machine steps
    in.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class FhirClient:
    """One per app: kept connections, no cookies, one retry where a connection or gateway failed."""

    def __init__(self, *, max_bytes: int, pool_size: int = 32) -> None:
        self._max_bytes = max_bytes
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        retry = Retry(
            total=1,
            connect=1,
            read=0,
            redirect=0,
            status=1,
            backoff_factor=0.05,
            status_forcelist=(502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        adapter = HTTPAdapter(pool_connections=8, pool_maxsize=pool_size, max_retries=retry)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def query(
        self,
        base: str,
        query: str,
        token: str | None,
        deadline: Deadline,
    ) -> Answer:
        """The answer to ``query`` (relative to ``base``) with all its pages."""
        return self.pages(base, f"{base}/{query}", token, deadline)

    def pages(
        self,
        base: str,
        address: str,
        token: str | None,
        deadline: Deadline,
    ) -> Answer:
        """The page at ``address`` and those that follow it, as far as they lie on the origin of
        ``base``.
        """
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
                page = self._get(base, following, token, deadline)
            except Unavailable as error:
                return Answer(tuple(found), str(error))
            found.append(page)
            link = next_link(page)
            following = None if link is None else _absolute(link, following)
        return Answer(tuple(found))

    def _get(self, base: str, address: str, token: str | None, deadline: Deadline) -> object:
        """The JSON at ``address``; `Unavailable` where there is none.

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
                    timeout=deadline.remaining(),
                    allow_redirects=False,
                    stream=True,
                    proxies=_no_proxy(address),
                ) as response:
                    if response.is_redirect:
                        address = _absolute(response.headers["Location"], address)
                        continue
                    if response.status_code != 200:
                        raise Unavailable(f"status {response.status_code}")
                    return _parsed(self._body(response, deadline))
            except (requests.RequestException, HTTPError, ValueError, OSError) as error:
                raise Unavailable(_kind(error)) from None
        raise Unavailable("too many redirects")

    def _body(self, response: requests.Response, deadline: Deadline) -> bytes:
        """The whole body, read piece by piece as it comes, so that a trickle cannot outlast the
        deadline.
        """
        chunks: list[bytes] = []
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._max_bytes:
                raise Unavailable("answer too large")
            deadline.remaining()
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
    if page["resourceType"] == "OperationOutcome":
        raise Unavailable("OperationOutcome")
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


def _no_proxy(address: str) -> dict[str, str]:
    """Loopback is never asked for through a proxy of the environment."""
    host = urlsplit(address).hostname
    return {"no_proxy": host} if host and is_loopback(address) else {}


def _kind(error: Exception) -> str:
    """A word for the log; the error's own message may hold the address, and with it the patient's
    id.
    """
    if isinstance(error, requests.Timeout | ReadTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return "failed transfer"
