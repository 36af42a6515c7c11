"""CD19 and CD22 on leukaemic cells (E-24, E-25, encodings 5.1 to 5.3)."""

from __future__ import annotations

import re
from dataclasses import replace

from mappings.observation.answers import Answer
from mappings.observation.finding import Finding
from mappings.values.shapes import codings, string, text_of
from mappings.values.value_text import Word
from relapse.facts import Antigen, AntigenResult, Expression

_NAME = {Antigen.CD19: r"cd\s*-?19", Antigen.CD22: r"cd\s*-?22"}
_NAMED = {antigen: re.compile(rf"\b{name}\b") for antigen, name in _NAME.items()}
_NAME_FIRST = {
    antigen: re.compile(rf"\s*{name}\s*[:=]?\s+(?=\S)", re.IGNORECASE)
    for antigen, name in _NAME.items()
}
_CYTOPLASMIC = re.compile(r"cytoplasm|\bcy(?:to)?[ -]?cd|\bicd|\bccd|intracellular")
_NORMAL_CELLS = re.compile(
    r"\bnormal b|\bb[ -]cells? (?:in|/|count)|lymphocytes\b(?!.*blast)|\bmature b|\bpolyclonal|"
    r"exclud\w+ (?:\w+ )?(?:blast|leuk)|\bnon-? ?(?:blast|leuk)|other than (?:\w+ )?(?:blast|leuk)|"
    r"without (?:\w+ )?(?:blast|leuk)|\bnot on (?:\w+ )?(?:blast|leuk)"
)
# "CD19+ blasts/100 cells": how many blasts there are, not how many of them carry the antigen.
_OF_ALL_CELLS = re.compile(
    r"/\s*(?:100\s+)?(?:all |total |nucleated |white )*(?:cells|leukocytes|wbc)|of (?:all |total |"
    r"nucleated |white )*cells"
)
EXPRESSIONS = {
    Word.POSITIVE: Expression.POSITIVE,
    Word.NEGATIVE: Expression.NEGATIVE,
    Word.PARTIAL: Expression.HETEROGENEOUS,
    Word.INDETERMINATE: Expression.UNCLEAR,
}


def list_perhaps(finding: Finding) -> None:
    """An antigen that does not say on which cells: listed where a word answers. A number under such
    a name is a count of lymphocytes.
    """
    if finding.answer().agreed is not None:
        finding.list_unread("an antigen without a word on which cells")


def read(finding: Finding) -> None:
    """Add the antigen that the code names; the share is that of positive blasts only where blasts
    are the whole.
    """
    words = finding.words
    named = [antigen for antigen, pattern in _NAMED.items() if pattern.search(words)]
    if "obs-cd22-blasts" in finding.concepts and Antigen.CD22 not in named:
        named = [Antigen.CD22]
    if len(named) != 1:
        finding.list_unread("names more than one antigen")
        return
    answer = _without_its_name(finding, named[0]).answer()
    if answer.missing:
        finding.list_lone_flag()
        return
    if _CYTOPLASMIC.search(words):
        return  # CD22 inside the cell is no target of treatment
    if finding.spinal_fluid or _NORMAL_CELLS.search(words):
        finding.list_unread("antigen on other cells than leukaemic ones in marrow or blood")
        return
    if _OF_ALL_CELLS.search(words) and "obs-cd22-blasts" not in finding.concepts:
        finding.list_unread("antigen as a share of all cells")
        return
    add(finding, named[0], answer)


def _without_its_name(finding: Finding, antigen: Antigen) -> Finding:
    """The same with "CD22 positive" as "positive": a value that names its own antigen first."""
    for name, text in (
        ("valueString", string(finding.data.get("valueString"))),
        ("valueCodeableConcept", text_of(finding.data.get("valueCodeableConcept"))),
    ):
        named = _NAME_FIRST[antigen].match(text)
        if named and not codings(finding.data[name]):
            value = text[named.end() :]
            plain = value if name == "valueString" else {"text": value}
            return replace(finding, data={**finding.data, name: plain})
    return finding


def add(finding: Finding, antigen: Antigen, answer: Answer) -> None:
    """One AntigenResult; a value that cannot be read leaves the expression unclear, and is
    listed.
    """
    said = answer.agreed
    if answer.problem:
        finding.list_unreadable("antigen", answer.problem)
        said = Word.INDETERMINATE
    finding.context.facts.append(
        AntigenResult(
            **finding.result(answer.text),
            antigen=antigen,
            fraction=answer.share,
            reported=None if said is None else EXPRESSIONS[said],
        )
    )
