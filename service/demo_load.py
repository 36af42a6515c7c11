"""Puts the demonstration patients on a FHIR server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import requests

from service import demos
from service.network.addresses import base_address

_PAUSE = 2.0
_TIMEOUT = 60.0


class LoadFailed(Exception):
    """The server did not take a Bundle, or did not come up in time."""


def load_all(
    fhir_server: str,
    wait: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Post every demonstration Bundle and give its name; a server that is not up yet is asked again
    for ``wait`` s.
    """
    try:
        base = base_address(fhir_server)
    except ValueError as error:
        raise LoadFailed(f"--fhir-server: {error}") from None
    end = clock() + wait
    with requests.Session() as session:
        for name in demos.names():
            while not _post(session, base, name):
                if clock() + _PAUSE > end:
                    raise LoadFailed(f"{base} did not answer within {wait:g} seconds")
                sleep(_PAUSE)
            yield name


def _post(session: requests.Session, base: str, name: str) -> bool:
    """Whether the server took the Bundle; False while it is not up; `LoadFailed` when it
    refuses.
    """
    try:
        answer = session.post(
            base,
            json=demos.bundle(name),
            headers={"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"},
            timeout=_TIMEOUT,
        )
    except requests.RequestException:
        return False
    if answer.status_code in (200, 201):
        return True
    if answer.status_code in (404, 502, 503, 504):
        return False
    raise LoadFailed(
        f"{base} refused the demonstration patient {name} with status {answer.status_code}"
    )
