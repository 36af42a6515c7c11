"""All Observations of a chart that are worth reading, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from mappings import diagnostic_report
from mappings.context import ERROR, NO_SYSTEM, Context, Record, status_of, words_of
from mappings.observation import (
    antigens,
    blasts,
    donor,
    genetics,
    laboratory,
    mrd,
    narrative,
    performance,
    phenotype,
    screening,
    sites,
    status,
)
from mappings.observation.answers import VALUES
from mappings.observation.finding import (
    EARLIER,
    OBSERVATION,
    WITH_RANGE,
    Finding,
    collected,
    is_earlier_value,
)
from mappings.observation.select import FINAL, OPEN, worth_reading
from mappings.observation.topics import Topic, studies_a_gene, topic_of
from mappings.record.resources import Item
from mappings.sample import Sample
from mappings.specimen import sample_of
from mappings.values.shapes import objects, string
from relapse.dates import DateRange
from relapse.facts import Analyte

READERS: dict[Topic, Callable[[Finding], None]] = {
    Topic.BLASTS: blasts.read,
    Topic.MRD: mrd.read,
    Topic.PERHAPS_MRD: mrd.list_perhaps,
    Topic.ANTIGEN: antigens.read,
    Topic.PERHAPS_ANTIGEN: antigens.list_perhaps,
    Topic.PHENOTYPE: phenotype.read,
    Topic.GENETICS: genetics.read,
    Topic.DISEASE_STATUS: status.read,
    Topic.SPINAL_FLUID: sites.read_fluid,
    Topic.CNS_STATUS: sites.read_status,
    Topic.TESTES: sites.read_testes,
    Topic.LIVER_OR_COUNT: laboratory.read_lab,
    Topic.QT: laboratory.read_qt,
    Topic.PREGNANCY: screening.read_pregnancy,
    Topic.VIRUS: screening.read_virus,
    Topic.IMMUNOGLOBULIN: partial(laboratory.read_measured, Analyte.IMMUNOGLOBULIN),
    Topic.CHIMERISM: partial(laboratory.read_measured, Analyte.CHIMERISM),
    Topic.PERFORMANCE: performance.read,
    Topic.DONOR: donor.read,
    Topic.MARROW_REPORT: narrative.read,
    Topic.OTHER_LANGUAGE: narrative.list_other_language,
}
# These read their components themselves, but for the topics named; of all others each component
# that is about something is a finding.
_WHOLE: dict[Topic | None, frozenset[Topic]] = {
    Topic.PHENOTYPE: frozenset({Topic.MRD, Topic.BLASTS}),
    Topic.GENETICS: frozenset({Topic.MRD}),
    Topic.SPINAL_FLUID: frozenset(),
}


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add the facts of every Observation that matters."""
    for item in worth_reading(context, items):
        context.guarded(item, partial(_read, context, item))


def _read(context: Context, item: Item) -> None:
    resource, code = item.resource, item.resource.get("code")
    stated = status_of(resource)
    if stated == "cancelled":
        return
    if stated == ERROR:
        context.list_unread(item, "entered in error", code)
        return
    parents = context.reports.get(item, [])
    if any(status_of(parent.resource) == ERROR for parent in parents):
        context.list_unread(item, "belongs to a report that was entered in error", code)
        return
    topic = topic_of(context, code)
    if topic is Topic.NO_SYSTEM:
        context.list_unread(item, NO_SYSTEM, code)
        return
    spec = OBSERVATION if topic not in (None, Topic.LIVER_OR_COUNT) else WITH_RANGE
    record = context.admit(item, spec, code, {"status": "unknown"})
    if record is None or not _about_the_patient(context, record):
        return
    if stated not in FINAL | OPEN:
        context.list_unread(item, "a status that is not known" if stated else "no status", code)
    _list_contradicted_absence(context, record)
    _leave_out_earlier(context, record, topic)
    sample = _sample(context, record, parents)
    if sample.foreign or "donor" in _specimen_words(record):
        context.list_unread(item, "the specimen is not this patient's", code)
        return
    day, inferred = _date(context, record, sample, parents)
    finding = Finding(
        context, record, record.data["code"], record.data, day, inferred, stated in FINAL, sample
    )
    before = len(context.facts), len(context.unread)
    if topic is not None:
        READERS[topic](finding)
    for part in finding.components:
        inner = topic_of(context, part.get("code"))
        if inner is None or inner not in _WHOLE.get(topic, (inner,)):
            continue
        if inner is Topic.NO_SYSTEM:
            context.list_unread(item, NO_SYSTEM, part.get("code"))
        else:
            READERS[inner](replace(finding, code=part["code"], data=part, component=True))
    if record.is_unreadable("value", "component.value") and before[1] == len(context.unread):
        context.list_unread(item, "a number that cannot be read", code)
    if before == (len(context.facts), len(context.unread)):
        if topic is None and studies_a_gene(context, resource):
            context.list_unread(
                item, "genetics: a kind of study that is not known", code, is_result=True
            )
        _list_unknown_value(context, item)


