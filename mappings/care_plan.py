"""CarePlans: courses of treatment of the leukaemia, and comfort care (encodings 10.1 to 10.5,
POL-24).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from mappings.context import ERROR, Context, Record, clipped, status_of
from mappings.record.reduce import CONCEPT, PERIOD, REFERENCE, TEXT, Many, Spec
from mappings.record.resources import Item
from mappings.treatment.drug_names import PRODUCTS, agents_of, value_sets_named
from mappings.treatment.infusion import infusion_named
from mappings.treatment.plan_title import treatment_in
from mappings.values import when
from mappings.values.shapes import Json, all_words, objects, string
from relapse.dates import DateRange
from relapse.facts import TreatmentPlan

CARE_PLAN: dict[str, Spec] = {
    "status": TEXT,
    "intent": TEXT,
    "title": TEXT,
    "category": Many(CONCEPT),
    "period": PERIOD,
    "addresses": Many(REFERENCE),
}
_BEGUN = frozenset({"active", "on-hold", "completed", "revoked"})
_NO_PLAN = frozenset({"proposal", "option"})
_ONCOLOGY = re.compile(
    r"oncolog|chemo|antineoplastic|cancer treatment|leuk[a]?emia treatment|treatment protocol|"
    r"\bregimen\b"
)
_COURSE = re.compile(
    r"\binduction|reinduction|re-induction|consolidation|maintenance|intensification|interim|"
    r"salvage|chemo|conditioning|"
    r"hyper-?cvad|\bflag\b|\baall\d|\bcog\b|\bbfm\b|\buk\s?all|\bihr\b|\bintreall\b|\bcapizzi|"
    r"\bblock\b|\bcycle\s*\d|\bcourse\s*\d|\bprotocol\b"
)
_SUPPORT = re.compile(
    r"nutrition|nursing|physical therapy|physiotherap|occupational|rehabilit|psycho|antiemetic|"
    r"\bpain\b|exercise|survivor|diabet|wound|"
    r"discharge|education|vaccin|immuni[sz]ation|fall|social|school|follow[- ]?up|supportive care|"
    r"transfusion|infection prevention|surveillance"
)
_COMFORT = re.compile(
    r"comfort (?:care|measures)|hospice|end[- ]of[- ]life|best supportive care only|"
    r"palliative care only|terminal care"
)
_NOT_COMFORT = re.compile(r"\bno\b|\bnot\b|declin|discuss|evaluat|referral|consult|refus|without")
_OTHER_DISEASE = re.compile(
    r"\baml\b|myeloid|7\s*\+\s*3|lymphoma|myeloma|sarcoma|carcinoma|neuroblastoma|glioma|\bcll\b|"
    r"\bcml\b"
)
_TREATMENT_WORD = re.compile(r"treatment|therap|protocol|regimen")


def read_all(context: Context, items: Iterable[Item]) -> None:
    """Add every plan that is a course of treatment of the leukaemia, or comfort care."""
    for item in items:
        words = _words(item.resource)
        if (
            _ONCOLOGY.search(words)
            or _COURSE.search(words)
            or _COMFORT.search(words)
            or value_sets_named(words)
            or _TREATMENT_WORD.search(words)
        ):
            context.guarded(item, partial(_read, context, item, words))


def _words(resource: Json) -> str:
    categories = " | ".join(all_words(category) for category in objects(resource.get("category")))
    return f"{string(resource.get('title'))} | {categories}".lower()


def _read(context: Context, item: Item, words: str) -> None:
    resource = item.resource
    title = string(resource.get("title"))
    status = status_of(resource)
    if string(resource.get("intent")).lower() in _NO_PLAN or status == "draft":
        return
    comfort = bool(_COMFORT.search(words)) and not _NOT_COMFORT.search(words)
    if not comfort and not _is_course(context, item, words):
        return
    if status == ERROR:
        context.list_unread(item, "entered in error", title)
        return
    if status not in _BEGUN:
        context.list_unread(item, "a status that is not known" if status else "no status", title)
        return
    required = {"intent": "plan"}
    record = context.admit(item, CARE_PLAN, title, required)
    if record is None:
        return
    if comfort:
        _add_comfort(context, record, status, title)
        return
    _add(context, record, status, title)


def _is_course(context: Context, item: Item, words: str) -> bool:
    """Whether a plan treats the leukaemia: by title or category, and not expressly another
    disease.
    """
    addressed = [
        target
        for reference in objects(item.resource.get("addresses"))
        if (target := context.index.find(reference, item)) is not None
        and target.kind == "Condition"
    ]
    named = _names_treatment(words)
    oncology = bool(_ONCOLOGY.search(words))
    if addressed and not any(target in context.leukaemia for target in addressed):
        return False
    if not addressed and _OTHER_DISEASE.search(words):
        return False
    title = string(item.resource.get("title"))
    treatment, looks = treatment_in(title)
    if looks and not (_names_treatment(treatment) or _TREATMENT_WORD.search(treatment)):
        # A category says for which purpose a plan was filed, the title what is done.
        if named and status_of(item.resource) in _BEGUN:
            context.list_unread(item, "a plan that looks at treatment and is none itself", title)
        return False
    if _SUPPORT.search(words) and not named:
        return False
    if named or oncology:
        return True
    if addressed and status_of(item.resource) in _BEGUN:
        context.list_unread(
            item,
            "a plan for the leukaemia that does not say what treatment it is",
            title,
        )
    return False


def _names_treatment(words: str) -> bool:
    drugs = value_sets_named(words)
    return bool(
        _COURSE.search(words) or agents_of(drugs) or any(name in PRODUCTS for name in drugs)
    )


def _add_comfort(context: Context, record: Record, status: str, title: str) -> None:
    start, end, running = _span(context, record, status, title)
    if running:
        context.facts.append(
            TreatmentPlan(
                source=context.source(record.item),
                when=start,
                text=clipped(title or "comfort care"),
                until=end,
                running=True,
                comfort_care=True,
            )
        )


def _add(context: Context, record: Record, status: str, title: str) -> None:
    start, end, running = _span(context, record, status, title)
    named = value_sets_named(treatment_in(title)[0])
    context.facts.append(
        TreatmentPlan(
            source=context.source(record.item),
            when=start,
            text=clipped(title),
            until=end,
            running=running,
            agents=agents_of(named),
        )
    )
    when_planned = start if start is None or end is None else DateRange(start.earliest, end.latest)
    planned = infusion_named(
        named, record.item.reference, when_planned, clipped(title), certain=False
    )
    if planned is not None and status == "completed":
        context.car_t_orders.append((record.item, planned, True))


def _span(
    context: Context, record: Record, status: str, title: str
) -> tuple[DateRange | None, DateRange | None, bool]:
    """First day, last day, and whether the plan still runs on the evaluation date."""
    period = record.data.get("period", {})
    start, end = when.of_day(period.get("start")), when.of_day(period.get("end"))
    if record.is_unreadable("period"):
        context.list_unread(record.item, "a date that cannot be read", title)
    if start is not None and end is not None and end.latest < start.earliest:
        context.list_unread(record.item, "a period that ends before it begins", title)
        start, end = None, None
    unreadable_end = record.is_unreadable("period.end")
    running = (
        status in ("active", "on-hold")
        and not unreadable_end
        and (end is None or end.latest > context.as_of)
    )
    return start, end, running
