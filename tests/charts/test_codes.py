"""Codes: aliases, lineage, other leukaemias, and codes that look right and are not."""

import pytest

from tests.charts.records import (
    CPT,
    ICD10CM,
    LOCAL,
    LOINC,
    SNOMED,
    adult_in_first_remission,
    adult_in_relapse,
    cd22,
    changed,
    concept,
    condition,
    dose,
    evaluate,
    leukaemia,
    observation,
    patient,
    percent,
    procedure,
    relapse_code,
    without,
)

B_PHENOTYPE = (
    "Lymphoblasts positive for CD10, CD19, CD22, CD34, CD79a and TdT; negative for cytoplasmic "
    "CD3, myeloperoxidase and surface immunoglobulin."
)
T_PHENOTYPE = (
    "Lymphoblasts positive for cytoplasmic CD3, CD2, CD5, CD7 and TdT; negative for CD19, CD22 "
    "and myeloperoxidase."
)
FULL = ("EVAL", "EVAL", "EVAL", "CONS")


def strengths(answer):
    return answer.blina, answer.ino, answer.car_t, answer.hsct


def phenotype(text, day="2026-06-08"):
    code = concept("Leukemia immunophenotyping", (LOINC, "101119-6"))
    return observation("phenotype", code, day, valueString=text)


def coded(*codings, text=None):
    """The adult in relapse, whose leading Condition has these codings."""
    return changed(adult_in_relapse(), "leukaemia", code=concept(text, *codings))


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (SNOMED, "277571004"),
        (SNOMED, "277573001"),
        ("http://snomed.info/sct/", "277572006"),
        ("https://snomed.info/sct", "277572006"),
        ("http://snomed.info/sct/731000124108/version/20250301", "277572006"),
        ("http://snomed.info/sct|http://snomed.info/sct/731000124108", "277572006"),
        ("urn:oid:2.16.840.1.113883.6.96", "277572006"),
        (SNOMED, " 277572006 "),
        ("http://terminology.hl7.org/CodeSystem/icd-o-3", "9811/3"),
    ],
)
def test_aliases_of_a_b_lineage_code(system, code):
    """Rule 25: editions, OIDs, https, blanks. The version suffix in a system may be listed."""
    answer = evaluate(coded((system, code)))
    assert strengths(answer) == FULL or ("|" in system and "Condition/leukaemia" in answer.unread)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD10CM, "C91.00"),
        (ICD10CM, "C9100"),
        (ICD10CM, "c91.00"),
        (ICD10CM, "c9100 "),
        ("urn:oid:2.16.840.1.113883.6.90", "C91.00"),
        ("https://hl7.org/fhir/sid/icd-10-cm/", "C91.00"),
        ("http://hl7.org/fhir/sid/icd-10", "C91.0"),
        (SNOMED, "91857003"),
    ],
)
def test_a_diagnosis_without_lineage_needs_the_immunophenotype(system, code):
    """ALL without lineage in relapse: D-LINEAGE alone; with a phenotype, everything (G-05)."""
    chart = coded((system, code))
    bare = evaluate(chart)
    assert bare.state["lineage"] == "U"
    assert bare.topics == ["missing-data"]
    assert "D-LINEAGE" in bare.requests()
    full = evaluate([*chart, phenotype(B_PHENOTYPE)])
    assert full.state["lineage"] == "B"
    assert strengths(full) == FULL


@pytest.mark.parametrize(
    ("system", "code"),
    [(ICD10CM, "277572006"), (LOCAL, "277572006"), (SNOMED, "C91.00"), (SNOMED, "9811/3")],
)
def test_a_code_under_another_system_is_not_that_code(system, code):
    """Never match a code without looking at its system (rule 25)."""
    assert evaluate(coded((system, code))).topics == []


def test_a_coding_without_system_is_read_or_listed():
    """277572006 without a system."""
    answer = evaluate(coded((None, "277572006")))
    assert strengths(answer) == FULL or "Condition/leukaemia" in answer.unread


