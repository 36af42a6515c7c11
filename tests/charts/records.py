"""Charts as hospitals send them, and the answer that the command line gives to them."""

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from click.testing import CliRunner

from service.cli import main

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"
UCUM = "http://unitsofmeasure.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
LOCAL = "https://lab.example.org/codes"
T0 = "2026-06-15"

Resource = dict[str, Any]
Chart = list[Resource]


# --- parts ---------------------------------------------------------------------------------------


def concept(text: str | None = None, *codings: tuple[str | None, str]) -> Resource:
    """A CodeableConcept from a text and pairs of system and code."""
    made: Resource = {"text": text} if text else {}
    if codings:
        made["coding"] = [
            {"system": system, "code": code} if system else {"code": code}
            for system, code in codings
        ]
    return made


def merged(base: Resource, more: Resource) -> Resource:
    """The base with members replaced; a member given as None is taken away."""
    return {name: value for name, value in (base | more).items() if value is not None}


def percent(value: float) -> Resource:
    return {"value": value, "unit": "%", "system": UCUM, "code": "%"}


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def about(resource: Resource) -> Resource:
    return {"subject": {"reference": "Patient/p"}} | resource


# --- resources -----------------------------------------------------------------------------------


def patient(birth: str | None = "1984-02-01", **more: Any) -> Resource:
    base = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": birth}
    return merged(base, more)


def condition(
    id: str, code: Resource, onset: str | None = None, clinical: str | None = "active", **more: Any
) -> Resource:
    base: Resource = {
        "resourceType": "Condition",
        "id": id,
        "code": code,
        "onsetDateTime": onset,
        "verificationStatus": concept(
            None, ("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed")
        ),
        "clinicalStatus": clinical
        and concept(None, ("http://terminology.hl7.org/CodeSystem/condition-clinical", clinical)),
        "category": [
            concept(
                None,
                ("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item"),
            )
        ],
    }
    return merged(about(base), more)


def verification(code: str) -> Resource:
    return concept(None, ("http://terminology.hl7.org/CodeSystem/condition-ver-status", code))


ENCOUNTER = [
    concept(
        None, ("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")
    )
]


def leukaemia(onset: str | None = "2025-08-01", code: str = "277572006", **more: Any) -> Resource:
    return condition("leukaemia", concept(None, (SNOMED, code)), onset, **more)


def relapse_code(id: str = "relapse-code", onset: str | None = None, **more: Any) -> Resource:
    text = more.pop("text", "Acute lymphoblastic leukemia, in relapse")
    base: Resource = {"category": ENCOUNTER}
    return condition(id, concept(text, (ICD10CM, "C91.02")), onset, **(base | more))


def specimen(id: str, collected: str | None, kind: str = "Bone marrow aspirate") -> Resource:
    base: Resource = {"resourceType": "Specimen", "id": id, "type": concept(kind)}
    if collected:
        base["collection"] = {"collectedDateTime": collected}
    return about(base)


def observation(id: str, code: Resource, date: str | None, **more: Any) -> Resource:
    base: Resource = {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": code,
        "effectiveDateTime": date,
    }
    if "sample" in more:
        base["specimen"] = {"reference": f"Specimen/{more.pop('sample')}"}
    if "method" in more and isinstance(more["method"], str):
        base["method"] = concept(more.pop("method"))
    if "says" in more:
        base["interpretation"] = [concept(None, (INTERPRETATION, more.pop("says")))]
    return merged(about(base), more)


MORPHOLOGY = "Morphology (differential count of aspirate smear)"
FLOW = "Flow cytometry"


def marrow(id: str, blasts: float, date: str, method: str = MORPHOLOGY, **more: Any) -> Resource:
    base: Resource = {"valueQuantity": percent(blasts), "method": method}
    code = concept("Blasts/100 cells in Bone marrow", (LOINC, "11150-0"))
    return observation(id, code, date, **(base | more))


def cd19(id: str, date: str | None, **more: Any) -> Resource:
    base: Resource = {"valueQuantity": percent(95), "says": "POS"}
    code = concept("CD19 blasts/100 blasts in Bone marrow", (LOCAL, "CD19BL"))
    return observation(id, code, date, **(base | more))


def cd22(id: str, date: str | None, **more: Any) -> Resource:
    base: Resource = {"valueQuantity": percent(90), "says": "POS"}
    return observation(id, concept(None, (LOINC, "51124-6")), date, **(base | more))


