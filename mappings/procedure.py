"""Procedures: transplant, CAR-T infusion, donor lymphocytes, intrathecal therapy, irradiation,
punctures (E-26).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from mappings.context import ERROR, NO_SYSTEM, Context, Record, clipped, status_of
from mappings.record.reduce import CONCEPT, DATE, PERIOD, TEXT, Many, Spec
from mappings.record.resources import Item
from mappings.terminology import Terminology
from mappings.treatment.drug_names import BCMA, PRODUCTS, agents_of, value_sets_named
from mappings.treatment.infusion import Infusion
from mappings.treatment.transplant import DONORS, SILENT, add_transplants, donor_of, is_transplant
from mappings.values import other_languages
from mappings.values.shapes import Json, all_words, is_true
from relapse.dates import DateRange
from relapse.facts import (
    Agent,
    CarTProduct,
    Donor,
    DrugUse,
    Given,
    Planned,
    PlannedStep,
    ProcedureDone,
    ProcedureKind,
    Transplant,
)

PROCEDURE: dict[str, Spec] = {
    "status": TEXT,
    "code": CONCEPT,
    "performedDateTime": DATE,
    "performedPeriod": PERIOD,
    "performedString": TEXT,
    "bodySite": Many(CONCEPT),
}
_DONE = frozenset({"completed", "in-progress"})
_NOT_DONE = frozenset({"preparation", "not-done"})
_ANTIBODIES = frozenset({Agent.BLINATUMOMAB, Agent.INOTUZUMAB})
_KINDS = {
    "proc-intrathecal-chemo": ProcedureKind.INTRATHECAL,
    "proc-cranial-irradiation": ProcedureKind.CRANIAL_IRRADIATION,
    "proc-testicular-irradiation": ProcedureKind.TESTICULAR_IRRADIATION,
    "proc-dli": ProcedureKind.DONOR_LYMPHOCYTES,
    "proc-lumbar-puncture": ProcedureKind.LUMBAR_PUNCTURE,
    "proc-bone-marrow": ProcedureKind.MARROW,
}
_AGES = ("performedAge", "performedRange")
_CAR_T = re.compile(r"\bcar[- ]?t\b|chimeric antigen receptor")
_CAR_T_INFUSION = re.compile(r"infusion|administ|immunotherapy|therapy|reinfusion|introduction")
_NO_CAR_T = re.compile(
    r"collect|apheresis|harvest|preparation|manufactur|evaluat|consult|referral|planning|bridging|"
    r"lymphodepl|monitor|follow|screening"
)
_DLI = re.compile(r"donor (?:lymphocyte|leu[ck]ocyte) infusion|\bdli\b")
_INTRATHECAL = re.compile(
    r"intrathecal[^|]{0,40}(?:chemo|methotrexate|cytarabine|hydrocortisone|injection|"
    r"administration|therapy)|chemo\w*[^|]{0,30}intrathecal"
)
_RADIATION = re.compile(r"radiation|radiotherapy|irradiation|\bxrt\b|\brt\b|beam")
_CRANIAL = re.compile(r"crani|brain|whole[- ]brain|\bcns\b|neuroaxis")
_TESTICULAR = re.compile(r"testic|testis|testes")
_LUMBAR = re.compile(r"lumbar puncture|spinal tap")
_MARROW = re.compile(r"(?:bone )?marrow[^|]{0,30}(?:aspirat|biops)")
_ANY = re.compile(
    r"transplant|\bhsct\b|\bhct\b|\bbmt\b|\ballo|\bcar[- ]?t\b|chimeric|donor|\bdli\b|intrathecal|"
    r"radiation|radiotherapy|irradiat|"
    r"\bxrt\b|lumbar|spinal tap|marrow|stem cell|blinatumomab|blincyto|inotuzumab|besponsa|kymriah|"
    r"tecartus|aucatzyl|leucel|-cel\b|trasplant|trapianto|greffe"
)
# Words beside the name of a procedure that leave open whether it was done on this patient.
_OPEN = re.compile(
    r"\bplanned\b|\bscheduled\b|\bpending\b|\bnot (?:done|performed|given|carried)|cancel|declin|"
    r"refus|discuss|defer|postpon|\bis (?:a |the )?donor|as (?:a )?donor|\bdonation\b|\?"
)
_TELLING = frozenset({*DONORS, *_KINDS, *PRODUCTS, "proc-radiotherapy-any"})


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add the facts of every Procedure that matters. Several records of one transplant within days
    are one.
    """
    transplants: list[Transplant] = []
    memory, decide = context.terminology.memory("procedure"), partial(matters, context.terminology)
    for item in items:
        code = item.resource.get("code")
        if memory.decide(code, decide):
            context.guarded(item, partial(_read, context, item, transplants))
        elif context.terminology.lacks_system(code, "proc-") and context.is_patients(item):
            context.list_unread(item, NO_SYSTEM, code)
    add_transplants(context, transplants)