def test_any_coding_of_several_counts():
    """A tenant's own code first, the SNOMED code second."""
    answer = evaluate(
        coded(("https://fhir.cerner.com/ec/codeSet/72", "123"), (SNOMED, "277572006"))
    )
    assert strengths(answer) == FULL


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ICD10CM, "C91.10"),
        (ICD10CM, "C83.50"),
        (ICD10CM, "C91.A0"),
        (SNOMED, "118617000"),
        (ICD10CM, "C92.02"),
        (SNOMED, "91861009"),
        (SNOMED, "1187123005"),
        (ICD10CM, "C95.00"),
        (ICD10CM, "Z85.6"),
        (SNOMED, "188725004"),
        (ICD10CM, "C91.90"),
        (ICD10CM, "C91.0X"),
        (ICD10CM, "D47.2"),
    ],
)
def test_another_disease_alone_gives_no_card(system, code):
    """CLL, lymphoma, Burkitt, AML, mixed phenotype, history codes: not ALL (G-01, E-01)."""
    answer = evaluate(coded((system, code)))
    assert answer.topics == []
    if code == "188725004":
        assert "Condition/leukaemia" in answer.unread


def test_family_history_is_no_diagnosis():
    """The brother had ALL."""
    history = {
        "resourceType": "FamilyMemberHistory",
        "id": "brother",
        "status": "completed",
        "patient": {"reference": "Patient/p"},
        "relationship": concept("Brother"),
        "condition": [{"code": concept(None, (SNOMED, "277572006"))}],
    }
    answer = evaluate([*without(adult_in_relapse(), "leukaemia"), history])
    assert answer.topics == []


@pytest.mark.parametrize(
    "text",
    [
        "Rule out acute lymphoblastic leukemia",
        "Family history of B-cell acute lymphoblastic leukemia",
        "No evidence of acute lymphoblastic leukemia",
        "ALL",
        "ALL - penicillin",
        "Screening for acute lymphoblastic leukemia",
        "Suspected precursor B-cell acute lymphoblastic leukemia",
        "Precursor B-cell acute lymphoblastic leukemia?",
        "Acute lymphoblastic leukemia excluded",
        "Brother with acute lymphoblastic leukemia",
        "Donor for sister with B-ALL",
        "Fear of acute lymphoblastic leukemia",
        "Acute lymphoblastic leukemia vaccine study participant",
    ],
)
def test_words_that_are_no_diagnosis(text):
    """A Condition in words alone that is not unmistakably the patient's ALL (rule 27)."""
    assert evaluate(coded(text=text)).topics == []


@pytest.mark.parametrize(
    "text",
    [
        "Precursor B-cell acute lymphoblastic leukemia",
        "B-cell acute lymphoblastic leukaemia",
        "Philadelphia-negative B-ALL",
    ],
)
def test_an_unmistakable_diagnosis_in_words_is_read_or_listed(text):
    """Rule 27."""
    answer = evaluate(coded(text=text))
    assert strengths(answer) == FULL or "Condition/leukaemia" in answer.unread


def test_t_all_gets_no_b_lineage_option():
    """T-ALL in relapse with a stray CD19 result: transplant and context only (G-06)."""
    answer = evaluate(coded((SNOMED, "277575008")))
    if answer.state["lineage"] == "T":
        assert strengths(answer) == ("NOT", "NOT", "NOT", "CONS")
        assert answer.topics == ["allogeneic-hsct", "relapse-context"]
        said = (answer.card("allogeneic-hsct") + answer.card("relapse-context")).lower()
        for word in ("blinatumomab", "inotuzumab", "tisagenlecleucel", "car-t"):
            assert word not in said
    else:
        assert answer.topics == ["conflict", "missing-data"]


def test_t_and_b_codes_conflict():
    """CONF-01: a T-ALL code beside the B-ALL code."""
    other = leukaemia("2026-06-01", "277575008") | {"id": "other"}
    answer = evaluate([*adult_in_relapse(), other])
    assert answer.state["lineage"] == "U"
    assert strengths(answer) == ("NOT", "NOT", "NOT", "NOT")
    assert "conflict" in answer.topics
    assert "D-LINEAGE" in answer.requests()