MRD_BY_FLOW = concept(
    "B-ALL minimal residual disease (MRD) by flow cytometry, bone marrow", (LOINC, "67128-9")
)


def mrd(id: str = "mrd", date: str | None = "2026-06-05", **more: Any) -> Resource:
    code = more.pop("code", MRD_BY_FLOW)
    return observation(id, code, date, **more)


def limit_of_detection(value: float) -> Resource:
    return {
        "code": concept("Limit of detection (analytical sensitivity)"),
        "valueQuantity": percent(value),
    }


def not_detected(id: str = "mrd", date: str = "2026-06-05", limit: float | None = 0.01) -> Resource:
    more: Resource = {
        "valueCodeableConcept": concept("Not detected", (SNOMED, "260415000")),
        "says": "ND",
    }
    if limit:
        more["component"] = [limit_of_detection(limit)]
    return mrd(id, date, **more)


def remission(id: str, date: str, text: str = "Complete remission", **more: Any) -> Resource:
    base: Resource = {
        "valueCodeableConcept": concept(text, (SNOMED, "103338009")),
        "focus": [{"reference": "Condition/leukaemia"}],
    }
    return observation(
        id, concept("Cancer disease status", (LOINC, "97509-4")), date, **(base | more)
    )


def bcr_abl1(id: str, date: str, found: bool = False, **more: Any) -> Resource:
    value = (
        concept("Detected", (SNOMED, "260373001"))
        if found
        else concept("Not detected", (SNOMED, "260415000"))
    )
    base: Resource = {"valueCodeableConcept": value, "method": "FISH"}
    code = concept("BCR::ABL1 fusion by FISH", (LOINC, "51867-0"))
    return observation(id, code, date, **(base | more))


def plan(id: str, title: str, start: str, end: str | None = None, **more: Any) -> Resource:
    base: Resource = {
        "resourceType": "CarePlan",
        "id": id,
        "status": "completed" if end else "active",
        "intent": "plan",
        "category": [
            concept(
                "Oncology treatment plan",
                ("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan"),
            )
        ],
        "title": title,
        "period": {"start": start} | ({"end": end} if end else {}),
        "addresses": [{"reference": "Condition/leukaemia"}],
    }
    return merged(about(base), more)


DRUGS = {
    "vincristine": "11202",
    "blinatumomab": "1597258",
    "inotuzumab ozogamicin": "1942950",
    "tisagenlecleucel": "1986438",
    "imatinib": "282388",
    "dasatinib": "475342",
    "ponatinib": "1364347",
    "nilotinib": "662281",
}


def drug(name: str) -> Resource:
    return concept(name, (RXNORM, DRUGS[name]))


def dose(id: str, name: str, start: str, end: str | None = None, **more: Any) -> Resource:
    base: Resource = {
        "resourceType": "MedicationAdministration",
        "id": id,
        "status": "completed",
        "medicationCodeableConcept": drug(name),
    }
    if end:
        base["effectivePeriod"] = {"start": start, "end": end}
    else:
        base["effectiveDateTime"] = start
    return merged(about(base), more)


def order(id: str, name: str, written: str, status: str = "active", **more: Any) -> Resource:
    base: Resource = {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": drug(name),
        "authoredOn": written,
    }
    return merged(about(base), more)


def procedure(id: str, code: Resource, date: str | None, **more: Any) -> Resource:
    base: Resource = {
        "resourceType": "Procedure",
        "id": id,
        "status": "completed",
        "code": code,
        "performedDateTime": date,
    }
    return merged(about(base), more)


ALLOGENEIC = concept("Allogeneic stem cell transplant", (SNOMED, "425843001"), (CPT, "38240"))


def blood(
    id: str, loinc: str, value: float, unit: str, high: float | None, **more: Any
) -> Resource:
    base: Resource = {"valueQuantity": quantity(value, unit)}
    if high is not None:
        base["referenceRange"] = [{"high": quantity(high, unit)}]
    date = more.pop("date", "2026-06-10")
    return observation(id, concept(None, (LOINC, loinc)), date, **(base | more))


# --- whole charts --------------------------------------------------------------------------------


