"""CD19 CAR-T cells (CA-rules): each product by itself, the class by its strongest product."""

from __future__ import annotations

from relapse.assessment import (
    Consideration,
    Criterion,
    DataRequest,
    Effect,
    FactUsed,
    Option,
    PrecautionRaised,
    ProductAdvice,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.course.timing import remission_at_most
from relapse.evidence import safety
from relapse.facts import Agent, Antigen, CarTProduct
from relapse.logic import Tri, all_of, any_of
from relapse.options import shared
from relapse.options.blinatumomab import no_response_facts
from relapse.options.combine import lowered, not_suggested, notes_of, requests_of, strongest
from relapse.options.common_criteria import remission_is_new
from relapse.precautions import raised
from relapse.requests import merged, request
from relapse.rules import applied, decided, rule

OPTION = Option.CAR_T
ADULT_PRODUCTS = (CarTProduct.BREXUCABTAGENE, CarTProduct.OBECABTAGENE)


def consider(case: Case) -> Consideration:
    """CAR-T cells for this patient today, product by product."""
    excluded = shared.cd19_negative(case)
    if excluded is not None:
        return _none(case, "CD19 negative", [excluded])
    if (
        case.active
        and not case.policy.sanctuary_immunotherapy
        and case.course.involvement.isolated_sanctuary is Tri.MET
    ):
        return _none(case, "isolated CNS or testicular relapse", [])
    rules = {CarTProduct.TISAGENLECLEUCEL: tisagenlecleucel(case)}
    for product in ADULT_PRODUCTS:
        rules[product] = adult_product(case, product)
    caps = [earlier_car_t(case), isolated_other(case)]
    cautions = precautions(case, strongest(rules[CarTProduct.TISAGENLECLEUCEL]))
    advice = tuple(
        _advice(case, product, found, caps, cautions) for product, found in rules.items()
    )
    strength = max(item.strength for item in advice)
    every = [item for found in rules.values() for item in found]
    trace = [
        *_once(every),
        *shared.antigen_trace(case, Antigen.CD19),
        *(c for c in caps if c.state is Tri.MET),
    ]
    if strength is Strength.NOT:
        reasons = dict.fromkeys(item.reason for item in advice)
        silent = case.in_remission and case.remission_ordinal < 3
        return Consideration(
            OPTION,
            Strength.NOT,
            "; ".join(reasons),
            rules=tuple(trace),
            products=advice,
            silent=silent,
        )
    return Consideration(
        OPTION,
        strength,
        notes=notes_of(caps),
        rules=tuple(trace),
        precautions=tuple(cautions),
        requests=merged([*requests_of(every), *_requests(case), *shared.pregnancy_request(case)]),
        products=advice,
    )


def _none(case: Case, reason: str, rules: list[RuleResult]) -> Consideration:
    base = not_suggested(OPTION, reason, rules)
    advice = tuple(
        ProductAdvice(product.value, Strength.NOT, reason)
        for product in (CarTProduct.TISAGENLECLEUCEL, *ADULT_PRODUCTS)
    )
    return Consideration(OPTION, Strength.NOT, base.reason, rules=base.rules, products=advice)


def _once(rules: list[RuleResult]) -> list[RuleResult]:
    """The two adult products share their rules: the trace names each once."""
    return list({(item.rule, item.criteria): item for item in rules}.values())


def _advice(
    case: Case,
    product: CarTProduct,
    rules: list[RuleResult],
    caps: list[RuleResult],
    cautions: list[PrecautionRaised],
) -> ProductAdvice:
    strength = strongest(rules)
    if strength is Strength.NOT:
        reason = next(
            (item.note for item in rules if item.strength is Strength.NOT and item.note), ""
        )
        return ProductAdvice(product.value, Strength.NOT, reason or _failing(rules))
    deciding = [item for item in rules if item.strength is strength]
    return ProductAdvice(product.value, lowered(strength, caps, cautions), notes=notes_of(deciding))


def _failing(rules: list[RuleResult]) -> str:
    criteria = [c for item in rules for c in item.criteria if c.state is Tri.NOT_MET]
    return f"not met: {criteria[0].text}" if criteria else "no rule applies"


# --- What every product requires -----------------------------------------------------------------


def _common(case: Case) -> tuple[Criterion, ...]:
    return (
        case.state_criterion(),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        case.no_isolated_sanctuary_criterion(),
    )


def _refractory(case: Case) -> Criterion:
    found = case.course.refractory
    wanted = ("D-BM",) if found.course_completed is Tri.MET else ("D-PRIOR",)
    return Criterion(
        "refractory", found.state, found.facts, wanted, "response to the last course not on record"
    )


def _second_relapse(case: Case) -> Criterion:
    state = Tri.of(case.course.relapse_count >= 2)
    if (
        state is Tri.NOT_MET
        and case.course.timeline.relapses
        and case.course.relapse_count_certain is Tri.UNKNOWN
    ):
        state = Tri.UNKNOWN
    return Criterion(
        "second or later relapse",
        state,
        case.course.facts,
        ("D-RELORD",),
        "earlier relapses not excluded",
    )


def _either(text: str, *criteria: Criterion) -> Criterion:
    """One criterion from alternatives; while it is unknown it asks for what would settle any of
    them.
    """
    unknown = [c for c in criteria if c.state is Tri.UNKNOWN]
    return Criterion(
        text,
        any_of(c.state for c in criteria),
        tuple(used for c in criteria if c.state is not Tri.NOT_MET for used in c.facts),
        tuple(dict.fromkeys(id for c in unknown for id in c.requests)),
        "; ".join(dict.fromkeys(c.note for c in unknown if c.note)),
    )


def _after_transplant(case: Case) -> Criterion:
    state, facts = case.transplanted_before_relapse()
    return Criterion(
        "relapse after allogeneic transplant", state, facts, ("D-PRIOR",), "transplant not known"
    )


def _first_relapse_only(case: Case) -> Criterion:
    return Criterion("first relapse", Tri.of(case.course.relapse_count == 1), case.course.facts)


# --- Tisagenlecleucel ----------------------------------------------------------------------------


def tisagenlecleucel(case: Case) -> list[RuleResult]:
    """The rows of tisagenlecleucel that apply; the strongest decides."""
    young = _young(case)
    if young.state is Tri.NOT_MET:
        return [tisa_too_old(young)]
    if case.in_remission:
        return [
            tisa_later_remission(case, young)
            if case.remission_ordinal >= 3
            else tisa_in_remission(case)
        ]
    rows = [tisa_label(case, young), tisa_after_transplant(case, young)]
    if strongest(rows) > Strength.CAD:
        return rows
    if strongest(rows) is Strength.NOT and case.policy.tisagenlecleucel_first_relapse:
        return [*rows, tisa_first_relapse_policy(case, young)]
    return [*rows, _tisa_first_relapse(case)]


def _young(case: Case) -> Criterion:
    years = case.policy.tisagenlecleucel_below_years
    return case.age_criterion(f"younger than {years} years", ~case.age.at_least_years(years))


@rule("CA-01", "Tisagenlecleucel: refractory, or second or later relapse", "S16")
def tisa_label(case: Case, young: Criterion) -> RuleResult:
    """Under 26 years, refractory or in second or later relapse."""
    line = _either(
        "refractory, or second or later relapse", _refractory(case), _second_relapse(case)
    )
    return decided("CA-01", (*_common(case), young, line), Strength.EVAL)


@rule("CA-02", "Tisagenlecleucel: first relapse after transplant", "S16", "S17")
def tisa_after_transplant(case: Case, young: Criterion) -> RuleResult:
    """Under 26 years, first relapse after an allogeneic transplant: EU label; outside the US
    wording.
    """
    criteria = (*_common(case), young, _first_relapse_only(case), _after_transplant(case))
    if case.us:
        note = "Tisagenlecleucel: outside the US wording, within the EU wording and the trial."
        return decided("CA-02", criteria, Strength.CONS, note=note)
    return decided("CA-02", criteria, Strength.EVAL)


def _tisa_first_relapse(case: Case) -> RuleResult:
    found = case.course.refractory
    if found.state is Tri.UNKNOWN and found.course_completed is Tri.MET:
        return tisa_response_unknown(case)
    return tisa_line_of_therapy(case)


@rule("CA-03", "Tisagenlecleucel: first relapse, not refractory", "S16")
def tisa_line_of_therapy(case: Case) -> RuleResult:
    """First relapse, no transplant, not refractory: the label asks for a later line (POL-15)."""
    criteria = (
        _first_relapse_only(case),
        Criterion("not refractory", ~case.course.refractory.state, case.course.refractory.facts),
    )
    return decided(
        "CA-03", criteria, Strength.NOT, note="line of therapy: first relapse, not refractory"
    )


@rule("CA-03b", "Tisagenlecleucel: response to reinduction unknown", "POL")
def tisa_response_unknown(case: Case) -> RuleResult:
    """A first relapse treated with a completed course whose result is not on record: waits for a
    marrow.
    """
    response = Criterion(
        "refractory",
        Tri.UNKNOWN,
        case.course.refractory.facts,
        ("D-BM",),
        "no marrow since the last completed course",
    )
    return decided("CA-03b", (*_common(case), _first_relapse_only(case), response), Strength.EVAL)


@rule("POL-15", "Tisagenlecleucel in first relapse by site policy", "POL", "S38")
def tisa_first_relapse_policy(case: Case, young: Criterion) -> RuleResult:
    """Off by default: outside the label in first relapse."""
    note = "Tisagenlecleucel in first relapse is outside the label (site policy POL-15)."
    return decided(
        "POL-15", (*_common(case), young, _first_relapse_only(case)), Strength.CONS, note=note
    )


@rule("CA-04", "Tisagenlecleucel: age", "S16", "S17")
def tisa_too_old(young: Criterion) -> RuleResult:
    """From the 26th birthday on."""
    return applied("CA-04", Tri.MET, young, strength=Strength.NOT, note="age above the label")


@rule("CA-05", "Tisagenlecleucel: MRD-positive third or later remission", "GK")
def tisa_later_remission(case: Case, young: Criterion) -> RuleResult:
    """CR3 or later with MRD from 0.1 % on: a second or later relapse, now in MRD-positive
    remission.
    """
    level = case.mrd.at_least(case.policy.transplant_mrd_eval)
    long_standing = remission_is_new(case) is Tri.NOT_MET and level is Tri.UNKNOWN
    criteria = (
        Criterion(
            "third or later remission", Tri.of(case.remission_ordinal >= 3), case.course.facts
        ),
        Criterion(
            "MRD at least 0.1 %",
            Tri.NOT_MET if long_standing else level,
            case.mrd.facts,
            (case.mrd.request,),
            case.mrd.reason,
        ),
        case.precursor_criterion(),
        case.antigen_criterion(Antigen.CD19),
        young,
    )
    return decided(
        "CA-05",
        criteria,
        Strength.CONS,
        note="Second or later relapse, now in MRD-positive remission.",
    )


@rule("CA-13", "Tisagenlecleucel: in remission", "S16")
def tisa_in_remission(case: Case) -> RuleResult:
    """Any remission other than CA-05."""
    criterion = Criterion("in remission", Tri.MET, case.course.facts)
    return applied("CA-13", Tri.MET, criterion, strength=Strength.NOT, note="in remission")


# --- Brexucabtagene and obecabtagene -------------------------------------------------------------


def adult_product(case: Case, product: CarTProduct) -> list[RuleResult]:
    """The rows of an adult product; both products have the same."""
    if case.in_remission:
        return [adult_in_remission(case)]
    years = _adult_years(case)
    old_enough = case.age_criterion(f"{years} years or older", case.age.at_least_years(years))
    if old_enough.state is Tri.NOT_MET:
        return [adult_too_young(case, old_enough)]
    rows = [adult_label_and_trial(case, old_enough)]
    short = _short_remission(case).state
    if rows[0].state is Tri.MET or case.course.relapse_count != 1:
        return rows
    return [
        *rows,
        adult_late_relapse(case, old_enough)
        if short is Tri.NOT_MET
        else adult_duration_unknown(case, old_enough),
    ]


def _adult_years(case: Case) -> int:
    return (
        case.policy.adult_car_t_from_years_us if case.us else case.policy.adult_car_t_from_years_eu
    )


def _short_remission(case: Case) -> Criterion:
    """CR1 of at most 12 months; the clock starts when CR1 was first documented (E-21)."""
    months = case.policy.adult_short_remission_months
    state = Tri.NOT_MET
    facts: tuple[FactUsed, ...] = ()
    if case.course.relapse_count == 1 and case.course.timeline.remissions:
        first = case.course.timeline.remissions[0]
        state = remission_at_most(first.when, case.course.relapse_date, months)
        facts = first.facts
    return Criterion(
        f"first remission of at most {months} months",
        state,
        facts,
        ("D-CRDATE",),
        "date of first remission not known",
    )


@rule(
    "CA-06",
    "Adult CAR-T products: within label and trial population",
    "S18",
    "S20",
    "S19",
    "S22",
    "S21",
)
def adult_label_and_trial(case: Case, old_enough: Criterion) -> RuleResult:
    """Refractory, second or later relapse, relapse after transplant, or first remission of at most
    12 months.
    """
    line = _either(
        "refractory, second or later relapse, relapse after transplant, or short first remission",
        _refractory(case),
        _second_relapse(case),
        _after_transplant(case),
        _short_remission(case),
    )
    return decided("CA-06", (*_common(case), old_enough, line), Strength.EVAL)


@rule("CA-07", "Adult CAR-T products: first relapse after a longer remission", "S20", "S21")
def adult_late_relapse(case: Case, old_enough: Criterion) -> RuleResult:
    """Within the US label, outside trial entry; strength by POL-16."""
    strength = Strength[case.policy.late_adult_car_t]
    longer = _short_remission(case)
    criteria = (
        *_common(case),
        old_enough,
        _first_relapse_only(case),
        Criterion(
            f"first remission longer than {case.policy.adult_short_remission_months} months",
            ~longer.state,
            longer.facts,
        ),
    )
    note = (
        "Within the label, outside trial entry: first relapse after more than 12 "
        "months of remission."
    )
    return decided("CA-07", criteria, strength, note=note)


@rule("CA-08", "Adult CAR-T products: duration of first remission unknown", "S20")
def adult_duration_unknown(case: Case, old_enough: Criterion) -> RuleResult:
    """First relapse whose first remission has no date: may be considered, the date is asked for."""
    criteria = (*_common(case), old_enough, _first_relapse_only(case))
    return decided(
        "CA-08", criteria, Strength.CONS, note="Duration of the first remission not known."
    )


@rule("CA-09", "Adult CAR-T products: age", "S18", "S20")
def adult_too_young(case: Case, old_enough: Criterion) -> RuleResult:
    """Below the age of the label."""
    reason = shared.reason_with_age_limit(case, "age below the label", _adult_years(case) * 12)
    return applied("CA-09", Tri.MET, old_enough, strength=Strength.NOT, note=reason)


@rule("CA-10", "Adult CAR-T products: in remission", "S18", "S20")
def adult_in_remission(case: Case) -> RuleResult:
    """Any remission."""
    criterion = Criterion("in remission", Tri.MET, case.course.facts)
    return applied("CA-10", Tri.MET, criterion, strength=Strength.NOT, note="in remission")


# --- Caps, precautions, requests -----------------------------------------------------------------


@rule("CA-11", "Earlier CD19 CAR-T cells", "S62")
def earlier_car_t(case: Case) -> RuleResult:
    """A second infusion is trial territory: cap."""
    facts = [i for i in case.course.history.car_t if i.cd19_directed is not Tri.NOT_MET]
    criterion = Criterion(
        "earlier CD19 CAR-T", Tri.of(bool(facts)), case.cd19.therapy_facts if facts else ()
    )
    return applied(
        "CA-11",
        criterion.state,
        criterion,
        note="Earlier CD19 CAR-T cells: a second infusion is trial territory.",
    )


@rule("CA-12", "Isolated extramedullary relapse elsewhere", "S16")
def isolated_other(case: Case) -> RuleResult:
    """Excluded from the pivotal trial of tisagenlecleucel: cap."""
    involved = case.course.involvement
    state = all_of((Tri.of(case.active), involved.isolated_other))
    return applied(
        "CA-12", state, Criterion("isolated extramedullary relapse", state, involved.facts)
    )


def precautions(case: Case, tisagenlecleucel_strength: Strength) -> list[PrecautionRaised]:
    """What speaks for caution with CAR-T cells (P-rules)."""
    prior_inotuzumab = case.course.history.received(Agent.INOTUZUMAB) is Tri.MET
    prior = (*(case.cd22.therapy_facts if prior_inotuzumab else ()), *no_response_facts(case))
    under_three = (
        case.age.at_least_years(3) is Tri.NOT_MET and tisagenlecleucel_strength is not Strength.NOT
    )
    found = [
        raised("P-01", Effect.NOTE),
        shared.neurological(case),
        shared.cns_leukaemia(case, Effect.CAP, Effect.WARN),
        shared.infection(case, Effect.CAP, Effect.WARN),
        shared.gvhd(case, Effect.CAP, Effect.WARN),
        shared.burden(case),
        shared.antigen_precaution(case.cd19),
        raised("P-18", Effect.NOTE, facts=prior) if prior else None,
        shared.pregnancy(case),
        raised("P-21", Effect.NOTE),
        raised("P-22", Effect.NOTE),
        raised("P-24", Effect.CAP)
        if case.active and case.course.involvement.isolated_other is Tri.MET
        else None,
        shared.age_limit_close(
            case,
            case.policy.tisagenlecleucel_below_years * 12,
            "upper age limit of tisagenlecleucel",
        ),
        shared.age_limit_close(
            case, _adult_years(case) * 12, "lower age limit of brexucabtagene and obecabtagene"
        ),
        raised("P-26", Effect.NOTE, facts=case.age.facts) if under_three else None,
        early_after_transplant(case),
        raised("P-33", Effect.NOTE, facts=case.genetics.ph_facts)
        if case.genetics.ph is Tri.MET
        else None,
    ]
    return [item for item in found if item is not None]


@rule("P-32", "Early relapse after transplant", "S39", "S40")
def early_after_transplant(case: Case) -> PrecautionRaised | None:
    """The latest relapse came after an allogeneic transplant, less than 180 days later."""
    state, facts = case.transplanted_before_relapse()
    relapsed = case.course.relapse_date
    if state is not Tri.MET or relapsed is None:
        return None
    graft = case.last_graft_before(relapsed)
    if graft is None or relapsed.before(graft.shifted(days=180)) is not Tri.MET:
        return None
    return raised("P-32", Effect.NOTE, facts=facts)


def _requests(case: Case) -> list[DataRequest]:
    """Non-gating: the screen before collection; the date of first remission where it decides
    between labels and trials.
    """
    wanted = []
    if not safety.collection_screen_complete(case.chart, case.as_of):
        wanted.append(request("D-VIRAL", "not complete within 90 days"))
    adult = case.age.at_least_years(_adult_years(case)) is not Tri.NOT_MET
    if (
        case.active
        and adult
        and case.course.relapse_count == 1
        and _short_remission(case).state is Tri.UNKNOWN
    ):
        wanted.append(
            request("D-CRDATE", "the duration of the first remission decides", gating=False)
        )
    return wanted
