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
    assert not settings.require_auth


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "RELAPSE_CDS_FHIR_SERVERS", "https://A.example.org/fhir/, http://b.example.org:80"
    )
    assert load_settings().fhir_servers == ("https://a.example.org/fhir", "http://b.example.org")


def test_private_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAPSE_CDS_PRIVATE_NETWORKS", "10.0.0.0/8, fd00::/8,192.168.7.9")
    known = [str(network) for network in load_settings().private_networks]
    assert known == ["10.0.0.0/8", "fd00::/8", "192.168.7.9/32"]
    assert Settings(private_networks="").private_networks == ()


WRONG = [
    ("MODE", "staging"),
    ("MODE", ""),
    ("JURISDICTION", "UK"),
    ("PREFETCH", "some"),
    ("FHIR_SERVERS", "ehr.example.org"),
    ("FHIR_SERVERS", "https://u:p@ehr.example.org"),
    ("FHIR_SERVERS", "http://169.254.169.254/latest"),
    ("FHIR_SERVERS", "https://ehr.example.org/fhir,http://[::ffff:169.254.169.254]/"),
    ("FHIR_SERVERS", "http://0.0.0.0:8080/fhir"),
    ("PRIVATE_NETWORKS", "10.0.0.1/8"),
    ("PRIVATE_NETWORKS", "hospital"),
    ("FHIR_DEADLINE", "0"),
    ("FHIR_DEADLINE", "soon"),
    ("FHIR_DEADLINE", "nan"),
    ("MAX_BODY", "-1"),
    ("MAX_BODY", "20MB"),
    ("CORS_ORIGINS", "ehr.example.org"),
    ("CORS_ORIGINS", "https://ehr.example.org/path"),
    ("CORS_ORIGINS", "https://*.example.org"),
    ("CORS_ORIGINS", "https://user:word@ehr.example.org"),
    ("CORS_ORIGINS", "https://ehr.example.org, https://b.example?x"),
    ("CORS_ORIGINS", "null"),
    ("PUBLIC_URL", "cds.example.org"),
    ("SUGGESTIONS", "perhaps"),
    ("LOG_LEVEL", "LOUD"),
    ("REQUIRE_AUTH", "2"),
    ("TOKEN_LIFETIME", "0"),
    ("TOKEN_LIFETIME", "3601"),
    ("TOKEN_LEEWAY", "61"),
    ("TOKEN_LEEWAY", "-1"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_value_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"RELAPSE_CDS_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"RELAPSE_CDS_{name}: " in str(caught.value)
    assert "\n" not in str(caught.value)


PRODUCTION = {
    "MODE": "production",
    "CLIENTS": "/etc/relapse-cds/clients.toml",
    "PUBLIC_URL": "https://cds.example.org",
}
UNSAFE = [
    ({"CLIENTS": ""}, "RELAPSE_CDS_CLIENTS"),
    ({"PUBLIC_URL": ""}, "RELAPSE_CDS_PUBLIC_URL"),
    ({"PUBLIC_URL": "http://cds.example.org"}, "RELAPSE_CDS_PUBLIC_URL must begin with https://"),
    ({"PUBLIC_URL": "http://127.0.0.1:8000"}, "RELAPSE_CDS_PUBLIC_URL must begin with https://"),
    ({"REQUIRE_AUTH": "false"}, "RELAPSE_CDS_REQUIRE_AUTH=false"),
    ({"FHIR_SERVERS": "http://ehr.example.org"}, "RELAPSE_CDS_FHIR_SERVERS must begin with https"),
]


def test_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """C-201: every caller is authenticated, and no page of another origin is let in unasked."""
    set_all(monkeypatch, PRODUCTION)
    settings = load_settings()
    assert not settings.development
    assert settings.require_auth
    assert settings.cors_origins == ()
    set_all(monkeypatch, {"REQUIRE_AUTH": "true", "CORS_ORIGINS": "https://ehr.example.org"})
    assert load_settings().cors_origins == ("https://ehr.example.org",)


@pytest.mark.parametrize(("changes", "problem"), UNSAFE)
def test_unsafe_production_does_not_start(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], problem: str
) -> None:
    """C-002, C-035, C-201."""
    set_all(monkeypatch, PRODUCTION | changes)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["CLIENTS", "PUBLIC_URL"])
def test_required_authentication_needs_clients_and_an_address(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    asked = {"REQUIRE_AUTH": "true", "CLIENTS": "a.toml", "PUBLIC_URL": "http://127.0.0.1:8000"}
    set_all(monkeypatch, asked)
    assert load_settings().require_auth
    monkeypatch.delenv(f"RELAPSE_CDS_{missing}")
    with pytest.raises(SettingsError, match=f"REQUIRE_AUTH=true needs .*RELAPSE_CDS_{missing}"):
        load_settings()


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"RELAPSE_CDS_{name}", value)


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.jurisdiction = "EU"


def test_a_name_in_small_letters_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the one in capitals nobody could say which of them counts."""
    set_all(monkeypatch, PRODUCTION)
    monkeypatch.setenv("RELAPSE_CDS_mode", "development")
    with pytest.raises(SettingsError, match=r"RELAPSE_CDS_mode: .*capitals"):
        load_settings()


def test_a_wrong_mode_is_all_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAPSE_CDS_MODE", "prod")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).count("RELAPSE_CDS_") == 1
    assert "factory" not in str(caught.value)


def test_unknown_variables_are_found() -> None:
    environment = {"RELAPSE_CDS_MOD": "x", "RELAPSE_CDS_MODE": "development", "HOME": "/"}
    assert unknown_variables(environment) == ["RELAPSE_CDS_MOD"]


def test_every_setting_is_described() -> None:
    rows: list[Any] = list(described())
    assert len(rows) == len(Settings.model_fields)
    assert all(name.startswith("RELAPSE_CDS_") and meaning for name, _, meaning in rows)
