"""CARD-03: what a sentence of a card rests on stands among its facts, newest first."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from service import demos
from service.app import create_app
from service.settings import Settings

URL = "/cds-services/relapsed-b-all"
_FACT = re.compile(r"^- (\d{4}(?:-\d\d){0,2}): (.*) \(([^()]*)\)$", re.MULTILINE)


def cards(name: str, jurisdiction: Any = "US") -> dict[str, str]:
    """The details of the cards of a demonstration patient, by topic."""
    app = create_app(Settings(jurisdiction=jurisdiction)).test_client()
    answer = app.post(URL, json=demos.request_body(name)).get_json()
    return {card["source"]["topic"]["code"]: card["detail"] for card in answer["cards"]}


def section(detail: str, title: str) -> str:
    return detail.split(f"**{title}**\n\n")[1].split("\n\n**")[0]


@pytest.mark.parametrize(
    ("name", "topic", "sentence", "facts"),
    [
        pytest.param(
            "child-second-remission-mrd",
            "allogeneic-hsct",
            "high risk by BFM and COG (BFM early, COG early)",
            [
                ("2024-03-04", "B-cell precursor acute lymphoblastic leukemia"),
                ("2024-03-06", "until 2026-01-20"),
                ("2026-01-20", "marrow blasts 58 %"),
            ],
            id="HS-04",
        ),
        pytest.param(
            "isolated-cns-relapse",
            "relapse-context",
            "BFM late, S1; COG late",
            [
                ("2021-10-04", "B-cell precursor acute lymphoblastic leukemia"),
                ("2021-10-06", "until 2024-01-12"),
                ("2026-06-05", "CNS3"),
            ],
            id="CX-13",
        ),
        pytest.param(
            "isolated-cns-relapse",
            "relapse-context",
            "Long first remission",
            [("2021-11-08", "Complete remission, first (CR1)")],
            id="CX-01",
        ),
        pytest.param(
            "second-relapse-cd19-lost",
            "inotuzumab-ozogamicin",
            "Not suggested: blinatumomab (CD19 negative)",
            [("2026-06-03", "CD19 negative")],
            id="AG-01",
        ),
        pytest.param(
            "relapse-after-transplant-liver",
            "blinatumomab",
            "second transplant: not until remission",
            [("2025-03-04", "transplantation")],
            id="HS2",
        ),
        pytest.param(
            "relapse-after-transplant-liver",
            "inotuzumab-ozogamicin",
            "above its limit for withholding inotuzumab; limits: bilirubin 1.5 × ULN, AST or ALT "
            "2.5 × ULN (bilirubin 1.9 × ULN)",
            [("2026-06-12", "bilirubin 1.9 × ULN")],
            id="P-06",
        ),
    ],
)
def test_what_a_sentence_rests_on(
    name: str, topic: str, sentence: str, facts: list[tuple[str, str]]
) -> None:
    detail = cards(name)[topic]
    assert sentence in detail
    listed = _FACT.findall(section(detail, "Facts used"))
    for day, words in facts:
        assert any(day == when and words in text for when, text, _ in listed), (day, words)


@pytest.mark.parametrize("name", demos.names())
def test_facts_stand_newest_first(name: str) -> None:
    for detail in cards(name).values():
        days = [date.fromisoformat(day) for day, _, _ in _FACT.findall(detail) if len(day) == 10]
        assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(("jurisdiction", "other"), [("US", "EU"), ("EU", "US")])
@pytest.mark.parametrize("name", demos.names())
def test_labels_of_other_places_are_told_apart(name: str, jurisdiction: str, other: str) -> None:
    for detail in cards(name, jurisdiction).values():
        for line in section(detail, "Rules and sources").splitlines():
            if line.startswith("- Labels: "):
                assert f" {other} " not in line.replace(",", " ")
            if line.startswith("- Labels elsewhere: "):
                assert f" {jurisdiction} " not in line.replace(",", " ")


def test_labels_are_those_of_the_therapy() -> None:
    found = cards("adult-early-relapse")
    blinatumomab = section(found["blinatumomab"], "Rules and sources")
    assert "Blincyto" in blinatumomab
    assert not re.search("Kymriah|Tecartus|Aucatzyl", blinatumomab)


def test_rules_that_are_not_met_are_called_so() -> None:
    rules = section(cards("mrd-positive-first-remission")["blinatumomab"], "Rules and sources")
    assert re.search(r"^- Rules: .*BL-02", rules, re.MULTILINE)
    assert "BL-13" not in rules.split("Rules that are not met: ")[0]
    assert re.search(r"^- Rules that are not met: .*BL-13", rules, re.MULTILINE)
