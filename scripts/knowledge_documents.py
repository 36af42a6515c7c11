"""The knowledge as Markdown for `docs/`, from the same object as the page ``/knowledge``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Known = Mapping[str, Any]
_GENERATED = "<!-- Written by python -m scripts.make_knowledge; do not edit. -->"
_EXAMPLE = """```toml
[policies]
consolidation = false          # POL-04: no blinatumomab consolidation while MRD is negative
blinatumomab_mrd = 0.0001      # POL-03: a fraction of cells, 0.01 %
mrd_max_age = 21               # POL-30, days
late_adult_car_t = "EVAL"      # POL-16
qt_drugs = ["dasatinib", "nilotinib", "ondansetron"]   # POL-37
```"""

MOST_CASES = 12
"""Precautions that every card of a therapy carries have a hundred cases: the first are enough."""


def knowledge_document(known: Known) -> str:
    """`docs/knowledge.md`: rules, sources, value sets, source texts, under the default policies."""
    model = known["model"]
    parts = [
        _GENERATED,
        "# Knowledge",
        f"Clinical model {model['version']}, newest label data read {model['labelDataAsOf']}. A "
        "running service shows the same under `/knowledge`, with the policies in force there, and "
        "as JSON under `/knowledge.json`. Policies: [policies.md](policies.md).",
        "Marks of sources: an S-id was read for what it is cited for; **GK** is general knowledge "
        "that nobody verified, to be confirmed by a clinician before clinical use; TEXT stands in "
        "one of the texts that the model started from; POL is a choice of this project.",
        "## Source attributes of the decision support intervention",
        "Evidence-based intervention, in the order of 45 CFR 170.315(b)(11)(iv)(A). The service "
        "itself is not certified health IT.",
        _rows(
            ("Attribute", "Answer"),
            ((item["attribute"], item["answer"]) for item in known["sourceAttributes"]),
        ),
        "## Rules",
        f"Rules hold from {model['validFrom']} unless they say otherwise. Cases are the clinical "
        "cases in `tests/cases` that expect the rule; in brackets the files of unit tests that "
        "name it.",
        *_families(known),
        "## Sources",
        _rows(
            ("Id", "Citation", "Label it stands for", "Mark"),
            ((s["id"], s["citation"], s["label"], s["mark"]) for s in known["sources"]),
        ),
        "## Value sets",
        _rows(
            ("Name", "Codes", "Code systems"),
            ((v["name"], v["size"], ", ".join(v["systems"])) for v in known["valueSets"]),
        ),
        *_texts(known),
    ]
    return "\n\n".join(parts) + "\n"


def policies_document(known: Known) -> str:
    """`docs/policies.md`: every policy with default, range, meaning and why it is disputed."""
    parts = [
        _GENERATED,
        "# Policies",
        "Numbers and choices that are this project's and not published facts. A site writes those "
        "that it decides otherwise into a TOML file with one table:",
        _EXAMPLE,
        "`RELAPSE_CDS_POLICIES` names the file; `relapse-cds evaluate --policies FILE` uses one "
        "for a single evaluation. An unknown name, a value out of range or a file that cannot be "
        "read stops the start with one line that names the file and the policy. Every card names "
        "the policies that differ from their default, and so does `/knowledge`.",
        "`RELAPSE_CDS_JURISDICTION` sets the jurisdiction unless the file does; where both do and "
        "differ, the service does not start.",
        "Lengths are days unless the name says otherwise; shares are fractions of cells (0.001 is "
        "0.1 %).",
        _rows(
            ("Id", "Name", "Default", "Range", "Meaning", "Why disputed"),
            (
                (
                    item["id"],
                    f"`{item['name']}`",
                    item["default"],
                    item["range"],
                    item["meaning"],
                    item["why"],
                )
                for item in known["policies"]
            ),
        ),
        "## Fixed policies",
        "Only a change of the rules changes these.",
        _rows(
            ("Id", "Choice", "Why disputed"),
            ((item["id"], item["choice"], item["why"]) for item in known["fixedPolicies"]),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _families(known: Known) -> Iterator[str]:
    texts = {item["id"]: item["text"] for item in known["precautions"]}
    gating = {item["id"] for item in known["dataRequests"] if item["gating"]}
    for family in known["ruleFamilies"]:
        yield f"### {family['family']}: {family['title']}"
        rows = []
        for rule in family["rules"]:
            words = [f"**{rule['title']}.**"]
            if texts.get(rule["id"], rule["promise"]) != rule["promise"]:
                words.append(f"{texts[rule['id']]}.")
            words.append(rule["promise"])
            if family["family"] == "D":
                words.append("*gating*" if rule["id"] in gating else "*not gating*")
            if rule["validFrom"] != known["model"]["validFrom"]:
                words.append(f"Valid from {rule['validFrom']}.")
            sources = ", ".join(source["id"] for source in rule["sources"])
            rows.append(
                (
                    rule["id"],
                    " ".join(words),
                    sources,
                    f"`{rule['place']}`",
                    _exercised(rule),
                )
            )
        yield _rows(("Id", "Rule", "Sources", "Place in the code", "Cases"), rows)


def _texts(known: Known) -> Iterator[str]:
    yield "## Therapies and terms"
    yield _rows(
        ("Id", "Name", "Carried by"),
        ((item["id"], item["name"], ", ".join(item["carriedBy"])) for item in known["terms"]),
    )
    yield "## Statements of the source texts"
    yield (
        "Each statement of the five texts that the model started from, in short words of our own, "
        "with its place or the reason why it is not modelled."
    )
    for text in known["sourceTexts"]:
        yield f"### Text {text['id']}: {text['title']}"
        yield _rows(
            ("Lines", "Statement", "Place"),
            ((item["lines"], item["says"], _place(item)) for item in text["statements"]),
        )
    yield "## Where the source texts disagree"
    yield _rows(
        ("Topic", "What they say", "Decided", "Place"),
        (
            (item["topic"], item["texts"], item["decided"], ", ".join(item["place"]))
            for item in known["disagreements"]
        ),
    )


def _place(statement: Known) -> str:
    if not statement["modelled"]:
        return f"not modelled: {statement['why']}"
    place = ", ".join(statement["place"])
    return f"{place} ({statement['why']})" if statement["why"] else place


def _rows(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |"
        for line in lines
    )


def _exercised(rule: dict[str, Any]) -> str:
    """Cases, then the files of unit tests."""
    tests = ", ".join(rule["unitTests"])
    shown = ", ".join(rule["cases"][:MOST_CASES])
    if len(rule["cases"]) > MOST_CASES:
        shown += f" and {len(rule['cases']) - MOST_CASES} more"
    return " ".join(filter(None, (shown, f"({tests})" if tests else ""))) or "–"
