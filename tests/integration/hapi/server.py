"""A real HAPI FHIR R4 server for the integration tests, from Maven's packages, without Docker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.server_process import free_port

HERE = Path(__file__).parent
CACHE_NAME = "hapi-8.8.0"
START_SECONDS = 240
STOP_SECONDS = 15
LOG_LINES = 40


class HapiUnavailableError(Exception):
    """The server could not be fetched or started; the message ends with the end of its log."""


@contextmanager
def fhir_server() -> Iterator[str]:
    """Base URL of a FHIR R4 server, stopped again afterwards.

    ``FHIR_BASE_URL`` names one that runs already: that one is used and left running. Its data stay,
    so tests keep their patients apart by id.
    """
    running = os.environ.get("FHIR_BASE_URL")
    if running:
        base = running.rstrip("/")
        requests.get(f"{base}/metadata", timeout=30).raise_for_status()
        yield base
        return

    libraries = fetch_libraries()
    port = free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    with tempfile.TemporaryDirectory(prefix="relapse-cds-hapi-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *("java", "-Xmx2g", "-cp", f"{libraries}/*", str(HERE / "HapiServer.java")),
                    *(str(port), str(os.getpid())),
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # In a group of its own: Ctrl-C reaches pytest, which then stops the server.
                start_new_session=True,
            )
        try:
            _wait_until_ready(base, process, log)
            yield base
        finally:
            _stop(process)


def fetch_libraries() -> Path:
    """The folder with the server's jars (about 400 MB), fetched with Maven the first time.

    It lies outside the tree, in ``RELAPSE_CDS_HAPI_CACHE`` or the user's cache folder, and belongs
    to one text of ``pom.xml``: another text fetches anew. An interrupted fetch never counts as
    complete.
    """
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise HapiUnavailableError(
                f"{program} is missing: the integration tests need a JDK 17 and Maven"
                " (on Debian: apt-get install openjdk-17-jdk-headless maven),"
                " or a running FHIR R4 server named by FHIR_BASE_URL."
            )
    pom = (HERE / "pom.xml").read_bytes()
    cache = _cache_folder()
    libraries = cache / "lib"
    fetched = cache / "pom.xml"
    if libraries.is_dir() and fetched.is_file() and fetched.read_bytes() == pom:
        return libraries

    shutil.rmtree(libraries, ignore_errors=True)
    fetched.unlink(missing_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    maven = subprocess.run(
        [
            *("mvn", "-B", "-q", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"),
            *(f"-DoutputDirectory={libraries}", "-DincludeScope=runtime"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if maven.returncode != 0:
        raise HapiUnavailableError(
            f"Maven could not fetch the FHIR server, exit {maven.returncode}:\n{_end(maven.stdout)}"
        )
    fetched.write_bytes(pom)
    return libraries


def _cache_folder() -> Path:
    chosen = os.environ.get("RELAPSE_CDS_HAPI_CACHE")
    if chosen:
        return Path(chosen).absolute()
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "relapse-cds" / CACHE_NAME


def _wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise HapiUnavailableError(
                f"The FHIR server ended while it started, exit {process.returncode}:\n{_tail(log)}"
            )
        try:
            if requests.get(f"{base}/metadata", timeout=30).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        time.sleep(0.5)
    raise HapiUnavailableError(
        f"The FHIR server did not answer within {START_SECONDS} s:\n{_tail(log)}"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End this one process; it keeps nothing, so that killing it after a while loses nothing."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return _end(log.read_text(errors="replace"))


def _end(text: str) -> str:
    return "\n".join(text.splitlines()[-LOG_LINES:])
