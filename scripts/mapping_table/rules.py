"""The reading rules that docstrings, tests and the table cite by number, in the words of this
project.
"""

from __future__ import annotations

READING_RULES: dict[int, tuple[str, str]] = {
    1: (
        "Whose data",
        "A fact counts only if its subject leads to the one Patient: relative, absolute on "
        "the Patient's server, versioned, `urn:uuid`, or by an identifier of that Patient. "
        "Anything else is listed.",
    ),
    2: (
        "Whose data",
        "A focus on another person, a donor, a device or somebody else's specimen: not "
        "counted, listed. On this leukaemia: counts. On another disease: says nothing here.",
    ),
    3: (
        "Whose data",
        "Exactly one Patient; of two versions the newest.",
    ),
    4: (
        "Whose data",
        "One type and id counts once: highest version number, else last updated. If the "
        "newest is an error, no older one comes back. The order of entries changes nothing.",
    ),
    5: (
        "Statuses",
        "Results: final, amended, corrected count; registered, preliminary, unknown and none "
        "leave it unknown; cancelled never counts; entered-in-error is listed for every type.",
    ),
    6: (
        "Statuses",
        "A correction replaces the result with the same identifier, or with the same code, "
        "method and specimen. A result on a report that was entered in error is not counted.",
    ),
    7: (
        "Statuses",
        "Conditions: without verification status asserted; without clinical status decided by "
        "code and dates. A status has no date and never outweighs newer dated evidence.",
    ),
    8: (
        "Statuses",
        "A modifier extension that is not known keeps the resource out; listed.",
    ),
    9: (
        "Dates",
        "The calendar day is the one that was written, at its place; no conversion to UTC. A "
        "clock time without zone is accepted. The evaluation date counts to its end.",
    ),
    10: (
        "Dates",
        "The collection of the specimen outranks the effective time, that the date of issue.",
    ),
    11: (
        "Dates",
        "Unreadable is not missing: listed, and the fact has no date, which meets no rule on "
        "freshness.",
    ),
    12: (
        "Dates",
        "After the evaluation date or before birth: not counted, listed. A birth date after "
        "the evaluation date or the diagnosis is itself what is doubtful.",
    ),
    13: (
        "Dates",
        "Words are not guessed; years, months and ages are intervals.",
    ),
    14: (
        "Dates",
        "A death after the evaluation date has not happened; `deceasedBoolean: false` says "
        "nothing.",
    ),
    15: (
        "Dates",
        "Evidence of one relapse that is coded later than measured is one episode, from its "
        "earliest evidence on.",
    ),
    16: (
        "Values",
        "A text is read when the whole of it is one value. Words left over: not interpreted, "
        "listed. A value of another day beside the present one is not read.",
    ),
    17: (
        "Values",
        "Units by UCUM code, else by text; contradicting ones, or none: unknown, listed.",
    ),
    18: (
        "Values",
        "A share below 0 or above 1 is unreadable. Comparators and ranges are intervals: true "
        "only if true for all of it.",
    ),
    19: (
        "Values",
        "Equivocal is unknown. An interpretation stands in for a value only as positive, "
        "negative, detected, not detected; against the value it makes both unknown.",
    ),
    20: (
        "Values",
        "A marker that a report does not name is unknown. Dim, partial, subset: heterogeneous.",
    ),
    21: (
        "Values",
        "Conclusions are never results; listed where they say more than the report's results, "
        "or otherwise.",
    ),
    22: (
        "Values",
        "Component, panel member, contained resource and single result are equal; reached "
        "twice, read once.",
    ),
    23: (
        "Values",
        "`dataAbsentReason`: no result.",
    ),
    24: (
        "Codes",
        "CD19 on blasts and MRD have no verified LOINC code: found by the words of the code.",
    ),
    25: (
        "Codes",
        "Any coding of several, by system and code; many spellings of a system are one. A "
        "code without system is not matched, but listed.",
    ),
    26: (
        "Codes",
        "CD19 or CD22 alone establish no lineage. Shares of all cells say nothing on blasts.",
    ),
    27: (
        "Codes",
        "A diagnosis in words only when unmistakable. Reasons of orders, family history and "
        "personal history are none.",
    ),
    28: (
        "Codes",
        "A relapse known from its code alone has an unknown site.",
    ),
    29: (
        "Treatment",
        "What is completed or under way has happened; preparation, not-done and orders have "
        "not; other statuses leave it open.",
    ),
    30: (
        "Treatment",
        "A transplant of unstated donor type is neither allogeneic nor not. Several records "
        "within days are one.",
    ),
    31: (
        "Treatment",
        "CAR-T cells without a product count as CD19-directed until the record says otherwise.",
    ),
    32: (
        "Treatment",
        "Given: administrations that ran, statements of intake. Not given: drafts, plans, "
        "cancelled, not-taken, `doNotPerform`. An infused antibody only ordered, or of "
        "unknown status, was perhaps given: an older antigen result is no longer proof.",
    ),
    33: (
        "Treatment",
        "The last dose is the end of the period; a running one has not ended; an undated one "
        "may have come after the sample.",
    ),
    34: (
        "Treatment",
        "The drug by code, reference, ingredient, display, name or billing code; one without "
        "any is listed.",
    ),
    35: (
        "Bundles",
        "Bundles inside Bundles are opened; entries without resource are skipped; a server's "
        "word that data are incomplete is listed.",
    ),
    36: (
        "Bundles",
        "Unknown members, nulls and empty lists cost nothing. A member that is needed and of "
        "the wrong type makes that one resource unread. Forms of other releases: read or "
        "listed.",
    ),
    37: (
        "Bundles",
        "What is no Bundle or no JSON is refused with one sentence that says what to change.",
    ),
    38: (
        "Cards",
        "Whatever comes from the record is escaped, put on one line and cut before it is shown.",
    ),
}
