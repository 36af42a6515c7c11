"""The site's mapping in force: commands, start, calls, knowledge page, and the worked examples."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hooks.gate import may_have_leukaemia
from hooks.prefetch import patient_record
from hooks.trace import TRACE_KEY
from mappings.overlay.concepts import CONCEPTS
from mappings.overlay.folder import with_site
from service.app import RUNTIME, create_app
from service.cli import main
from service.settings import Settings, SettingsError, load_settings
from service.site.mapping import terminology
from service.site.mapping_coverage import shown
from service.store import decisions
from service.store.database import Database
from tests.mappings.overlay.folders import LOCAL, csv, write
from tests.service.fakes import searchset
from tests.service.invariants import check_response

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "site-mapping"
DAY = "2026-06-01"
VARIABLE = "RELAPSE_CDS_SITE_MAPPING"


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], env={"COLUMNS": "200", **environment})


def as_json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def evaluated(record: Path, **environment: str) -> Any:
    return as_json(run("evaluate", record, "--as-of", DAY, "--format", "json", **environment))


def covered(folder: Path, *more: str | Path) -> Any:
    return as_json(run("mapping", "coverage", folder, "--as-of", DAY, "--format", "json", *more))


# --- check and concepts --------------------------------------------------------------------------


def test_check_sums_up_what_would_be_in_force(tmp_path: Path) -> None:
    write(tmp_path, a_csv=csv(f"{LOCAL},1,,obs-alt,", f"{LOCAL},2,,obs-alt,", ",,Alat,obs-alt,"))
    result = run("mapping", "check", tmp_path)
    assert result.exit_code == 0
    row = next(line for line in result.stdout.splitlines() if line.startswith("obs-alt"))
    assert row.split()[1:3] == ["2", "1"]
    assert "2 codes and 1 text in 1 file, no mistakes" in result.stdout


def test_check_lists_every_mistake_and_fails(tmp_path: Path) -> None:
    write(tmp_path, a_csv=csv(f"{LOCAL},1,,alt,", "x,2,,obs-alt,"), b_json="{")
    result = run("mapping", "check", tmp_path)
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [
        "a.csv:2:4",
        "a.csv:3:1",
        "b.json:1:2",
        "3 mistakes",
    ]


def test_check_of_no_folder() -> None:
    result = run("mapping", "check", "no-such-folder")
    assert result.exit_code == 1
    assert "no-such-folder: the folder cannot be read" in result.stdout


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_concepts_are_printed_whole_at_any_width(columns: str) -> None:
    result = run("mapping", "concepts", COLUMNS=columns)
    words = set(result.stdout.split())
    assert set(CONCEPTS) <= words
    assert "ignore" in words


def test_concepts_for_programs() -> None:
    listed = as_json(run("mapping", "concepts", "--format", "json"))
    assert [item["concept"] for item in listed] == list(CONCEPTS)
    assert all(item["meaning"] and item["lookedForIn"] for item in listed)


# --- start ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("serve",), ("evaluate", "x.json")])
def test_the_first_mistake_stops_the_start_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    write(tmp_path, a_csv=csv(f"{LOCAL},1,,alt,", "x,2,,obs-alt,"))
    result = run(*command, **{VARIABLE: str(tmp_path)})
    assert result.exit_code == 1
    assert not result.stdout
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(
        "relapse-cds: cannot start: RELAPSE_CDS_SITE_MAPPING: a.csv:2:4: concept: 'alt' is no "
    )
    assert "(and 1 more)" in result.stderr
    assert "relapse-cds mapping check" in result.stderr


def test_a_folder_that_changed_is_read_again(tmp_path: Path) -> None:
    settings = load_settings(site_mapping=str(write(tmp_path, a_csv=csv(f"{LOCAL},1,,obs-alt,"))))
    first = terminology(settings)
    assert terminology(settings) is first
    write(tmp_path, a_csv=csv(f"{LOCAL},1,,obs-alt,", f"{LOCAL},2,,obs-alt,"))
    assert len(terminology(settings).codes("obs-alt")) == len(first.codes("obs-alt")) + 1
    write(tmp_path, b_csv="x")
    with pytest.raises(SettingsError):
        terminology(settings)


# --- coverage ------------------------------------------------------------------------------------


def record(name: str, *resources: dict[str, Any]) -> dict[str, Any]:
    person = {"resourceType": "Patient", "id": name, "name": [{"family": "Confidential"}]}
    own = [{"status": "final", "subject": {"reference": f"Patient/{name}"}} | r for r in resources]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in (person, *own)],
    }


def remark(id: str, code: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id,
        "code": {"coding": [{"system": LOCAL, "code": code}], "text": text},
        "valueString": "see scan of Confidential",
        "effectiveDateTime": "2026-05-01",
    }


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    folder = tmp_path / "cohort"
    (folder / "more").mkdir(parents=True)
    two = [remark("a", "77", "MRD remark"), remark("b", "77", "MRD  Remark")]
    lines = [record("p3", remark("a", "77", "MRD remark")), record("p4"), {"resourceType": "List"}]
    write(
        folder,
        p1_json=record("p1", *two, remark("c", "78", "CNS status")),
        p2_json=record("p2", *two, remark("c", "77", "MRD remark")),
        broken_json='{"resourceType": "Bundle", "entry": [{"resource": {"family": "Confidential"',
        other_json={"resourceType": "Patient", "id": "x"},
        nobody_json={"resourceType": "Bundle", "type": "collection"},
        notes_txt="not read",
    )
    write(folder / "more", rest_ndjson="\n".join(json.dumps(line) for line in lines) + "\n")
    return folder


def test_coverage_counts_resources_and_patients(cohort: Path) -> None:
    answer = covered(cohort)
    assert (answer["records"], answer["recordsWithNothingUnread"]) == (4, 1)
    assert [
        (item["code"], item["codeText"], item["resources"], item["patients"])
        for item in answer["unread"]
    ] == [
        (f"{LOCAL}|77", "MRD remark", 6, 3),
        (f"{LOCAL}|78", "CNS status", 1, 1),
    ]
    assert {item["resourceType"] for item in answer["unread"]} == {"Observation"}
    assert answer["unread"][1]["reason"] == "CNS status: value not understood"


def test_files_that_cannot_be_used_are_named_and_stop_nothing(cohort: Path) -> None:
    unusable = {item["file"]: item["reason"] for item in covered(cohort)["unusable"]}
    assert set(unusable) == {"broken.json", "nobody.json", "other.json", "more/rest.ndjson:3"}
    assert unusable["broken.json"].startswith("not JSON: ")
    assert unusable["other.json"] == "not a FHIR Bundle"
    text = run("mapping", "coverage", cohort, "--as-of", DAY)
    assert text.exit_code == 0
    assert "not used: broken.json: not JSON" in text.stdout
    assert "4 files or lines not used" in text.stdout
    assert "4 records read as of 2026-06-01, 1 of them with nothing unread" in text.stdout


def test_nothing_of_a_patient_but_code_texts_is_shown(cohort: Path) -> None:
    write(
        cohort,
        p5_json=record(
            "p5",
            remark("a", "79", "MRD discussed with Mrs Confidential 1999-12-31"),
            remark("b", "80", "MRD of sample 123456789"),
            remark("c", "81", "MRD " + "Confidential " * 40),
        ),
    )
    for form in ("text", "json"):
        answer = run("mapping", "coverage", cohort, "--as-of", DAY, "--format", form)
        assert answer.exit_code == 0
        assert "scan" not in answer.output
        assert "123456789" not in answer.output
        assert "1999" not in answer.output
        assert "Patient/" not in answer.output
        assert "MRD discussed with Mrs …" in answer.output


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("MRD by flow, bone marrow", "MRD by flow, bone marrow"),
        ("MRD 10^-4", "MRD 10^-4"),
        ("MRD MRN 12345678", "MRD MRN # …"),
        ("MRD of 01/02/2020", "MRD of #"),
        ("MRD. Called to ward.", "MRD. Called to ward. …"),
        ("one two three four five six seven eight nine ten 11 12 13", "one two three four …"),
        ("\u202eMRD\x07", "MRD"),
    ],
)
def test_code_texts(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_coverage_with_a_mapping(cohort: Path, tmp_path: Path) -> None:
    own = tmp_path / "mapping"
    own.mkdir()
    write(own, a_csv=csv(f"{LOCAL},77,,ignore,", ",,see scan of confidential,val-cns1,"))
    answer = covered(cohort, "--mapping", own)
    assert not answer["unread"]
    assert answer["recordsWithNothingUnread"] == answer["records"]
    by_setting = run(
        "mapping", "coverage", cohort, "--as-of", DAY, "--format", "json", **{VARIABLE: str(own)}
    )
    assert as_json(by_setting) == answer
    write(own, b_csv="x")
    refused = run("mapping", "coverage", cohort, "--mapping", own)
    assert refused.exit_code == 1
    assert not refused.stdout


# --- calls ---------------------------------------------------------------------------------------


def local_leukaemia() -> dict[str, Any]:
    """A chart whose leukaemia only the site's own codes name."""
    person = {"resourceType": "Patient", "id": "p1", "birthDate": "2014-03-01"}

    def diagnosis(id: str, code: str, onset: str) -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "id": id,
            "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": LOCAL, "code": code}]},
            "onsetDateTime": onset,
        }

    prefetch: dict[str, Any] = {key.name: searchset() for key in patient_record()}
    prefetch["patient"] = person
    prefetch["conditions"] = searchset(
        diagnosis("a", "dx", "2024-01-10"), diagnosis("b", "rel", "2026-05-20")
    )
    return {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/dr1", "patientId": "p1"},
        "prefetch": prefetch,
    }


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        a_csv=csv(
            f"{LOCAL},dx,,cond-b-all,",
            f"{LOCAL},rel,,cond-b-all-relapse,",
            ",,BLL (HCC),cond-b-all,",
            f'{LOCAL},"a,b|c",,obs-mrd-flow,',
            f"{LOCAL},alt,,obs-alt,",
            ",,Leuk 19 exp*,obs-cd19-blasts,",
        ),
    )