def test_a_t_phenotype_against_a_b_code_conflicts():
    """CONF-01: immunophenotype of the relapse is T, the code says B."""
    answer = evaluate([*without(adult_in_relapse(), "cd19", "cd22"), phenotype(T_PHENOTYPE)])
    assert answer.state["lineage"] == "U"
    assert "conflict" in answer.topics
    assert "blinatumomab" not in answer.topics


def test_a_refuted_t_code_is_no_source():
    """The T-ALL code was refuted."""
    refuted = concept(
        None, ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted")
    )
    other = leukaemia("2026-06-01", "277575008", verificationStatus=refuted) | {"id": "other"}
    answer = evaluate([*adult_in_relapse(), other])
    assert answer.state["lineage"] == "B"
    assert strengths(answer) == FULL


@pytest.mark.parametrize(
    ("system", "code"),
    [(SNOMED, "1187123005"), (ICD10CM, "C91.A2"), (SNOMED, "721308005")],
)
def test_mixed_phenotype_or_burkitt_against_b_all_conflicts(system, code):
    """E-02: a current code of mixed phenotype or mature B beside B-ALL makes lineage unknown."""
    other = condition("other", concept(None, (system, code)), "2026-06-01")
    answer = evaluate([*adult_in_relapse(), other])
    assert "conflict" in answer.topics
    assert "blinatumomab" not in answer.topics
    assert "car-t" not in answer.topics


@pytest.mark.parametrize("code", ["C92.00", "C92.02"])
def test_a_newer_aml_is_a_lineage_switch(code):
    """G-03: AML after the ALL: only the conflict card."""
    aml = condition("aml", concept(None, (ICD10CM, code)), "2026-06-01")
    answer = evaluate([*adult_in_relapse(), aml])
    assert answer.topics == ["conflict"]


def test_an_older_aml_is_history():
    """AML of 2015 before the B-ALL of 2025."""
    aml = condition("aml", concept(None, (ICD10CM, "C92.01")), "2015", "remission")
    assert strengths(evaluate([*adult_in_relapse(), aml])) == FULL


def test_cll_beside_all_changes_nothing():
    """An old CLL code in the list."""
    cll = condition("cll", concept(None, (ICD10CM, "C91.10")), "2019")
    assert strengths(evaluate([*adult_in_relapse(), cll])) == FULL


@pytest.mark.parametrize(
    ("code", "value"),
    [("8117-4", percent(0)), ("8117-4", percent(98)), ("8116-6", {"value": 0, "unit": "/uL"})],
)
def test_normal_b_cells_are_no_cd19_of_blasts(code, value):
    """8117-4 and 8116-6 (B cells in blood) neither prove nor exclude CD19 on blasts."""
    cells = observation(
        "b-cells",
        concept("CD19 cells in Blood", (LOINC, code)),
        "2026-06-08",
        valueQuantity=value,
        says="NEG" if not value["value"] else "POS",
    )
    answer = evaluate([*without(adult_in_relapse(), "cd19"), cells])
    assert (answer.blina, answer.car_t) == ("CAD", "CAD")
    both = evaluate([*adult_in_relapse(), cells])
    assert strengths(both) == FULL
    assert "conflict" not in both.topics


@pytest.mark.parametrize("code", ["14017-8", "20596-3", "42875-5"])
def test_cd22_of_all_cells_is_no_cd22_of_blasts(code):
    """14017-8 at 5 % of all cells is not CD22-negative leukaemia."""
    cells = observation(
        "all-cells",
        concept("CD22 cells/100 cells", (LOINC, code)),
        "2026-06-08",
        valueQuantity=percent(5),
        says="NEG",
    )
    answer = evaluate([*without(adult_in_relapse(), "cd22"), cells])
    assert answer.ino == "CAD"
    assert strengths(evaluate([*adult_in_relapse(), cells])) == FULL


