"""A call without prefetch: all queries at once, beside the slowest chain of pages fetched alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import orjson

from benchmarks import servers
from benchmarks.charts import PATIENT, request
from benchmarks.measure import Row, ratio
from benchmarks.servers import CALL
from hooks.prefetch import patient_record

_TURNS = 9
_DELAYS = (0.05, 0.2)
"""Seconds that the FHIR server takes for each page."""
_PAGE = 50


def measure() -> list[Row]:
    """Two speeds of FHIR server; observations come in several pages, which only follow each
    other.
    """
    body = orjson.loads(request(PATIENT, 200, 30))
    pages = _pages(body.pop("prefetch"))
    slowest = max(pages, key=lambda name: len(pages[name]))
    lines: list[Row] = []
    with servers.service() as server:
        for delay in _DELAYS:
            with _fhir_server(pages, delay) as port:
                call = orjson.dumps(body | {"fhirServer": f"http://127.0.0.1:{port}"})
                _answer(server.port, call)
                ours, alone = [], []
                for _ in range(_TURNS):
                    ours.append(_timed(lambda call=call: _answer(server.port, call)))
                    alone.append(_timed(lambda port=port: _chain(port, slowest)))
            count = len(pages[slowest])
            lines.append(
                Row(
                    f"{len(pages)} queries, longest of {count} pages, {delay * 1000:.0f} ms a page",
                    f"{median(ours):.0f} ms",
                    f"{median(alone):.0f} ms",
                    f"{ratio(ours, alone):.2f}",
                    "≤ 1.3",
                )
            )
    return lines


def _pages(prefetch: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The answers of a FHIR server by resource type, cut into linked pages."""
    found: dict[str, list[dict[str, Any]]] = {"Patient": [prefetch["patient"]]}
    for key in patient_record():
        if not key.section:
            continue
        entries = prefetch[key.name]["entry"]
        kind = key.template.split("?")[0]
        parts = [entries[at : at + _PAGE] for at in range(0, max(1, len(entries)), _PAGE)]
        found[kind] = [
            {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": part}
            for part in parts
        ]
        for number, page in enumerate(found[kind][:-1], 1):
            page["link"] = [{"relation": "next", "url": f"/{kind}?page={number}"}]
    return found


@contextmanager
def _fhir_server(pages: dict[str, list[dict[str, Any]]], delay: float) -> Iterator[int]:
    """A FHIR server on loopback that takes ``delay`` seconds for a page, however many at once."""
    answers = {
        (kind, number): orjson.dumps(page)
        for kind, own in pages.items()
        for number, page in enumerate(own)
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        # As web servers do: else the end of a page may wait 40 ms for an acknowledgement.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            kind = parts.path.strip("/").split("/")[0]
            number = int(parts.query.removeprefix("page=")) if "page=" in parts.query else 0
            content = answers[kind, number]
            time.sleep(delay)
            self.send_response(200)
            self.send_header("Content-Type", "application/fhir+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # All queries of a call come at once: one that finds no room is repeated a second later.
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _answer(port: int, call: bytes) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", CALL, call, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = orjson.loads(response.read())
    connection.close()
    if response.status != 200 or not content["cards"]:
        raise RuntimeError(f"no cards came (status {response.status})")


def _chain(port: int, kind: str) -> None:
    """The pages of one query, one after the other on one connection, parsed and no more."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    address: str | None = f"/{kind}"
    while address is not None:
        connection.request("GET", address)
        page = orjson.loads(connection.getresponse().read())
        address = next((link["url"] for link in page.get("link", ())), None)
    connection.close()
