"""What goes on which card: the assessment sorted into one sheet per card, before any wording.

DATA-02 is decided here: a data request is written out once in a list of cards, on the first card
that needs it; one that an option waits for is named in short on the other cards whose option waits
for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from hooks.topics import CardClass
from relapse.assessment import (
    Assessment,
    Consideration,
    ContextLine,
    Criterion,
    DataRequest,
    FactUsed,
    Notice,
    NoticeKind,
    PrecautionRaised,
    RuleResult,
    Strength,
)
from relapse.logic import Tri


@dataclass(frozen=True)
class Sheet:
    """The content of one card. ``consideration`` is set on cards of an option, ``notices`` on the
    others.
    """

    card_class: CardClass
    consideration: Consideration | None = None
    notices: tuple[Notice, ...] = ()
    needs: tuple[DataRequest, ...] = ()
    """Every request of this card, each id once."""
    written_out: tuple[DataRequest, ...] = ()
    """Those explained on this card."""
    named: tuple[DataRequest, ...] = ()
    """Those explained on an earlier card, for which this card's option waits."""
    not_suggested: tuple[Consideration, ...] = ()
    """Options that are not suggested, listed on this card with their reason (POL-20)."""

    @cached_property
    def leading(self) -> frozenset[str]:
        """Families of the strongest rules ("HS", "HS2", "DLI"), whatever a cap makes of them."""
        rules = [rule for rule in self.rules if rule.strength is not None]
        top = max((rule.strength for rule in rules if rule.strength is not None), default=None)
        return frozenset(rule.rule.split("-")[0] for rule in rules if rule.strength is top)

    @cached_property
    def lines(self) -> tuple[ContextLine, ...]:
        own = self.consideration.lines if self.consideration else ()
        return own + tuple(line for notice in self.notices for line in notice.lines)

    @cached_property
    def rules(self) -> tuple[RuleResult, ...]:
        own = self.consideration.rules if self.consideration else ()
        return own + tuple(rule for notice in self.notices for rule in notice.rules)

    @property
    def unknown(self) -> tuple[Criterion, ...]:
        """What stays unknown beside the criteria of the rules."""
        return tuple(criterion for notice in self.notices for criterion in notice.unknown)

    @cached_property
    def precautions(self) -> tuple[PrecautionRaised, ...]:
        own = self.consideration.precautions if self.consideration else ()
        of_lines = tuple(precaution for line in self.lines for precaution in line.precautions)
        return tuple({precaution.id: precaution for precaution in own + of_lines}.values())

    @cached_property
    def facts(self) -> tuple[FactUsed, ...]:
        """Facts behind precautions, lines, and what rules out the options that are not suggested;
        those behind the rules of the card stand with their criteria.
        """
        of_precautions = [fact for precaution in self.precautions for fact in precaution.facts]
        of_lines = [fact for line in self.lines for fact in line.facts]
        of_options = [
            fact
            for item in self.not_suggested
            for rule in item.rules
            for criterion in rule.criteria
            if criterion.state is rule.state is not Tri.UNKNOWN
            for fact in criterion.facts
        ]
        return unique([*of_precautions, *of_lines, *of_options])


def sheets(assessment: Assessment, *, list_not_suggested: bool = True) -> tuple[Sheet, ...]:
    """The cards that ``assessment`` calls for, in the order of CARD-02, with their data requests
    dealt out.
    """
    drafts = [
        draft for card_class in CardClass if (draft := _draft(card_class, assessment)) is not None
    ]
    set_aside = tuple(
        item
        for item in assessment.considerations
        if item.strength is Strength.NOT and not item.silent
    )
    drafts = _place_orphans(drafts, set_aside)
    if list_not_suggested:
        drafts = _list_not_suggested(drafts, set_aside)
    return tuple(_deal_requests(drafts))


def unique(facts: Iterable[FactUsed]) -> tuple[FactUsed, ...]:
    """Each fact once, in order."""
    return tuple(dict.fromkeys(facts))


def _draft(card_class: CardClass, assessment: Assessment) -> Sheet | None:
    if isinstance(card_class.value, NoticeKind):
        notices = tuple(notice for notice in assessment.notices if notice.kind is card_class.value)
        if not notices:
            return None
        requests = [request for notice in notices for request in notice.requests]
        lines = [line for notice in notices for line in notice.lines]
        return Sheet(card_class, notices=notices, needs=_needs(requests, lines))
    consideration = assessment.consideration(card_class.value)
    if consideration is None or consideration.strength is Strength.NOT:
        return None
    needs = _needs(consideration.requests, consideration.lines)
    return Sheet(card_class, consideration, needs=needs)


def _needs(
    requests: Iterable[DataRequest], lines: Iterable[ContextLine]
) -> tuple[DataRequest, ...]:
    return _merged([*requests, *(request for line in lines for request in line.requests)])


def _merged(requests: Iterable[DataRequest]) -> tuple[DataRequest, ...]:
    """Each id once; one that gates anywhere on the card gates."""
    merged: dict[str, DataRequest] = {}
    for request in requests:
        known = merged.get(request.id)
        if known is None or (request.gating and not known.gating):
            merged[request.id] = request
    return tuple(merged.values())


def _place_orphans(drafts: list[Sheet], set_aside: tuple[Consideration, ...]) -> list[Sheet]:
    """Requests of options without a card go on the first card, or alone on a card about missing
    data.
    """
    asked = {request.id for draft in drafts for request in draft.needs}
    orphans = _merged(
        request for item in set_aside for request in item.requests if request.id not in asked
    )
    if not orphans:
        return drafts
    if not drafts:
        short = ", ".join(request.short for request in orphans)
        notice = Notice(NoticeKind.DATA, f"Missing data: {short}.", requests=orphans)
        return [Sheet(CardClass.DATA, notices=(notice,), needs=orphans)]
    host = next((draft for draft in drafts if draft.consideration), drafts[0])
    return [
        replace(draft, needs=_merged([*draft.needs, *orphans])) if draft is host else draft
        for draft in drafts
    ]


def _list_not_suggested(drafts: list[Sheet], set_aside: tuple[Consideration, ...]) -> list[Sheet]:
    """Once in the list: on the first card of an option, else on the last card."""
    if not drafts or not set_aside:
        return drafts
    host = next((draft for draft in drafts if draft.consideration), drafts[-1])
    return [replace(draft, not_suggested=set_aside) if draft is host else draft for draft in drafts]


def _deal_requests(drafts: list[Sheet]) -> Iterable[Sheet]:
    explained: set[str] = set()
    for draft in drafts:
        fresh = tuple(request for request in draft.needs if request.id not in explained)
        again = tuple(
            request for request in draft.needs if request.id in explained and request.gating
        )
        explained.update(request.id for request in fresh)
        yield replace(draft, written_out=fresh, named=again)