@pytest.mark.parametrize(
    "text",
    ["CD22 on lymphoblasts", "CD22 expression, leukemic blasts, bone marrow", "CD22 (blasts)"],
)
def test_a_local_code_with_a_telling_name(text):
    """A local laboratory's CD22 on blasts: read or listed (rule 24)."""
    result = observation(
        "local",
        concept(text, (LOCAL, "LAB9921")),
        "2026-06-08",
        valueQuantity=percent(90),
    )
    answer = evaluate([*without(adult_in_relapse(), "cd22"), result])
    assert answer.ino == "EVAL" or "Observation/local" in answer.unread


@pytest.mark.parametrize(
    "text",
    [
        "CD22 cells in blood",
        "CD22 positive B lymphocytes",
        "CD22 on mature B cells excluding blasts",
        "CD20/CD22 ratio",
    ],
)
def test_a_local_code_that_is_not_about_blasts(text):
    """CD22 without blasts in its name never settles CD22."""
    result = observation(
        "local",
        concept(text, (LOCAL, "LAB9922")),
        "2026-06-08",
        valueQuantity=percent(1),
        says="NEG",
    )
    answer = evaluate([*without(adult_in_relapse(), "cd22"), result])
    assert answer.ino == "CAD"


def test_loinc_under_its_oid():
    """CD22 coded 51124-6 under urn:oid:2.16.840.1.113883.6.1."""
    code = concept(None, ("urn:oid:2.16.840.1.113883.6.1", "51124-6"))
    chart = [*without(adult_in_relapse(), "cd22"), cd22("cd22", "2026-06-08") | {"code": code}]
    assert evaluate(chart).ino == "EVAL"


@pytest.mark.parametrize("code", ["Z94.84", "Z9481", "z94.84"])
def test_transplant_status_without_donor(code):
    """Z94.84: neither allogeneic nor not; transplant waits for the history (rule 30)."""
    status = condition("status", concept(None, (ICD10CM, code)), "2024")
    chart = changed(adult_in_relapse(), "leukaemia", onsetDateTime="2023-08-01")
    answer = evaluate([*chart, status])
    assert answer.hsct in {"CAD", "CONS"}
    assert "D-PRIOR" in answer.requests("allogeneic-hsct")


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (SNOMED, "234336002"),
        (SNOMED, "1269349006"),
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "S2150"),
    ],
)
def test_a_transplant_of_unknown_donor(system, code):
    """A stem cell transplant without donor type in CR1, then this relapse (rule 30)."""
    hsct = procedure("hsct", concept(None, (system, code)), "2025-11-01")
    answer = evaluate([*adult_in_relapse(), hsct])
    assert answer.hsct == "CAD"
    assert "D-PRIOR" in answer.requests("allogeneic-hsct")


def test_an_autologous_transplant_is_not_the_prior_graft():
    """58776007 is autologous: no VOD warning, no second-transplant rules (E-26)."""
    hsct = procedure("hsct", concept("Bone marrow transplant", (SNOMED, "58776007")), "2025-11-01")
    answer = evaluate([*adult_in_relapse(), hsct])
    assert answer.hsct == "CONS"
    assert "P-03" not in answer.precautions("inotuzumab-ozogamicin")


def test_history_of_car_t_makes_cd19_doubtful():
    """Z92.850 without date, CD19 positive: the infusion may have come after (rules 31, 33)."""
    history = condition("car-t", concept(None, (ICD10CM, "Z92.850")), None)
    answer = evaluate([*adult_in_relapse(), history])
    assert (answer.blina, answer.car_t) == ("CAD", "CAD")
    assert "P-16" in answer.precautions("blinatumomab")


@pytest.mark.parametrize("code", ["38225", "38226", "38227", "0537T", "0538T", "0539T"])
def test_collection_of_cells_is_no_infusion(code):
    """Apheresis and preparation for CAR-T after the CD19 sample: CD19 stays valid."""
    collected = procedure("collection", concept(None, (CPT, code)), "2026-06-12")
    assert strengths(evaluate([*adult_in_relapse(), collected])) == FULL


