"""Precautions that several therapies share (P-09 to P-16, P-20, P-25, P-27, P-31), caps (0.5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relapse.facts import (
    Agent,
    Analyte,
    BlastResult,
    CnsStatus,
    Complication,
    Donor,
    Expression,
    LabResult,
    Method,
    ProcedureDone,
    ProcedureKind,
    Provenance,
    Section,
    Sex,
    Site,
    ViralScreen,
    Virus,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    RELAPSE,
    Answer,
    Story,
    adult_second_remission,
    adult_short_remission,
    child_early_second_remission,
    days_before,
    person,
    second_relapse,
    when,
)

WARN, NOTE, CAP_WARN, NOTHING = {"warn"}, {"note"}, {"cap", "warn"}, set[str]()


def relapse(but: str = "") -> Story:
    """An adult to whom all three immunotherapies are EVAL."""
    return adult_short_remission(but=but)


def three(answer: Answer, id: str) -> tuple[set[str], set[str], set[str]]:
    """The effects of a precaution on BLIN, INO, CART."""
    return answer.effect(id, "BLIN"), answer.effect(id, "INO"), answer.effect(id, "CART")


def test_none_beyond_the_standing_ones() -> None:
    answer = relapse().ask()
    assert answer.effects("BLIN").keys() == {"P-01"}
    assert answer.effects("INO").keys() == {"P-02", "P-07"}
    assert answer.effects("CART").keys() == {"P-01", "P-21", "P-22"}
    assert answer.effects("HSCT") == {}


# --- P-09 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bilirubin", "ast", "alt", "flag"),
    [
        ("3", "5", "5", False),
        ("3.01", "1", "1", True),
        ("1", "5.01", "1", True),
        ("1", "1", "5.01", True),
    ],
)
def test_P_09_liver_tests(bilirubin: str, ast: str, alt: str, flag: bool) -> None:
    answer = relapse().liver(bilirubin=bilirubin, ast=ast, alt=alt).ask()
    assert answer.effect("P-09", "BLIN") == (WARN if flag else NOTHING)
    assert answer.effect("P-09", "CART") == NOTHING
    assert answer.strength("BLIN") == "EVAL"


def test_P_09_STALE_07_old_liver_tests_are_not_assessed() -> None:
    answer = relapse().liver(alt="8", on=days_before(15)).ask()
    assert answer.effect("P-09", "BLIN") == NOTHING
    assert "D-LFT" in answer.all_requests


# --- P-10, P-11 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("active", [Tri.MET, Tri.NOT_MET])
def test_P_10_seizure_or_other_CNS_disorder(active: Tri) -> None:
    answer = relapse().complication(Complication.NEUROLOGICAL, active, "2025-03-01").ask()
    assert three(answer, "P-10") == (WARN, NOTHING, WARN)
    assert answer.strengths.split()[:3] == ["EVAL"] * 3


def test_P_11_active_CNS_leukaemia_and_not_P_10() -> None:
    answer = relapse(but="cns").cns(CnsStatus.CNS3).ask()
    assert three(answer, "P-11") == (CAP_WARN, NOTE, CAP_WARN)
    assert three(answer, "P-10") == (NOTHING, NOTHING, NOTHING)
    assert answer.strengths.split()[:3] == ["CONS", "EVAL", "CONS"]


@pytest.mark.parametrize("status", [CnsStatus.CNS1, CnsStatus.CNS2])
def test_P_11_not_without_proof(status: CnsStatus) -> None:
    assert three(relapse(but="cns").cns(status).ask(), "P-11") == (NOTHING, NOTHING, NOTHING)


# --- P-12 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [Complication.INFECTION, Complication.INFLAMMATORY], ids=lambda kind: kind.name
)
@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_P_12_active_infection_or_inflammatory_disorder(kind: Complication, policy: Policy) -> None:
    answer = relapse().complication(kind).ask(policy)
    assert three(answer, "P-12") == (WARN, WARN, CAP_WARN)
    assert answer.strengths.split()[:3] == ["EVAL", "EVAL", "CONS"]


def test_P_12_a_past_infection_raises_nothing() -> None:
    story = relapse().complication(
        Complication.INFECTION, Tri.NOT_MET, "2026-01-01", abated="2026-02-01"
    )
    assert three(story.ask(), "P-12") == (NOTHING, NOTHING, NOTHING)


# --- P-14 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("blasts", "flag"), [(49, False), (50, True), (90, True)])
def test_P_14_marrow(blasts: int, flag: bool) -> None:
    answer = adult_short_remission(blasts=blasts).ask()
    expected = WARN if flag else NOTHING
    assert three(answer, "P-14") == (expected, NOTHING, expected)
    assert answer.strength("BLIN") == "EVAL"


def test_P_14_the_highest_value_of_the_newest_marrow() -> None:
    story = adult_short_remission(blasts=30)
    higher = story.blasts("2026-06-10", 40).blasts("2026-06-10", 55, method=Method.FLOW)
    assert higher.ask().effect("P-14", "BLIN") == WARN
    lower = adult_short_remission(blasts=80).marrow("2026-06-12", 30, flow=30)
    assert lower.ask().effect("P-14", "BLIN") == NOTHING


def test_P_14_a_preliminary_marrow_does_not_count() -> None:
    story = adult_short_remission(blasts=30).marrow("2026-06-12", 90, flow=90, final=False)
    assert story.ask().effect("P-14", "BLIN") == NOTHING


@pytest.mark.parametrize(("count", "flag"), [("14.9", False), ("15", True)])
def test_P_14_blood(count: str, flag: bool) -> None:
    answer = relapse(but="blood").blood(RELAPSE, count=count).ask()
    assert answer.effect("P-14", "BLIN") == (WARN if flag else NOTHING)


def test_P_14_percentage_times_white_cells_of_the_same_collection() -> None:
    story = relapse(but="blood wbc").blood(RELAPSE, 50)
    assert story.lab(Analyte.LEUKOCYTES, 30).ask().effect("P-14", "BLIN") == WARN
    assert story.lab(Analyte.LEUKOCYTES, "29.9").ask().effect("P-14", "BLIN") == NOTHING
    other_day = story.lab(Analyte.LEUKOCYTES, 90, "2026-06-12").ask()
    assert other_day.effect("P-14", "BLIN") == NOTHING


def test_P_14_the_newest_blood_count() -> None:
    story = relapse(but="blood").blood("2026-06-01", count=40).blood("2026-06-12", count=2)
    assert story.ask().effect("P-14", "BLIN") == NOTHING


def test_P_14_P_15_in_remission_the_burden_of_the_relapse_does_not_count() -> None:
    story = child_early_second_remission(but="blood").blood("2025-12-20", count=40)
    answer = story.mrd_negative().ask()
    assert answer.strength("BLIN") == "CONS"
    assert answer.effect("P-14", "BLIN") == NOTHING


def test_P_14_POL_17_limits_of_the_site() -> None:
    story = adult_short_remission(blasts=30)
    policy = Policy(high_burden_marrow=Decimal("0.30"))
    assert story.ask(policy).effect("P-14", "BLIN") == WARN
    story = relapse(but="blood").blood(RELAPSE, count=8)
    policy = Policy(high_burden_blood=Decimal(8))
    assert story.ask(policy).effect("P-14", "CART") == WARN


# --- P-16: prior CD19-directed therapy -----------------------------------------------------------


def test_P_16_prior_therapy_with_a_valid_positive_result_is_a_note() -> None:
    story = relapse().drug(Agent.BLINATUMOMAB, "2025-12-01", "2025-12-28")
    assert three(story.ask(), "P-16") == (NOTE, NOTHING, NOTE)
    assert three(relapse().ask(), "P-16") == (NOTHING, NOTHING, NOTHING)


# --- P-20, D-PREG --------------------------------------------------------------------------------


def woman(birth: str = "1984-02-11", but: str = "pregnancy") -> Story:
    return adult_short_remission(birth=birth, but=f"{but} testes").of_sex(Sex.FEMALE)


def test_P_20_pregnancy_warns_on_every_drug() -> None:
    answer = woman().pregnancy(Tri.MET).ask()
    assert three(answer, "P-20") == (WARN, WARN, WARN)
    assert "D-PREG" not in answer.all_requests


def test_P_20_recorded_pregnancy() -> None:
    answer = woman().complication(Complication.PREGNANCY).ask()
    assert three(answer, "P-20") == (WARN, WARN, WARN)


def why_pregnancy_is_asked(story: Story) -> str:
    requests = story.ask().option("BLIN").requests
    return next(request.text for request in requests if request.id == "D-PREG")


@pytest.mark.parametrize("section", [Section.RESULTS, Section.CONDITIONS])
def test_D_PREG_claims_no_absence_of_what_could_not_be_fetched(section: Section) -> None:
    assert "no current test" in why_pregnancy_is_asked(woman())
    told = why_pregnancy_is_asked(woman().lacking(section))
    assert "no current test" not in told
    assert "could not be fetched" in told


@pytest.mark.parametrize(("age", "asked"), [(0, False), (30, False), (31, True)])
def test_P_20_POL_36_a_negative_test_counts_for_30_days(age: int, asked: bool) -> None:
    answer = woman().pregnancy(Tri.NOT_MET, days_before(age)).ask()
    assert three(answer, "P-20") == (NOTHING, NOTHING, NOTHING)
    for name in ("BLIN", "INO", "CART"):
        assert ("D-PREG" in answer.requests(name)) is asked
        assert "D-PREG" not in answer.gating(name)


def test_P_20_POL_36_days_of_the_site() -> None:
    story = woman().pregnancy(Tri.NOT_MET, days_before(20))
    assert "D-PREG" in story.ask(Policy(pregnancy_test_max_age=19)).all_requests


@pytest.mark.parametrize(
    ("birth", "asked"),
    [
        ("2014-06-16", False),  # 11
        ("2014-06-15", True),  # 12
        ("1971-06-15", True),  # 55
        ("1970-06-16", True),  # the day before the 56th birthday
        ("1970-06-15", False),  # 56
    ],
)
def test_P_20_women_of_12_to_55_years(birth: str, asked: bool) -> None:
    assert ("D-PREG" in woman(birth).ask().all_requests) is asked


def test_P_20_a_preliminary_test_does_not_settle_it() -> None:
    story = woman().pregnancy(Tri.NOT_MET, final=False)
    assert "D-PREG" in story.ask().all_requests


def test_P_20_not_asked_of_men() -> None:
    assert "D-PREG" not in relapse().ask().all_requests


def test_P_20_TKI_line() -> None:
    story = woman(but="pregnancy ph").ph(Tri.MET).tki(Agent.IMATINIB, "2025-08-10", running=True)
    answer = story.pregnancy(Tri.MET).ask()
    assert answer.line_effects("CTX", "CX-02").get("P-20") == WARN


# --- P-25, P-27, P-31 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "day"), [("2025-06-16", "2026-06-16"), ("2025-09-13", "2026-09-13")]
)
def test_P_25_first_birthday_within_90_days_joins_the_reason(birth: str, day: str) -> None:
    story = person(birth).diagnosed("2026-01-05").front_line("2026-01-06").refractory("2026-06-05")
    answer = story.marrow(RELAPSE, 30, flow=30).work_up().ask()
    assert answer.strength("INO") == "NOT"
    assert day in answer.option("INO").reason
    assert answer.effects("INO") == {}


def test_P_25_further_away_is_not_mentioned() -> None:
    story = person("2025-09-14").diagnosed("2026-01-05").front_line("2026-01-06")
    story = story.refractory("2026-06-05").marrow(RELAPSE, 30, flow=30).work_up()
    assert "2026-09-14" not in story.ask().option("INO").reason


def test_P_25_only_where_age_alone_excludes() -> None:
    story = person("2025-06-16").diagnosed("2026-01-05").front_line("2026-01-06")
    story = story.refractory("2026-06-05").marrow(RELAPSE, 30, flow=30).work_up(but="cd22")
    answer = story.cd22(RELAPSE, None, share=1).ask()
    assert answer.strength("INO") == "NOT"
    assert "2026-06-16" not in answer.option("INO").reason


@pytest.mark.parametrize(
    ("birth", "strength", "noted"),
    [("2026-05", "CAD", True), ("2026-05-15", "EVAL", False), ("2014-11-20", "EVAL", False)],
)
def test_P_27_neonate(birth: str, strength: str, noted: bool) -> None:
    """The label begins at one month, so only an age that is not certain can meet it: born in May,
    perhaps not yet four weeks ago."""
    story = person(birth).diagnosed("2026-06-03").front_line("2026-06-03").refractory("2026-06-13")
    story = story.marrow("2026-06-13", 60, flow=60).work_up("2026-06-13", safety_on="2026-06-13")
    answer = story.ask()
    assert answer.strength("BLIN") == strength
    assert (answer.effect("P-27", "BLIN") == NOTE) is noted


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(
            lambda s: s.procedure(ProcedureKind.CRANIAL_IRRADIATION, "2024-01-01"), id="cranial-RT"
        ),
        pytest.param(
            lambda s: s.drug(
                Agent.METHOTREXATE, "2025-10-01", name="high-dose methotrexate infusion"
            ),
            id="high-dose-MTX",
        ),
        pytest.param(
            lambda s: s.drug(Agent.CYTARABINE, "2025-10-01", intrathecal=True), id="IT-cytarabine"
        ),
    ],
)
def test_P_31_leukoencephalopathy(before: object) -> None:
    assert callable(before)
    answer = before(relapse()).ask()
    assert three(answer, "P-31") == (NOTE, NOTHING, NOTHING)
    assert answer.strength("BLIN") == "EVAL"


def test_P_31_intravenous_cytarabine_raises_nothing() -> None:
    story = relapse().drug(Agent.CYTARABINE, "2025-10-01")
    assert three(story.ask(), "P-31") == (NOTHING, NOTHING, NOTHING)


# --- 0.5: caps, and no precaution on what is out -------------------------------------------------


def test_0_5_a_cap_leaves_CONS_CAD_and_NOT_unchanged() -> None:
    infected = relapse(but="cd19").complication(Complication.INFECTION)
    assert infected.ask().strength("CART") == "CAD"
    twice = relapse().complication(Complication.INFECTION).car_t("2025-12-01")
    assert twice.ask().strength("CART") == "CONS"
    out = relapse(but="cd19").cd19(RELAPSE, None, share=1).complication(Complication.INFECTION)
    assert out.ask().strength("CART") == "NOT"
    assert out.ask().effects("CART") == {}


def test_E_29_complications_without_a_record_raise_nothing() -> None:
    answer = relapse().ask()
    for id in ("P-03", "P-04", "P-05", "P-10", "P-12", "P-13"):
        for name in ("BLIN", "INO", "CART"):
            assert answer.effect(id, name) == NOTHING


def test_precautions_in_remission() -> None:
    story = adult_second_remission().mrd("2026-06-05", "0.5")
    answer = story.complication(Complication.INFECTION).ask()
    assert answer.effect("P-12", "BLIN") == WARN
    assert answer.strength("BLIN") == "EVAL"


def test_warnings_of_all_kinds_together_change_only_what_they_may() -> None:
    story = second_relapse(blasts=80).liver(bilirubin="4", ast="6", alt="6")
    story = story.only_lab(Analyte.QTCF, 500).complication(Complication.NEUROLOGICAL)
    assert story.ask().strengths == "EVAL EVAL EVAL CONS"


# --- The other side of each condition ------------------------------------------------------------


def used(answer: Answer, id: str, name: str) -> set[str]:
    """The facts that a precaution of an option rests on, in words."""
    found = [item for item in answer.option(name).precautions if item.id == id]
    return {fact.text for item in found for fact in item.facts}


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("intrathecal cytarabine", True),
        ("Triple intrathecal therapy", True),
        ("intrathecal methotrexate", False),
        ("intrathecal chemotherapy", False),
    ],
)
def test_P_31_intrathecal_procedures_by_their_drugs(text: str, noted: bool) -> None:
    done = ProcedureDone(
        source=Provenance("Procedure/it"),
        when=when("2025-10-01"),
        text=text,
        kind=ProcedureKind.INTRATHECAL,
    )
    answer = relapse().add(done).ask()
    assert answer.effect("P-31", "BLIN") == (NOTE if noted else NOTHING)
    assert used(answer, "P-31", "BLIN") == ({text} if noted else set())


@pytest.mark.parametrize(
    ("agent", "name", "intrathecal"),
    [
        (Agent.METHOTREXATE, "methotrexate", True),
        (Agent.METHOTREXATE, "methotrexate tablets", False),
        (Agent.CYTARABINE, "high-dose cytarabine", False),
    ],
)
def test_P_31_raises_nothing_by_other_drugs(agent: Agent, name: str, intrathecal: bool) -> None:
    story = relapse().drug(agent, "2025-10-01", name=name, intrathecal=intrathecal)
    assert story.ask().effect("P-31", "BLIN") == NOTHING


@pytest.mark.parametrize("missing", [Analyte.BILIRUBIN, Analyte.AST, Analyte.ALT])
def test_D_LFT_each_of_the_three_is_asked_for(missing: Analyte) -> None:
    story = relapse().without(LabResult, where=lambda fact: fact.analyte is missing)
    answer = story.ask()
    assert "D-LFT" in answer.requests("INO")
    text = next(item.text for item in answer.option("INO").requests if item.id == "D-LFT")
    assert text.endswith(f": {missing.value}")
    assert "D-LFT" not in relapse().ask().requests("INO")


@pytest.mark.parametrize(("days", "asked"), [(14, False), (15, True)])
def test_STALE_07_D_LFT_D_CBC_14_days(days: int, asked: bool) -> None:
    story = relapse(but="liver wbc").liver(on=days_before(days))
    answer = story.lab(Analyte.LEUKOCYTES, 4, days_before(days)).ask()
    assert ({"D-LFT", "D-CBC"} <= answer.requests("INO")) is asked
    assert bool({"D-LFT", "D-CBC"} & answer.requests("INO")) is asked


@pytest.mark.parametrize(("days", "asked"), [(90, False), (91, True)])
def test_STALE_08_D_QTC_90_days(days: int, asked: bool) -> None:
    story = relapse(but="qtc").lab(Analyte.QTCF, 410, days_before(days))
    assert ("D-QTC" in story.ask().requests("INO")) is asked


def test_P_20_a_pregnancy_result_in_a_man_raises_nothing() -> None:
    """Filed with the wrong patient: it is not a fact about him."""
    assert three(relapse().pregnancy(Tri.MET).ask(), "P-20") == (NOTHING, NOTHING, NOTHING)
    recorded = relapse().complication(Complication.PREGNANCY)
    assert three(recorded.ask(), "P-20") == (NOTHING, NOTHING, NOTHING)


def test_P_11_rests_on_the_CNS_findings_that_show_leukaemia() -> None:
    story = relapse(but="cns").cns(CnsStatus.CNS3).extramedullary(Site.OTHER, RELAPSE)
    answer = story.cns(CnsStatus.CNS1, "2025-08-02").ask()
    assert used(answer, "P-11", "BLIN") == {"CNS status CNS3"}


def test_P_16_names_the_therapy_and_the_earlier_negative() -> None:
    story = relapse(but="cd19").drug(Agent.BLINATUMOMAB, "2026-06-09", "2026-06-10")
    story = story.cd19("2026-05-20", Expression.NEGATIVE)
    answer = story.ask()
    assert answer.effect("P-16", "BLIN") == WARN
    assert {"blinatumomab", "CD19 negative"} <= used(answer, "P-16", "BLIN")


def test_P_16_names_the_partial_result() -> None:
    story = relapse(but="cd19").cd19(RELAPSE, Expression.HETEROGENEOUS)
    assert used(story.ask(), "P-16", "BLIN") == {"CD19 partial or dim"}
    treated = relapse(but="cd19").car_t("2025-12-01").cd19(RELAPSE).ask()
    assert used(treated, "P-16", "BLIN") == {"tisagenlecleucel"}


# --- E-29: what is still active, still fresh, and final ------------------------------------------


@pytest.mark.parametrize(
    ("abated", "warned"),
    [
        pytest.param(None, True, id="no-end"),
        pytest.param("2026-06-16", True, id="ends-tomorrow"),
        pytest.param("2026-06", True, id="ends-in-this-month"),
        pytest.param("2026-06-15", False, id="ended-today"),
        pytest.param("2026-06-14", False, id="ended-yesterday"),
    ],
)
def test_P_12_an_infection_that_has_ended(abated: str | None, warned: bool) -> None:
    """The end of the entry outweighs a clinical status that nobody closed."""
    story = relapse().complication(Complication.INFECTION, abated=abated)
    assert story.ask().effect("P-12", "INO") == (WARN if warned else NOTHING)


def test_P_12_rests_on_what_is_active() -> None:
    story = relapse().complication(Complication.INFECTION, Tri.NOT_MET, "2025-01-10")
    answer = story.complication(Complication.INFLAMMATORY).ask()
    assert used(answer, "P-12", "INO") == {"inflammatory disorder"}


def test_P_13_rests_on_what_is_active() -> None:
    story = relapse().complication(Complication.GVHD_ACUTE, grade=1)
    answer = story.complication(Complication.GVHD_CHRONIC).ask()
    assert used(answer, "P-13", "BLIN") == {"chronic GVHD"}


@pytest.mark.parametrize(
    "kind", [Complication.GVHD_ACUTE, Complication.GVHD_CHRONIC, Complication.GVHD_UNSPECIFIED]
)
def test_P_13_every_kind_of_active_GVHD(kind: Complication) -> None:
    """A grade or kind that is not stated counts: withholding the warning is the worse error."""
    assert three(relapse().complication(kind).ask(), "P-13") == (NOTE, NOTHING, CAP_WARN)
    assert three(relapse().complication(kind, Tri.NOT_MET).ask(), "P-13") == (NOTHING,) * 3


@pytest.mark.parametrize(
    ("grade", "noted"), [(1, False), (2, True), (3, True), (None, True)], ids=str
)
def test_P_13_acute_GVHD_from_grade_II(grade: int | None, noted: bool) -> None:
    answer = relapse().complication(Complication.GVHD_ACUTE, grade=grade).ask()
    assert answer.effect("P-13", "BLIN") == (NOTE if noted else NOTHING)


def test_P_14_the_marrow_of_the_first_diagnosis_is_no_burden_of_today() -> None:
    """Relapse outside the marrow, which nobody has looked at yet."""
    story = person("1984-02-11").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.marrow("2025-08-01", 90, flow=90).blood("2025-08-01", count=40)
    story = story.remission("2025-09-10", 1).extramedullary(Site.OTHER, RELAPSE)
    answer = story.work_up(but="blood").ask()
    assert answer.strength("BLIN") != "NOT"
    assert three(answer, "P-14") == (NOTHING, NOTHING, NOTHING)
    assert answer.effect("P-15", "INO") == NOTHING


@pytest.mark.parametrize(("days", "counts"), [(14, True), (15, False)])
def test_P_14_P_15_from_14_days_before_the_relapse(days: int, counts: bool) -> None:
    story = relapse(but="blood").blood(days_before(days + 7), count=20)
    assert story.ask().effect("P-15", "INO") == (WARN if counts else NOTHING)
    assert story.ask().effect("P-14", "BLIN") == (WARN if counts else NOTHING)


def test_P_14_a_preliminary_white_count_makes_no_product() -> None:
    story = relapse(but="blood wbc").blood(RELAPSE, 50)
    assert story.lab(Analyte.LEUKOCYTES, 40, RELAPSE).ask().effect("P-14", "BLIN") == WARN
    preliminary = story.lab(Analyte.LEUKOCYTES, 40, RELAPSE, final=False).ask()
    assert preliminary.effect("P-14", "BLIN") == NOTHING


@pytest.mark.parametrize(("white", "p14", "p15"), [("20", False, False), ("20.1", False, True)])
def test_P_15_over_10_by_the_product(white: str, p14: bool, p15: bool) -> None:
    """Half of 20 is 10, which is not above 10."""
    story = relapse(but="blood wbc").blood(RELAPSE, 50).lab(Analyte.LEUKOCYTES, white, RELAPSE)
    assert story.ask().effect("P-15", "INO") == (WARN if p15 else NOTHING)
    assert story.ask().effect("P-14", "BLIN") == (WARN if p14 else NOTHING)


@pytest.mark.parametrize("missing", [Virus.HBV, Virus.HCV, Virus.HIV], ids=lambda v: v.name)
def test_P_21_D_VIRAL_each_virus_is_asked_for(missing: Virus) -> None:
    others = [virus for virus in Virus if virus is not missing]
    story = relapse(but="viral").lab(Analyte.IMMUNOGLOBULIN, None)
    assert "D-VIRAL" in story.screened(RELAPSE, *others).ask().requests("CART")
    assert "D-VIRAL" not in story.screened(RELAPSE, *Virus).ask().requests("CART")


@pytest.mark.parametrize(
    ("on", "final", "asked"),
    [
        (days_before(90), True, False),
        (days_before(91), True, True),
        (RELAPSE, False, True),
    ],
    ids=["90-days", "91-days", "preliminary"],
)
def test_P_21_STALE_08_immunoglobulins(on: str, final: bool, asked: bool) -> None:
    story = relapse(but="viral").screened(RELAPSE)
    answer = story.lab(Analyte.IMMUNOGLOBULIN, None, on, final=final).ask()
    assert ("D-VIRAL" in answer.requests("CART")) is asked
    assert "D-VIRAL" in story.ask().requests("CART")


def test_P_21_a_preliminary_screen_does_not_count() -> None:
    story = relapse(but="viral").lab(Analyte.IMMUNOGLOBULIN, None)
    screens = [
        ViralScreen(
            source=Provenance(f"Observation/{virus.value}"),
            when=when(RELAPSE),
            final=False,
            virus=virus,
            reactive=Tri.NOT_MET,
        )
        for virus in Virus
    ]
    assert "D-VIRAL" in story.add(*screens).ask().requests("CART")


@pytest.mark.parametrize(("blasts", "warned"), [("50", True), ("49.99", False)])
def test_P_14_POL_17_marrow_just_under_50_per_cent(blasts: str, warned: bool) -> None:
    story = relapse().without(BlastResult).marrow(RELAPSE, blasts, flow=blasts)
    assert story.ask().effect("P-14", "BLIN") == (WARN if warned else NOTHING)


@pytest.mark.parametrize(("count", "warned"), [("15", True), ("14.99", False)])
def test_P_14_POL_17_blood_just_under_15(count: str, warned: bool) -> None:
    story = relapse(but="blood").blood(RELAPSE, count=count)
    assert story.ask().effect("P-14", "BLIN") == (WARN if warned else NOTHING)


# --- P-03, P-21: what is not clear, what was found -----------------------------------------------


@pytest.mark.parametrize(
    ("donor", "asked"),
    [(Donor.UNKNOWN, True), (Donor.ALLOGENEIC, False), (Donor.AUTOLOGOUS, False)],
)
def test_P_03_a_transplant_of_unknown_donor_is_asked_about(donor: Donor, asked: bool) -> None:
    """CARD-04: whether it raises the risk of veno-occlusive disease is not known."""
    answer = relapse().transplant("2025-01-10", donor).ask()
    assert ("D-PRIOR" in answer.requests("INO")) is asked
    assert answer.effect("P-03", "INO") == (WARN if donor is Donor.ALLOGENEIC else NOTHING)
    assert answer.strength("INO") == "EVAL"


def test_P_21_names_what_is_reactive() -> None:
    clear = relapse().screened("2026-06-05")
    texts = {item.id: item.text for item in clear.ask().option("CART").precautions}
    assert "reactive" not in texts["P-21"]
    found = clear.screened("2026-06-06", Virus.HBV, reactive=Tri.MET).ask()
    (raised,) = [item for item in found.option("CART").precautions if item.id == "P-21"]
    assert raised.text.endswith("(HBV reactive)")
    assert [str(used.when) for used in raised.facts] == ["2026-06-06"]
    assert found.effect("P-21", "CART") == NOTE
