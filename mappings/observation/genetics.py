"""Genetics of the leukaemia: BCR::ABL1, karyotype, KMT2A, kinase domain, Ph-like lesions (E-04 to
E-06, encodings 7).
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings import quantity
from mappings.answers import Answer, answer_of
from mappings.context import words_of
from mappings.observation.finding import Finding
from mappings.observation.lesion_text import (
    KARYOTYPE_STRING,
    REARRANGEMENT,
    T315I,
    Claims,
    claims_of,
    from_karyotype,
    lesions_named,
)
from mappings.observation.topics import MRD_WORDS
from mappings.quantity import Unclear
from mappings.shapes import codings, string, text_of
from mappings.value_text import Word
from relapse.facts import GeneticResult, Lesion
from relapse.logic import Interval, Tri

_TRUTH = {Word.POSITIVE: Tri.MET, Word.NEGATIVE: Tri.NOT_MET}


@dataclass(frozen=True, slots=True)
class _Test:
    """What a test can show."""

    adequate: bool
    quantitative: bool


def read(finding: Finding) -> None:
    """Add what one genetic study shows; a study that is not understood is listed."""
    concepts, words = finding.concepts, finding.all_words
    if "obs-karyotype" in concepts or "karyotyp" in words or "chromosome analysis" in words:
        _karyotype(finding)
    elif "obs-abl1-kinase-mutation" in concepts or "kinase domain" in words or T315I.search(words):
        _kinase_domain(finding)
    elif "obs-variant-assessment" in concepts:
        _variant(finding)
    elif "obs-bcr-abl1" in concepts and "obs-ph-like" not in concepts:
        _fusion(finding, Lesion.BCR_ABL1)
    else:
        named = {Lesion.PH_LIKE} if "obs-ph-like" in concepts else lesions_named(words)
        if len(named) == 1:
            _fusion(finding, named.pop())
        else:
            _narrative(finding)


def _add(finding: Finding, lesion: Lesion, present: Tri, test: _Test, text: str) -> None:
    finding.context.facts.append(
        GeneticResult(
            **finding.result(text),
            lesion=lesion,
            present=present,
            adequate=test.adequate,
            quantitative=test.quantitative,
        )
    )


def _kind_of_test(finding: Finding) -> _Test:
    concepts, words = (
        finding.concepts,
        f"{finding.all_words} {words_of(finding.record.data.get('method'))}",
    )
    p210_only = "obs-bcr-abl1-p210-only" in concepts or (
        ("p210" in words or "b2a2" in words or "b3a2" in words)
        and not ("p190" in words or "e1a2" in words)
    )
    quantitative = bool(
        concepts & {"obs-bcr-abl1-quantitative", "obs-bcr-abl1-log-reduction"}
    ) or any(
        word in words
        for word in (
            "ratio",
            "quantit",
            "international scale",
            "log reduction",
            "copies",
            "/control",
        )
    )
    # Monitoring of residual disease shows a response when negative, never the absence of the
    # founding lesion.
    quantitative = quantitative or bool(MRD_WORDS.search(words))
    adequate = not p210_only and ("karyotyp" not in words or "fish" in words)
    return _Test(adequate, quantitative)


def _fusion(finding: Finding, lesion: Lesion) -> None:
    """A test for one lesion: present, absent, or not understood."""
    answer = finding.answer()
    test = _kind_of_test(finding)
    if answer.missing and not finding.components:
        return
    if "obs-bcr-abl1-log-reduction" in finding.concepts or "log reduction" in finding.all_words:
        if answer.agreed is None or answer.share is not None or answer.problem:
            finding.list_unread("a log reduction of transcripts, which is no level")
            return
    present = _presence(finding, answer)
    if present is None:
        text = answer.text if isinstance(finding.data.get("valueString"), str) else ""
        claims = claims_of(text) if text else Claims()
        present = claims.of(lesion)
        if present is None:
            finding.list_unreadable(
                "genetics", answer.problem or "no answer to whether the lesion is present"
            )
            present = Tri.UNKNOWN
    _add(finding, lesion, present, test, answer.text)


def _presence(finding: Finding, answer: Answer) -> Tri | None:
    """Whether the lesion was found: by word, or by a level above or equal to nothing; ``None`` if
    not understood.
    """
    level: Tri | None = None
    if "valueQuantity" in finding.data and "value" in finding.data["valueQuantity"]:
        # In a ratio of transcripts the unit does not matter for whether there is any transcript at
        # all.
        value = quantity.interval_of(finding.data["valueQuantity"])
        level = None if isinstance(value, Unclear) else _any(value)
    elif answer.share is not None:
        level = _any(answer.share)
    said = answer.agreed
    if said is None:
        return level
    truth = _TRUTH.get(said, Tri.UNKNOWN)
    if level is None or level is truth or level is Tri.UNKNOWN:
        return truth if said in _TRUTH else Tri.UNKNOWN
    return Tri.UNKNOWN


def _any(value: Interval) -> Tri | None:
    if value.low is not None and value.low > 0:
        return Tri.MET
    if value.low is not None and value.low < 0:
        return None
    return Tri.NOT_MET if value.high is not None and value.high == 0 else Tri.UNKNOWN


def _karyotype(finding: Finding) -> None:
    """An ISCN formula, or a narrative of chromosomes. Without t(9;22) it excludes nothing."""
    data = finding.data
    text = string(data.get("valueString")) or text_of(data.get("valueCodeableConcept"))
    if not text:
        if not finding.answer().missing:
            finding.list_unreadable("karyotype", "no text")
        return
    done = _Test(adequate=True, quantitative=False)
    if KARYOTYPE_STRING.search(text):
        lesions = from_karyotype(text)
        if lesions is None:
            finding.list_unreadable("karyotype", "text not understood")
            return
        _add(finding, Lesion.KARYOTYPE, Tri.MET, done, text)
        for lesion in sorted(lesions, key=lambda lesion: lesion.value):
            _add(finding, lesion, Tri.MET, done, text)
        return
    _narrative(finding)


def _narrative(finding: Finding) -> None:
    """Sentences such as "Negative for BCR::ABL1 rearrangement"; what is not understood is
    listed.
    """
    answer = finding.answer()
    text = string(finding.data.get("valueString")) or text_of(
        finding.data.get("valueCodeableConcept")
    )
    if answer.missing and not text:
        return
    claims = claims_of(text)
    test = _kind_of_test(finding)
    for lesion, present in sorted(claims.found.items(), key=lambda claim: claim[0].value):
        _add(finding, lesion, present, test, text)
    if claims.uninterpreted or not claims.found:
        finding.list_unreadable("genetics", "text not understood")


def _kinase_domain(finding: Finding) -> None:
    """T315I, by the text of the value, by the protein change of a component, or by a plain answer
    for T315I.
    """
    answer = finding.answer()
    text = string(finding.data.get("valueString")) or text_of(
        finding.data.get("valueCodeableConcept")
    )
    test = _Test(adequate=True, quantitative=False)
    present: Tri | None = None
    changes = [
        text_of(part.get("valueCodeableConcept")) or string(part.get("valueString"))
        for part in finding.components
        if "obs-protein-change" in finding.context.concepts(part.get("code"))
    ]
    if T315I.search(finding.words) and answer.agreed in _TRUTH and not answer.problem:
        present = _TRUTH[answer.agreed]
    elif text:
        claims = claims_of(text)
        present = claims.of(Lesion.T315I)
        if present is None and answer.agreed is Word.NEGATIVE and not answer.problem:
            present = Tri.NOT_MET
    elif answer.agreed is Word.NEGATIVE and not answer.problem:
        present = Tri.NOT_MET
    for change in changes:
        if T315I.search(change):
            # A component that names the change beside a text that denies it: unknown.
            present = Tri.MET if present in (None, Tri.MET) else Tri.UNKNOWN
    if present is None:
        if answer.missing and not changes:
            return
        if not changes:
            finding.list_unreadable("kinase domain study", "text not understood")
        present = Tri.UNKNOWN
    _add(finding, Lesion.T315I, present, test, text or ", ".join(changes))


def _formulas(finding: Finding) -> list[str]:
    """Karyotype formulas of components called ISCN; some registries send the formula as a code of a
    system of that name.
    """
    found = []
    for part in finding.components:
        if "iscn" not in words_of(part.get("code")):
            continue
        concept = part.get("valueCodeableConcept")
        codes = (
            string(coding.get("code"))
            for coding in codings(concept)
            if "iscn" in string(coding.get("system"))
        )
        text = string(part.get("valueString")) or text_of(concept) or next(codes, "")
        if text:
            found.append(text)
    return found


def _read_formulas(finding: Finding, formulas: list[str]) -> None:
    """Each formula, as far as the assessment itself does not say that it was not found."""
    answer = answer_of(finding.context, finding.data)
    lesions = [from_karyotype(text) for text in formulas if KARYOTYPE_STRING.search(text)]
    if (
        answer.problem
        or answer.agreed not in (None, Word.POSITIVE)
        or len(lesions) < len(formulas)
        or any(found is None for found in lesions)
    ):
        finding.list_unreadable("karyotype", "text not understood")
        return
    test = _Test(adequate=True, quantitative=False)
    _add(finding, Lesion.KARYOTYPE, Tri.MET, test, formulas[0])
    named = {lesion for found in lesions for lesion in found or ()}
    for lesion in sorted(named, key=lambda lesion: lesion.value):
        _add(finding, lesion, Tri.MET, test, formulas[0])


def _named_by_code_only(finding: Finding) -> bool:
    """Whether a gene that was studied has a code and no name."""
    return any(
        codings(part.get("valueCodeableConcept")) and not text_of(part["valueCodeableConcept"])
        for part in finding.components
        if "obs-gene-studied" in finding.context.concepts(part.get("code"))
    )


def _variant(finding: Finding) -> None:
    """A variant assessment: the lesion from the words of the code and the gene component, the
    answer from the value.
    """
    genes = " ".join(
        f"{text_of(part.get('valueCodeableConcept'))} {string(part.get('valueString'))}"
        for part in finding.components
        if "obs-gene-studied" in finding.context.concepts(part.get("code"))
    )
    changes = " ".join(
        f"{text_of(part.get('valueCodeableConcept'))} {string(part.get('valueString'))}"
        for part in finding.components
        if "obs-protein-change" in finding.context.concepts(part.get("code"))
    )
    words = f"{finding.words} {genes.lower()}"
    named = {Lesion.T315I} if T315I.search(f"{words} {changes.lower()}") else lesions_named(words)
    if Lesion.KMT2A in named and not REARRANGEMENT.search(finding.words):
        finding.list_unread("KMT2A variant: rearrangement not stated")
        return
    formulas = _formulas(finding)
    if formulas:
        _read_formulas(finding, formulas)
    if len(named) != 1:
        if len(named) > 1:
            finding.list_unread("names more than one lesion")
        elif not formulas and _named_by_code_only(finding):
            finding.list_unreadable("genetics", "gene named by a code only")
        return
    answer = answer_of(finding.context, finding.data)
    if answer.missing:
        return
    lesion = named.pop()
    present = (
        _TRUTH.get(answer.agreed, Tri.UNKNOWN)
        if answer.agreed is not None and not answer.problem
        else None
    )
    if present is None:
        present = claims_of(answer.text).of(lesion)
    if present is None:
        finding.list_unreadable(
            "genetics", answer.problem or "no answer to whether the lesion is present"
        )
        present = Tri.UNKNOWN
    _add(finding, lesion, present, _kind_of_test(finding), answer.text)
