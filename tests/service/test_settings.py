"""Settings from the environment."""

from __future__ import annotations

from typing import Any

import pytest

from service.settings import (
    Settings,
    SettingsError,
    described,
    load_settings,
    unknown_variables,
)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("RELAPSE_CDS_"):
            monkeypatch.delenv(name)


def test_defaults_work() -> None:
    settings = load_settings()
    assert settings.development
    assert settings.max_body >= 20 * 1024 * 1024
    assert settings.fhir_deadline == 5
    assert settings.cors_origins == ("*",)


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "RELAPSE_CDS_FHIR_SERVERS", "https://A.example.org/fhir/, http://b.example.org:80"
    )
    assert load_settings().fhir_servers == ("https://a.example.org/fhir", "http://b.example.org")


WRONG = [
    ("MODE", "staging"),
    ("MODE", ""),
    ("JURISDICTION", "UK"),
    ("PREFETCH", "some"),
    ("FHIR_SERVERS", "ehr.example.org"),
    ("FHIR_SERVERS", "https://u:p@ehr.example.org"),
    ("FHIR_DEADLINE", "0"),
    ("FHIR_DEADLINE", "soon"),
    ("FHIR_DEADLINE", "nan"),
    ("MAX_BODY", "-1"),
    ("MAX_BODY", "20MB"),
    ("CORS_ORIGINS", "ehr.example.org"),
    ("CORS_ORIGINS", "https://ehr.example.org/path"),
    ("PUBLIC_URL", "cds.example.org"),
    ("SUGGESTIONS", "perhaps"),
    ("LOG_LEVEL", "LOUD"),
    ("REQUIRE_AUTH", "2"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_value_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"RELAPSE_CDS_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"RELAPSE_CDS_{name}: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("MODE", "production"), ("REQUIRE_AUTH", "true")])
def test_no_pretence_of_authentication(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """C-201: without a check of callers there is no production mode."""
    monkeypatch.setenv(f"RELAPSE_CDS_{name}", value)
    with pytest.raises(SettingsError, match=r"authentication|token"):
        load_settings()


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.jurisdiction = "EU"


def test_unknown_variables_are_found() -> None:
    environment = {"RELAPSE_CDS_MOD": "x", "RELAPSE_CDS_MODE": "development", "HOME": "/"}
    assert unknown_variables(environment) == ["RELAPSE_CDS_MOD"]


def test_every_setting_is_described() -> None:
    rows: list[Any] = list(described())
    assert len(rows) == len(Settings.model_fields)
    assert all(name.startswith("RELAPSE_CDS_") and meaning for name, _, meaning in rows)
