"""Problem-list entries that place leukaemia outside the marrow (E-17, E-18, encodings 8.3, 8.5)."""

from __future__ import annotations

import pytest

from relapse.facts import (
    ComplicationEntry,
    ExtramedullaryDisease,
    Site,
)
from relapse.logic import Tri
from tests.mappings.records import (
    ICD10CM,
    SNOMED,
    condition,
    facts,
    only,
    patient,
    read,
    reasons,
    report,
)

RELAPSE = (ICD10CM, "C91.02")


def test_encoding_8_3_cns_leukaemia_is_no_neurological_comorbidity() -> None:
    reading = read(
        condition("c", (SNOMED, "722795004"), text="Meningeal leukemia", onsetDateTime="2026-06-01")
    )
    found = only(reading, ExtramedullaryDisease)
    assert (found.site, found.proven, found.active) == (Site.CNS, Tri.MET, Tri.MET)
    assert str(found.when) == "2026-06-01"
    assert not facts(reading, ComplicationEntry)
    assert reading.unread == ()


def test_encoding_8_3_cns_leukaemia_in_remission() -> None:
    assert (
        only(read(condition("c", (SNOMED, "61291000119103"))), ExtramedullaryDisease).active
        is Tri.NOT_MET
    )


@pytest.mark.parametrize(
    ("text", "proven"), [("Leukemic meningitis", Tri.MET), ("Metastasis to meninges", Tri.UNKNOWN)]
)
def test_unspecific_metastasis_codes(text: str, proven: Tri) -> None:
    assert (
        only(read(condition("c", (ICD10CM, "C79.32"), text=text)), ExtramedullaryDisease).proven
        is proven
    )


def test_encoding_8_5_biopsy_proven_testicular_leukaemia() -> None:
    text = "Leukemic infiltration of left testis, biopsy proven"
    entry = condition(
        "c",
        (ICD10CM, "C79.82"),
        text=text,
        onsetDateTime="2026-06-01",
        evidence=[{"detail": [{"reference": "DiagnosticReport/r"}]}],
    )
    reading = read(entry, report("r", conclusion="Infiltration by lymphoblasts."))
    found = only(reading, ExtramedullaryDisease)
    assert (found.site, found.proven, str(found.when)) == (Site.TESTIS, Tri.MET, "2026-06-01")
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "evidence", "proven"),
    [
        ("Leukemic infiltration of left testis", None, Tri.UNKNOWN),
        ("Leukemic infiltration of left testis, biopsy pending", None, Tri.UNKNOWN),
        ("Leukemic infiltration of left testis", "DiagnosticReport/r", Tri.MET),
        ("Leukemic infiltration of left testis, confirmed by biopsy", None, Tri.MET),
        ("Metastasis to testis, biopsy proven", None, Tri.UNKNOWN),
        (None, None, Tri.UNKNOWN),
    ],
)
def test_encoding_8_5_what_proves_it(text: str | None, evidence: str | None, proven: Tri) -> None:
    more = {"evidence": [{"detail": [{"reference": evidence}]}]} if evidence else {}
    reading = read(condition("c", (ICD10CM, "C79.82"), text=text, **more), report("r"))
    assert only(reading, ExtramedullaryDisease).proven is proven


def test_encoding_8_5_the_code_alone_names_no_organ_of_a_girl() -> None:
    reading = read(patient(gender="female"), condition("c", (ICD10CM, "C79.82")))
    assert not facts(reading, ExtramedullaryDisease)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("Acute lymphoblastic leukemia, isolated CNS relapse", {Site.CNS: Tri.MET}),
        ("ALL, combined bone marrow and testicular relapse", {Site.TESTIS: Tri.UNKNOWN}),
        ("Acute lymphoblastic leukemia, first relapse", {}),
        ("ALL with CNS prophylaxis", {}),
        ("B-ALL, no CNS involvement", {}),
    ],
)
def test_rule_28_sites_in_the_text_of_a_relapse(text: str, sites: dict[Site, Tri]) -> None:
    reading = read(condition("c", RELAPSE, text=text))
    assert {found.site: found.proven for found in facts(reading, ExtramedullaryDisease)} == sites


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("Suspected testicular relapse", Site.TESTIS),
        ("Possible CNS relapse of acute lymphoblastic leukemia", Site.CNS),
        ("Suspicion of leukemic meningitis", Site.CNS),
    ],
)
def test_E_17_E_18_a_suspicion_is_neither_proof_nor_nothing(text: str, site: Site) -> None:
    found = only(read(condition("c", text=text, onsetDateTime="2026-06-10")), ExtramedullaryDisease)
    assert (found.site, found.proven) == (site, Tri.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Suspected CNS relapse ruled out",
        "Family history of suspected testicular relapse",
        "No suspicion of testicular relapse",
        "Suspected CNS relapse, excluded",
        "Rule out CNS relapse",
        "Testicular relapse?",
    ],
)
def test_E_17_E_18_what_else_questions_it_is_no_suspicion(text: str) -> None:
    reading = read(condition("c", text=text, onsetDateTime="2026-06-10"))
    assert not facts(reading, ExtramedullaryDisease)


def test_E_17_an_unconfirmed_suspicion_is_listed() -> None:
    suspected = condition("c", text="Suspected CNS relapse", verificationStatus="provisional")
    reading = read(suspected)
    assert not facts(reading, ExtramedullaryDisease)
    assert reasons(reading)
