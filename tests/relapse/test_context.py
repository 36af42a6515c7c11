"""The context card: which lines, in active disease only (CX-01 to CX-13, P-29, P-30)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relapse.facts import (
    Agent,
    Analyte,
    ClinicalStatus,
    CnsStatus,
    Complication,
    Diagnosis,
    GeneticResult,
    Lesion,
    PerformanceStatus,
    ProcedureKind,
    Sex,
    Site,
    StopReason,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    EU,
    RELAPSE,
    Answer,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_first_relapse,
    child_second_remission,
    days_before,
    first_remission,
    person,
    second_relapse,
    t_cell_relapse,
)


def lines(answer: Answer) -> dict[str, str]:
    return answer.lines("CTX")


# --- The card itself, CX-01, CX-11, DATA-01 ------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize(
    "story",
    [child_first_relapse(), adult_first_relapse(), second_relapse(), t_cell_relapse()],
    ids=["child", "adult", "second", "T"],
)
def test_CX_01_CX_11_exactly_one_context_card_in_active_disease(
    story: Story, policy: Policy
) -> None:
    answer = story.ask(policy)
    assert {"CX-01", "CX-11"} <= lines(answer).keys()


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(first_remission().mrd("2026-06-05", "0.3"), id="CR1"),
        pytest.param(child_second_remission(), id="CR2"),
        pytest.param(adult_second_remission(), id="CR2-adult"),
    ],
)
def test_CX_only_in_active_disease(story: Story) -> None:
    assert story.ask().cards
    assert "CTX" not in story.ask().cards


def test_DATA_01_context_card_though_every_therapy_is_out() -> None:
    """Late isolated CNS relapse of a child: nothing is suggested, the card remains."""
    story = person("2017-01-20").diagnosed("2021-12-01").front_line("2021-12-01", "2024-03-01")
    story = story.remission("2022-01-10", 1).cns(CnsStatus.CNS3).marrow(RELAPSE, 1)
    answer = story.mrd_negative(RELAPSE).work_up(but="cns").ask()
    assert answer.strengths == "NOT NOT NOT NOT"
    assert answer.cards == {"CTX"}


@pytest.mark.parametrize(
    ("cr1", "words"),
    [("2025-06-20", ("short",)), ("2023-11-15", ("long",))],
)
def test_CX_01_E_21_reinduction_by_the_length_of_the_first_remission(
    cr1: str, words: tuple[str, ...]
) -> None:
    text = lines(adult_first_relapse(dx="2023-10-05", cr1=cr1, eot="2026-05-20").ask())["CX-01"]
    assert any(word in text.lower() for word in words)
    assert "trial" in text.lower()


# --- CX-02, CX-03 --------------------------------------------------------------------------------


def ph_positive() -> Story:
    story = adult_short_remission(but="ph").ph(Tri.MET, "2025-08-01")
    return story.tki(Agent.IMATINIB, "2025-08-10", "2026-06-08", stop=StopReason.FAILED)


def test_CX_02_TKI_review_and_D_KD() -> None:
    answer = ph_positive().ask()
    assert "CX-02" in lines(answer)
    assert "D-KD" in answer.requests("CTX")
    assert "CX-02" not in lines(adult_short_remission().ask())


@pytest.mark.parametrize("present", [Tri.MET, Tri.NOT_MET])
def test_CX_02_T315I_tested_at_this_relapse(present: Tri) -> None:
    answer = ph_positive().gene("2026-06-10", Lesion.T315I, present).ask()
    assert "D-KD" not in answer.requests("CTX")
    assert ("ponatinib" in lines(answer)["CX-02"].lower()) is (present is Tri.MET)


@pytest.mark.parametrize("day", ["2025-08-01", "2026-03-01"])
def test_STALE_09_E_06_T315I_from_before_this_relapse_does_not_count(day: str) -> None:
    answer = ph_positive().gene(day, Lesion.T315I, Tri.NOT_MET).ask()
    assert "D-KD" in answer.requests("CTX")


def test_CX_02_nilotinib_has_no_ALL_label() -> None:
    given = ph_positive().tki(Agent.NILOTINIB, "2025-12-01", "2026-02-01")
    assert "nilotinib" in lines(given.ask())["CX-02"].lower()
    assert "nilotinib has no" not in lines(ph_positive().ask())["CX-02"].lower()


def test_P_08_QT_prolonging_TKI_is_noted_on_the_TKI_line() -> None:
    running = ph_positive().tki(Agent.DASATINIB, "2026-05-01", running=True).ask()
    assert running.line_effects("CTX", "CX-02").get("P-08") == {"note"}
    assert "P-08" not in ph_positive().ask().line_effects("CTX", "CX-02")


@pytest.mark.parametrize(
    ("kind", "active"),
    [
        (Complication.THROMBOSIS, Tri.MET),
        (Complication.THROMBOSIS, Tri.NOT_MET),
        (Complication.HEART_FAILURE, Tri.MET),
        (Complication.LIVER_DISEASE, Tri.MET),
    ],
)
def test_P_29_ponatinib_with_vascular_cardiac_or_liver_disease(
    kind: Complication, active: Tri
) -> None:
    story = ph_positive().gene("2026-06-10", Lesion.T315I, Tri.MET)
    assert "P-29" not in story.ask().line_effects("CTX", "CX-02")
    answer = story.complication(kind, active, "2025-11-01").ask()
    assert answer.line_effects("CTX", "CX-02").get("P-29") == {"warn"}


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_CX_03_Ph_never_tested(policy: Policy) -> None:
    answer = adult_short_remission(but="ph").ask(policy)
    assert "D-PH" in answer.all_requests
    assert answer.gives("BL-01" if policy is not EU else "BL-06") == (
        "EVAL" if policy is not EU else "CAD"
    )
    assert "D-PH" not in adult_short_remission().ask(policy).all_requests


def test_CX_03_not_in_T_lineage() -> None:
    assert "D-PH" not in t_cell_relapse().ask().all_requests


@pytest.mark.parametrize(
    ("lesion", "adequate", "quantitative", "asked"),
    [
        pytest.param(Lesion.BCR_ABL1, True, False, False, id="FISH"),
        pytest.param(Lesion.BCR_ABL1, False, False, True, id="p210-only"),
        pytest.param(Lesion.KARYOTYPE, True, False, True, id="karyotype"),
        pytest.param(Lesion.PH_LIKE, True, False, True, id="Ph-like"),
    ],
)
def test_E_04_an_adequate_test(
    lesion: Lesion, adequate: bool, quantitative: bool, asked: bool
) -> None:
    story = adult_short_remission(but="ph genetics")
    story = story.gene(RELAPSE, lesion, Tri.NOT_MET, adequate=adequate, quantitative=quantitative)
    answer = story.ask()
    assert ("D-PH" in answer.all_requests) is asked
    assert answer.assessment.state.ph == ("U" if asked else "F")


def test_E_04_once_positive_always_positive() -> None:
    story = adult_short_remission(but="ph").ph(Tri.MET, "2025-08-01").ph(Tri.NOT_MET)
    assert story.ask().assessment.state.ph == "T"


def test_E_04_negative_transcript_level_of_a_treated_patient_is_a_response() -> None:
    story = adult_short_remission(but="ph")
    story = story.tki(Agent.IMATINIB, "2025-08-10", "2026-06-08")
    story = story.gene("2026-03-01", Lesion.BCR_ABL1, Tri.NOT_MET, quantitative=True)
    assert story.ask().assessment.state.ph == "U"


def test_E_04_preliminary_result_is_unknown() -> None:
    story = adult_short_remission(but="ph").gene(RELAPSE, Lesion.BCR_ABL1, Tri.NOT_MET, final=False)
    assert story.ask().assessment.state.ph == "U"


# --- CX-04, P-30 ---------------------------------------------------------------------------------


def test_CX_04_first_relapse_after_one_regimen() -> None:
    answer = t_cell_relapse().ask()
    assert "two prior regimens" in lines(answer)["CX-04"]
    assert "within" not in lines(answer)["CX-04"].lower()
    assert "CX-04" not in lines(child_first_relapse().ask())


def test_CX_04_after_two_regimens() -> None:
    story = second_relapse(birth="2010-01-15").without(Diagnosis)
    answer = story.diagnosed_t("2021-02-03").ask()
    assert "within" in lines(answer)["CX-04"].lower()


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        (ProcedureKind.INTRATHECAL, True),
        (ProcedureKind.CRANIAL_IRRADIATION, True),
        (ProcedureKind.MARROW, False),
    ],
)
def test_P_30_nelarabine_after_intrathecal_therapy(kind: ProcedureKind, flag: bool) -> None:
    answer = t_cell_relapse().procedure(kind, "2024-04-01").ask()
    effects = answer.line_effects("CTX", "CX-04")
    assert (effects.get("P-30") == {"warn"}) is flag


def test_P_30_intrathecal_drug() -> None:
    story = t_cell_relapse().drug(Agent.METHOTREXATE, "2024-04-01", intrathecal=True)
    assert story.ask().line_effects("CTX", "CX-04").get("P-30") == {"warn"}


# --- CX-05, CX-06, CX-07 -------------------------------------------------------------------------


def test_CX_05_CNS_leukaemia() -> None:
    answer = adult_short_remission(but="cns").cns(CnsStatus.CNS3).ask()
    assert "CX-05" in lines(answer)
    assert "D-CNS" not in answer.all_requests
    assert "CX-05" not in lines(adult_short_remission().ask())


@pytest.mark.parametrize("status", [None, CnsStatus.CNS2], ids=["not-examined", "CNS2"])
def test_CX_05_CNS_not_known(status: CnsStatus | None) -> None:
    story = adult_short_remission(but="cns")
    answer = (story if status is None else story.cns(status)).ask()
    assert "D-CNS" in answer.requests("CTX")


@pytest.mark.parametrize(("before", "asked"), [(14, False), (15, True)])
def test_STALE_08_CSF_of_this_relapse(before: int, asked: bool) -> None:
    story = adult_short_remission(but="cns").cns(CnsStatus.CNS1, days_before(7 + before))
    assert ("D-CNS" in story.ask().requests("CTX")) is asked


@pytest.mark.parametrize(("before", "asked"), [(14, False), (15, True)])
def test_STALE_08_testes_of_this_relapse(before: int, asked: bool) -> None:
    story = adult_short_remission(but="testes").testes(on=days_before(7 + before))
    assert ("D-TEST" in story.ask().requests("CTX")) is asked


def test_CX_06_testicular_relapse() -> None:
    answer = adult_short_remission(but="testes").extramedullary(Site.TESTIS, RELAPSE).ask()
    assert "CX-06" in lines(answer)
    assert "D-TEST" not in answer.all_requests


@pytest.mark.parametrize(("sex", "asked"), [(Sex.MALE, True), (Sex.FEMALE, False)])
def test_CX_06_E_18_only_in_patients_with_testes(sex: Sex, asked: bool) -> None:
    answer = adult_short_remission(but="testes").of_sex(sex).ask()
    assert ("D-TEST" in answer.all_requests) is asked


def test_CX_06_enlargement_without_biopsy_asks() -> None:
    assert "D-TEST" in adult_short_remission(but="testes").testes(enlarged=True).ask().all_requests


def test_CX_07_symptomatic_spread() -> None:
    story = adult_short_remission().complication(Complication.SYMPTOMATIC_SPREAD)
    assert "CX-07" in lines(story.ask())
    assert "CX-07" not in lines(adult_short_remission().ask())


# --- CX-08, CX-09 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "policy", "shown"),
    [(Tri.MET, Policy(), True), (Tri.MET, EU, False), (Tri.NOT_MET, Policy(), False)],
)
def test_CX_08_KMT2A(present: Tri, policy: Policy, shown: bool) -> None:
    story = adult_short_remission(but="genetics").gene(RELAPSE, Lesion.KMT2A, present)
    assert ("CX-08" in lines(story.ask(policy))) is shown


@pytest.mark.parametrize(("birth", "shown"), [("2025-06-15", True), ("2025-06-16", False)])
def test_CX_08_from_one_year_on(birth: str, shown: bool) -> None:
    story = person(birth).diagnosed("2026-01-05").front_line("2026-01-06").refractory("2026-06-05")
    story = story.marrow(RELAPSE, 30, flow=30).work_up(but="genetics")
    assert ("CX-08" in lines(story.gene(RELAPSE, Lesion.KMT2A, Tri.MET).ask())) is shown


@pytest.mark.parametrize(("white", "shown"), [("99.9", False), ("100", True), ("300", True)])
def test_CX_09_POL_19_white_cells(white: str, shown: bool) -> None:
    answer = adult_short_remission().only_lab(Analyte.LEUKOCYTES, white).ask()
    assert ("CX-09" in lines(answer)) is shown


def test_CX_09_POL_19_limit_of_the_site() -> None:
    story = adult_short_remission().only_lab(Analyte.LEUKOCYTES, 60)
    assert "CX-09" not in lines(story.ask())
    assert "CX-09" in lines(story.ask(Policy(leukapheresis_wbc=Decimal(50))))


def test_CX_09_STALE_07_white_cells_of_14_days() -> None:
    fresh = adult_short_remission().only_lab(Analyte.LEUKOCYTES, 200, days_before(14))
    assert "CX-09" in lines(fresh.ask())
    stale = adult_short_remission().only_lab(Analyte.LEUKOCYTES, 200, days_before(15))
    assert "CX-09" not in lines(stale.ask())
    assert "D-CBC" in stale.ask().all_requests


# --- CX-10, CX-12, CX-13 -------------------------------------------------------------------------


def test_CX_10_relapse_genetics() -> None:
    answer = adult_short_remission(but="genetics ph").ph(Tri.NOT_MET, "2025-08-01").ask()
    assert "D-GEN" in answer.requests("CTX")
    assert "D-GEN" not in adult_short_remission().ask().all_requests


def test_STALE_09_genetics_of_the_first_diagnosis_do_not_count() -> None:
    story = adult_short_remission().without(GeneticResult)
    old = story.ph(Tri.NOT_MET, "2025-08-01").gene("2025-08-01", Lesion.KARYOTYPE, Tri.MET)
    assert "D-GEN" in old.ask().all_requests
    new = old.gene(RELAPSE, Lesion.KARYOTYPE, Tri.MET)
    assert "D-GEN" not in new.ask().all_requests


def test_CX_12_missing_items_of_the_work_up_are_listed() -> None:
    answer = adult_short_remission(but="cns").ask()
    assert "CX-12" in lines(answer)
    assert "CX-12" not in lines(adult_short_remission().ask())


def test_CX_12_every_missing_item_is_named_or_asked_for() -> None:
    story = adult_short_remission(but="cns testes genetics ph wbc").without(PerformanceStatus)
    answer = story.ask()
    assert {"D-CNS", "D-TEST", "D-GEN", "D-CBC", "D-FIT", "D-DONOR"} <= answer.all_requests


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        pytest.param(child_first_relapse(), True, id="child"),
        pytest.param(adult_first_relapse(birth="2002-01-01"), True, id="24"),
        pytest.param(second_relapse(birth="2010-01-15"), False, id="second-relapse"),
    ],
)
def test_CX_13_S_group_and_COG_class(story: Story, shown: bool) -> None:
    text = lines(story.ask()).get("CX-13", "")
    assert ("BFM" in text and "COG" in text) is shown


def test_CX_13_CARD_07_no_probability_for_the_individual() -> None:
    for text in lines(child_first_relapse().ask()).values():
        assert "%" not in text or "blast" in text.lower()
        assert "survival" not in text.lower()


# --- CX-02, E-26: what became of each TKI --------------------------------------------------------


def untreated_ph() -> Story:
    story = adult_first_relapse(but="ph")
    return story.gene("2023-10-05", Lesion.BCR_ABL1, Tri.MET)


def test_CX_02_names_the_outcome_of_each_TKI() -> None:
    story = untreated_ph().tki(Agent.IMATINIB, "2023-11-01", "2024-06-01", stop=StopReason.FAILED)
    story = story.tki(Agent.DASATINIB, "2024-06-02", "2024-09-01", stop=StopReason.INTOLERANT)
    story = story.tki(Agent.NILOTINIB, "2024-09-02", "2024-12-01")
    text = lines(story.tki(Agent.PONATINIB, "2026-06-10", running=True).ask())["CX-02"]
    assert "imatinib: failed" in text
    assert "dasatinib: not tolerated" in text
    assert "nilotinib: outcome not recorded" in text
    assert "ponatinib: running" in text
    assert "Nilotinib has no ALL label." in text


@pytest.mark.parametrize(
    ("start", "until", "running", "failed"),
    [
        pytest.param("2024-01-10", RELAPSE, False, True, id="taken-to-the-day-of-the-relapse"),
        pytest.param("2024-01-10", "2026-06-07", False, False, id="stopped-the-day-before"),
        pytest.param("2024-01-10", "2026-06-12", False, True, id="stopped-after-it"),
        pytest.param("2024-01-10", None, True, True, id="running"),
        pytest.param("2026-06-07", None, True, True, id="begun-the-day-before"),
        pytest.param(RELAPSE, None, True, False, id="begun-on-the-day"),
        pytest.param("2024-01-10", None, False, False, id="no-end-recorded"),
    ],
)
def test_E_26_relapse_during_a_TKI_is_its_failure(
    start: str, until: str | None, running: bool, failed: bool
) -> None:
    story = untreated_ph().tki(Agent.IMATINIB, start, until, running=running)
    assert ("imatinib: failed" in lines(story.ask())["CX-02"]) is failed
    assert story.ask(EU).strength("INO") == ("EVAL" if failed else "CAD")


def test_E_26_stopped_for_intolerance_after_the_relapse_is_no_failure() -> None:
    story = untreated_ph().tki(
        Agent.IMATINIB, "2024-01-10", "2026-06-12", stop=StopReason.INTOLERANT
    )
    assert "imatinib: not tolerated" in lines(story.ask())["CX-02"]
    assert story.ask(EU).strength("INO") == "NOT"


def test_E_26_a_TKI_without_a_start_is_of_unknown_outcome() -> None:
    story = untreated_ph().drug(Agent.IMATINIB, None, running=True, oral=True)
    assert "imatinib: running" in lines(story.ask())["CX-02"]
    assert story.ask(EU).strength("INO") == "CAD"


def test_E_26_a_TKI_in_a_relapse_without_a_date() -> None:
    story = person("1984-02-11").diagnosed("2023-10-05", status=ClinicalStatus.RELAPSE)
    story = story.front_line("2023-10-05", "2025-12-20").work_up(but="ph")
    story = story.gene("2023-10-05", Lesion.BCR_ABL1, Tri.MET)
    answer = story.tki(Agent.IMATINIB, "2024-01-10", running=True).ask()
    assert answer.ds == "ACTIVE_RR"
    assert "imatinib: running" in lines(answer)["CX-02"]


@pytest.mark.parametrize(
    ("cr1", "said"),
    [
        pytest.param("2025-06-08", "Short first remission", id="12-months"),
        pytest.param("2025-06-07", None, id="12-months-and-a-day"),
        pytest.param("2024-06-09", None, id="24-months-less-a-day"),
        pytest.param("2024-06-07", "Long first remission", id="24-months-and-a-day"),
    ],
)
def test_CX_01_POL_31_first_remission_of_12_and_24_months(cr1: str, said: str | None) -> None:
    story = adult_first_relapse(dx="2024-05-01", cr1=cr1, eot="2026-05-01")
    text = lines(story.ask())["CX-01"]
    for words in ("Short first remission", "Long first remission"):
        assert (words in text) is (words == said)