def test_the_first_look_knows_local_leukaemias(own: Path) -> None:
    body = local_leukaemia()
    answers = []
    for settings in (Settings(), Settings(site_mapping=str(own))):
        client = create_app(settings, today=lambda: date(2026, 6, 1)).test_client()
        answer = client.post("/cds-services/relapsed-b-all", json=body)
        assert answer.status_code == 200
        check_response(answer.json)
        answers.append(answer.json["cards"])
    assert answers[0] == []
    assert any("First relapse of B-ALL 2026-05-20" in card["summary"] for card in answers[1])
    assert not any(str(LOCAL) in json.dumps(card) for card in answers[1])


def test_the_mapping_in_force_is_named_by_its_version(
    own: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On cards and in decision records, so that two answers can be told apart by it."""
    database_url = f"sqlite:///{tmp_path_factory.mktemp('store')}/memory.db"
    settings = Settings(site_mapping=str(own), database_url=database_url)
    app = create_app(settings, today=lambda: date(2026, 6, 1))
    answer = app.test_client().post("/cds-services/relapsed-b-all", json=local_leukaemia())
    check_response(answer.json)
    site = with_site(own).site
    assert site is not None
    assert {card["extension"][TRACE_KEY]["siteMapping"] for card in answer.json["cards"]} == {
        site.version
    }
    app.extensions[RUNTIME].recorder.close()
    [record] = decisions.read(Database(database_url))
    assert record.site_mapping == site.version


def test_the_first_look_by_text_and_by_code(own: Path) -> None:
    site = with_site(own).site
    for code, leukaemia in (
        ({"text": "bll  (hcc)"}, True),
        ({"coding": [{"system": LOCAL, "code": "rel"}]}, True),
        ({"coding": [{"system": LOCAL, "code": "alt"}]}, False),
        ({"coding": [{"system": LOCAL + "9", "code": "rel"}]}, False),
        ({"text": "hypertension"}, False),
    ):
        condition = {"resourceType": "Condition", "code": code}
        assert may_have_leukaemia([condition], site) is leukaemia
        assert not may_have_leukaemia([condition])


def test_queries_by_code_name_the_codes_of_the_site(own: Path) -> None:
    """The templates name no codes and stay as they are; the narrower queries gain the site's."""
    keys, plain = patient_record(with_site(own).site), patient_record()
    assert [key.template for key in keys] == [key.template for key in plain]
    (new,) = set(keys[2].expand_narrower({"patientId": "p1"})) - set(
        plain[2].expand_narrower({"patientId": "p1"})
    )
    system = LOCAL.replace(":", "%3A")
    assert f"code={system}%7Ca%5C%2Cb%5C%7Cc,{system}%7Calt&" in new
    assert "rel" not in new


def test_the_knowledge_page_shows_what_the_site_added(own: Path) -> None:
    client = create_app(Settings(site_mapping=str(own))).test_client()
    sets = {item["name"]: item for item in client.get("/knowledge.json").json["valueSets"]}
    assert (sets["obs-alt"]["siteCodes"], sets["obs-alt"]["siteTexts"]) == (1, 0)
    assert (sets["cond-b-all"]["siteCodes"], sets["cond-b-all"]["siteTexts"]) == (2, 1)
    assert sets["obs-cd19-blasts"] == {
        "name": "obs-cd19-blasts",
        "size": 0,
        "systems": [],
        "siteCodes": 0,
        "siteTexts": 1,
    }
    assert "<strong>2 codes, 1 texts</strong>" in client.get("/knowledge").text
    bare = create_app(Settings()).test_client()
    assert not any(
        item["siteCodes"] or item["siteTexts"]
        for item in bare.get("/knowledge.json").json["valueSets"]
    )


# --- the worked examples of docs/site-mapping.md -------------------------------------------------


def strengths(answer: Any) -> dict[str, str]:
    return {item["option"]: item["strength"] for item in answer["considerations"]}


@pytest.mark.parametrize("name", ["epic-like", "oracle-like"])
def test_examples_have_no_mistake_and_leave_nothing_unread(name: str) -> None:
    folder = EXAMPLES / name
    assert run("mapping", "check", folder / "mapping").exit_code == 0
    assert covered(folder / "records")["unread"]
    assert not covered(folder / "records", "--mapping", folder / "mapping")["unread"]


def test_the_epic_like_example() -> None:
    folder = EXAMPLES / "epic-like"
    before = evaluated(folder / "records" / "patient.json")
    after = evaluated(folder / "records" / "patient.json", **{VARIABLE: str(folder / "mapping")})
    assert [card["summary"] for card in before["cards"]] == [
        "Relapsed ALL of unknown lineage: immunophenotype needed before options can be reviewed."
    ]
    assert (before["state"]["lineage"], after["state"]["lineage"]) == ("U", "B")
    assert strengths(after)["blinatumomab"] == "EVAL"
    assert strengths(after)["inotuzumab-ozogamicin"] == "EVAL"
    assert (len(before["unread"]), len(after["unread"])) == (5, 0)


def test_the_oracle_like_example() -> None:
    folder = EXAMPLES / "oracle-like"
    before = evaluated(folder / "records" / "patient.json")
    after = evaluated(folder / "records" / "patient.json", **{VARIABLE: str(folder / "mapping")})
    assert strengths(before)["blinatumomab"] == "CAD"
    assert strengths(after)["blinatumomab"] == "EVAL"
    assert "CD19 positive" in after["cards"][0]["summary"]
    assert (len(before["unread"]), len(after["unread"])) == (2, 0)


def test_the_document_lists_every_concept_and_shows_the_examples() -> None:
    text = (EXAMPLES.parents[1] / "site-mapping.md").read_text(encoding="utf-8")
    for concept in CONCEPTS.values():
        assert f"| `{concept.name}` | {concept.title} |" in text
    shown_table = (EXAMPLES / "epic-like" / "mapping" / "hospital.csv").read_text(encoding="utf-8")
    assert shown_table in text
    report = run("mapping", "coverage", EXAMPLES / "epic-like" / "records", "--as-of", DAY)
    assert report.stdout in text
