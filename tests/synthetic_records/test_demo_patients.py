"""The demonstration patients: up to date, legal, rich enough, obviously synthetic."""

from __future__ import annotations

import json
import re

import pytest
from fhir.resources.R4B import get_fhir_model_class

from scripts.make_demo_patients import rendered
from scripts.synthetic_records.demo import FOLDER, demo_names, load_demo
from tests.synthetic_records.test_compile import references

NAMES = demo_names()


def test_every_bundle_has_a_description() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == NAMES
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_bundle_is_what_its_description_gives(name: str) -> None:
    patient = load_demo(name)
    message = f"run 'python -m scripts.make_demo_patients' after changing descriptions/{name}.yaml"
    assert patient.bundle_file.read_text(encoding="utf-8") == rendered(patient), message


@pytest.mark.parametrize("name", NAMES)
def test_bundles_can_be_loaded_into_a_server(name: str) -> None:
    bundle = json.loads(load_demo(name).bundle_file.read_text(encoding="utf-8"))
    get_fhir_model_class("Bundle").model_validate(bundle)
    urls = [entry["request"]["url"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert set(references(bundle)) <= set(urls)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])
        assert entry["request"] == {
            "method": "PUT",
            "url": f"{resource['resourceType']}/{resource['id']}",
        }


@pytest.mark.parametrize("name", NAMES)
def test_charts_are_as_full_as_real_ones(name: str) -> None:
    patient = load_demo(name)
    resources = patient.compiled().resources
    assert 60 <= len(resources) <= 200
    assert resources[0]["name"][0]["family"] == "Demo"
    assert patient.title
    assert patient.story.endswith(".")
