"""CD19 CAR-T cells (CA-rules): each product by itself, the class by its strongest product."""

from __future__ import annotations

from relapse.assessment import (
    Consideration,
    Criterion,
    DataRequest,
    Effect,
    Option,
    PrecautionRaised,
    ProductAdvice,
    RuleResult,
    Strength,
)
from relapse.case import Case
from relapse.evidence import safety
from relapse.evidence.blinatumomab_response import no_response
from relapse.facts import Agent, Antigen, CarTProduct, Section
from relapse.logic import Tri, all_of
from relapse.options import (
    adult_car_t,
    antigen_rules,
    common_precautions,
    common_requests,
    tisagenlecleucel,
)
from relapse.options.combine import lowered, not_suggested, notes_of, requests_of, strongest
from relapse.precautions import raised
from relapse.requests import merged, request
from relapse.rules import applied, rule

OPTION = Option.CAR_T
ADULT_PRODUCTS = (CarTProduct.BREXUCABTAGENE, CarTProduct.OBECABTAGENE)


def consider(case: Case) -> Consideration:
    """CAR-T cells for this patient today, product by product."""
    excluded = antigen_rules.cd19_negative(case)
    if excluded is not None:
        return _none("CD19 negative", [excluded])
    sanctuary = isolated_sanctuary(case)
    if sanctuary.state is Tri.MET:
        return _none("isolated CNS or testicular relapse", [sanctuary])
    rules = {CarTProduct.TISAGENLECLEUCEL: tisagenlecleucel.rows(case)}
    adult = adult_car_t.rows(case)
    rules |= dict.fromkeys(ADULT_PRODUCTS, adult)
    caps = [earlier_car_t(case), isolated_other(case)]
    cautions = precautions(case, strongest(rules[CarTProduct.TISAGENLECLEUCEL]))
    advice = tuple(_advice(product, found, caps, cautions) for product, found in rules.items())
    strength = max(item.strength for item in advice)
    every = [item for found in rules.values() for item in found]
    trace = [
        *_once(every),
        *antigen_rules.antigen_trace(case, Antigen.CD19),
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
        requests=merged(
            [
                *requests_of(every),
                *common_requests.history_request(case),
                *_requests(case),
                *common_requests.pregnancy_request(case),
            ]
        ),
        products=advice,
    )


def _none(reason: str, rules: list[RuleResult]) -> Consideration:
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


@rule("POL-14", "Isolated CNS or testicular relapse", "POL")
def isolated_sanctuary(case: Case) -> RuleResult:
    """Not suggested, unless the site's policy allows immunotherapy there."""
    involved = case.course.involvement
    state = Tri.NOT_MET
    if case.active and not case.policy.sanctuary_immunotherapy:
        state = involved.isolated_sanctuary
    criterion = Criterion("isolated CNS or testicular relapse", state, involved.facts)
    return applied("POL-14", state, criterion)


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
    prior = (*(case.cd22.therapy_facts if prior_inotuzumab else ()), *no_response(case.course))
    under_three = (
        case.age.at_least_years(3) is Tri.NOT_MET and tisagenlecleucel_strength is not Strength.NOT
    )
    found = [
        raised("P-01", Effect.NOTE, sources=("S18", "S20", "S58")),
        common_precautions.neurological(case),
        common_precautions.cns_leukaemia(case, Effect.CAP, Effect.WARN),
        common_precautions.infection(case, Effect.CAP, Effect.WARN),
        common_precautions.gvhd(case, Effect.CAP, Effect.WARN),
        common_precautions.burden(case),
        antigen_rules.antigen_precaution(case.cd19),
        raised("P-18", Effect.NOTE, facts=prior) if prior else None,
        common_precautions.pregnancy(case),
        _collection_screen(case),
        raised("P-22", Effect.NOTE),
        raised("P-24", Effect.CAP)
        if case.active and case.course.involvement.isolated_other is Tri.MET
        else None,
        common_precautions.age_limit_close(
            case,
            case.policy.tisagenlecleucel_below_years * 12,
            "upper age limit of tisagenlecleucel",
        ),
        common_precautions.age_limit_close(
            case,
            adult_car_t.minimum_years(case) * 12,
            ("lower age limit of brexucabtagene and obecabtagene"),
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
    if state is not Tri.MET or case.relapsed_early_after_graft() is not Tri.MET:
        return None
    return raised("P-32", Effect.NOTE, facts=facts)


def _collection_screen(case: Case) -> PrecautionRaised:
    """P-21, with the reactive results where there are any."""
    reactive = safety.reactive_screens(case.chart)
    return raised("P-21", Effect.NOTE, facts=reactive, detail=common_precautions.values(reactive))


def _requests(case: Case) -> list[DataRequest]:
    """Non-gating: the screen before collection."""
    if safety.collection_screen_complete(case.chart, case.as_of):
        return []
    why = case.chart.lacking("not complete within 90 days", Section.RESULTS)
    return [request("D-VIRAL", why)]
