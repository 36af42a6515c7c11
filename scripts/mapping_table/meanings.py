"""What becomes of each element that the mapping reads, in words; "
"`tests/mappings/test_document.py`
holds it against the code.

Keys are paths below the resource type. Numbers are those of the reading rules in the same document.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an element is read for, and the reading rules that say how."""

    text: str
    rules: str = ""


def _all(*pairs: tuple[str, str, str]) -> dict[str, Meaning]:
    return {path: Meaning(text, rules) for path, text, rules in pairs}


EVERYWHERE = _all(
    ("resourceType", "which reader looks at the resource; types without one are skipped", "35"),
    (
        "id",
        "names the resource in facts, cards and the unread report; target of references",
        "1, 4",
    ),
    ("meta.versionId", "of several versions the highest counts", "4"),
    ("meta.lastUpdated", "the same where no version number is given", "4"),
    ("contained", "resources inside count as if sent beside it", "22, 34"),
    ("modifierExtension", "one that is not known keeps the resource out; listed", "8"),
)
"""For every type that is read."""

SUBJECT = (
    "whose the resource is: anything that does not resolve to the patient keeps it out; listed"
)
_CODE_OF_DRUG = "the drug, by code, else by name; steroids and drugs without bearing are dropped"
_NO_OLD_NEGATION = "older releases: marked as not given; listed, no fact"
_DOSE_REASON = "methotrexate for rheumatic and other diseases is no treatment of the leukaemia"

