"""The command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service import demos
from service.cli import main
from service.demo_load import LoadFailed, load_all
from tests.service.fhir_server import Reply, serving
from tests.service.invariants import check_response, schema_errors

FIRST = demos.names()[0]


def run(*arguments: str, stdin: bytes | None = None, **environment: str) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin, env=environment)


@pytest.fixture
def record() -> Path:
    return demos.FOLDER / f"{FIRST}.json"


def test_evaluate_json(record: Path) -> None:
    """The shape that others rely on."""
    result = run("evaluate", str(record), "--as-of", demos.AS_OF, "--format", "json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert list(answer) == ["asOf", "patient", "state", "considerations", "unread", "cards"]
    assert answer["asOf"] == demos.AS_OF
    assert {"disease", "relapseCount", "remission", "mrd", "lineage", "ph"} <= set(answer["state"])
    for item in answer["considerations"]:
        assert {"option", "strength", "precautions", "dataRequests", "rules"} <= set(item)
        assert item["strength"] in {"EVAL", "CONS", "CAD", "NOT"}
    check_response({"cards": answer["cards"]})


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_output_where_few_characters_can_be_written(record: Path, form: str, encoding: str) -> None:
    program = "from service.cli import main; main()"
    command = [sys.executable, "-c", program, "evaluate", str(record), "--format", form]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert form == "text" or json.loads(done.stdout)


def test_evaluate_is_reproducible(record: Path) -> None:
    arguments = ("evaluate", str(record), "--as-of", demos.AS_OF, "--format", "json")
    assert run(*arguments).stdout == run(*arguments).stdout


def test_evaluate_reads_standard_input(record: Path) -> None:
    by_file = run("evaluate", str(record), "--as-of", demos.AS_OF, "--format", "json")
    mark = b"\xef\xbb\xbf"
    by_input = run(
        "evaluate",
        "-",
        "--as-of",
        demos.AS_OF,
        "--format",
        "json",
        stdin=mark + record.read_bytes(),
    )
    assert by_input.stdout == by_file.stdout


def test_evaluate_text(record: Path) -> None:
    result = run("evaluate", str(record), "--as-of", demos.AS_OF)
    assert result.exit_code == 0
    assert "Patient/" in result.stdout
    assert "\x1b[" not in result.stdout
    assert len(run("evaluate", str(record), "--as-of", demos.AS_OF, "--full").stdout) >= len(
        result.stdout
    )


def test_jurisdiction(record: Path) -> None:
    result = run("evaluate", str(record), "--jurisdiction", "EU", "--as-of", demos.AS_OF)
    assert "EU labels" in result.stdout


BUNDLE: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
PATIENTS = [{"resource": {"resourceType": "Patient", "id": name}} for name in ("a", "b")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b'{"resourceType": "Bundle", "entry": [',
        b"[]",
        b"{}",
        b'{"resourceType": "Patient", "id": "secret"}',
        b'{"resourceType": "Patient"}\n{"resourceType": "Condition"}\n',
        b'{"resourceType": "Bundle", "x": NaN}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        json.dumps(BUNDLE).encode(),
        json.dumps(BUNDLE | {"entry": []}).encode(),
        json.dumps(BUNDLE | {"entry": PATIENTS}).encode(),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_unusable_file(tmp_path: Path, content: bytes) -> None:
    """Rule 37: status not 0, one sentence on standard error, nothing on standard output."""
    file = tmp_path / "record.json"
    file.write_bytes(content)
    result = run("evaluate", str(file))
    assert result.exit_code != 0
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr


def test_absent_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        result = run("evaluate", str(path))
        assert result.exit_code != 0
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1


def test_wrong_setting_stops_the_start() -> None:
    result = run("serve", RELAPSE_CDS_MODE="production")
    assert result.exit_code != 0
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "authentication" in result.stderr


def test_unknown_setting_is_named(record: Path) -> None:
    result = run("evaluate", str(record), RELAPSE_CDS_JURISDICTON="EU")
    assert "RELAPSE_CDS_JURISDICTON" in result.stderr


def test_settings_are_listed() -> None:
    result = run("settings", COLUMNS="200")
    assert result.exit_code == 0
    for name in ("MODE", "FHIR_SERVERS", "JURISDICTION", "PREFETCH", "MAX_BODY"):
        assert f"RELAPSE_CDS_{name}" in result.stdout


def test_demo_list() -> None:
    assert run("demo", "list").stdout.split() == demos.names()


@pytest.mark.parametrize("name", demos.names())
def test_demo_request(name: str) -> None:
    """Complete: every key is answered, references lead to resources that are there."""
    result = run("demo", "request", name)
    request = json.loads(result.stdout)
    assert schema_errors("request", request) == []
    assert "urn:uuid" not in result.stdout
    assert request["prefetch"]["patient"]["id"] == request["context"]["patientId"]


def test_unknown_demo() -> None:
    result = run("demo", "request", "../settings")
    assert result.exit_code != 0
    assert result.stdout == ""


def test_demo_load() -> None:
    """Every Bundle is posted; a server that is not up yet is waited for."""
    with serving(lambda path, headers: Reply({"resourceType": "Bundle"})) as base:
        assert list(load_all(base, 10)) == demos.names()


def test_demo_load_gives_up() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(LoadFailed, match="within 10 seconds"):
        list(load_all("http://127.0.0.1:1/fhir", 10, clock=lambda: now[0], sleep=sleep))
    with pytest.raises(LoadFailed, match="address"):
        list(load_all("nowhere", 10))


def test_demo_load_refused() -> None:
    with (
        serving(lambda path, headers: Reply({}, 422)) as base,
        pytest.raises(LoadFailed, match="status 422"),
    ):
        list(load_all(base, 10))
