"""Value sets: the files agree with the table, codes match by system and code in every spelling, and
by nothing else.
"""

from __future__ import annotations

import csv
import json
import re
import time
from pathlib import Path

import pytest
from fhir.resources.R4B.valueset import ValueSet

from mappings import terminology
from mappings.codes.memory import Memory
from mappings.codes.value_set import Entry
from mappings.errors import TerminologyError
from mappings.terminology import Terminology, standard
from scripts.make_value_sets import write_value_sets
from tests.mappings.records import CPT, HCPCS, ICD10CM, LOINC, PCS, RXNORM, SNOMED

MAPPINGS = Path(terminology.__file__).parent
TABLE = MAPPINGS / "terminology.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_files_are_what_the_script_makes_of_the_table(tmp_path: Path) -> None:
    made = {path.name: path.read_text("utf-8") for path in write_value_sets(TABLE, tmp_path)}
    kept = {path.name: path.read_text("utf-8") for path in (MAPPINGS / "value_sets").glob("*.json")}
    assert made == kept


def test_script_removes_value_sets_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    write_value_sets(TABLE, tmp_path)
    assert not (tmp_path / "old.json").exists()


def test_every_file_is_a_valid_value_set_with_a_source_for_each_code() -> None:
    for path in (MAPPINGS / "value_sets").glob("*.json"):
        resource = json.loads(path.read_text("utf-8"))
        ValueSet.model_validate(resource)
        for include in resource["compose"]["include"]:
            for code in include["concept"]:
                assert code["extension"][0]["valueString"], (path.name, code["code"])


def test_sources_are_publications_not_paths_of_a_machine() -> None:
    for row in rows():
        assert not re.search(r"(?:^|[\s;,])/\w+/\w", row["verified_in"] + " " + row["notes"]), row


def test_unverified_rows_never_match() -> None:
    known = {
        (row["system_uri"], row["code"]) for row in rows() if row["verified_in"] != "UNVERIFIED"
    }
    unverified = {
        (row["system_uri"], row["code"]) for row in rows() if row["verified_in"] == "UNVERIFIED"
    } - known
    assert len(unverified) > 20
    for system, code in unverified:
        assert not standard().concepts({"system": system, "code": code})


def test_every_verified_row_matches_its_value_set() -> None:
    for row in rows():
        if row["verified_in"] != "UNVERIFIED":
            found = standard().concepts({"system": row["system_uri"], "code": row["code"]})
            assert row["value_set"] in found, row


@pytest.mark.parametrize(
    ("system", "code", "value_set"),
    [
        (SNOMED, "277572006", "cond-b-all"),
        ("https://snomed.info/sct", "277572006", "cond-b-all"),
        ("http://snomed.info/sct/", "277572006", "cond-b-all"),
        ("http://snomed.info/sct/731000124108", "277572006", "cond-b-all"),
        ("http://snomed.info/sct/731000124108/version/20240301", "277572006", "cond-b-all"),
        ("http://snomed.info/sct|20240301", "277572006", "cond-b-all"),
        ("urn:oid:2.16.840.1.113883.6.96", "277572006", "cond-b-all"),
        ("SNOMED CT", "277572006", "cond-b-all"),
        ("SCT", "277572006", "cond-b-all"),
        ("LOINC", "11150-0", "obs-blasts-marrow"),
        ("LN", "11150-0", "obs-blasts-marrow"),
        ("ICD-10-CM", "C91.02", "cond-all-relapse-refractory"),
        ("I10C", "C91.02", "cond-all-relapse-refractory"),
        ("RxNorm", "1986438", "med-tisagenlecleucel"),
        ("2.16.840.1.113883.6.96", "277572006", "cond-b-all"),
        ("urn:oid:2.16.840.1.113883.6.1", "11150-0", "obs-blasts-marrow"),
        ("https://loinc.org/", " 11150-0 ", "obs-blasts-marrow"),
        ("HTTP://LOINC.ORG", "11150-0", "obs-blasts-marrow"),
        (ICD10CM, "C9102", "cond-all-relapse-refractory"),
        (ICD10CM, "c91.02", "cond-all-relapse-refractory"),
        ("urn:oid:2.16.840.1.113883.6.90", "C91.02", "cond-all-relapse-refractory"),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "xw033j7", "proc-car-t-tisagenlecleucel"),
        ("http://www.icd10data.com/icd10pcs", "XW033J7", "proc-car-t-tisagenlecleucel"),
        (HCPCS, "J9039", "med-blinatumomab"),
        (CPT, "J9039", "med-blinatumomab"),
        ("http://www.nlm.nih.gov/research/umls/hcpcs", "j9039", "med-blinatumomab"),
        (HCPCS, "38240", "proc-allo-hsct"),
        ("http://hl7.org/fhir/v2/0078", "POS", "val-positive"),
        ("http://terminology.hl7.org/CodeSystem/v2-0078", "pos", "val-positive"),
        ("urn:oid:2.16.840.1.113883.6.88", "1986438", "med-tisagenlecleucel"),
        (RXNORM, "1986438", "med-tisagenlecleucel"),
    ],
)
def test_rule_25_one_code_in_every_spelling(system: str, code: str, value_set: str) -> None:
    assert value_set in standard().concepts({"system": system, "code": code})


