"""Connections whose far end is checked before a byte is sent, and whose time is that of the call.

A host name is resolved once; every address that it stands for is judged
(`service.network.networks`), and exactly one of those is connected to. Host header, SNI and
certificate stay those of the name. An answer that another resolver, or the same one a moment later,
gives instead changes nothing.
"""

from __future__ import annotations

import http.client
import io
import socket
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

from service.network.allowance import Allowance
from service.network.networks import Network, may_connect

_call = threading.local()


class ForbiddenAddress(Exception):
    """The host stands for an address that is not connected to."""


@contextmanager
def within(allowance: Allowance) -> Iterator[None]:
    """What this thread sends and receives meanwhile takes its time from ``allowance``."""
    _call.allowance = allowance
    try:
        yield
    finally:
        del _call.allowance


class _TimedRead(io.RawIOBase):
    """The receiving side of a socket. Each piece may take what is left of the call: a server that
    sends a byte a second, be it of its headers, cannot hold a thread any longer.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, allowance: Allowance) -> None:
        self._sock = sock
        self._raw = raw
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._allowance.remaining())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        allowance: Allowance | None = getattr(_call, "allowance", None)
        if allowance is not None:
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_TimedRead(sock, raw, allowance))


class _Timed(HTTPConnection):
    response_class = _TimedResponse


class _TimedSecure(_Timed, HTTPSConnection):
    pass


class _Checked(_Timed):
    """A connection to an address that may be connected to."""

    private: Collection[Network] = ()

    def _new_conn(self) -> socket.socket:
        failure: OSError | None = None
        for address in self._addresses():
            try:
                sock = create_connection(
                    (address, self.port),
                    self._patience(),
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
                continue
            sys.audit("http.client.connect", self, self.host, self.port)
            return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, "Connecting took too long.") from failure
        raise NewConnectionError(self, "No address of the host answers.") from failure

    def _addresses(self) -> list[str]:
        """What the name of the host stands for now; `ForbiddenAddress` where any of it is not
        allowed, for a name that is public and private at once is not to be trusted.
        """
        try:
            found = socket.getaddrinfo(
                self._dns_host.strip("[]"), self.port, allowed_gai_family(), socket.SOCK_STREAM
            )
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        if not all(may_connect(self.host, address, self.private) for address in addresses):
            raise ForbiddenAddress
        return addresses

    def _patience(self) -> float | None:
        allowance: Allowance | None = getattr(_call, "allowance", None)
        return self.timeout if allowance is None else allowance.remaining()


class TimedAdapter(HTTPAdapter):
    """For a requests session: what is received takes its time from the allowance of the call
    (`within`), but for what comes through a proxy.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(_Timed, _TimedSecure)


class CheckedAdapter(HTTPAdapter):
    """For a requests session: every connection is checked, none is tried a second time here.

    ``private`` are the networks in which servers may stand that are named by a host name.
    """

    def __init__(self, private: Collection[Network] = (), *, pool_size: int) -> None:
        self._private = private
        super().__init__(
            pool_connections=8, pool_maxsize=pool_size, max_retries=Retry(0, read=False)
        )

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        allowed = self._private

        class Plain(_Checked):
            private = allowed

        class Secure(_Checked, HTTPSConnection):
            private = allowed

        self.poolmanager.pool_classes_by_scheme = _pools(Plain, Secure)


def _pools(
    plain: type[HTTPConnection], secure: type[HTTPSConnection]
) -> dict[str, type[HTTPConnectionPool]]:
    class PlainPool(HTTPConnectionPool):
        ConnectionCls = plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = secure

    return {"http": PlainPool, "https": SecurePool}
