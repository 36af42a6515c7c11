"""A reverse proxy in front of the FHIR server: sees every request, and misbehaves as it is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from urllib.parse import urlsplit

import requests


@dataclass(frozen=True)
class Seen:
    """One request that arrived."""

    path: str
    authorization: str | None

    @property
    def kind(self) -> str:
        """Resource type of a read or search; "page" for a following page."""
        parts = urlsplit(self.path).path.removeprefix("/fhir").strip("/").split("/")
        return parts[0] or "page"


@dataclass(frozen=True)
class Instead:
    """What a request gets instead of, or before, the FHIR server's answer."""

    status: int = 0
    """Answered with this status and an OperationOutcome; 0: passed on."""
    code: str = "processing"
    delay: float = 0.0
    cut: int | None = None
    """The connection is closed after so many bytes of the body; 0: before the first of the
    answer.
    """


PASS = Instead()
Rule = Callable[[Seen, int], Instead]
"""What happens to a request, the n-th of its resource type (from 1)."""


@dataclass
class Proxy:
    """The proxy's address, the requests that arrived, and its rule; the rule may be changed."""

    base: str
    rule: Rule
    upstream: str
    links_to: str
    page_size: int | None = None
    """Rewrites ``_count`` of searches."""
    seen: list[Seen] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [request.kind for request in self.seen]


@contextmanager
def proxying(
    upstream: str,
    rule: Rule = lambda seen, number: PASS,
    *,
    page_size: int | None = None,
    links_to: str | None = None,
    port: int = 0,
) -> Iterator[Proxy]:
    """Runs a proxy for the FHIR server at ``upstream``. Links in its answers lead to the proxy, or
    to ``links_to``.
    """
    lock = Lock()
    session = requests.Session()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen = Seen(self.path, self.headers.get("Authorization"))
            with lock:
                proxy.seen.append(seen)
                number = proxy.kinds().count(seen.kind)
            instead = proxy.rule(seen, number)
            sleep(instead.delay)
            if instead.cut == 0:
                self.close_connection = True
                return
            status, content = (
                _upstream(proxy, session, self.path)
                if not instead.status
                else (instead.status, _outcome(instead.code))
            )
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: instead.cut])
            except OSError:
                self.close_connection = True
            if instead.cut is not None:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    connections: list[socket.socket] = []

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # All queries of a call come at once: one that finds no room is repeated a second later.
        request_queue_size = 64

        def get_request(self) -> tuple[socket.socket, object]:
            accepted = super().get_request()
            connections.append(accepted[0])
            return accepted

        def handle_error(self, request: object, client_address: object) -> None:
            """Connections that the other side drops are what is tested here."""

    server = Server(("127.0.0.1", port), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}/fhir"
    proxy = Proxy(base, rule, upstream, links_to or base, page_size)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        for connection in connections:  # kept ones would go on answering
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        session.close()


def _upstream(proxy: Proxy, session: requests.Session, path: str) -> tuple[int, bytes]:
    if proxy.page_size is not None:
        path = path.replace("_count=500", f"_count={proxy.page_size}")
    answer = session.get(
        proxy.upstream + path.removeprefix("/fhir"),
        headers={"Accept": "application/fhir+json", "Cache-Control": "no-cache"},
        timeout=60,
    )
    return answer.status_code, answer.content.replace(
        proxy.upstream.encode(), proxy.links_to.encode()
    )


def _outcome(code: str) -> bytes:
    issue = {"severity": "error", "code": code}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