def _list_contradicted_absence(context: Context, record: Record) -> None:
    """A value beside the reason why there is none: not counted (rule 23), but not passed over."""
    for part in (record.data, *record.data.get("component", [])):
        if not part.get("dataAbsentReason") or not any(name in part for name in VALUES):
            continue
        code = part.get("code")
        if part is record.data or topic_of(context, code) is not None:
            context.list_unread(record.item, "a value beside a reason for its absence", code)


def _leave_out_earlier(context: Context, record: Record, topic: Topic | None) -> None:
    """Take out components that repeat a value of another day beside the present one: read, they
    would contradict it.
    """
    kept = []
    for part in record.data.get("component", []):
        code = part.get("code")
        if not is_earlier_value(words_of(code)):
            kept.append(part)
        elif topic in _WHOLE or topic_of(context, code) is not None:
            context.list_unread(record.item, EARLIER, code)
    if "component" in record.data:
        record.data["component"] = kept


def _list_unknown_value(context: Context, item: Item) -> None:
    """A value of a kind that is not read (a time, sampled data, an attachment of another release)
    is not passed over.
    """
    read = [name for name in OBSERVATION if name.startswith("value")]
    other = [name for name in item.resource if name.startswith("value") and name not in read]
    if other and item.resource.get(other[0]) not in (None, "", {}, []):
        context.list_unread(item, "a value of a kind that is not read", item.resource.get("code"))


def _specimen_words(record: Record) -> str:
    return string(record.data.get("specimen", {}).get("display")).lower()


def _about_the_patient(context: Context, record: Record) -> bool:
    """Whether the focus, if there is one, is the patient or the leukaemia (mapping rule 2)."""
    for focus in record.data.get("focus", []):
        if context.identity.is_meant_by(focus, record.item):
            continue
        target = context.index.find(focus, record.item)
        if target is not None and target.kind == "Condition":
            if target in context.leukaemia:
                continue
            return False
        if (
            target is not None
            and target.kind == "Specimen"
            and not sample_of(context, focus, record.item).foreign
        ):
            continue
        context.list_unread(record.item, "its focus is not this patient", record.data.get("code"))
        return False
    return True


def _sample(context: Context, record: Record, parents: list[Item]) -> Sample:
    """The specimen of the result, else the only one of the report or panel that it hangs on."""
    own = sample_of(context, record.data.get("specimen"), record.item)
    if own.key is not None or "specimen" in record.data:
        return own
    found = {
        sample.key: sample
        for parent in parents
        if len(references := objects(parent.resource.get("specimen"))) == 1
        and (sample := sample_of(context, references[0], parent)).key is not None
    }
    return next(iter(found.values())) if len(found) == 1 else own


def _date(
    context: Context, record: Record, sample: Sample, parents: list[Item]
) -> tuple[DateRange | None, bool]:
    """The date of the result itself, else the one date of the reports and panels that it hangs
    on.
    """
    day, inferred = collected(context, record, sample)
    dated = day is not None or record.is_unreadable("effective", "issued") or sample.undated
    if dated or "effectivePeriod" in record.data or not parents:
        return day, inferred
    found = {diagnostic_report.effective_of(context, parent) for parent in parents} - {None}
    return (found.pop() if len(found) == 1 else None), False