PATIENT = _all(
    ("identifier", "with it a reference by business identifier leads to the patient", "1"),
    ("gender", "sex: testicular disease, pregnancy", ""),
    (
        "birthDate",
        "age, as interval; doubtful after diagnosis or evaluation date: unknown",
        "12, 13",
    ),
    ("deceasedBoolean", "true: no cards; false says nothing", "14"),
    ("deceasedDateTime", "death by the evaluation date: no cards; later has not happened", "14"),
)
CONDITION = _all(
    ("subject", SUBJECT, "1"),
    (
        "code",
        "diagnosis with lineage and phase, leukaemia at other sites, complications, states after "
        "treatment; words alone only when unmistakable",
        "25, 27, 28",
    ),
    (
        "verificationStatus",
        "refuted: nothing; unconfirmed: no confirmed diagnosis; none: asserted",
        "7",
    ),
    ("clinicalStatus", "state as last set; never dated by itself", "7"),
    ("bodySite", "site of leukaemia outside the marrow", ""),
    ("onsetDateTime", "date of diagnosis, relapse, remission or complication", "9, 11, 13"),
    ("onsetPeriod", "its first day is the onset", "10"),
    ("onsetAge", "an interval, by the birth date", "13"),
    ("onsetRange", "an interval of ages", "13"),
    ("onsetString", "read if it is a date; other words are listed", "13"),
    ("abatementDateTime", "end: of a relapse the remission that ended it", "7"),
    ("abatementPeriod", "its last day is the end", ""),
    ("abatementString", "read if it is a date; other words are listed", "13"),
    ("abatementAge", "not read as a date; listed", "13"),
    ("abatementRange", "not read as a date; listed", "13"),
    ("abatementBoolean", "older releases: ended, no day; listed", "36"),
    ("recordedDate", "stands in where a rule allows it, marked as inferred", "13"),
    ("evidence.detail", "a report behind the entry proves leukaemia at another site", ""),
    ("extension.url", "condition-assertedDate (mCODE)", ""),
    ("extension.valueDateTime", "onset where no onset is given", ""),
    ("assertedDate", "older releases: read as recordedDate", "36"),
    ("dateRecorded", "older releases: read as recordedDate", "36"),
)
_VALUES = (
    (
        "valueQuantity",
        "the value in its unit, as interval where it has a comparator; no unit: unknown",
        "17, 18",
    ),
    (
        "valueCodeableConcept",
        "positive, negative, detected …, a state, a protein change; text if whole",
        "16, 19",
    ),
    (
        "valueString",
        "read when the whole text is one value; immunophenotypes, karyotypes and genetic "
        "sentences by their own grammar",
        "16, 20",
    ),
    ("valueInteger", "a score; of anything else a number without unit, which is unknown", "17"),
    ("valueBoolean", "positive or negative, present or absent", "19"),
    ("valueRange", "an interval", "18"),
    ("valueRatio", "cells per cells as a share; other ratios are unknown", "17"),
    ("dataAbsentReason", "no result", "23"),
    (
        "interpretation",
        "positive, negative, detected, not detected; high, low, normal, abnormal say "
        "neither; one that disagrees with the value makes it unknown",
        "19",
    ),
)
_LIMITS = (
    (
        "referenceRange.high",
        "the report's own upper limit: liver values become multiples of it",
        "",
    ),
    ("referenceRange.type", "of several ranges the one of normal", ""),
    ("referenceRange.appliesTo", "of several ranges the one for everybody", ""),
)
OBSERVATION = _all(
    ("subject", SUBJECT, "1"),
    ("status", "final, amended, corrected count; open ones are unknown; cancelled never", "5"),
    ("code", "what the result is about, by code, else by words (see the topics)", "24, 25, 26"),
    ("effectiveDateTime", "date of the result where no collection is given", "9, 10"),
    ("effectivePeriod", "the same, as interval", "10"),
    ("effectiveInstant", "the same", "10"),
    ("effectiveTiming", "not read as a date: the result is undated; listed", "11"),
    ("issued", "date where neither collection nor effective time is given, marked as "
     "inferred; rank of "
     "corrections", "6, 10"),
    *_VALUES,
    *((name, "a kind of value that no rule can use; listed", "36") for name in
      ("valueSampledData", "valueTime", "valueDateTime", "valuePeriod", "valueAttachment")),
    ("note", "the sensitivity of an MRD test, where it names exactly one", ""),
    ("bodySite", "marrow, blood or spinal fluid", ""),
    ("method", "family of methods: what counts as independent", ""),
    ("specimen", "collection date, material, and which results belong together", "10"),
    ("focus", "the leukaemia or the patient; another person, donor or disease: no fact", "2"),
    ("identifier", "a corrected result replaces one with the same identifier", "6"),
    ("hasMember", "members inherit date and specimen of their panel; each counts once", "22"),
    ("component.code", "each component is a result of its own, with the date of the whole; "
     "one that "
     "repeats an earlier value is listed", "22"),
    *((f"component.{path}", f"as {path} of the whole", rules) for path, _, rules in _VALUES),
    *_LIMITS,
    *((f"component.{path}", f"as {path} of the whole", rules) for path, _, rules in _LIMITS),
)  # fmt: skip
REPORT = _all(
    ("subject", "one of another patient lends its results nothing; listed", "1"),
    ("status", "entered in error: its results are not counted; listed", "6"),
    ("code", "named in the unread report", ""),
    ("result", "its Observations, each read once; they inherit what they lack", "22"),
    ("specimen", "the specimen of results without one, if the report has exactly one", "10"),
    ("effectiveDateTime", "date of results without a date of their own", "10"),
    ("effectivePeriod", "the same", "10"),
    ("effectiveInstant", "the same, though not FHIR R4", "36"),
    ("conclusion", "never a fact; listed where it speaks of blasts, MRD, CD19 or CD22 beyond the "
     "results, or against them", "21"),
    ("codedDiagnosis", "older releases: as conclusionCode", "21, 36"),
    ("conclusionCode", "never a fact; listed where it codes a leukaemia that no diagnosis "
     "holds", "21"),
)  # fmt: skip
SPECIMEN = _all(
    ("subject", "one of another patient: results from it do not count", "2"),
    ("status", "entered in error: not used", "5"),
    ("type", "marrow, blood or spinal fluid, by words; a donor's", ""),
    ("accessionIdentifier", "names a contained specimen", ""),
    ("identifier", "the same, where there is exactly one", ""),
    ("parent", "lends date and material to a specimen made from it", "10"),
    ("collection.collectedDateTime", "the date of every result of the specimen", "10"),
    ("collection.collectedPeriod", "the same, as interval", "10"),
    ("collection.bodySite", "material, where the type does not say it", ""),
)
PROCEDURE = _all(
    ("subject", SUBJECT, "1"),
    ("status", "completed and in-progress have happened; preparation of a transplant is a "
     "plan; not-done "
     "has not; stopped, unknown and the like are perhaps", "29"),
    ("code", "transplant with donor type, CAR-T infusion, donor lymphocytes, intrathecal "
     "therapy, "
     "irradiation, punctures, drugs billed as procedures", "30, 31, 34"),
    ("bodySite", "of irradiation: head or testes", ""),
    ("performedDateTime", "date", "9"),
    ("performedPeriod", "last day; the first where it has not ended", "33"),
    ("performedString", "not read as a date; listed", "13"),
    ("performedAge", "not read as a date; listed", "13"),
    ("performedRange", "not read as a date; listed", "13"),
    ("occurrenceDateTime", "newer release: read as performedDateTime", "36"),
    ("occurrencePeriod", "newer release: read as performedPeriod", "36"),
    ("notDone", "older releases: not done; listed", "29, 36"),
    ("notPerformed", "older releases: not done; listed", "29, 36"),
)  # fmt: skip
_DRUG = (
    ("subject", SUBJECT, "1"),
    ("medicationCodeableConcept", _CODE_OF_DRUG, "34"),
    ("medicationReference", "the drug through Medication (sent or contained) or the display", "34"),
    ("reasonCode", _DOSE_REASON, ""),
    ("statusReason", "why a drug was stopped: failed or not tolerated", ""),
    ("doNotPerform", "true: nothing was given", "32"),
    ("medication", "newer release: concept or reference in one member", "36"),
    *(
        (name, _NO_OLD_NEGATION, "36")
        for name in ("wasNotTaken", "wasNotGiven", "notGiven", "notDone")
    ),
    ("taken", "older releases: no: listed, no fact; not known: perhaps, listed", "36"),
)
_DOSAGE = (
    ("dosage.text", "route in words: intrathecal or oral", ""),
    ("dosage.route", "intrathecal or oral", ""),
)
ADMINISTRATION = _all(
    *_DRUG,
    ("status", "completed, in-progress, stopped, on-hold: given; not-done: not; unknown: "
     "perhaps", "32"),
    ("effectiveDateTime", "first and last day", "33"),
    ("effectivePeriod", "first and last day; a running one has not ended", "33"),
    ("request", "the order under which it was given, which then says nothing more", "32"),
    *_DOSAGE,
    *((name, "newer release: read as effective[x]", "36") for name in
      ("occurenceDateTime", "occurencePeriod", "occurrenceDateTime", "occurrencePeriod")),
)  # fmt: skip
STATEMENT = _all(
    *_DRUG,
    (
        "status",
        "active, completed, stopped, on-hold: stated as taken; intended, not-taken: not",
        "32",
    ),
    ("effectiveDateTime", "a day on which it was true", "33"),
    ("effectivePeriod", "first and last day", "33"),
    *_DOSAGE,
)
REQUEST = _all(
    *_DRUG,
    (
        "status",
        "an oral order that ran is use; of an infused drug without doses it is perhaps",
        "32",
    ),
    ("intent", "proposal, plan and option are no orders", "32"),
    ("authoredOn", "first day where the dosage has no period, marked as inferred", "33"),
    ("dosageInstruction.text", "route in words: intrathecal or oral", ""),
    ("dosageInstruction.route", "intrathecal or oral", ""),
    ("dosageInstruction.timing.repeat.boundsPeriod", "first and last day", "33"),
)
MEDICATION = _all(
    ("status", "entered in error: not used", "34"),
    ("code", _CODE_OF_DRUG, "34"),
    ("ingredient.itemCodeableConcept", "the drug, where the product has no known code", "34"),
    ("ingredient.itemReference", "the drug through another Medication", "34"),
)
CARE_PLAN = _all(
    ("subject", SUBJECT, "1"),
    ("status", "draft: nothing; completed, revoked: ended; active, on-hold: running", "29"),
    ("intent", "proposal and option are no plans", "29"),
    ("title", "course of treatment, its drugs, comfort care; an evaluation, referral, "
     "follow-up or "
     "monitoring is no course", ""),
    ("category", "the purpose, where the title does not say it", ""),
    ("period", "first and last day of the course", "33"),
    ("addresses", "a plan for another disease is dropped", ""),
)  # fmt: skip
OUTCOME = _all(("issue", "an error, or words that data are left out; listed", "35"))

ELEMENTS: dict[str, dict[str, Meaning]] = {
    "Patient": PATIENT,
    "Condition": CONDITION,
    "Observation": OBSERVATION,
    "DiagnosticReport": REPORT,
    "Specimen": SPECIMEN,
    "Procedure": PROCEDURE,
    "MedicationAdministration": ADMINISTRATION,
    "MedicationStatement": STATEMENT,
    "MedicationRequest": REQUEST,
    "Medication": MEDICATION,
    "CarePlan": CARE_PLAN,
    "OperationOutcome": OUTCOME,
}
