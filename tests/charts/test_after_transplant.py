"""After a transplant, in whole records."""

import pytest

from tests.charts.records import (
    ALLOGENEIC,
    CPT,
    SNOMED,
    adult_in_relapse,
    cd19,
    cd22,
    changed,
    child_in_second_remission,
    concept,
    condition,
    evaluate,
    mrd,
    not_detected,
    percent,
    procedure,
    relapse_code,
    without,
)


def relapse_after_transplant(transplant):
    """A man of 42: allogeneic transplant in CR1 on this day, relapse 2026-06-08."""
    chart = changed(adult_in_relapse(), "leukaemia", onsetDateTime="2025-03-01")
    chart = changed(chart, "front-line", period={"start": "2025-03-03", "end": "2025-10-01"})
    chart = changed(chart, "vincristine", effectiveDateTime="2025-03-03")
    chart = changed(chart, "cr1", effectiveDateTime="2025-04-20")
    return [*chart, procedure("hsct", ALLOGENEIC, transplant)]


@pytest.mark.parametrize(("transplant", "early"), [("2025-12-11", True), ("2025-12-10", False)])
def test_relapse_within_180_days_of_transplant(transplant, early):
    """P-32 at 179 and 180 days; second transplant waits for remission, DLI for cytoreduction."""
    answer = evaluate(relapse_after_transplant(transplant))
    assert answer.disease == ("ACTIVE_RR", 1, None)
    assert answer.hsct == "NOT"
    assert ("P-32" in answer.precautions("car-t")) == early
    assert answer.products == {"tisag": "NOT", "brexu": "EVAL", "obeca": "EVAL"}
    assert "P-03" in answer.precautions("inotuzumab-ozogamicin")


def test_several_records_of_one_transplant_are_one():
    """Rule 30: the transplant coded thrice within days, one without donor type."""
    chart = [
        *relapse_after_transplant("2025-12-01"),
        procedure("again", concept(None, (CPT, "38240")), "2025-12-02"),
        procedure("vague", concept(None, (SNOMED, "234336002")), "2025-12-01"),
    ]
    answer = evaluate(chart)
    assert answer.hsct == "NOT"
    assert "D-PRIOR" not in answer.requests()


def gvhd(clinical):
    return condition("gvhd", concept(None, (SNOMED, "402356004")), "2026-05-20", clinical)


@pytest.mark.parametrize(
    ("extra", "strength"),
    [([gvhd("resolved")], "CONS"), ([gvhd("active")], "NOT"), ([], "CAD")],
    ids=["resolved", "active", "none recorded"],
)
def test_donor_lymphocytes_depend_on_gvhd(extra, strength):
    """CR2, transplanted in it, MRD 0.05 %: DLI alone decides (HS2-05, DLI-02, -03, -05)."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, "2026-04-20"),
        mrd(valueQuantity=percent(0.05)),
        *extra,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.hsct == strength
    assert ("D-GVHD" in answer.requests()) == (strength == "CAD")
    assert answer.blina == "NOT"


@pytest.mark.parametrize(("transplant", "early"), [("2025-06-24", True), ("2025-06-23", False)])
def test_second_transplant_in_remission(transplant, early):
    """HS2-01, HS2-02: transplant in CR1, relapse 2025-12-20 at 179 or 180 days, CR2 now."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, transplant),
        not_detected(),
    ]
    answer = evaluate(chart)
    assert answer.hsct == "CONS"
    assert ("P-32" in answer.precautions("allogeneic-hsct")) == early
    assert answer.state["bfm"] == "early"


def test_transplanted_in_second_remission():
    """V30b: transplant after the relapse, MRD negative: nothing to say."""
    chart = [
        *child_in_second_remission(),
        procedure("hsct", ALLOGENEIC, "2026-05-10"),
        not_detected(),
    ]
    assert evaluate(chart).topics == []


def test_donor_lymphocytes_given_are_no_transplant():
    """CPT 38242 (donor lymphocytes) after a transplant in CR1 is not another transplant."""
    chart = [
        *relapse_after_transplant("2025-06-08"),
        procedure("dli", concept(None, (CPT, "38242")), "2026-05-01"),
    ]
    answer = evaluate(chart)
    assert "P-32" not in answer.precautions("car-t")


def test_resolved_relapse_code_with_abatement_is_the_second_remission():
    """Encoding 2.3: C91.02 first relapse resolved; the abatement is CR2."""
    chart = without(child_in_second_remission(), "cr2")
    code = relapse_code(
        onset="2025-12-20",
        clinical="resolved",
        abatementDateTime="2026-03-01",
        text="Acute lymphoblastic leukemia, first relapse",
    )
    answer = evaluate([*chart, code, not_detected()])
    assert answer.disease == ("CR", 1, 2)
    assert (answer.blina, answer.hsct) == ("CONS", "EVAL")


