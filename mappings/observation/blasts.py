"""Blasts in marrow and blood, as a share of cells or as an absolute count (E-07, encodings 4.1 to
4.3).
"""

from __future__ import annotations

import re
from decimal import Decimal

from mappings.observation.finding import Finding
from mappings.values import quantity
from mappings.values.quantity import Unclear
from mappings.values.value_text import Word
from relapse.facts import BlastResult, Material, Method
from relapse.logic import Interval

_NONE_SEEN = Interval.exact(Decimal(0))
_ABSOLUTE = re.compile(r"#/volume|\babs(?:olute)?\b|absolute count")
_RATIO_WORDS = re.compile(r"/100|percent|%|fraction|\bper 100\b")
_OTHER_CELLS = re.compile(r"blasts?/(?:blasts|lymphocytes|100 blasts)|of lymphocytes|of cd\d+")

_NOT_LYMPHOBLASTS = re.compile(r"\bdonor|myeloblast|monoblast|erythroblast|megakaryoblast")


def read(finding: Finding) -> None:
    """Add the blasts of one result; without unit, without readable number or of another denominator
    they are listed.
    """
    words, concepts = finding.words, finding.concepts
    if finding.spinal_fluid:
        finding.list_unread("blasts of spinal fluid without a share of cells")
        return
    if _OTHER_CELLS.search(words):
        finding.list_unread("blasts as a share of other cells than marrow or white cells")
        return
    if _NOT_LYMPHOBLASTS.search(words):
        finding.list_unread("blasts of a donor or of another lineage")
        return
    answer = finding.answer()
    if answer.missing:
        return
    coded = None
    if "obs-blasts-marrow" in concepts:
        coded = Material.MARROW
    elif "obs-blasts-blood" in concepts:
        coded = Material.BLOOD
    material = finding.material(coded)
    method = finding.method()
    if "obs-blasts-blood-count" in concepts or (
        _ABSOLUTE.search(words) and not _RATIO_WORDS.search(words)
    ):
        _read_count(finding, material, method)
        return
    share = answer.share
    if share is None and not answer.problem and answer.word is Word.NEGATIVE:
        share = _NONE_SEEN
    if share is None:
        if "valueQuantity" in finding.data and not isinstance(
            quantity.count(finding.data["valueQuantity"]), Unclear
        ):
            _read_count(finding, material, method)
            return
        finding.list_unreadable("blasts", answer.problem or "no share of cells")
        if material is not Material.MARROW:
            return
        # The rules have to know that a newer marrow was looked at than those they can read.
    finding.context.facts.append(
        BlastResult(
            **finding.result(answer.text),
            material=material,
            method=method,
            fraction=share,
            lymphoblasts=_names_lymphoblasts(finding),
        )
    )


def _names_lymphoblasts(finding: Finding) -> bool:
    return "obs-lymphoblasts" in finding.concepts or "lymphoblast" in finding.all_words


def _read_count(finding: Finding, material: Material, method: Method) -> None:
    value = finding.data.get("valueQuantity")
    if value is None or "value" not in value:
        finding.list_unreadable("blasts", "no absolute count")
        return
    counted = quantity.count(value)
    if isinstance(counted, Unclear):
        finding.list_unreadable("blasts", counted.reason)
        return
    finding.context.facts.append(
        BlastResult(
            **finding.result(finding.answer().text),
            material=material,
            method=method,
            count_10e9_per_l=counted,
            lymphoblasts=_names_lymphoblasts(finding),
        )
    )
