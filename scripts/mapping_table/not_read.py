"""What the mapping leaves aside, and why: elements of the types that it reads, and whole "
"types."""

from __future__ import annotations

_TEXT = "free text is no result and cannot be read without guessing"
_PEOPLE = "persons and organisations decide nothing here"
_PROCESS = "how the work was organised decides nothing here"
_PROVENANCE = "where the entry came from; what it says is in the entry itself"
_DIRECT = "names, addresses and the like are never read"

ALWAYS = {
    "implicitRules": "rules outside FHIR are not known here",
    "language": "words are looked for in English, whatever is stated",
    "text": "the narrative repeats the elements for readers; never a source of facts",
    "extension": "plain extensions add to a resource and do not change it; the one of a "
    "Condition that "
    "is read is named above",
    "identifier": "business identifiers serve only where they are named above",
    "meta": "profiles, tags and security labels; version and time are read",
    "encounter": _PROCESS,
    "context": "the encounter; in older releases of Observation the same",
    "basedOn": _PROCESS,
    "partOf": _PROCESS,
    "instantiates": _PROCESS,
    "instantiatesCanonical": _PROCESS,
    "instantiatesUri": _PROCESS,
    "performer": _PEOPLE,
    "recorder": _PEOPLE,
    "asserter": _PEOPLE,
    "requester": _PEOPLE,
    "supportingInformation": _PROVENANCE,
    "derivedFrom": _PROVENANCE,
    "eventHistory": _PROVENANCE,
    "reasonReference": "the reason in words or codes is read; what it refers to is read by itself",
    "device": "the instrument; the method is what counts",
    "note": _TEXT,
    "category": "missing or different in real feeds: what a resource is about decides the code",
    "priority": _PROCESS,
}
BY_TYPE: dict[str, dict[str, str]] = {
    "Patient": {
        **dict.fromkeys(
            ("name", "telecom", "address", "photo", "contact", "maritalStatus", "communication"),
            _DIRECT,
        ),
        **dict.fromkeys(("generalPractitioner", "managingOrganization"), _PEOPLE),
        **dict.fromkeys(("multipleBirthBoolean", "multipleBirthInteger"), "no rule asks for it"),
        "active": "says whether the record is in use, not whether its facts hold",
        "link": "other records of the person: whoever sends the data decides which belong together",
    },
    "Condition": {
        "severity": "no rule asks for it; a grade of GVHD is read from the words of the code",
        "stage": "no stage of the leukaemia enters a rule",
    },
    "Observation": {},
    "DiagnosticReport": {
        "issued": "the date of reporting is not that of the sample; results have their own",
        "resultsInterpreter": _PEOPLE,
        "imagingStudy": "images are not read",
        "media": "images are not read",
        "presentedForm": _TEXT,
    },
    "Specimen": {
        "receivedTime": "the arrival in the laboratory is not the collection",
        "request": _PROCESS,
        "processing": _PROCESS,
        "container": _PROCESS,
        "condition": "the laboratory reports no result where the sample was unfit",
    },
    "Procedure": {
        "statusReason": "the status decides",
        "location": _PROCESS,
        "reasonCode": "a reason is no diagnosis",
        "outcome": _TEXT,
        "report": "results are read by themselves",
        "complication": "complications are read from the problem list",
        "complicationDetail": "complications are read from the problem list",
        "followUp": _PROCESS,
        "focalDevice": "no device enters a rule",
        "usedReference": "drugs given during a procedure are read from administrations",
        "usedCode": "drugs given during a procedure are read from administrations",
    },
    "MedicationAdministration": {},
    "MedicationStatement": {
        "dateAsserted": "the day of the statement is not that of the intake",
        "informationSource": _PEOPLE,
    },
    "MedicationRequest": {
        "reportedBoolean": _PROVENANCE,
        "reportedReference": _PROVENANCE,
        "performerType": _PEOPLE,
        "groupIdentifier": _PROCESS,
        "courseOfTherapyType": _PROCESS,
        "insurance": _PROCESS,
        "dispenseRequest": "what may be handed out is not what was taken",
        "substitution": _PROCESS,
        "priorPrescription": "every order is read by itself",
        "detectedIssue": _PROCESS,
    },
    "Medication": {
        "manufacturer": _PEOPLE,
        "form": "the route is read from the dosage",
        "amount": "no dose enters a rule",
        "batch": _PROCESS,
    },
    "CarePlan": {
        "description": _TEXT,
        "replaces": "every plan is read by itself",
        "created": "the day of writing is not that of treatment",
        "author": _PEOPLE,
        "contributor": _PEOPLE,
        "careTeam": _PEOPLE,
        "supportingInfo": _PROVENANCE,
        "goal": "what is hoped for is no fact",
        "activity": "steps of a plan are intentions; what was done is read from doses and "
        "procedures",
    },
}
REPORTED_ONLY = {
    "MedicationOrder": "the order of an older release: one that names a drug of ours is listed",
    "MedicationDispense": "handed out is not taken: one that names a drug of ours is listed",
    "OperationOutcome": "the word of a server that data are incomplete is listed",
}
"""Types that are looked at for the unread report and never give a fact."""

NOT_LOOKED_AT = {
    "FamilyMemberHistory": "says nothing on this patient's leukaemia",
    "ServiceRequest": "an order or referral is no evidence; drafts of an order are read by the "
    "order-select and order-sign services where those are offered",
    "DocumentReference, Composition, ClinicalImpression": _TEXT,
    "ImagingStudy, Media": "images are not read",
    "Encounter, EpisodeOfCare, Appointment": _PROCESS,
    "Immunization": "no rule asks for vaccines given",
    "AllergyIntolerance": "no rule asks for allergies: labels are to be read before prescribing",
    "QuestionnaireResponse": "answers have no meaning outside their questionnaire",
    "MolecularSequence": "findings are read from Observations",
    "Goal, CareTeam, Practitioner, Organization, Coverage, Claim": _PROCESS,
}
