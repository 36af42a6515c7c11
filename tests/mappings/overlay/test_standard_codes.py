"""A site's mapping never says of a known code something else than it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.overlay.concepts import CONCEPTS
from mappings.terminology import standard
from tests.mappings.overlay.folders import LOCAL, checked, csv, mapping, said
from tests.mappings.records import ICD10CM, LOINC, SNOMED


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (f"{LOINC},8117-4,,obs-cd19-blasts,", "CD19"),
        (f"{LOINC},67128-9,,obs-mrd-flow,", "abnormal"),
        (f"{ICD10CM},C91.00,,cond-b-all,", "lymphoblastic"),
        (f"{ICD10CM},c9100,,cond-b-all,", "lymphoblastic"),
        ("urn:oid:2.16.840.1.113883.6.90,C91.00,,cond-aml,", "lymphoblastic"),
        (f"{SNOMED}/version/20260101,260415000,,val-positive,", "Not detected"),
        (f"{LOINC},51124-6,,ignore,", "CD22"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, line: str, known: str) -> None:
    (message,) = said(tmp_path, labs_csv=csv(line))
    assert message.startswith("labs.csv:2:2: ")
    assert "is a standard code that is known as" in message
    assert known.lower() in message.lower()


def test_repeating_what_is_known_is_no_mistake(tmp_path: Path) -> None:
    """Value sets of a site that hold standard codes, too, need not be edited."""
    assert not said(tmp_path, labs_csv=csv(f"{LOINC},51124-6,,obs-cd22-blasts,"))


def test_a_standard_code_that_is_not_known_can_be_mapped(tmp_path: Path) -> None:
    """No LOINC code for MRD of ALL by flow is among the value sets; a site may know one."""
    assert not said(tmp_path, labs_csv=csv(f"{LOINC},99999-9,,obs-mrd-flow,"))


def test_our_own_concepts_are_no_local_codes(tmp_path: Path) -> None:
    system = "https://relapse-cds.org/fhir/CodeSystem/concept"
    (message,) = said(tmp_path, labs_csv=csv(f"{system},obs-alt,,obs-ast,"))
    assert "targets, no local codes" in message


def test_every_known_code_is_safe_from_every_concept(tmp_path: Path) -> None:
    """For each value set one of its codes, mapped to each concept that it does not mean."""
    terminology = standard()
    lines = []
    for name in sorted(terminology.names):
        system, code = min(terminology.codes(name))
        known = terminology.concepts({"system": system, "code": code})
        wrong = next(one for one in CONCEPTS.values() if not one.sets <= known)
        lines.append(f"{system},{code},,{wrong.name},")
    found = checked(tmp_path, labs_csv=csv(*lines))
    refused = {
        mistake.place.line
        for mistake in found.mistakes
        if "standard code that is known" in mistake.message
    }
    assert refused == set(range(2, len(lines) + 2))


def test_codes_of_a_value_set_with_those_of_the_site(tmp_path: Path) -> None:
    own = mapping(f"{LOCAL},4711,,obs-blasts-marrow,")
    assert own.codes("obs-blasts-marrow") - standard().codes("obs-blasts-marrow") == {
        (LOCAL, "4711")
    }
    assert (ICD10CM, "C91.00") in standard().codes("cond-all-unspecified")
    assert own.codes("no-such-set") == frozenset()
