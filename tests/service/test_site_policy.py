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
from service.site_policy import policies


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
        ("[policies]\njurisdiction = 'EU'\n", "RELAPSE_CDS_JURISDICTION sets it"),
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
