"""The one sentence of a card that a tired doctor reads in ten seconds.

It names the option, how firmly it is suggested, the state of the disease and the deciding result.
It never tells anyone to treat, names no dose, and repeats no text of the record (CARD-01).
"""

from __future__ import annotations

from hooks.cards import SUMMARY_LIMIT
from hooks.markdown import cut, plain
from hooks.sheet import Sheet
from relapse.assessment import (
    Assessment,
    Consideration,
    DiseaseStatus,
    MrdCategory,
    Option,
    State,
    Strength,
)
from relapse.logic import Tri

_NAMES = {
    Option.BLINATUMOMAB: "blinatumomab",
    Option.INOTUZUMAB: "inotuzumab ozogamicin",
    Option.CAR_T: "CAR-T cells",
    Option.TRANSPLANT: "referral for allogeneic transplant",
}
_ANTIGENS = {Option.BLINATUMOMAB: "CD19", Option.INOTUZUMAB: "CD22", Option.CAR_T: "CD19"}
_MRD = {
    MrdCategory.POS: "MRD positive",
    MrdCategory.NEG: "MRD negative",
    MrdCategory.LOWPOS: "MRD low positive",
    MrdCategory.UNK: "MRD unknown",
}
_SHORT_PRODUCTS = {
    "tisagenlecleucel": "tisagenlecleucel",
    "brexucabtagene-autoleucel": "brexucabtagene",
    "obecabtagene-autoleucel": "obecabtagene",
}


def summary(sheet: Sheet, assessment: Assessment) -> str:
    """The summary of a card, 1 to 139 characters on one line."""
    if sheet.consideration is None:
        text = " ".join(_sentence(notice.summary) for notice in sheet.notices)
        return plain(text, SUMMARY_LIMIT) or sheet.card_class.topic.display
    return _option_summary(sheet, sheet.consideration, assessment)


def option_name(consideration: Consideration, leading: frozenset[str] = frozenset()) -> str:
    """The option in words; under the transplant option the part that carries its strength."""
    if consideration.option is not Option.TRANSPLANT:
        return _NAMES[consideration.option]
    if leading == {"DLI"}:
        return "donor lymphocyte infusion"
    return "second allogeneic transplant" if "HS2" in leading else _NAMES[Option.TRANSPLANT]


def _option_summary(sheet: Sheet, consideration: Consideration, assessment: Assessment) -> str:
    name = option_name(consideration, sheet.leading) + _products(consideration)
    state = plain(assessment.state.text, 400).rstrip(".") + _mrd(assessment.state)
    antigen = _antigen(consideration)
    if consideration.strength is Strength.CAD:
        missing = ", ".join(request.short for request in sheet.needs if request.gating)
        lead = f"Consider {name} after missing data: {missing or 'see detail'}"
        return _fitted(lead, state, "")
    if consideration.strength is Strength.CONS:
        return _fitted(f"{_capital(name)} may be considered", state, antigen)
    return _fitted(f"Evaluate {name}", state, antigen)


def _fitted(lead: str, state: str, antigen: str) -> str:
    """As much of lead, state and antigen as fits: the state is shortened clause by clause, the lead
    last.
    """
    tail = f", {antigen}" if antigen else ""
    separator = ": " if ":" not in lead else "; "
    clauses = _lower(state).split(", ") if state else []
    while clauses:
        text = f"{lead}{separator}{', '.join(clauses)}{tail}."
        if len(text) <= SUMMARY_LIMIT:
            return text
        clauses.pop()
    text = f"{lead}{separator}{antigen}." if antigen else f"{lead}."
    return text if len(text) <= SUMMARY_LIMIT else cut(f"{lead}.", SUMMARY_LIMIT)


def _mrd(state: State) -> str:
    """In remission the MRD is part of the state."""
    return f", {_MRD[state.mrd]}" if state.disease is DiseaseStatus.CR else ""


def _antigen(consideration: Consideration) -> str:
    """What is known of the target antigen, as the rules of this option saw it."""
    antigen = _ANTIGENS.get(consideration.option)
    if antigen is None:
        return ""
    states = {
        criterion.state
        for rule in consideration.rules
        for criterion in rule.criteria
        if criterion.text.startswith(f"{antigen} positive")
    }
    if states == {Tri.MET}:
        return f"{antigen} positive"
    return f"{antigen} unknown" if Tri.UNKNOWN in states else ""


def _products(consideration: Consideration) -> str:
    names = [
        _SHORT_PRODUCTS.get(item.product, item.product)
        for item in consideration.products
        if item.strength is consideration.strength
    ]
    return f" ({', '.join(names)})" if names else ""


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """First letter in lower case, unless the first word is an abbreviation ("CR2", "MRD")."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].lower() + text[1:]
