"""What was answered, in the words of the clinical model."""

from __future__ import annotations

from dataclasses import dataclass

from relapse.assessment import (
    Assessment,
    Consideration,
    DataRequest,
    Effect,
    Notice,
    NoticeKind,
    Option,
    PrecautionRaised,
    RuleResult,
)
from relapse.logic import Tri

CARDS = {
    Option.BLINATUMOMAB: "BLIN",
    Option.INOTUZUMAB: "INO",
    Option.CAR_T: "CART",
    Option.TRANSPLANT: "HSCT",
    NoticeKind.CONFIRM: "CONFIRM",
    NoticeKind.CONFLICT: "CONFLICT",
    NoticeKind.DATA: "DATA",
    NoticeKind.MRD: "MRD",
    NoticeKind.CONTEXT: "CTX",
}
OPTIONS = {name: item for item, name in CARDS.items() if isinstance(item, Option)}
NOTICES = {name: item for item, name in CARDS.items() if isinstance(item, NoticeKind)}
PRODUCTS = {
    "tisa": "tisagenlecleucel",
    "brexu": "brexucabtagene-autoleucel",
    "obe": "obecabtagene-autoleucel",
}


@dataclass(frozen=True)
class Answer:
    """An assessment in the words of the clinical model: BLIN, INO, CART, HSCT; EVAL … NOT."""

    assessment: Assessment

    # --- state ---------------------------------------------------------------------------------

    @property
    def ds(self) -> str:
        """The disease state, remissions with their ordinal: CR2, ACTIVE_RR, …"""
        state = self.assessment.state
        return f"CR{state.remission}" if state.remission is not None else state.disease.value

    @property
    def relapses(self) -> int:
        return self.assessment.state.relapse_count

    @property
    def mrd(self) -> str:
        return self.assessment.state.mrd.value

    @property
    def timing(self) -> tuple[str | None, str | None, str | None]:
        """BFM, COG, S-group."""
        state = self.assessment.state
        return state.bfm, state.cog, state.s_group

    # --- cards ---------------------------------------------------------------------------------

    @property
    def cards(self) -> set[str]:
        """Which classes get a card: options that are not NOT, and notices."""
        options = {CARDS[c.option] for c in self.assessment.considerations if c.strength}
        return options | {CARDS[n.kind] for n in self.assessment.notices}

    def option(self, name: str) -> Consideration:
        found = self.assessment.consideration(OPTIONS[name])
        assert found is not None, f"{name} was not considered; cards {self.cards}"
        return found

    def notice(self, name: str) -> Notice:
        kind = NOTICES[name]
        found = [item for item in self.assessment.notices if item.kind is kind]
        assert len(found) == 1, f"{len(found)} {name} cards; cards {self.cards}"
        return found[0]

    def strength(self, name: str) -> str:
        """EVAL, CONS, CAD or NOT; "-" where a gate kept the option from being considered."""
        found = self.assessment.consideration(OPTIONS[name])
        return "-" if found is None else found.strength.name

    @property
    def strengths(self) -> str:
        """BLIN INO CART HSCT in one line."""
        return " ".join(self.strength(name) for name in OPTIONS)

    def product(self, name: str) -> str:
        by_name = {item.product: item for item in self.option("CART").products}
        return by_name[PRODUCTS[name]].strength.name

    @property
    def products(self) -> str:
        """tisa brexu obe in one line."""
        return " ".join(self.product(name) for name in PRODUCTS)

    # --- precautions, requests, rules ----------------------------------------------------------

    def effects(self, name: str) -> dict[str, set[str]]:
        """The precautions of an option: id to effects."""
        return _effects(self.option(name).precautions)

    def effect(self, precaution: str, name: str) -> set[str]:
        """What a precaution does to an option; the empty set where it is not attached."""
        return self.effects(name).get(precaution, set())

    def requests(self, name: str) -> set[str]:
        """The D-ids on an option or notice, its lines included."""
        item = self.option(name) if name in OPTIONS else self.notice(name)
        return {request.id for request in _requests(item)}

    def gating(self, name: str) -> set[str]:
        item = self.option(name)
        return {request.id for request in _requests(item) if request.gating}

    @property
    def all_requests(self) -> set[str]:
        shown = {CARDS[c.option] for c in self.assessment.considerations if c.strength}
        shown |= {CARDS[n.kind] for n in self.assessment.notices}
        return {request for name in shown for request in self.requests(name)}

    def rule(self, id: str) -> RuleResult:
        """The answer of one rule, wherever it was applied; the strongest if several."""
        found = [item for item in self._rules() if item.rule == id]
        assert found, f"{id} was not applied; rules {sorted({r.rule for r in self._rules()})}"
        return max(found, key=lambda item: -1 if item.strength is None else item.strength)

    def gives(self, id: str) -> str | None:
        """The strength that a rule contributes, by name; ``None`` where it decides nothing."""
        found = [item for item in self._rules() if item.rule == id and item.strength is not None]
        if not found:
            return None
        return max(item.strength for item in found if item.strength is not None).name

    def applies(self, id: str) -> bool:
        """Whether a rule is among those applied and met."""
        return any(item.rule == id and item.state is Tri.MET for item in self._rules())

    def lines(self, name: str) -> dict[str, str]:
        """Rule id and text of the lines of an option's or notice's card."""
        item = self.option(name) if name in OPTIONS else self.notice(name)
        return {line.rule: line.text for line in item.lines}

    def line_effects(self, name: str, rule: str) -> dict[str, set[str]]:
        item = self.option(name) if name in OPTIONS else self.notice(name)
        return _effects(
            tuple(p for line in item.lines if line.rule == rule for p in line.precautions)
        )

    def _rules(self) -> list[RuleResult]:
        rules = list(self.assessment.state.rules)
        for consideration in self.assessment.considerations:
            rules.extend(consideration.rules)
        for notice in self.assessment.notices:
            rules.extend(notice.rules)
        return rules


def _effects(precautions: tuple[PrecautionRaised, ...]) -> dict[str, set[str]]:
    return {item.id: {effect.value for effect in item.effects} for item in precautions}


def _requests(item: Consideration | Notice) -> tuple[DataRequest, ...]:
    return (*item.requests, *(request for line in item.lines for request in line.requests))


NOTE, WARN, CAP, BLOCK = (effect.value for effect in Effect)
