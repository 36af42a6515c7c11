"""A site's own policies: in force, named on cards, and refused in one line where they are wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.demos import AS_OF, FOLDER
from service.settings import SettingsError, load_settings
from service.site.policy import policies


def policy_file(folder: Path, content: str) -> str:
    path = folder / "policies.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_values_of_the_file_are_in_force(tmp_path: Path) -> None:
    path = policy_file(
        tmp_path, "[policies]\nconsolidation = false\nblinatumomab_mrd = 0.0001\nmrd_max_age = 21\n"
    )
    policy = policies(load_settings(policies=path, jurisdiction="EU"))
    assert (policy.consolidation, policy.mrd_max_age) == (False, 21)
    assert policy.blinatumomab_mrd == Decimal("0.0001")
    assert policy.jurisdiction == "EU"
    assert len(policy.changed()) == 3


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[policies]\nmrd_max_age = 1000\n", "mrd_max_age must lie between 1 and 180"),
        ("[policies]\nmrd_max_age = 'a'\n", "mrd_max_age must be a whole number"),
        ("[policies]\nmrd_max_age = true\n", "mrd_max_age must be a whole number"),
        ("[policies]\nconsolidation = 1\n", "consolidation must be true or false"),
        ("[policies]\nblinatumomab_mrd = nan\n", "blinatumomab_mrd must lie between"),
        ("[policies]\nlate_adult_car_t = 'MAYBE'\n", "late_adult_car_t must be one of"),
        ("[policies]\nqt_drugs = 'dasatinib'\n", "qt_drugs must be a list"),
        ("[policies]\nno_such_policy = 1\n", "there is no policy 'no_such_policy'"),
        ("[policies]\njurisdiction = 'UK'\n", "jurisdiction must be one of US, EU"),
        ("[policies]\nantigen_max_age_active = 90\n[other]\n", "needs one table"),
        ("mrd_max_age = 20\n", "needs one table"),
        ("[policies\n", "is not TOML"),
        (
            "[policies]\ntransplant_mrd_cons = 0.01\n",
            "transplant_mrd_cons must not exceed transplant_mrd_eval",
        ),
    ],
)
def test_a_file_in_error_says_what_to_change(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        policies(load_settings(policies=policy_file(tmp_path, content)))
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_in_error_stops_the_start(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["serve"], env={"RELAPSE_CDS_POLICIES": str(tmp_path / "missing.toml")}
    )
    assert done.exit_code != 0
    assert "cannot be read" in done.output


def test_cards_name_the_policies_that_differ(tmp_path: Path) -> None:
    """CARD-05: a reader of the card sees that the site decided otherwise."""
    path = policy_file(tmp_path, "[policies]\nhigh_burden_marrow = 0.3\n")
    command = ["evaluate", str(FOLDER / "adult-early-relapse.json"), "--as-of", AS_OF]
    done = CliRunner().invoke(
        main, [*command, "--format", "json"], env={"RELAPSE_CDS_POLICIES": path}
    )
    cards = json.loads(done.stdout)["cards"]
    assert cards
    assert all("POL-17" in card["detail"] for card in cards)
    blinatumomab = next(c for c in cards if c["source"]["topic"]["code"] == "blinatumomab")
    assert blinatumomab["indicator"] == "warning"
    plain = CliRunner().invoke(main, [*command, "--format", "json"])
    assert all("POL-17" not in card["detail"] for card in json.loads(plain.stdout)["cards"])


def test_the_file_may_say_the_jurisdiction(tmp_path: Path) -> None:
    path = policy_file(tmp_path, "[policies]\njurisdiction = 'EU'\n")
    assert policies(load_settings(policies=path)).jurisdiction == "EU"
    assert policies(load_settings(policies=path, jurisdiction="EU")).jurisdiction == "EU"


def test_two_jurisdictions_that_differ_stop_the_start(tmp_path: Path) -> None:
    path = policy_file(tmp_path, "[policies]\njurisdiction = 'EU'\n")
    done = CliRunner().invoke(
        main,
        ["serve"],
        env={"RELAPSE_CDS_POLICIES": path, "RELAPSE_CDS_JURISDICTION": "US"},
    )
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert f"{path}: jurisdiction is EU there and US in" in done.stderr


@pytest.mark.parametrize(
    "content",
    [b"[policies]\nmrd_max_age = " + b"9" * 5000, b"\xff[policies]\n", b"a = " + b"[" * 9000],
    ids=["too many digits", "not UTF-8", "too deep"],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policies.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="is not TOML") as raised:
        policies(load_settings(policies=str(path)))
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_policies_of_one_evaluation(tmp_path: Path) -> None:
    """``evaluate --policies FILE``; the jurisdiction of the command and of the file must agree."""
    path = policy_file(tmp_path, "[policies]\njurisdiction = 'EU'\nmrd_max_age = 21\n")
    command = ["evaluate", str(FOLDER / "adult-early-relapse.json"), "--as-of", AS_OF]
    done = CliRunner().invoke(main, [*command, "--policies", path, "--full"])
    assert done.exit_code == 0
    assert "EU labels" in done.stdout
    assert "mrd_max_age = 21" in " ".join(done.stdout.split())
    refused = CliRunner().invoke(main, [*command, "--policies", path, "--jurisdiction", "US"])
    assert refused.exit_code == 1
    assert refused.stdout == ""
    wrong = policy_file(tmp_path, "[policies]\nmrd_max_age = 0\n")
    refused = CliRunner().invoke(main, [*command, "--policies", wrong])
    assert refused.exit_code == 1
    assert f"{wrong}: mrd_max_age must lie between 1 and 180" in refused.stderr
