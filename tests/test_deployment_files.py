"""Dockerfile and docker-compose.yml say what the guide promises; no Docker engine is needed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.server.serve import LONGEST_STOP

ROOT = Path(__file__).parent.parent
FHIR = "http://localhost:8080/fhir"


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", "")
    return [
        (word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def _all(instructions: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for name, rest in instructions if name == word]


def test_compose_has_the_four_services(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"fhir", "db", "service", "loader"}


def test_every_service_that_stays_is_probed(
    services: dict[str, dict[str, Any]], instructions: list[tuple[str, str]]
) -> None:
    """The service by the probe of its image."""
    assert services["db"]["healthcheck"]["test"][0] == "CMD"
    assert services["db"]["healthcheck"]["test"][1] == "pg_isready"
    assert services["fhir"]["healthcheck"]["test"][0] == "CMD"
    assert "healthcheck" not in services["service"]
    assert len(_all(instructions, "HEALTHCHECK")) == 1


def test_start_order_has_no_circle(services: dict[str, dict[str, Any]]) -> None:
    """Whoever is waited for until it is healthy has a probe."""
    order: list[str] = []
    while len(order) < len(services):
        ready = [
            name
            for name, service in services.items()
            if name not in order and set(service.get("depends_on", ())) <= set(order)
        ]
        assert ready, "a circle"
        order += ready
    for service in services.values():
        for name, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "test" in services[name]["healthcheck"]


def test_calls_can_end_before_the_container_is_killed(
    services: dict[str, dict[str, Any]],
) -> None:
    given = services["service"]["stop_grace_period"]
    assert given.endswith("s")
    assert int(given[:-1]) > LONGEST_STOP


def test_database_address_is_that_of_the_database(services: dict[str, dict[str, Any]]) -> None:
    """Driver, user, password, host and name are those that the database is made with."""
    from service.store.addresses import database_url

    given = services["db"]["environment"]
    url = database_url(services["service"]["environment"]["RELAPSE_CDS_DATABASE_URL"])
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.port) == ("db", 5432)
    assert url.username == given["POSTGRES_USER"]
    assert url.password == given["POSTGRES_PASSWORD"]
    assert url.database == given["POSTGRES_DB"]
    probe = services["db"]["healthcheck"]["test"]
    assert given["POSTGRES_USER"] in probe
    assert given["POSTGRES_DB"] in probe


def test_database_is_kept_and_not_published(services: dict[str, dict[str, Any]]) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    (volume,) = services["db"]["volumes"]
    name, _, folder = volume.partition(":")
    assert name in compose["volumes"]
    assert folder == "/var/lib/postgresql/data"
    assert "ports" not in services["db"]
    assert "network_mode" not in services["db"]


def test_every_image_is_pinned(
    services: dict[str, dict[str, Any]], instructions: list[tuple[str, str]]
) -> None:
    images = [service["image"] for service in services.values()]
    images += [rest.split()[0] for rest in _all(instructions, "FROM")]
    assert "hapiproject/hapi:v8.10.0-3" in images
    for image in images:
        name, _, tag = image.partition(":")
        assert name
        assert re.search(r"\d+\.\d+", tag), f"{image} names no version"
        assert "latest" not in tag


def test_our_image_carries_the_version_of_the_project(services: dict[str, dict[str, Any]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = f"{project['name']}:{project['version']}"
    assert services["service"]["image"] == services["loader"]["image"] == image
    assert services["service"]["build"] == services["loader"]["build"] == "."


def test_fhir_server_is_probed_without_a_shell(services: dict[str, dict[str, Any]]) -> None:
    check = services["fhir"]["healthcheck"]
    assert check["test"] == ["CMD", "java", "-cp", "/app", "HealthCheck"]
    assert check["start_period"] == "120s"


def test_loader_waits_for_a_healthy_fhir_server_and_runs_once(
    services: dict[str, dict[str, Any]],
) -> None:
    loader = services["loader"]
    assert loader["depends_on"] == {"fhir": {"condition": "service_healthy"}}
    assert loader["restart"] == "no"
    assert loader["healthcheck"] == {"disable": True}
    assert loader["command"] == ["demo", "load", "--fhir-server", FHIR]


def test_service_waits_for_its_database_and_not_for_the_fhir_server(
    services: dict[str, dict[str, Any]],
) -> None:
    assert services["service"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "fhir": {"condition": "service_started"},
    }


def test_fhir_server_has_one_address_inside_and_outside(
    services: dict[str, dict[str, Any]],
) -> None:
    assert services["fhir"]["environment"]["hapi.fhir.server_address"] == FHIR
    assert services["service"]["environment"]["RELAPSE_CDS_FHIR_SERVERS"] == FHIR
    for name in ("service", "loader"):
        assert services[name]["network_mode"] == "service:fhir"
        # its ports cannot be published where it has no network of its own
        assert "ports" not in services[name]
    assert services["fhir"]["ports"] == ["127.0.0.1:8080:8080", "127.0.0.1:8000:8000"]


def test_compose_sets_only_settings_that_exist(services: dict[str, dict[str, Any]]) -> None:
    from service.settings import load_settings, unknown_variables

    environment = services["service"]["environment"]
    assert unknown_variables(environment) == []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        load_settings()


def test_image_runs_as_a_user_without_rights(instructions: list[tuple[str, str]]) -> None:
    words = [word for word, _ in instructions]
    last_stage = instructions[len(words) - 1 - words[::-1].index("FROM") :]
    assert _all(last_stage, "USER") == ["10001"]
    assert [word for word, _ in last_stage].index("USER") < len(last_stage) - 1
    assert json.loads(_all(last_stage, "ENTRYPOINT")[0]) == ["relapse-cds"]
    assert json.loads(_all(last_stage, "CMD")[0]) == ["serve", "--host", "0.0.0.0"]


def test_image_installs_only_what_the_lock_file_names(
    instructions: list[tuple[str, str]],
) -> None:
    installs = [run for run in _all(instructions, "RUN") if "pip install" in run]
    assert len(installs) == 2
    assert "--require-hashes -r requirements-runtime.lock" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_health_check_of_the_image_is_python_that_compiles(
    instructions: list[tuple[str, str]],
) -> None:
    _, _, command = _all(instructions, "HEALTHCHECK")[0].partition("CMD ")
    python, option, code = json.loads(command)
    assert (python, option) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert "/healthz" in code


def test_builder_is_sent_what_the_dockerfile_copies(instructions: list[tuple[str, str]]) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    sent = {line[1:].rstrip("/") for line in ignored if line.startswith("!")}
    copied = {
        source
        for rest in _all(instructions, "COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert copied <= sent
    assert all((ROOT / source).exists() for source in copied)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-runtime.lock"])
def test_lock_files_pin_everything_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
    requirements = [line for line in text.splitlines() if re.match(r"[a-z]", line, re.IGNORECASE)]
    assert requirements
    assert all("==" in line for line in requirements)
    assert text.count("--hash=") >= len(requirements)


def test_runtime_lock_agrees_with_the_full_lock() -> None:
    pinned = [
        set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements-runtime.lock", "requirements.lock")
    ]
    assert pinned[0] <= pinned[1]