def safety(day: str = "2026-06-10") -> Chart:
    """Normal findings that nothing asks for again."""
    nonreactive = concept("Non-reactive", (SNOMED, "131194007"))
    return [
        blood("bilirubin", "1975-2", 0.6, "mg/dL", 1.2, date=day),
        blood("alt", "1742-6", 20, "U/L", 40, date=day),
        blood("ast", "1920-8", 20, "U/L", 40, date=day),
        blood("white-cells", "6690-2", 4.0, "10*3/uL", 10, date=day),
        blood("blood-blasts", "709-6", 0, "%", None, date=day),
        observation(
            "qtcf",
            concept("QTcF interval", (LOINC, "8636-3")),
            day,
            valueQuantity=quantity(420, "ms"),
            method="12-lead ECG, Fridericia correction",
        ),
        observation(
            "hbsag",
            concept(None, (LOINC, "63557-3")),
            day,
            valueQuantity={"comparator": "<"} | quantity(0.05, "[IU]/mL"),
            says="NEG",
        ),
        observation(
            "anti-hbc",
            concept("Hepatitis B virus core Ab [Presence] in Serum"),
            day,
            valueCodeableConcept=nonreactive,
        ),
        observation(
            "hcv",
            concept("Hepatitis C virus Ab [Presence] in Serum"),
            day,
            valueCodeableConcept=nonreactive,
        ),
        observation(
            "hiv",
            concept("HIV 1 and 2 Ab and HIV 1 p24 Ag [Presence] in Serum"),
            day,
            valueCodeableConcept=nonreactive,
        ),
        observation(
            "igg",
            concept("IgG [Mass/volume] in Serum"),
            day,
            valueQuantity=quantity(800, "mg/dL"),
        ),
    ]


def ecog(score: int, day: str = "2026-06-10") -> Resource:
    return observation("ecog", concept(None, (LOINC, "89247-1")), day, valueInteger=score)


def cns(text: str, day: str = "2026-06-08", id: str = "cns") -> Resource:
    code = concept("CNS status (COG classification)")
    return observation(id, code, day, valueCodeableConcept=concept(text))


def exam_of_testes(text: str = "Normal", day: str = "2026-06-08") -> Resource:
    category = concept(None, ("http://terminology.hl7.org/CodeSystem/observation-category", "exam"))
    return observation(
        "testes",
        concept("Testicular examination"),
        day,
        valueCodeableConcept=concept(text),
        category=[category],
    )


def kmt2a(day: str = "2026-06-08") -> Resource:
    return observation(
        "kmt2a",
        concept("KMT2A rearrangement", (LOINC, "69548-6")),
        day,
        valueCodeableConcept=concept("Absent", (LOINC, "LA9634-2")),
        component=[
            {
                "code": concept(None, (LOINC, "48018-6")),
                "valueCodeableConcept": concept("KMT2A"),
            }
        ],
    )


def adult_in_relapse() -> Chart:
    """A man of 42, first relapse (marrow 30 %) nine months after CR1, everything worked up."""
    day = "2026-06-08"
    return [
        patient(),
        leukaemia(),
        plan("front-line", "Front-line ALL induction", "2025-08-05", "2026-05-01"),
        dose("vincristine", "vincristine", "2025-08-05"),
        remission("cr1", "2025-09-20", "Complete remission, first (CR1)"),
        specimen("relapse-marrow", day),
        marrow("blasts", 30, day, sample="relapse-marrow"),
        marrow("blasts-flow", 30, day, FLOW, sample="relapse-marrow"),
        cd19("cd19", day, sample="relapse-marrow"),
        cd22("cd22", day, sample="relapse-marrow"),
        bcr_abl1("bcr-abl1", day, sample="relapse-marrow"),
        kmt2a(),
        cns("CNS1"),
        exam_of_testes(),
        ecog(1),
        *safety(),
    ]


def adult_in_first_remission() -> Chart:
    """A man of 30 in CR1 since 2026-04-14, on a front-line plan that still runs; no MRD result."""
    return [
        patient("1996-02-01"),
        leukaemia("2026-03-01"),
        plan("front-line", "Front-line ALL chemotherapy: induction, consolidation", "2026-03-05"),
        dose("vincristine", "vincristine", "2026-03-05"),
        remission("cr1", "2026-04-14", "Complete remission, first (CR1)"),
        cd19("cd19", "2026-04-14"),
        bcr_abl1("bcr-abl1", "2026-03-02"),
        ecog(1),
        *safety(),
    ]


