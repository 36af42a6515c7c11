"""Immunophenotypes in words: "Lymphoblasts positive for CD10, CD19 and TdT; negative for
cytoplasmic CD3".

A sentence is read when everything in it has a known meaning; a part with any other word names no
marker at all, because the word could be "previously", "normal B cells" or "not".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_INTRODUCTION = re.compile(
    r"\b(?P<negative>(?:are |is |were |was )?negative\s+for|lack(?:s|ing)?(?: expression of)?|"
    r"(?:show|with)?\s*no expression of|(?:do|does) not express|without(?: expression of)?|"
    r"loss of)\b"
    r"|\b(?P<partial>(?:are |is |were |was )?(?:partially|dimly|weakly|variably|"
    r"heterogeneously)\s+(?:positive\s+for|express(?:es|ing)?)|"
    r"(?:partial|dim|weak|variable|heterogeneous)\s+expression\s+of)\b"
    r"|\b(?P<positive>(?:are |is |were |was )?positive\s+for|co-?express(?:es|ing)?|express(?:es|"
    r"ing)?|expression\s+of)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:(?:the|these|abnormal|leuk[a]?emic|neoplastic|malignant|b|b-|precursor|b-precursor|"
    r"immature|population|of|cells?|"
    r"(?:b-?)?lymphoblasts?|blasts?|immunophenotype|phenotype|flow|cytometry|by|an?|are|is|were|"
    r"show|shows|in|"
    r"bone|marrow|blood|\d{1,3}(?:\.\d+)?\s*%|[:,])\s*)*",
    re.IGNORECASE,
)
_MARKER = (
    r"(?<![a-z0-9])(?:(?:cytoplasmic|cyto|intracellular|cy|c|surface|s|membrane|mem)[ -]*)?"
    r"(?:cd\s*-?\d{1,3}[a-e]?(?![a-z0-9])|tdt|mpo|myeloperoxidase|hla[ -]?dr|immunoglobulins?|"
    r"ig[mgd]?|"
    r"(?:ig\s*)?mu(?: chain| heavy chain)?|kappa|lambda|light chains?|nuclear tdt|"
    r"terminal deoxynucleotidyl transferase)(?![a-z0-9])"
    r"(?:\s*\(\s*(?:tdt|mpo|sig|cyigm|cy?cd\d+[a-e]?)\s*\))?"
)
_SHADE = (
    r"(?:subset|variabl[ey]|"
    r"(?:dim|partial|weak|heterogeneous|bright|strong|moderate|uniform)(?:ly)?)"
)
_ENTRY = re.compile(
    rf"(?:{_SHADE}\s+)?{_MARKER}(?:\s*[\[(]?\s*{_SHADE}\s*(?:positive|expression)?[\])]?)?",
    re.IGNORECASE,
)
_PARTIAL_SHADE = re.compile(r"dim|partial|weak|subset|variabl|heterogeneous", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"(?:\s*(?:,|/|;|\band\b|\bas well as\b|\bor\b|\bboth\b|\bwith\b(?=\s*(?:dim|partial|weak|"
    r"bright)))\s*)+|\s+",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Markers:
    """Markers by what the text says of them, in the names that the clinical model uses."""

    positive: set[str] = field(default_factory=set)
    negative: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    uninterpreted: bool = False
    """A part of the text that names markers was not understood."""


def marker_name(text: str) -> str:
    """The name of a marker: "cytoplasmic CD3" is CYCD3, "surface immunoglobulin" SIG; CD79a is
    always inside.
    """
    plain = re.sub(r"\s*\(.*?\)", "", text).lower().strip()
    inside = re.match(
        r"(?:cytoplasmic|cyto|intracellular|cy|c)[ -]*(?=cd\s*-?\d|ig|mu|mpo|immuno|kappa|lambda|"
        r"light)",
        plain,
    )
    surface = re.match(
        r"(?:surface|membrane|mem|s)[ -]*(?=cd\s*-?\d|ig|immuno|kappa|lambda|light)", plain
    )
    prefix = inside or surface
    bare = plain[prefix.end() :] if prefix else plain
    bare = re.sub(r"[\s-]", "", bare).upper()
    if bare in ("TDT", "NUCLEARTDT", "TERMINALDEOXYNUCLEOTIDYLTRANSFERASE"):
        return "TDT"
    if bare in ("MPO", "MYELOPEROXIDASE"):
        return "MPO"
    if bare == "HLADR":
        return "HLADR"
    if bare.startswith("CD"):
        return f"CY{bare}" if inside and bare != "CD79A" else bare
    if "MU" in bare or bare == "IGM":
        # The mu chain inside the cell marks a precursor, on the surface a mature cell.
        return "SIG" if surface else "CYIGM"
    if bare in ("KAPPA", "LAMBDA"):
        return f"CY{bare}" if inside else bare
    return "CYIG" if inside else "SIG"


def markers_of(text: str) -> Markers:
    """All markers that a text names after "positive for", "negative for" and their like."""
    found = Markers()
    for sentence in re.split(r"[.;\n~](?=\s|$)|;|~", text):
        _sentence(sentence.strip(), found)
    clash = (found.positive | found.partial) & found.negative
    if clash:
        # One text that says both says neither.
        found.uninterpreted = True
        found.positive -= clash
        found.negative -= clash
        found.partial -= clash
    found.positive -= found.partial
    return found


def _sentence(sentence: str, found: Markers) -> None:
    introductions = list(_INTRODUCTION.finditer(sentence))
    mentions = re.search(_MARKER, sentence, re.IGNORECASE)
    if not introductions:
        # "CD22 partial" by itself only takes certainty away, so it is read without a subject.
        shaded = _list(sentence)
        if shaded is not None and all(partial for _, partial in shaded):
            found.partial.update(marker for marker, _ in shaded)
        else:
            found.uninterpreted |= mentions is not None
        return
    if _SUBJECT.fullmatch(sentence[: introductions[0].start()].strip()) is None:
        found.uninterpreted = True
        return
    for index, introduction in enumerate(introductions):
        end = introductions[index + 1].start() if index + 1 < len(introductions) else len(sentence)
        part = re.sub(
            r"[\s,]*\b(?:and|but|while)?\s*$",
            "",
            sentence[introduction.end() : end],
            flags=re.IGNORECASE,
        )
        named = _list(part.strip(" ,:"))
        if named is None:
            found.uninterpreted = True
            continue
        for marker, partial in named:
            if introduction["negative"]:
                found.negative.add(marker)
            elif introduction["partial"] or partial:
                found.partial.add(marker)
            else:
                found.positive.add(marker)


def _list(part: str) -> list[tuple[str, bool]] | None:
    """The markers of an enumeration; ``None`` if anything else stands in it."""
    named: list[tuple[str, bool]] = []
    place = 0
    while place < len(part):
        entry = _ENTRY.match(part, place)
        if entry is None or entry.end() == place:
            return None
        text = entry.group()
        marker = re.search(_MARKER, text, re.IGNORECASE)
        assert marker is not None
        shade = text.replace(marker.group(), " ")
        named.append((marker_name(marker.group()), bool(_PARTIAL_SHADE.search(shade))))
        place = entry.end()
        separator = _SEPARATOR.match(part, place)
        if separator is not None:
            place = separator.end()
        elif place < len(part):
            return None
    return named or None
