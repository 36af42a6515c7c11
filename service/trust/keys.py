"""The keys of one client: kept, refreshed when a token names one that is not there, and let go.

Keys come from the file or address of the trust file and from nowhere else, whatever a token says
(C-215).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from service.logs import log
from service.network.addresses import is_loopback
from service.network.allowance import Allowance, Unavailable
from service.network.connections import TimedAdapter, within
from service.places import Places
from service.trust.jwk import Key, KeySetError, public_key_set

MAX_KEY_SET_BYTES = 256 * 1024
REFRESH_AFTER = 3600.0
"""Seconds after which a set is read anew, so that a key that was taken out of it ends."""
RETRY_AFTER = 300.0
"""Seconds until that is tried again where it failed: the caller who tries it waits meanwhile."""
DROP_AFTER = 24 * 3600.0
"""Seconds that keys stay in use while their source cannot be read."""
MAX_REFRESHES = 3
"""In a minute, for whatever reason: a caller cannot make this service call elsewhere more often."""
_MINUTE = 60.0
MOST_WAITING = 8
"""Callers who wait for as long as a refresh may take. Anyone can name a key that is unknown: while
a key server hangs, further ones wait briefly, and threads are left for other clients.
"""
_FETCH_SECONDS = 4.0
_CHUNK = 16 * 1024

Source = Callable[[], bytes]


class SourceFailed(Exception):
    """The key set could not be had; the message says why and repeats nothing of it."""


class KeyRing:
    """The keys of one client, named ``client`` in the log; safe for threads.

    One thread refreshes at a time. Callers whose key is known go on with it meanwhile; those whose
    key is unknown wait and use the result. A failed refresh leaves the keys as they are.
    """

    def __init__(
        self, client: str, source: Source, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._source = source
        self._clock = clock
        self._refreshing = Lock()
        self._places = Places(MOST_WAITING, _FETCH_SECONDS)
        self._keys: Mapping[str, Key] = {}
        self._read_at = self._due = float("-inf")
        self._attempts: deque[float] = deque(maxlen=MAX_REFRESHES)
        self._attempted = 0

    def find(self, kid: str) -> Key | None:
        """The key of this id, or None where the client has none."""
        attempted = self._attempted
        key = self._current(kid)
        if key is not None and self._clock() < self._due:
            return key
        if key is not None:
            self._refresh_after(0, attempted)
        else:
            with self._places.patience() as seconds:
                self._refresh_after(seconds, attempted)
        return self._current(kid)

    def _refresh_after(self, patience: float, attempted: int) -> None:
        """Refresh, unless another thread is at it for longer than ``patience`` seconds, or has done
        it since ``attempted``.
        """
        # A lookup of the key server's name has no limit of its own: it holds one thread only.
        if self._refreshing.acquire(timeout=patience):
            try:
                if self._attempted == attempted:
                    self._refresh()
            finally:
                self._refreshing.release()

    def _current(self, kid: str) -> Key | None:
        if self._clock() - self._read_at > DROP_AFTER:
            return None
        return self._keys.get(kid)

    def _refresh(self) -> None:
        """Read the source, unless it was read too often lately. The lock is held."""
        now = self._clock()
        if len(self._attempts) == MAX_REFRESHES and now - self._attempts[0] < _MINUTE:
            return
        self._attempts.append(now)
        try:
            self._keys = public_key_set(self._source()).usable
            self._read_at, self._due = now, now + REFRESH_AFTER
        except (SourceFailed, KeySetError) as error:
            self._due = now + RETRY_AFTER
            log("keys", level=logging.WARNING, client=self._client, error=str(error))
        finally:
            self._attempted += 1


def from_file(path: Path) -> Source:
    """Reads a key set from a file, so that a key can be changed without a restart."""

    def read() -> bytes:
        try:
            with path.open("rb") as file:
                return _bounded(file.read(MAX_KEY_SET_BYTES + 1))
        except OSError:
            raise SourceFailed("the file cannot be read") from None

    return read


def from_address(address: str) -> Source:
    """Fetches a key set over HTTP: no redirect, no credentials, bounded in time and size.

    A private address is no hindrance: the site wrote it into its trust file.
    """

    def fetch() -> bytes:
        allowance = Allowance(_FETCH_SECONDS)
        try:
            with (
                within(allowance),
                _session() as session,
                session.get(
                    address,
                    headers={"Accept": "application/jwk-set+json, application/json"},
                    auth=_no_credentials,
                    timeout=_FETCH_SECONDS / 2,
                    allow_redirects=False,
                    stream=True,
                    proxies=_no_proxy(address),
                ) as response,
            ):
                if response.status_code != 200:
                    raise SourceFailed(f"the key server answers {response.status_code}")
                content = b""
                while chunk := response.raw.read1(_CHUNK, decode_content=True):
                    content = _bounded(content + chunk)
                    allowance.remaining()
                return content
        except Unavailable:
            raise SourceFailed("the key server is too slow") from None
        except requests.exceptions.SSLError:
            raise SourceFailed("no secure connection to the key server") from None
        except (requests.RequestException, HTTPError, ValueError, OSError):
            raise SourceFailed("the key server does not answer") from None

    return fetch


def _session() -> requests.Session:
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, TimedAdapter())
    return session


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_KEY_SET_BYTES:
        raise SourceFailed("the key set is too large")
    return content


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Given explicitly so that no ``.netrc`` of the machine steps in."""
    return request


def _no_proxy(address: str) -> dict[str, str]:
    host = urlsplit(address).hostname
    return {"no_proxy": host} if host and is_loopback(address) else {}
