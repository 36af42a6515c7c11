"""What the integration tests share: one FHIR server for the whole run, with the demo patients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.hapi.server import fhir_server

HERE = Path(__file__).parent
DEMO_FOLDER = HERE.parent.parent / "service" / "demo"


@pytest.fixture(scope="session")
def fhir_base_url() -> Iterator[str]:
    """Base URL of the FHIR server of this run, without a slash at its end."""
    with fhir_server() as base:
        yield base


@pytest.fixture(scope="session")
def loaded_demo_patients(fhir_base_url: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every demo patient, written to the server: the file's stem, the patient's id, the Bundle."""
    loaded = []
    for file in sorted(DEMO_FOLDER.glob("*.json")):
        bundle = json.loads(file.read_text(encoding="utf-8"))
        answer = requests.post(
            fhir_base_url,
            json=bundle,
            headers={"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"},
            timeout=60,
        )
        assert answer.status_code == 200, f"{file.name}: {answer.status_code} {answer.text[:2000]}"
        loaded.append((file.stem, _patient_id(bundle, file), bundle))
    assert loaded, f"no demo patients in {DEMO_FOLDER}"
    return loaded


def _patient_id(bundle: dict[str, Any], file: Path) -> str:
    ids = [
        entry["resource"]["id"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Patient"
    ]
    assert len(ids) == 1, f"{file.name} has {len(ids)} Patient entries"
    return str(ids[0])
