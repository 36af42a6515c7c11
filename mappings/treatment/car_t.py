"""CAR-T infusions: one event that reaches the record as a procedure, a drug and a billing code
(encoding 10.8).
"""

from __future__ import annotations

from mappings.context import Context
from mappings.treatment.infusion import Infusion
from relapse.facts import CarTInfusion, CarTProduct, Provenance
from relapse.logic import Tri

_SAME_EVENT_DAYS = 7
_NEAR_ORDER_DAYS = 120


def _rank(infusion: Infusion) -> tuple[bool, bool, bool, int, int, str]:
    """The best record first: certain, product named, dated, the most exact date, the earliest, then
    by name.
    """
    when = infusion.when
    return (
        not infusion.certain,
        infusion.product is CarTProduct.UNKNOWN,
        when is None,
        0 if when is None else (when.latest - when.earliest).days,
        0 if when is None else when.earliest.toordinal(),
        infusion.reference,
    )


def _same(one: Infusion, other: Infusion) -> bool:
    """Whether two records can be one infusion: within days, and not of two different named
    products.
    """
    named = {one.product, other.product} - {CarTProduct.UNKNOWN}
    if len(named) > 1 or (
        len(named) == 1 and one.product is other.product and one.bcma != other.bcma
    ):
        return False
    if one.when is None or other.when is None:
        return one.when is other.when
    return one.when.near(other.when, _SAME_EVENT_DAYS)


def _cd19_directed(event: Infusion) -> Tri:
    if event.bcma:
        return Tri.NOT_MET
    return Tri.MET if event.certain else Tri.UNKNOWN


def add_infusions(context: Context) -> None:
    """Merge the records of one infusion; a product that is named wins over one that is not.

    A procedure without a product in a patient with ALL counts as CD19-directed until the record
    says otherwise.
    """
    events: list[Infusion] = []
    for infusion in sorted(context.car_t, key=_rank):
        if not any(_same(infusion, event) for event in events):
            events.append(infusion)
    if not events:
        # A history code repeats what a procedure or drug records, at the date of the visit.
        events = sorted(context.car_t_states, key=_rank)[:1]
    for event in events:
        _add(context, event)
    if not any(isinstance(fact, CarTInfusion) for fact in context.facts):
        for item, name in context.car_t_mentions:
            context.list_unread(item, "words on CAR-T cells, no infusion recorded", name)
    for item, order, completed in context.car_t_orders:
        day = order.when
        near = any(
            event.when is None or day is None or event.when.near(day, _NEAR_ORDER_DAYS)
            for event in events
        )
        if near:
            continue
        context.list_unread(item, "CAR-T cells ordered, no infusion recorded", order.text)
        if completed:
            # Perhaps given, as with infused antibodies (mapping rule 32).
            _add(context, order)


def _add(context: Context, event: Infusion) -> None:
    context.facts.append(
        CarTInfusion(
            source=Provenance(event.reference),
            when=event.when,
            text=event.text,
            product=event.product,
            cd19_directed=_cd19_directed(event),
        )
    )