@pytest.mark.parametrize("code", ["38228", "0540T"])
def test_an_infusion_of_car_t(code):
    """CAR-T infused after the CD19 sample: CD19 unknown, P-16 (rule 31)."""
    infused = procedure("car-t", concept(None, (CPT, code)), "2026-06-12")
    answer = evaluate([*adult_in_relapse(), infused])
    assert (answer.blina, answer.car_t) == ("CAD", "CAD")


@pytest.mark.parametrize("code", ["XW033K7", "XW043A7"])
def test_bcma_car_t_is_not_cd19_therapy(code):
    """A BCMA product (myeloma) leaves CD19 alone."""
    system = "http://www.cms.gov/Medicare/Coding/ICD10"
    infused = procedure("car-t", concept(None, (system, code)), "2026-06-12")
    answer = evaluate([*adult_in_relapse(), infused])
    assert (answer.blina, answer.car_t) == ("EVAL", "EVAL")


@pytest.mark.parametrize(
    "medication",
    [
        concept("Blincyto 35 mcg powder for infusion"),
        concept(None, ("http://www.ama-assn.org/go/cpt", "J9039")),
        concept(None, ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J9039")),
        concept(None, ("http://www.nlm.nih.gov/research/umls/rxnorm", "1597267")),
        concept(None, ("http://www.whocc.no/atc", "L01FX07")),
    ],
)
def test_blinatumomab_in_many_codes(medication):
    """Rule 34: brand in text, J-code under either address, product code, ATC."""
    given = dose("d", "blinatumomab", "2026-06-12", medicationCodeableConcept=medication)
    answer = evaluate([*adult_in_relapse(), given])
    assert answer.blina == "CAD"
    assert "P-16" in answer.precautions("blinatumomab")


def test_blinatumomab_through_a_contained_medication():
    """Rule 34: the drug stands in a contained Medication."""
    given = dose(
        "d",
        "blinatumomab",
        "2026-06-12",
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "code": concept("blinatumomab")}],
    )
    assert evaluate([*adult_in_relapse(), given]).blina == "CAD"


def test_blinatumomab_through_the_display_of_a_reference():
    """Rule 34: the Medication is not in the Bundle, its display names the drug."""
    given = dose(
        "d",
        "blinatumomab",
        "2026-06-12",
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/9", "display": "Blinatumomab infusion"},
    )
    assert evaluate([*adult_in_relapse(), given]).blina == "CAD"


def test_a_drug_without_name_is_listed():
    """Rule 34: neither known code nor name."""
    given = dose(
        "d", "blinatumomab", "2026-06-12", medicationCodeableConcept=concept(None, (LOCAL, "1"))
    )
    assert "MedicationAdministration/d" in evaluate([*adult_in_relapse(), given]).unread


def test_relapse_code_aliases():
    """C9102 under the OID, with onset, after CR1."""
    code = concept(None, ("urn:oid:2.16.840.1.113883.6.90", "c9102"))
    relapse = relapse_code(onset="2026-06-01") | {"code": code}
    answer = evaluate([*adult_in_first_remission(), relapse])
    assert answer.disease == ("ACTIVE_RR", 1, None)


def test_a_relapse_known_from_its_code_waits_for_the_marrow():
    """Rule 28: site unknown for CAR-T too."""
    chart = [
        *adult_in_first_remission(),
        relapse_code(onset="2026-06-01"),
    ]
    chart = changed(chart, "cd19", effectiveDateTime="2026-06-02")
    answer = evaluate([*chart, cd22("cd22", "2026-06-02")])
    assert strengths(answer) == ("CAD", "CAD", "CAD", "CONS")
    for option in ("blinatumomab", "inotuzumab-ozogamicin", "car-t"):
        assert "D-BM" in answer.requests(option)