def matters(terminology: Terminology, code: object) -> bool:
    """Whether a code or its words name a procedure that the rules ask for, or a drug billed as a
    procedure.
    """
    concepts = terminology.of(code)
    if concepts & _TELLING or agents_of(concepts):
        return True
    return not concepts & SILENT and bool(_ANY.search(all_words(code).lower()))


def _read(context: Context, item: Item, transplants: list[Transplant]) -> None:
    resource, code = item.resource, item.resource.get("code")
    status = status_of(resource)
    if status == ERROR:
        context.list_unread(item, "entered in error", code)
        return
    if (
        status == "not-done"
        or is_true(resource.get("notDone"))
        or is_true(resource.get("notPerformed"))
    ):
        if status != "not-done":
            context.list_unread(
                item, "marked as not done in the way of an older FHIR release", code
            )
        return
    perhaps = status not in _DONE | _NOT_DONE
    if perhaps:
        context.list_unread(
            item,
            f"status {status}: not clear whether it was done"
            if status in _LISTED
            else "a status that is not known"
            if status
            else "no status",
            code,
        )
    record = context.admit(item, PROCEDURE, code, {"status": "unknown"}, _modern(resource))
    if record is None:
        return
    if perhaps:
        _perhaps_done(context, record, transplants)
        return
    if status == "preparation":
        if is_transplant(context.concepts(code), all_words(code).lower()):
            _plan(context, record)
        return
    if _OPEN.search(all_words(code).lower()):
        context.list_unread(item, "words that leave open whether it was done", code)
        _perhaps_done(context, record, transplants)
        return
    _done(context, record, transplants)


_LISTED = frozenset({"on-hold", "stopped", "unknown"})


def _perhaps_done(context: Context, record: Record, transplants: list[Transplant]) -> None:
    """What may have happened is neither "done" nor "not done" (an infusion that was stopped had
    begun): a transplant of unknown kind, CAR-T cells and antibodies after which an older antigen
    result proves nothing.
    """
    code = record.data.get("code")
    concepts, words = context.concepts(code), all_words(code).lower()
    when, text = _when(context, record), clipped(context.terminology.name(code))
    product = _car_t_product(concepts, words)
    if product is not None:
        name, bcma = product
        context.car_t.append(Infusion(record.reference, when, text, name, bcma, certain=False))
    elif is_transplant(concepts, words):
        donor = donor_of(concepts, words)
        transplants.append(
            Transplant(
                source=context.source(record.item),
                when=when,
                text=text,
                donor=Donor.AUTOLOGOUS if donor is Donor.AUTOLOGOUS else Donor.UNKNOWN,
            )
        )
    else:
        _perhaps_given(context, record, concepts, words)


def _perhaps_given(context: Context, record: Record, concepts: frozenset[str], words: str) -> None:
    for agent in sorted(_ANTIBODIES & agents_of(concepts | value_sets_named(words)), key=_by_name):
        context.facts.append(
            DrugUse(
                source=context.source(record.item),
                when=_when(context, record),
                text=clipped(context.terminology.name(record.data.get("code"))),
                agent=agent,
                name=agent.value,
                given=Given.ORDERED,
            )
        )


def _by_name(agent: Agent) -> str:
    return agent.value


def _modern(resource: Json) -> Json:
    changes = {
        f"performed{name}": resource[f"occurrence{name}"]
        for name in ("DateTime", "Period")
        if f"occurrence{name}" in resource
    }
    return {**resource, **changes} if changes else resource