@pytest.mark.parametrize(
    "coding",
    [
        {"code": "C91.02"},
        {"system": "", "code": "C91.02"},
        {"system": LOINC, "code": "C91.02"},
        {"system": ICD10CM, "code": "C91.021"},
        {"system": ICD10CM, "code": "C91"},
        {"system": "https://lab.example.org/codes", "code": "11150-0"},
        {"system": "http://snomed.info/scttt", "code": "277572006"},
        {"system": PCS, "code": "XW033"},
        {"system": ICD10CM, "code": None},
        {"system": ["x"], "code": {"y": 1}},
        "C91.02",
        None,
        [],
    ],
)
def test_rule_25_nothing_else_matches(coding: object) -> None:
    """No code without its system, none by its beginning, none of another system."""
    assert standard().concepts(coding) == frozenset()


def test_rule_25_any_coding_of_several() -> None:
    code = {
        "coding": [{"system": "urn:local", "code": "1"}, {"system": SNOMED, "code": "277572006"}]
    }
    assert "cond-b-all" in standard().of(code)
    code["coding"].reverse()
    assert "cond-b-all" in standard().of(code)


def entry(code: str = "1", source: str = "somewhere", value_set: str = "a") -> Entry:
    return Entry(value_set, SNOMED, code, "One", source)


@pytest.mark.parametrize(
    "entries",
    [
        [entry(source="UNVERIFIED")],
        [entry(source="")],
        [entry(), entry()],
        [entry("1 "), entry("1")],
        [Entry("a", "http://unknown.example.org", "1", "One", "somewhere")],
    ],
)
def test_faulty_value_sets_are_refused(entries: list[Entry]) -> None:
    with pytest.raises(TerminologyError):
        Terminology(entries)


def test_one_code_may_stand_in_several_sets() -> None:
    both = Terminology([entry(value_set="a"), entry(value_set="b")])
    assert both.concepts({"system": SNOMED, "code": "1"}) == {"a", "b"}


@pytest.mark.parametrize(
    "content", ["no JSON", "[]", '{"resourceType": "ValueSet"}', '{"compose": 5}']
)
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.json").write_text(content)
    with pytest.raises(TerminologyError, match=r"broken\.json"):
        terminology.load(tmp_path)


def test_no_value_sets_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(TerminologyError):
        terminology.load(tmp_path)


def test_loading_is_quick() -> None:
    start = time.perf_counter()
    terminology.load()
    assert time.perf_counter() - start < 1


def test_display_of_a_code_is_ours_not_the_feeds() -> None:
    wrong = {"system": SNOMED, "code": "91857003", "display": "Acute myeloid leukemia"}
    assert "lymphoid" in standard().display(wrong).lower()


def test_memory_is_bounded() -> None:
    memory = Memory(most=10)
    for number in range(100):
        memory.decide({"text": str(number)}, lambda code: code)
    assert len(memory._known) <= 10


def test_memory_keeps_codes_apart_that_differ_in_anything_looked_at() -> None:
    memory = Memory()
    codes = [
        {"text": "a"},
        {"coding": [{"system": "s", "code": "a"}]},
        {"coding": [{"system": "s", "display": "a"}]},
        {"coding": [{"system": "s", "code": "a"}], "text": "a"},
    ]
    assert [memory.decide(code, lambda code: code) for code in codes] == codes
    assert [memory.decide(code, lambda code: None) for code in codes] == codes