def test_c91_codes_of_every_visit_are_one_disease():
    """C91.00 at first, C91.01 in remission, C91.02 at relapse, beside the SNOMED code."""
    visits = [
        condition("v1", concept(None, (ICD10CM, "C91.00")), "2025-08-01"),
        condition("v2", concept(None, (ICD10CM, "C91.01")), "2025-09-20", "remission"),
        relapse_code("v3", "2026-06-09"),
    ]
    answer = evaluate([*adult_in_relapse(), *visits])
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert strengths(answer) == FULL


def test_an_empty_chart_with_only_a_patient_gives_nothing():
    """Patient alone, and a patient with hypertension."""
    assert evaluate([patient()]).topics == []
    pressure = condition("bp", concept(None, (ICD10CM, "I10")), "2019")
    assert evaluate([patient(), pressure]).topics == []


def test_text_of_the_code_cannot_smuggle_markup_into_cards():
    """Rule 38: markup in a relapse text stays text."""
    text = "Acute lymphoblastic leukemia, first relapse <script>alert(1)</script>\n# Heading"
    answer = evaluate([*adult_in_first_remission(), relapse_code(onset="2026-06-01", text=text)])
    said = "".join(answer.card(topic) for topic in answer.topics)
    assert "<script>" not in said
    assert "\n# Heading" not in said


def test_an_operation_outcome_in_the_bundle_is_listed():
    """Rule 35: the searchset says that data are incomplete."""
    outcome = {
        "resourceType": "OperationOutcome",
        "id": "oo",
        "issue": [{"severity": "warning", "code": "incomplete", "diagnostics": "results missing"}],
    }
    answer = evaluate([*adult_in_relapse(), outcome])
    assert answer.printed["unread"] != []


@pytest.mark.parametrize(
    "text",
    [
        "No evidence of relapse",
        "Acute lymphoblastic leukemia, not in relapse",
        "ALL without relapse",
    ],
)
def test_a_relapse_code_whose_text_denies_the_relapse(text):
    """CR1; C91.02 with onset, its text says the opposite: no certain relapse, and listed."""
    answer = evaluate([*adult_in_first_remission(), relapse_code(onset="2026-06-01", text=text)])
    assert answer.disease[0] != "ACTIVE_RR"
    assert "Condition/relapse-code" in answer.unread or answer.topics != []


@pytest.mark.parametrize(
    "text",
    [
        "ALL, in relapse, seen for second opinion",
        "ALL in relapse, no second relapse",
        "ALL in first relapse, at risk of second relapse",
        "ALL in relapse, second line treatment",
        "ALL in relapse, third opinion",
        "ALL in relapse, referred from 2nd floor",
    ],
)
def test_an_ordinal_of_something_else_is_not_the_number_of_the_relapse(text):
    """First relapse by count; the text has an ordinal that does not count relapses (E-15)."""
    answer = evaluate([*adult_in_relapse(), relapse_code(onset="2026-06-08", text=text)])
    assert answer.disease[:2] == ("ACTIVE_RR", 1)


def test_a_refractory_code_with_an_onset_after_remission_is_not_dropped():
    """CR1 2026-04-14; SNOMED 'refractory ALL', active, onset 2026-06-01 (REL-01).

    A relapse, a question, or listed: silence is not right.
    """
    code = concept(None, (SNOMED, "12311000132101"))
    refractory = relapse_code(onset="2026-06-01") | {"code": code}
    answer = evaluate([*adult_in_first_remission(), refractory])
    assert answer.topics != [] or "Condition/relapse-code" in answer.unread


@pytest.mark.parametrize(
    "text",
    ["Blasts in bone marrow of donor", "Myeloblasts/100 cells in Bone marrow"],
)
def test_marrow_blasts_whose_text_names_other_cells(text):
    """11150-0 at 60 %, but the text says the donor's marrow or myeloblasts: no certain relapse."""
    code = concept(text, (LOINC, "11150-0"))
    result = observation(
        "other-cells", code, "2026-06-08", valueQuantity=percent(60), method="Morphology"
    )
    answer = evaluate([*adult_in_first_remission(), result])
    assert answer.disease[0] != "ACTIVE_RR"