def _when(context: Context, record: Record) -> DateRange | None:
    data = record.data
    if "performedPeriod" in data and "end" not in data["performedPeriod"]:
        # Begun and not closed: the first day is what is known.
        return (
            DateRange.parse(data["performedPeriod"]["start"])
            if "start" in data["performedPeriod"]
            else None
        )
    read = context.choice_date(record, "performed")
    if read is None and "performedString" in data:
        context.list_unread(record.item, "a date in words", data.get("code"))
    elif read is None and any(record.item.resource.get(name) for name in _AGES):
        context.list_unread(record.item, "a date given as an age", data.get("code"))
    return read


def _plan(context: Context, record: Record) -> None:
    context.facts.append(
        PlannedStep(
            source=context.source(record.item),
            when=_when(context, record),
            text=clipped(context.terminology.name(record.data.get("code"))),
            step=Planned.TRANSPLANT,
        )
    )


def _done(context: Context, record: Record, transplants: list[Transplant]) -> None:
    code = record.data.get("code")
    concepts, words = context.concepts(code), all_words(code).lower()
    when, source, text = (
        _when(context, record),
        context.source(record.item),
        clipped(context.terminology.name(code)),
    )
    product = _car_t_product(concepts, words)
    if product is not None:
        name, bcma = product
        context.car_t.append(Infusion(record.reference, when, text, name, bcma))
        return
    if is_transplant(concepts, words):
        transplants.append(
            Transplant(source=source, when=when, text=text, donor=donor_of(concepts, words))
        )
        return
    kinds = _kinds(record, concepts, words)
    for kind in sorted(kinds, key=lambda kind: kind.value):
        context.facts.append(ProcedureDone(source=source, when=when, text=text, kind=kind))
    agents = agents_of(concepts) or (frozenset() if kinds else agents_of(value_sets_named(words)))
    if kinds:
        agents -= {Agent.OTHER_ANTILEUKAEMIC}
    elif not agents and other_languages.names_transplant(words):
        context.list_unread(record.item, other_languages.REASON, code)
    for agent in sorted(agents, key=_by_name):
        context.facts.append(
            DrugUse(
                source=source,
                when=when,
                text=text,
                agent=agent,
                name=text or agent.value,
                given=Given.ADMINISTERED,
                until=when,
                intrathecal=ProcedureKind.INTRATHECAL in kinds,
            )
        )


def _car_t_product(concepts: frozenset[str], words: str) -> tuple[CarTProduct, bool] | None:
    """The product of a CAR-T infusion; collecting and preparing cells is none."""
    named = [name for name in sorted(concepts) if name in PRODUCTS]
    by_words = [name for name in sorted(value_sets_named(words)) if name in PRODUCTS]
    if not named and not by_words:
        infusion = (
            _CAR_T.search(words) and _CAR_T_INFUSION.search(words) and not _NO_CAR_T.search(words)
        )
        return (
            (CarTProduct.UNKNOWN, False)
            if infusion and "proc-car-t-collection" not in concepts
            else None
        )
    if "proc-car-t-collection" in concepts or (not named and _NO_CAR_T.search(words)):
        return None
    named = (
        [name for name in named if PRODUCTS[name] is not CarTProduct.UNKNOWN] or by_words or named
    )
    return PRODUCTS[named[0]], named[0] in BCMA


def _kinds(record: Record, concepts: frozenset[str], words: str) -> set[ProcedureKind]:
    kinds = {kind for name, kind in _KINDS.items() if name in concepts}
    sites = " | ".join(all_words(site) for site in record.data.get("bodySite", [])).lower()
    if "proc-radiotherapy-any" in concepts or (not kinds and _RADIATION.search(words)):
        where = f"{words} | {sites}"
        if _CRANIAL.search(where):
            kinds.add(ProcedureKind.CRANIAL_IRRADIATION)
        if _TESTICULAR.search(where):
            kinds.add(ProcedureKind.TESTICULAR_IRRADIATION)
    if kinds:
        return kinds
    if _INTRATHECAL.search(words):
        kinds.add(ProcedureKind.INTRATHECAL)
    if _DLI.search(words):
        kinds.add(ProcedureKind.DONOR_LYMPHOCYTES)
    if _LUMBAR.search(words):
        kinds.add(ProcedureKind.LUMBAR_PUNCTURE)
    if _MARROW.search(words):
        kinds.add(ProcedureKind.MARROW)
    return kinds