def test_long_standing_second_remission_is_silent():
    """G-09: CR2 reached 366 days ago, MRD unknown; the day before it still asks."""
    chart = changed(child_in_second_remission(), "blasts", effectiveDateTime="2025-03-20")
    for id in ("blasts-flow", "cd19", "cd22", "bcr-abl1", "cns", "testes"):
        chart = changed(chart, id, effectiveDateTime="2025-03-20")
    chart = changed(chart, "front-line", period={"start": "2024-03-12", "end": "2025-03-19"})
    chart = changed(chart, "reinduction", period={"start": "2025-03-24", "end": "2025-06-01"})
    silent = evaluate(changed(chart, "cr2", effectiveDateTime="2025-06-14"))
    assert silent.disease == ("CR", 1, 2)
    assert silent.topics == []
    asks = evaluate(changed(chart, "cr2", effectiveDateTime="2025-06-15"))
    assert asks.hsct == "EVAL"
    assert asks.topics != []


@pytest.mark.parametrize(
    "code",
    [relapse_code(recordedDate="2026-06-10"), relapse_code(onset="2026-06-06")],
    ids=["recorded only", "with onset"],
)
def test_a_relapse_code_does_not_take_away_what_mrd_of_two_percent_gives(code):
    """CR2 with a marrow MRD of 2 %, CD19 and CD22 positive then, and a relapse code.

    Site unknown: blinatumomab and inotuzumab wait for the marrow (D-BM), they are not NOT.
    """
    day = "2026-06-05"
    chart = [
        *child_in_second_remission(),
        mrd(valueQuantity=percent(2)),
        cd19("cd19-new", day),
        cd22("cd22-new", day),
        code,
    ]
    answer = evaluate(chart)
    assert answer.disease[:2] == ("ACTIVE_RR", 2)
    assert (answer.blina, answer.ino) == ("CAD", "CAD")
    assert "D-BM" in answer.requests("blinatumomab")


def test_a_relapse_known_from_a_copied_code_and_the_words_second_remission():
    """CR1 2024-04; C91.02 'first relapse' recorded 2025-12-22 without onset; 'CR2' 2026-03-01.

    REL-16, exception: the statement's ordinal makes the relapse count, dated by the recorded
    date; CR2 is then three months old, not long-standing (G-09): blinatumomab waits for the site.
    """
    code = relapse_code(
        recordedDate="2025-12-22", text="Acute lymphoblastic leukemia, first relapse"
    )
    chart = [
        *without(child_in_second_remission(), "blasts", "blasts-flow"),
        not_detected(),
        code,
    ]
    answer = evaluate(chart)
    assert answer.disease == ("CR", 1, 2)
    assert answer.blina in {"CAD", "CONS"}
    assert answer.hsct != "NOT"


def test_a_second_remission_without_any_record_of_the_relapse():
    """CR1 2024-04, then 'CR2' on 2026-03-01, nothing on the relapse itself, MRD negative.

    CR2 cannot have begun before the relapse that nobody dated: it is not long-standing.
    """
    chart = [
        *without(child_in_second_remission(), "blasts", "blasts-flow"),
        not_detected(),
    ]
    answer = evaluate(chart)
    if answer.disease == ("CR", 1, 2):
        assert "long-standing" not in str(answer.printed["considerations"])


@pytest.mark.parametrize("transplanted", [False, True])
def test_a_known_first_remission_is_not_called_unknown(transplanted):
    """CA-06 alone: CD19 is missing, but CR1 was short or ended by a relapse after transplant; CA-07
    and CA-08 would give a wrong reason (CARD-04).
    """
    chart = without(adult_in_relapse(), "cd19")
    if transplanted:
        chart = changed(chart, "leukaemia", onsetDateTime="2024-03-01")
        chart = changed(chart, "front-line", period={"start": "2024-03-03", "end": "2024-10-01"})
        chart = changed(chart, "vincristine", effectiveDateTime="2024-03-03")
        chart = changed(chart, "cr1", effectiveDateTime="2024-04-20")
        chart.append(procedure("hsct", ALLOGENEIC, "2024-11-01"))
    answer = evaluate(chart)
    assert answer.products == {"tisag": "NOT", "brexu": "CAD", "obeca": "CAD"}
    rules = set(answer.options["car-t"]["rules"])
    assert "CA-06" in rules
    assert not rules & {"CA-07", "CA-08"}
    assert "Duration of the first remission not known" not in answer.card("car-t")
    assert "outside trial entry" not in answer.card("car-t")