def child_in_second_remission() -> Chart:
    """A boy of 11, early marrow relapse 2025-12-20, CR2 2026-03-01; no MRD result."""
    relapse = "2025-12-20"
    return [
        patient("2015-01-10"),
        leukaemia("2024-03-10"),
        plan(
            "front-line",
            "Front-line ALL chemotherapy: induction, consolidation, maintenance",
            "2024-03-12",
            "2025-12-19",
        ),
        dose("vincristine", "vincristine", "2024-03-12"),
        remission("cr1", "2024-04-12", "Complete remission, first (CR1)"),
        marrow("blasts", 62, relapse),
        marrow("blasts-flow", 62, relapse, FLOW),
        cd19("cd19", relapse),
        cd22("cd22", relapse),
        bcr_abl1("bcr-abl1", relapse),
        cns("CNS1", relapse),
        exam_of_testes("Normal", relapse),
        plan("reinduction", "Relapse reinduction", "2025-12-24", "2026-02-20"),
        remission("cr2", "2026-03-01", "Complete remission, second (CR2)"),
        *safety(),
    ]


def without(chart: Chart, *ids: str) -> Chart:
    gone = [resource for resource in chart if resource["id"] in ids]
    assert len(gone) == len(ids), f"not in the chart: {ids}"
    return [resource for resource in chart if resource["id"] not in ids]


def changed(chart: Chart, id: str, **more: Any) -> Chart:
    """The chart with members of one resource replaced, or taken away by None."""
    assert any(resource["id"] == id for resource in chart), f"not in the chart: {id}"
    return [
        merged(resource, more) if resource["id"] == id else resource for resource in deepcopy(chart)
    ]


def bundle(chart: Iterable[Resource], base: str = "https://ehr.example.org/fhir") -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
                "resource": resource,
            }
            for resource in chart
        ],
    }


# --- the answer ----------------------------------------------------------------------------------


class Answer:
    """What the command line printed, easy to ask."""

    def __init__(self, printed: Resource) -> None:
        self.printed = printed
        self.state: Resource = printed["state"]
        self.options: dict[str, Resource] = {
            option["option"]: option for option in printed["considerations"]
        }

    @property
    def disease(self) -> tuple[str, int, int | None]:
        return self.state["disease"], self.state["relapseCount"], self.state["remission"]

    def strength(self, option: str) -> str:
        """The strength of an option; one that is not named at all is NOT."""
        found = self.options.get(option)
        return found["strength"] if found else "NOT"

    @property
    def blina(self) -> str:
        return self.strength("blinatumomab")

    @property
    def ino(self) -> str:
        return self.strength("inotuzumab-ozogamicin")

    @property
    def car_t(self) -> str:
        return self.strength("car-t")

    @property
    def hsct(self) -> str:
        return self.strength("allogeneic-hsct")

    @property
    def products(self) -> dict[str, str]:
        """Strength of tisa, brexu and obe."""
        listed = self.options.get("car-t", {}).get("products", [])
        return {item["product"].split("-")[0][:5]: item["strength"] for item in listed}

    def precautions(self, option: str) -> list[str]:
        return self.options.get(option, {}).get("precautions", [])

    def requests(self, option: str | None = None) -> set[str]:
        """Data requests of one option, or of all options and cards."""
        if option:
            return set(self.options.get(option, {}).get("dataRequests", []))
        asked = {item for found in self.options.values() for item in found.get("dataRequests", [])}
        for card in self.printed["cards"]:
            for trace in card.get("extension", {}).values():
                asked.update(trace.get("dataRequests", []))
        return asked

    @property
    def topics(self) -> list[str]:
        return [card["source"]["topic"]["code"] for card in self.printed["cards"]]

    def card(self, topic: str) -> str:
        """Everything that the card of this topic says."""
        for card in self.printed["cards"]:
            if card["source"]["topic"]["code"] == topic:
                return f"{card['summary']}\n{card.get('detail', '')}"
        return ""

    @property
    def unread(self) -> str:
        return json.dumps(self.printed["unread"])


def evaluate(
    chart: Iterable[Resource] | Resource, as_of: str = T0, jurisdiction: str | None = None
) -> Answer:
    """The answer to a chart, or to a Bundle that is already one."""
    sent = chart if isinstance(chart, dict) else bundle(chart)
    arguments = ["evaluate", "-", "--as-of", as_of, "--format", "json"]
    if jurisdiction:
        arguments += ["--jurisdiction", jurisdiction]
    result = CliRunner().invoke(main, arguments, input=json.dumps(sent))
    assert result.exit_code == 0, result.output
    return Answer(json.loads(result.stdout))
