"""CD19 CAR-T cells: tisagenlecleucel, brexucabtagene, obecabtagene (CA-01 to CA-13)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from relapse.assessment import Criterion
from relapse.facts import (
    Agent,
    Antigen,
    AntigenResult,
    CarTProduct,
    Diagnosis,
    Donor,
    ResponseStatement,
    Site,
    TreatmentPlan,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.patients import (
    BOTH,
    CAP,
    EU,
    RELAPSE,
    Story,
    adult_first_relapse,
    adult_second_remission,
    adult_short_remission,
    child_first_relapse,
    child_second_remission,
    first_remission,
    person,
    second_relapse,
    third_remission,
)

DAY = "2026-06-05"


# --- CA-01, CA-03, CA-03b, CA-04 -----------------------------------------------------------------


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_CA_01_second_relapse(policy: Policy) -> None:
    answer = second_relapse().ask(policy)
    assert answer.product("tisa") == "EVAL"
    assert answer.gives("CA-01") == "EVAL"


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_CA_03_first_relapse(policy: Policy) -> None:
    answer = child_first_relapse().ask(policy)
    assert answer.product("tisa") == "NOT"
    assert answer.gives("CA-03") == "NOT"
    assert answer.strength("CART") == "NOT"


def test_CA_03_POL_15_first_relapse_by_site_policy() -> None:
    answer = child_first_relapse().ask(Policy(tisagenlecleucel_first_relapse=True))
    assert answer.product("tisa") == "CONS"


def test_CA_03b_reinduced_and_no_marrow_yet() -> None:
    story = child_first_relapse(relapse="2026-04-10").reinduction("2026-04-12", "2026-05-20")
    answer = story.cd19(RELAPSE).ask()
    assert answer.product("tisa") == "CAD"
    assert answer.gives("CA-03b") == "CAD"
    assert "D-BM" in answer.gating("CART")


def test_CA_03b_not_while_the_course_runs() -> None:
    story = child_first_relapse(relapse="2026-04-10").reinduction("2026-04-12").cd19(RELAPSE)
    assert story.ask().product("tisa") == "NOT"


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize(
    ("birth", "tisa"), [("2000-06-16", "EVAL"), ("2000-06-15", "NOT"), ("1984-01-01", "NOT")]
)
def test_CA_04_age_26(birth: str, tisa: str, policy: Policy) -> None:
    answer = second_relapse(birth=birth).ask(policy)
    assert answer.product("tisa") == tisa
    assert (answer.gives("CA-04") == "NOT") is (tisa == "NOT")


def test_CA_04_not_by_age_even_where_the_rest_is_unknown() -> None:
    """A required condition that fails is NOT though others are unknown."""
    assert second_relapse(birth="1984-01-01", but="cd19").ask().product("tisa") == "NOT"


# --- CA-02 ---------------------------------------------------------------------------------------


def after_transplant(donor: Donor = Donor.ALLOGENEIC, day: str = "2025-06-01") -> Story:
    """First relapse at 19, transplant in first remission."""
    story = person("2007-01-20").diagnosed("2024-11-01").front_line("2024-11-03", "2025-05-20")
    story = story.remission("2024-12-10", 1).transplant(day, donor)
    return story.marrow(RELAPSE, 22, flow=22).work_up()


@pytest.mark.parametrize(("policy", "tisa"), [(Policy(), "CONS"), (EU, "EVAL")], ids=["US", "EU"])
def test_CA_02_first_relapse_after_transplant(policy: Policy, tisa: str) -> None:
    answer = after_transplant().ask(policy)
    assert answer.product("tisa") == tisa
    assert answer.gives("CA-02") == tisa


@pytest.mark.parametrize(
    ("donor", "day", "tisa"),
    [
        (Donor.AUTOLOGOUS, "2025-06-01", "NOT"),
        (Donor.ALLOGENEIC, "2026-06-10", "NOT"),
        (Donor.ALLOGENEIC, "2026-06-07", "CONS"),
    ],
)
def test_CA_02_an_allogeneic_transplant_before_the_relapse(
    donor: Donor, day: str, tisa: str
) -> None:
    assert after_transplant(donor, day).ask().product("tisa") == tisa


def test_CA_02_transplant_of_unknown_donor_type() -> None:
    answer = after_transplant(Donor.UNKNOWN).ask()
    assert answer.product("tisa") == "CAD"
    assert "D-PRIOR" in answer.requests("CART")


def test_CA_02_stronger_row_wins() -> None:
    """Second relapse after a transplant: CA-01, also in the US."""
    answer = second_relapse().transplant("2024-06-01").ask()
    assert answer.product("tisa") == "EVAL"


# --- CA-05, CA-10, CA-13 -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mrd", "tisa"),
    [
        ({"value": "0.0999"}, "NOT"),
        ({"value": "0.1"}, "CONS"),
        ({"value": "0.5"}, "CONS"),
        ({"sens": "0.01"}, "NOT"),
        (None, "CAD"),
    ],
)
def test_CA_05_MRD_in_third_remission(mrd: dict[str, str] | None, tisa: str) -> None:
    story = third_remission() if mrd is None else third_remission().mrd(DAY, **mrd)
    answer = story.ask()
    assert answer.product("tisa") == tisa
    assert answer.product("brexu") == answer.product("obe") == "NOT"
    if mrd is None:
        assert "D-MRD" in answer.gating("CART")


def test_CA_05_age() -> None:
    assert third_remission("2000-06-16").mrd(DAY, "0.5").ask().product("tisa") == "CONS"
    assert third_remission("2000-06-15").mrd(DAY, "0.5").ask().product("tisa") == "NOT"


def test_CA_05_CD19() -> None:
    story = third_remission().mrd(DAY, "0.5").cd19("2026-06-10", None, share=2)
    assert story.ask().product("tisa") in {"NOT", "CAD"}
    lost = third_remission().mrd(DAY, "0.5").cd19("2026-04-20", None, share=2)
    assert lost.ask().product("tisa") == "NOT"


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
@pytest.mark.parametrize(
    "story",
    [first_remission("2012-02-11"), child_second_remission(), adult_second_remission()],
    ids=["CR1", "CR2-child", "CR2-adult"],
)
def test_CA_10_CA_13_in_remission(story: Story, policy: Policy) -> None:
    answer = story.mrd(DAY, "0.5").ask(policy)
    assert answer.products == "NOT NOT NOT"
    assert answer.strength("CART") == "NOT"


# --- CA-06, CA-07, CA-08, CA-09 ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cr1", "strength"),
    [
        ("2025-06-07", "CONS"),
        ("2025-06-08", "EVAL"),  # exactly 12 months
        ("2025-06-09", "EVAL"),
        ("2024-06-08", "CONS"),
        ("2025-06", "CONS"),  # CA-08: the month alone does not say
        ("2025-07", "EVAL"),
        ("2025-05", "CONS"),
    ],
)
def test_CA_06_CA_07_length_of_the_first_remission(cr1: str, strength: str) -> None:
    answer = adult_first_relapse(dx="2024-05-01", cr1=cr1, eot="2026-05-20").ask()
    assert answer.products == f"NOT {strength} {strength}"
    assert ("D-CRDATE" in answer.requests("CART")) is (cr1 == "2025-06")


def test_CA_06_the_clock_starts_at_remission_not_at_diagnosis() -> None:
    answer = adult_first_relapse(dx="2025-02-01", cr1="2025-06-20", eot="2026-05-20").ask()
    assert answer.products == "NOT EVAL EVAL"
    assert answer.gives("CA-06") == "EVAL"


def test_CA_06_clamped_months() -> None:
    """Remission on 29 February 2024: twelve months are over on 28 February 2025."""
    story = adult_first_relapse(
        dx="2024-01-20", cr1="2024-02-29", eot="2025-02-10", relapse="2025-02-28"
    )
    assert story.seen_on("2025-03-04").ask().product("brexu") == "EVAL"
    story = adult_first_relapse(
        dx="2024-01-20", cr1="2024-02-29", eot="2025-02-10", relapse="2025-03-01"
    )
    assert story.seen_on("2025-03-04").ask().product("brexu") == "CONS"


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(second_relapse(birth="1984-02-11"), id="second-relapse"),
        pytest.param(
            adult_first_relapse(relapse="2026-05-01").refractory("2026-06-05"), id="refractory"
        ),
        pytest.param(adult_first_relapse().transplant("2025-12-22"), id="after-transplant"),
        pytest.param(adult_short_remission(), id="short-remission"),
    ],
)
@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_CA_06_within_label_and_trials(story: Story, policy: Policy) -> None:
    answer = story.ask(policy)
    assert answer.products == "NOT EVAL EVAL"
    assert answer.gives("CA-06") == "EVAL"


def test_CA_06_autologous_transplant_does_not_count() -> None:
    story = adult_first_relapse().transplant("2025-12-22", Donor.AUTOLOGOUS)
    assert story.ask().products == "NOT CONS CONS"


@pytest.mark.parametrize("choice", ["EVAL", "CONS", "NOT"])
def test_CA_07_POL_16_choice_of_the_site(choice: str) -> None:
    answer = adult_first_relapse().ask(Policy(late_adult_car_t=choice))
    assert answer.products == f"NOT {choice} {choice}"
    assert adult_short_remission().ask(Policy(late_adult_car_t=choice)).product("obe") == "EVAL"


def test_CA_08_first_remission_without_a_date() -> None:
    story = adult_first_relapse().without(ResponseStatement).coded_remission(None)
    answer = story.ask()
    assert answer.products == "NOT CONS CONS"
    assert answer.gives("CA-08") == "CONS"
    assert "D-CRDATE" in answer.requests("CART")


@pytest.mark.parametrize(
    ("birth", "us", "eu"),
    [
        ("2008-06-16", "NOT", "NOT"),
        ("2008-06-15", "EVAL", "NOT"),
        ("2000-06-16", "EVAL", "NOT"),
        ("2000-06-15", "EVAL", "EVAL"),
    ],
)
def test_CA_09_age_of_the_adult_products(birth: str, us: str, eu: str) -> None:
    story = second_relapse(birth=birth)
    for product in ("brexu", "obe"):
        assert story.ask().product(product) == us
        assert story.ask(EU).product(product) == eu
    assert (story.ask(EU).gives("CA-09") == "NOT") is (eu == "NOT")


def test_CA_01_CA_06_D_RELORD_relapse_of_unknown_number() -> None:
    """Known from a code alone, first remission not on record: perhaps not the first relapse."""
    story = person("2012-01-20").diagnosed("2022-03-10").front_line("2022-03-10", "2024-05-01")
    story = story.coded_relapse(RELAPSE).marrow(RELAPSE, 60, flow=60).work_up()
    answer = story.ask()
    assert answer.ds == "ACTIVE_RR"
    assert answer.product("tisa") == "CAD"
    assert "D-RELORD" in answer.gating("CART")


# --- CA-11, CA-12, sites -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "cd19", "strength"),
    [
        (CarTProduct.TISAGENLECLEUCEL, Tri.MET, "CONS"),
        (CarTProduct.UNKNOWN, Tri.MET, "CONS"),
        (CarTProduct.OTHER, Tri.NOT_MET, "EVAL"),
    ],
)
def test_CA_11_earlier_CD19_CAR_T(product: CarTProduct, cd19: Tri, strength: str) -> None:
    answer = second_relapse().car_t("2024-06-01", product, cd19=cd19).ask()
    assert answer.products == f"{strength} {strength} {strength}"
    assert answer.applies("CA-11") is (strength == "CONS")


def test_CA_11_blinatumomab_is_no_CAR_T() -> None:
    story = second_relapse().drug(Agent.BLINATUMOMAB, "2024-03-01", "2024-03-28")
    assert story.ask().products == "EVAL EVAL EVAL"


def isolated(site: Site) -> Story:
    story = person("1984-02-11").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(site, RELAPSE)
    story = story.marrow(RELAPSE, 1, flow=0).mrd_negative(RELAPSE)
    free = {Site.CNS: "cns", Site.TESTIS: "testes"}.get(site, "")
    return story.work_up(but=free)


@pytest.mark.parametrize(
    ("site", "strength"), [(Site.CNS, "NOT"), (Site.TESTIS, "NOT"), (Site.OTHER, "CONS")]
)
def test_CA_12_POL_14_isolated_extramedullary_relapse(site: Site, strength: str) -> None:
    answer = isolated(site).ask()
    assert answer.products == f"NOT {strength} {strength}"
    assert answer.applies("CA-12") is (site is Site.OTHER)


def test_CA_12_combined_relapse_is_not_capped() -> None:
    answer = adult_short_remission().extramedullary(Site.OTHER, RELAPSE).ask()
    assert answer.product("brexu") == "EVAL"


# --- Class strength ------------------------------------------------------------------------------


def test_class_strength_is_that_of_the_strongest_product() -> None:
    mixed = after_transplant().ask()
    assert mixed.products == "CONS EVAL EVAL"
    assert mixed.strength("CART") == "EVAL"
    eu = second_relapse().ask(EU)
    assert eu.products == "EVAL NOT NOT"
    assert eu.strength("CART") == "EVAL"


def test_T_lineage_never() -> None:
    story = second_relapse().without(Diagnosis).diagnosed_t("2021-02-03")
    assert story.ask().strength("CART") == "NOT"


@pytest.mark.parametrize("site", [Site.CNS, Site.TESTIS], ids=lambda site: site.name)
def test_POL_14_the_exclusion_is_traceable_to_a_rule(site: Site) -> None:
    assert isolated(site).ask().option("CART").rules


def test_CA_02_transplant_on_an_unknown_day() -> None:
    """Before or after the relapse decides, and is asked for."""
    story = child_first_relapse().transplant(None)
    assert story.ask().product("tisa") == "CAD"
    assert "D-PRIOR" in story.ask().requests("CART")


def test_CA_05_does_not_read_the_transplant_cut_of_the_site() -> None:
    """0.1 % here; POL-27 is the cut of transplant in late relapse."""
    story = third_remission().mrd(DAY, "0.05")
    assert story.ask(Policy(transplant_mrd_eval=Decimal("0.0001"))).product("tisa") == "NOT"


def test_CA_05_G_09_long_third_remission() -> None:
    """More than a year in CR3: without MRD silent, with a measured one open."""
    story = third_remission().seen_on("2027-06-15")
    assert story.ask().product("tisa") == "NOT"
    measured = story.mrd("2027-06-05", "0.5").cd19("2027-05-01").ask()
    assert measured.product("tisa") == "CONS"


# --- The other side of each condition ------------------------------------------------------------


def test_CA_07_CA_08_only_where_CA_06_is_not_met() -> None:
    """Each product shows the one row that decides, beside the rows that were looked at and fail."""

    def rows(story: Story) -> list[str]:
        return [item.rule for item in story.ask().option("CART").rules]

    assert rows(adult_short_remission()) == ["CA-04", "CA-06"]
    assert rows(adult_first_relapse()) == ["CA-04", "CA-06", "CA-07"]
    assert rows(adult_first_relapse(cr1=None)) == ["CA-04", "CA-06", "CA-08"]
    assert rows(second_relapse(birth="1984-02-11")) == ["CA-04", "CA-06"]
    waiting = second_relapse(birth="1984-02-11", but="cd19")
    assert rows(waiting) == ["CA-04", "CA-06", "AG-04"]


@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_POL_14_a_coded_relapse_of_unknown_site_waits_and_is_not_excluded(policy: Policy) -> None:
    """A relapse known from its code may be confined to CNS or testes; it is not known to be."""
    story = person("1984-02-11").diagnosed("2023-10-05").front_line("2023-10-05", "2025-12-20")
    story = story.remission("2023-11-15", 1).coded_relapse("2026-06-01")
    for but in ("", "cns testes"):
        answer = story.work_up(but=but).ask(policy)
        assert answer.strengths == "CAD CAD CAD CONS"
        assert answer.gating("CART") == {"D-BM"}


def relapse_elsewhere_then_third_remission(site: Site) -> Story:
    """Third remission of a child; the second relapse was isolated at ``site``. MRD 0.5 % now."""
    story = person("2014-02-11").diagnosed("2018-03-01").front_line("2018-03-02", "2020-05-01")
    story = story.remission("2018-04-05", 1).marrow("2022-01-10", 50, flow=50)
    story = story.reinduction("2022-01-15", "2022-03-01").remission("2022-03-10", 2)
    story = story.extramedullary(site, "2026-02-20", abated="2026-04-09")
    story = story.marrow("2026-02-20", 1, flow=0).work_up("2026-02-20", but="cns testes")
    story = story.reinduction("2026-02-25", "2026-04-01").remission("2026-04-10", 3)
    return story.mrd(DAY, "0.5")


@pytest.mark.parametrize("site", Site, ids=lambda site: site.name)
def test_CA_05_POL_14_CA_12_the_site_of_the_past_relapse_decides_nothing(site: Site) -> None:
    answer = relapse_elsewhere_then_third_remission(site).ask()
    assert answer.ds == "CR3"
    assert answer.gives("CA-05") == "CONS"
    assert answer.effect("P-24", "CART") == set()
    assert not answer.applies("CA-12")


def isolated_elsewhere() -> Story:
    story = person("2004-01-15").diagnosed("2025-08-01").front_line("2025-08-01", "2026-05-20")
    story = story.remission("2025-09-10", 1).extramedullary(Site.OTHER, RELAPSE)
    return story.marrow(RELAPSE, 1, flow=0).mrd_negative(RELAPSE).work_up()


def test_CA_12_P_24_on_CAR_T_in_an_isolated_relapse_elsewhere() -> None:
    answer = isolated_elsewhere().ask()
    assert answer.effect("P-24", "CART") == {CAP}
    assert answer.strength("CART") == "CONS"
    combined = isolated_elsewhere().marrow("2026-06-09", 30, flow=30).ask()
    assert combined.effect("P-24", "CART") == set()


def test_CA_01_asks_nothing_that_a_failing_row_would_ask() -> None:
    """Second relapse is enough: the donor type of an earlier transplant no longer matters."""
    answer = second_relapse().transplant("2023-06-10", Donor.UNKNOWN).ask()
    assert answer.product("tisa") == "EVAL"
    assert answer.requests("CART") == set()


def test_CA_06_asks_for_what_would_settle_refractory_disease() -> None:
    """A course without a marrow afterwards: a marrow; no treatment on record: the treatment."""
    late = adult_first_relapse(relapse="2026-04-10").reinduction("2026-04-12", "2026-05-20")
    assert late.cd19(RELAPSE).ask().requests("CART") == {"D-BM"}
    unknown = adult_first_relapse().without(TreatmentPlan).ask()
    assert unknown.requests("CART") == {"D-PRIOR"}
    assert unknown.gives("CA-06") == "CAD"


def test_CA_01_a_second_relapse_stays_one_though_the_first_is_uncertain() -> None:
    """The remission before the first relapse has no date; two relapses are on record anyway."""
    story = person("2004-01-15").diagnosed("2021-02-03").front_line("2021-02-05", "2023-05-30")
    story = story.coded_remission(None).marrow("2024-02-20", 45, flow=45)
    story = story.reinduction("2024-02-26", "2024-04-02").remission("2024-04-10")
    story = story.plan("2024-04-15", "2025-11-28")
    answer = story.marrow(RELAPSE, 20, flow=20).work_up().ask()
    assert answer.relapses == 2
    assert answer.product("tisa") == "EVAL"


@pytest.mark.parametrize(
    ("story", "silent"),
    [
        pytest.param(child_second_remission().mrd_negative(), True, id="CR2"),
        pytest.param(third_remission().mrd_negative(), False, id="CR3"),
        pytest.param(child_first_relapse(), False, id="active"),
    ],
)
def test_CA_13_CA_10_silent_in_first_and_second_remission_only(story: Story, silent: bool) -> None:
    option = story.ask().option("CART")
    assert option.strength.name == "NOT"
    assert option.silent is silent


def test_CA_06_names_the_alternative_that_is_met() -> None:
    """The trace says which of the alternatives holds, and none that does not."""

    def line(story: Story) -> Criterion:
        return story.ask().rule("CA-06").criteria[-1]

    assert line(second_relapse()).text == "second or later relapse"
    both = line(second_relapse().refractory("2026-06-10"))
    assert both.text == "refractory and second or later relapse"
    assert "refractory" in {used.text for used in both.facts}
    none = line(adult_first_relapse())
    assert none.state is Tri.NOT_MET
    assert none.text.startswith("refractory, second or later relapse, relapse after transplant")
    assert none.facts == ()
    assert none.note == ""
    unknown = line(adult_first_relapse(cr1=None))
    assert unknown.requests == ("D-RELORD", "D-CRDATE")
    assert unknown.note == "earlier relapses not excluded; date of first remission not known"


def tisa_rows(story: Story, policy: Policy | None = None) -> list[str]:
    """The rows of tisagenlecleucel that are shown; those of the adult products start at CA-06."""
    rules = story.ask(policy or Policy()).option("CART").rules
    own = {"CA-01", "CA-02", "CA-03", "CA-03b", "CA-04", "CA-05", "CA-13", "POL-15"}
    return [item.rule for item in rules if item.rule in own]


def test_CA_01_to_CA_13_which_rows_are_shown() -> None:
    late_graft = child_first_relapse(eot="2025-08-01").transplant("2025-09-01")
    reinduced = child_first_relapse(relapse="2026-04-10").reinduction("2026-04-12", "2026-05-20")
    assert tisa_rows(second_relapse()) == ["CA-01", "CA-02"]
    assert tisa_rows(late_graft) == ["CA-01", "CA-02"]
    assert tisa_rows(late_graft, EU) == ["CA-01", "CA-02"]
    assert tisa_rows(child_first_relapse()) == ["CA-01", "CA-02", "CA-03"]
    assert tisa_rows(reinduced.cd19(RELAPSE)) == ["CA-01", "CA-02", "CA-03b"]
    assert tisa_rows(child_first_relapse().without(TreatmentPlan)) == ["CA-01", "CA-02", "CA-03"]
    site = Policy(tisagenlecleucel_first_relapse=True)
    assert tisa_rows(child_first_relapse(), site) == ["CA-01", "CA-02", "POL-15"]
    assert tisa_rows(adult_first_relapse()) == ["CA-04"]
    assert tisa_rows(child_second_remission().mrd_negative()) == ["CA-13"]
    assert tisa_rows(third_remission().mrd_negative()) == ["CA-05"]


def test_CA_03_decides_only_a_first_relapse_that_is_not_refractory() -> None:
    assert child_first_relapse().ask().gives("CA-03") == "NOT"
    assert child_first_relapse().without(TreatmentPlan).ask().gives("CA-03") is None
    assert second_relapse(but="cd19").ask().gives("CA-03") is None


@pytest.mark.parametrize(
    ("story", "request_id"),
    [
        pytest.param(
            child_first_relapse(eot="2025-08-01", but="cd19").transplant("2025-09-01"),
            "D-CD19",
            id="CD19",
        ),
        pytest.param(
            child_first_relapse(eot="2025-08-01").transplant("2025-09-01").born(None),
            "D-AGE",
            id="age",
        ),
    ],
)
@pytest.mark.parametrize("policy", BOTH, ids=["US", "EU"])
def test_CA_02_waits_for_CD19_and_age(story: Story, request_id: str, policy: Policy) -> None:
    answer = story.ask(policy)
    assert answer.gives("CA-02") == "CAD"
    assert request_id in answer.gating("CART")


@pytest.mark.parametrize(
    ("story", "gives"),
    [
        (child_first_relapse(), "CONS"),
        (child_first_relapse(but="cd19"), "CAD"),
        (child_first_relapse().born(None), "CAD"),
    ],
    ids=["known", "CD19", "age"],
)
def test_POL_15_waits_for_CD19_and_age(story: Story, gives: str) -> None:
    answer = story.ask(Policy(tisagenlecleucel_first_relapse=True))
    assert answer.gives("POL-15") == gives


def test_CA_05_waits_for_CD19_and_age() -> None:
    story = third_remission().mrd(DAY, "0.5")
    no_cd19 = story.without(AntigenResult, where=lambda f: f.antigen is Antigen.CD19).ask()
    assert no_cd19.gives("CA-05") == "CAD"
    assert no_cd19.gating("CART") == {"D-CD19"}
    no_age = story.born(None).ask()
    assert no_age.gives("CA-05") == "CAD"
    assert no_age.gating("CART") == {"D-AGE"}
