"""Safety and fitness (encodings 9.1 to 9.6; clinical model E-29)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from relapse.facts import (
    Analyte,
    LabResult,
    PerformanceScale,
    PerformanceStatus,
    Planned,
    PlannedStep,
    PregnancyResult,
    ViralScreen,
    Virus,
)
from relapse.logic import Interval, Tri
from tests.mappings.records import (
    LOCAL,
    LOINC,
    NCIT,
    SNOMED,
    concept,
    facts,
    interpretation,
    observation,
    only,
    quantity,
    read,
    reasons,
    report,
)

D = Decimal


def liver(
    code: str = "1975-2",
    value: Any = 2.2,
    unit: str | None = "mg/dL",
    ranges: Any = ...,
    **members: Any,
) -> dict[str, Any]:
    if ranges is ...:
        ranges = [{"low": quantity(0.1, unit), "high": quantity(1, unit)}]
    return observation(
        "l", (LOINC, code), valueQuantity=quantity(value, unit), referenceRange=ranges, **members
    )


@pytest.mark.parametrize(
    ("code", "analyte"),
    [
        ("1975-2", Analyte.BILIRUBIN),
        ("14631-6", Analyte.BILIRUBIN),
        ("1920-8", Analyte.AST),
        ("1742-6", Analyte.ALT),
    ],
)
def test_encoding_9_1_multiples_of_the_own_upper_limit(code: str, analyte: Analyte) -> None:
    result = only(read(liver(code)), LabResult)
    assert (result.analyte, result.value) == (analyte, Interval.exact(D("2.2")))


def test_encoding_9_1_exact_division() -> None:
    ranges = [{"high": quantity(3, "mg/dL")}]
    assert only(read(liver(value=4.5, ranges=ranges)), LabResult).value == Interval.exact(D("1.5"))


@pytest.mark.parametrize(
    ("ranges", "value"),
    [
        ([], None),
        ([{"low": quantity(0.1, "mg/dL")}], None),
        ([{"high": {"value": 1}}], "2.2"),
        ([{"high": quantity(17, "umol/L")}], None),
        ([{"high": quantity(1, "mg/dL")}, {"high": quantity(2, "mg/dL")}], None),
        (
            [
                {"high": quantity(1, "mg/dL")},
                {"high": quantity(12, "mg/dL"), "appliesTo": [{"text": "newborn"}]},
            ],
            "2.2",
        ),
        (
            [
                {"high": quantity(1, "mg/dL"), "type": {"text": "Normal range"}},
                {"high": quantity(9, "mg/dL"), "type": {"text": "Critical"}},
            ],
            "2.2",
        ),
        ([{"high": quantity(0, "mg/dL")}], None),
        ([{"text": "0.1-1.0"}], None),
    ],
)
def test_encoding_9_1_reference_ranges(ranges: Any, value: str | None) -> None:
    result = only(read(liver(ranges=ranges)), LabResult)
    assert result.value == (None if value is None else Interval.exact(D(value)))


@pytest.mark.parametrize("members", [{"unit": None}, {"value": -1}])
def test_encoding_9_1_unusable_values_are_listed(members: Any) -> None:
    reading = read(liver(**members))
    assert only(reading, LabResult).value is None
    assert reasons(reading)


def test_direct_bilirubin_is_another_analyte() -> None:
    assert not facts(read(liver("14629-0")), LabResult)
    assert not facts(
        read(
            observation(
                "l", (LOCAL, "1"), text="Bilirubin, direct", valueQuantity=quantity(3, "mg/dL")
            )
        ),
        LabResult,
    )


@pytest.mark.parametrize(("unit", "value"), [("10*3/uL", 5.2), ("/uL", 5200), ("10*9/L", 5.2)])
def test_encoding_9_2_white_cells(unit: str, value: Any) -> None:
    cells = observation("w", (LOINC, "6690-2"), valueQuantity=quantity(value, unit))
    others = [
        observation("n", (LOINC, "751-8"), valueQuantity=quantity(2, unit)),
        observation("t", (LOINC, "777-3"), valueQuantity=quantity(200, unit)),
    ]
    reading = read(cells, *others, report("r", "Observation/w", code=concept((LOINC, "58410-2"))))
    result = only(reading, LabResult)
    assert (result.analyte, result.value) == (Analyte.LEUKOCYTES, Interval.exact(D("5.2")))


def test_old_values_of_a_series_are_left_out_and_the_newest_stays() -> None:
    series = [
        observation(
            f"w{day}",
            (LOINC, "6690-2"),
            valueQuantity=quantity(5, "10*3/uL"),
            effectiveDateTime=f"2025-01-{day:02d}",
        )
        for day in range(1, 29)
    ]
    assert only(read(*series), LabResult).source.reference == "Observation/w28"
    fresh = observation("new", (LOINC, "6690-2"), valueQuantity=quantity(5, "10*3/uL"))
    assert only(read(*series, fresh), LabResult).source.reference == "Observation/new"
    cancelled = fresh | {"status": "cancelled"}
    assert only(read(*series, cancelled), LabResult).source.reference == "Observation/w28"
    future = fresh | {"effectiveDateTime": "2027-01-01"}
    assert only(read(*series, future), LabResult).source.reference == "Observation/w28"
    strangers = fresh | {
        "subject": {"reference": "Patient/other"},
        "effectiveDateTime": "2025-03-01",
    }
    assert only(read(*series, strangers), LabResult).source.reference == "Observation/w28"


def qtc(
    value: Any = 460,
    unit: str | None = "ms",
    text: str = "QTcF interval",
    method: str | None = "12-lead ECG, Fridericia correction",
) -> dict[str, Any]:
    more = {"method": {"text": method}} if method else {}
    return observation(
        "q", (LOINC, "8636-3"), text=text, valueQuantity=quantity(value, unit), **more
    )


@pytest.mark.parametrize(
    "given", [qtc(), qtc(text="QTc", method="Fridericia"), qtc(0.46, "s"), qtc(method=None)]
)
def test_encoding_9_3_qtcf(given: Any) -> None:
    result = only(read(given), LabResult)
    assert (result.analyte, result.value) == (Analyte.QTCF, Interval.exact(D(460)))


@pytest.mark.parametrize(
    "given",
    [
        qtc(text="QTc", method=None),
        qtc(text="QTc", method="Bazett"),
        qtc(text="QTc interval", method="12-lead ECG"),
    ],
)
def test_encoding_9_3_other_corrections_are_listed(given: Any) -> None:
    reading = read(given)
    assert not facts(reading, LabResult)
    assert reasons(reading)


def test_uncorrected_qt_is_silent() -> None:
    reading = read(
        observation("q", (LOINC, "8634-8"), text="QT interval", valueQuantity=quantity(400, "ms"))
    )
    assert reading.chart.facts == ()
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("result", "virus", "reactive"),
    [
        (
            observation(
                "v",
                (LOINC, "63557-3"),
                valueQuantity=quantity(0.05, "[IU]/mL", comparator="<"),
                interpretation=interpretation("NEG"),
            ),
            Virus.HBV,
            Tri.NOT_MET,
        ),
        (
            observation(
                "v",
                (LOCAL, "1"),
                text="Hepatitis B virus core Ab [Presence]",
                valueCodeableConcept=concept((SNOMED, "131194007")),
            ),
            Virus.HBV_CORE,
            Tri.NOT_MET,
        ),
        (
            observation(
                "v",
                (LOCAL, "1"),
                text="Hepatitis C virus Ab [Presence] in Serum",
                valueCodeableConcept=concept((SNOMED, "11214006")),
            ),
            Virus.HCV,
            Tri.MET,
        ),
        (
            observation(
                "v",
                (LOCAL, "1"),
                text="HIV 1 and 2 Ab and HIV 1 p24 Ag",
                valueString="Non-reactive",
            ),
            Virus.HIV,
            Tri.NOT_MET,
        ),
        (
            observation("v", (LOCAL, "1"), text="HCV antibody", valueString="Reactive"),
            Virus.HCV,
            Tri.MET,
        ),
        (
            observation(
                "v",
                (LOCAL, "1"),
                text="HIV Ag/Ab",
                valueCodeableConcept=concept((SNOMED, "260415000")),
            ),
            Virus.HIV,
            Tri.NOT_MET,
        ),
    ],
)
def test_encoding_9_4_virus_screen(result: Any, virus: Virus, reactive: Tri) -> None:
    reading = read(result)
    found = only(reading, ViralScreen)
    assert (found.virus, found.reactive) == (virus, reactive)
    assert reading.unread == ()


def test_encoding_9_4_unclear_screens_are_unknown_and_listed() -> None:
    reading = read(observation("v", (LOCAL, "1"), text="HIV 1 and 2 Ab", valueString="see comment"))
    assert only(reading, ViralScreen).reactive is Tri.UNKNOWN
    assert reasons(reading)


@pytest.mark.parametrize(
    "result",
    [
        observation(
            "v", (LOINC, "22322-2"), text="Hepatitis B virus surface Ab", valueString="Reactive"
        ),
        observation("v", (LOCAL, "1"), text="anti-HBs (HBsAb)", valueString="positive"),
    ],
)
def test_encoding_9_4_immunity_is_no_infection(result: Any) -> None:
    reading = read(result)
    assert not facts(reading, ViralScreen)
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "read_as_igg"),
    [
        ("IgG [Mass/volume] in Serum or Plasma", True),
        ("Immunoglobulin G", True),
        ("CMV IgG Ab", False),
        ("IgG subclass 1", False),
        ("HSV 1 IgG", False),
    ],
)
def test_encoding_9_4_immunoglobulins(text: str, read_as_igg: bool) -> None:
    found = facts(
        read(observation("i", (LOCAL, "1"), text=text, valueQuantity=quantity(700, "mg/dL"))),
        LabResult,
    )
    assert [result.analyte for result in found] == ([Analyte.IMMUNOGLOBULIN] if read_as_igg else [])


def test_chimerism() -> None:
    found = only(
        read(
            observation(
                "c", (LOCAL, "1"), text="Donor chimerism, whole blood", valueQuantity=quantity(98)
            )
        ),
        LabResult,
    )
    assert (found.analyte, found.value) == (Analyte.CHIMERISM, Interval.exact(D("0.98")))


@pytest.mark.parametrize(
    ("code", "value", "scale", "score"),
    [
        ((LOINC, "89247-1"), {"valueInteger": 1}, PerformanceScale.ECOG, 1),
        ((LOINC, "89247-1"), {"valueQuantity": quantity(2, "{score}")}, PerformanceScale.ECOG, 2),
        (
            (LOINC, "89247-1"),
            {"valueCodeableConcept": concept(text="ECOG 3")},
            PerformanceScale.ECOG,
            3,
        ),
        ((NCIT, "C38144"), {"valueInteger": 90}, PerformanceScale.LANSKY, 90),
        (
            (NCIT, "C38144"),
            {"valueCodeableConcept": concept((NCIT, "C69425"))},
            PerformanceScale.LANSKY,
            90,
        ),
        ((LOINC, "89243-0"), {"valueQuantity": quantity(70)}, PerformanceScale.KARNOFSKY, 70),
        ((LOINC, "89243-0"), {"valueString": "70 %"}, PerformanceScale.KARNOFSKY, 70),
    ],
)
def test_encoding_9_5_performance(
    code: Any, value: Any, scale: PerformanceScale, score: int
) -> None:
    found = only(read(observation("p", code, **value)), PerformanceStatus)
    assert (found.scale, found.score) == (scale, score)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ((LOINC, "89247-1"), {"valueInteger": 7}),
        ((LOINC, "89247-1"), {"valueQuantity": quantity(1.5, "{score}")}),
        ((NCIT, "C38144"), {"valueInteger": 95}),
        ((LOINC, "89247-1"), {"valueString": "0 to 1"}),
    ],
)
def test_encoding_9_5_scores_that_the_scale_does_not_have(code: Any, value: Any) -> None:
    reading = read(observation("p", code, **value))
    assert only(reading, PerformanceStatus).score is None
    assert reasons(reading)


def test_encoding_9_5_a_score_that_was_not_taken() -> None:
    reading = read(observation("p", (LOINC, "89247-1"), valueString="Not assessed"))
    assert not facts(reading, PerformanceStatus)


@pytest.mark.parametrize(
    ("code", "value", "pregnant"),
    [
        ("2118-8", {"valueCodeableConcept": concept((SNOMED, "260385009"))}, Tri.NOT_MET),
        ("2106-3", {"valueString": "Negative"}, Tri.NOT_MET),
        ("2118-8", {"valueCodeableConcept": concept((SNOMED, "10828004"))}, Tri.MET),
        ("2118-8", {"interpretation": interpretation("E")}, Tri.UNKNOWN),
        (
            "19080-1",
            {"valueQuantity": quantity(3, "m[IU]/mL"), "interpretation": interpretation("NEG")},
            Tri.NOT_MET,
        ),
        ("82810-3", {"valueCodeableConcept": concept((SNOMED, "77386006"))}, Tri.MET),
        ("82810-3", {"valueCodeableConcept": concept(text="Not pregnant")}, Tri.NOT_MET),
    ],
)
def test_encoding_9_6_pregnancy(code: str, value: Any, pregnant: Tri) -> None:
    assert (
        only(read(observation("p", (LOINC, code), **value)), PregnancyResult).pregnant is pregnant
    )


def test_encoding_9_6_a_level_alone_is_listed() -> None:
    reading = read(observation("p", (LOINC, "19080-1"), valueQuantity=quantity(3, "m[IU]/mL")))
    assert not facts(reading, PregnancyResult)
    assert reasons(reading)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Matched sibling donor identified", True),
        ("10/10 matched unrelated donor available", True),
        ("No donor found", False),
        ("Search ongoing", False),
    ],
)
def test_encoding_11_4_donor(text: str, found: bool) -> None:
    steps = facts(
        read(observation("d", (LOCAL, "1"), text="Donor search status", valueString=text)),
        PlannedStep,
    )
    assert [step.step for step in steps] == ([Planned.DONOR_FOUND] if found else [])
