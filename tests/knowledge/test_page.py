"""``/knowledge``: complete, linked, without scripts or anything from elsewhere, and optional."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from relapse.policy import Policy
from relapse.precautions import PRECAUTIONS
from relapse.requests import REQUESTS
from relapse.sources import SOURCES
from service.app import create_app
from service.knowledge.cases import shipped_cases
from service.knowledge.content import all_rules, content
from service.settings import Settings


@pytest.fixture(scope="module")
def make_app() -> Callable[..., Flask]:
    def make(**settings: Any) -> Flask:
        return create_app(Settings(**settings))

    return make


@pytest.fixture(scope="module")
def page(make_app: Callable[..., Flask]) -> str:
    answer = make_app().test_client().get("/knowledge")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    return answer.text


def test_every_id_has_an_anchor_of_its_own(page: str) -> None:
    counted = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [id for id, times in counted.items() if times > 1] == []
    for id in (*all_rules(), *SOURCES):
        assert id in counted
    for id in shipped_cases().sentences:
        assert f"case-{id}" in counted
        assert re.fullmatch(r"[A-Za-z0-9.-]+", id)


def test_every_link_inside_the_page_leads_somewhere(page: str) -> None:
    anchors = set(re.findall(r'\sid="([^"]+)"', page))
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert len(targets) > 200
    assert targets <= anchors


def test_every_statement_policy_precaution_and_request_is_shown(page: str) -> None:
    text = unescape(page)
    known = content(Policy())
    for item in known["sources"]:
        assert item["citation"] in text
    for item in known["policies"]:
        assert f"<code>{item['name']}</code>" in text
        assert item["why"] in text
    assert all(item.text in text for item in PRECAUTIONS.values())
    assert all(item.text in text for item in REQUESTS.values())
    for source_text in known["sourceTexts"]:
        for statement in source_text["statements"]:
            assert statement["says"] in text
            assert statement["why"] in text
    assert all(rule.promise in text and rule.title in text for rule in all_rules().values())


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(page: str) -> None:
    """The content security policy of the service allows inline style and nothing else."""
    assert not re.search(
        r"<script|<img|<link|<iframe|\son\w+=|url\(|@import|https?://[^<]*\.js", page
    )
    assert set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page)) == {"knowledge.json", "./"}


def test_json_is_the_same_knowledge(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    answer = client.get("/knowledge.json")
    assert answer.mimetype == "application/json"
    rules = {rule["id"]: rule for family in answer.json["ruleFamilies"] for rule in family["rules"]}
    assert set(rules) == set(all_rules())
    assert rules["BL-13"]["sources"][0]["mark"] == "verified in the source"
    assert rules["E-04"]["sources"] == [
        {
            "id": "GK",
            "citation": SOURCES["GK"].citation,
            "mark": "general knowledge, unverified",
        }
    ]
    assert "V13" in rules["BL-13"]["cases"]
    by_header = client.get("/knowledge", headers={"Accept": "application/json"})
    assert by_header.data == answer.data
    assert "Accept" in by_header.headers["Vary"]


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/html,*/*;q=0.8", "image/png", None])
def test_a_browser_gets_the_page(make_app: Callable[..., Flask], accept: str | None) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert make_app().test_client().get("/knowledge", headers=headers).mimetype == "text/html"


def test_policies_in_force(make_app: Callable[..., Flask], tmp_path: Any) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[policies]\njurisdiction = "EU"\nmrd_max_age = 21\n', encoding="utf-8")
    client = make_app(policies=str(file)).test_client()
    known = client.get("/knowledge.json").json
    assert known["model"]["jurisdiction"] == "EU"
    changed = {item["name"]: item["value"] for item in known["policies"] if item["changed"]}
    assert changed == {"jurisdiction": '"EU"', "mrd_max_age": "21"}
    text = unescape(client.get("/knowledge").text)
    assert re.search(r'id="policy-mrd_max_age" class="changed".*?21 <strong>changed', text, re.S)
    assert "EU labels" in client.get("/").text


def test_it_can_be_turned_off(make_app: Callable[..., Flask]) -> None:
    client = make_app(knowledge=False).test_client()
    assert client.get("/knowledge").status_code == 404
    assert client.get("/knowledge.json").status_code == 404
    assert "knowledge" not in client.get("/").text
    assert 'href="knowledge"' in make_app().test_client().get("/").text


def test_value_sets_are_those_in_force() -> None:
    from mappings.terminology import standard

    listed = {item["name"]: item for item in content(Policy())["valueSets"]}
    assert set(listed) == standard().names
    assert listed["cond-b-all"]["size"] > 4
    assert "http://snomed.info/sct" in listed["cond-b-all"]["systems"]


def test_source_attributes_of_the_regulation() -> None:
    """45 CFR 170.315(b)(11)(iv)(A): thirteen, each answered, none invented."""
    answers = {item["attribute"]: item["answer"] for item in content(Policy())["sourceAttributes"]}
    assert len(answers) == 13
    assert all(answers.values())
    assert answers["Funding source of the technical implementation"] == "None declared."
    used = {name for name, answer in answers.items() if answer.startswith("Used")}
    assert used == {"Use of sex", "Use of date of birth", "Use of health status assessments"}
    named = {id for answer in answers.values() for id in re.findall(r"\b[EPD]-[A-Z0-9]+\b", answer)}
    assert named <= set(all_rules())


def test_the_record_is_read_for_no_other_attribute_of_the_person() -> None:
    """What the source attributes call not read is not among the elements that are kept."""
    from mappings.patient import PATIENT

    assert set(PATIENT) == {"gender", "birthDate", "deceasedBoolean", "deceasedDateTime"}
