"""The detail of a card: the same five short sections on every card, in GitHub-flavoured Markdown
without HTML.

Why, what speaks against it, what is missing, the facts used, the rules and sources (CARD-03 to
CARD-05). Whatever can carry text of the record goes through `hooks.markdown.escape`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from hooks.markdown import escape
from hooks.sheet import Sheet, unique
from hooks.summary import option_name
from hooks.trace import sources_of
from hooks.wording import SENTENCE, Wording
from relapse.assessment import Assessment, FactUsed, PrecautionRaised, RuleResult, Strength
from relapse.logic import Tri
from relapse.rules import MODEL_VERSION
from relapse.sources import LABEL_DATA_AS_OF, SOURCES

_MOST_UNREAD = 5
"""Results that a card names; of more it gives the number."""
_STRENGTHS = {
    Strength.EVAL: "Evaluate: every condition of the rule is met.",
    Strength.CONS: "May be considered: the conditions are met, but evidence, label or a precaution "
    "makes the suggestion weaker.",
    Strength.CAD: "Consider after missing data: no condition fails, at least one is unknown.",
    Strength.NOT: "Not suggested.",
}


def detail(
    sheet: Sheet,
    assessment: Assessment,
    wording: Wording,
    *,
    label_max_age: int,
    unread: tuple[str, ...] = (),
) -> str:
    """The Markdown of a card; ``wording`` is shared by the cards of one list. ``unread`` are
    results, in words, that could not be read.
    """
    sections = (
        ("Why", _why(sheet, assessment, wording)),
        ("What speaks against it", _against(sheet, wording)),
        ("What is missing", _missing(sheet, assessment, wording, unread)),
        ("Facts used", _facts(sheet, assessment, wording)),
        ("Rules and sources", _sources(sheet, assessment, wording, label_max_age)),
    )
    return "\n\n".join(
        f"**{title}**\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in sections
    )


def _why(sheet: Sheet, assessment: Assessment, wording: Wording) -> Iterator[str]:
    state = assessment.state
    if state.text:
        yield wording.own(state.text)
    for caveat in state.caveats:
        yield f"**Note:** {wording.own(caveat)}"
    consideration = sheet.consideration
    if consideration is not None:
        yield _STRENGTHS[consideration.strength]
        for rule in _deciding(consideration.rules, consideration.strength):
            yield f"{wording.own(rule.title)} ({rule.rule})" + _met(rule, wording)
        for product in consideration.products:
            reason = f": {wording.own(product.reason)}" if product.reason else ""
            notes = "".join(f". {wording.own(note).rstrip('.')}" for note in product.notes)
            yield f"{wording.own(product.product)}: {_words(product.strength)}{reason}{notes}"
        yield from (wording.own(note) for note in consideration.notes)
    yield from (wording.own(line.text) for line in sheet.lines if line.text.strip())
    if consideration is None and not sheet.lines:
        yield from (
            f"{wording.own(rule.title)} ({rule.rule})" for rule in dict.fromkeys(sheet.rules)
        )
        if not sheet.rules:
            untold = (notice for notice in sheet.notices if not notice.unknown)
            yield from (wording.own(notice.summary) for notice in untold)


def _met(rule: RuleResult, wording: Wording) -> str:
    met = [criterion.text for criterion in rule.criteria if criterion.state is Tri.MET]
    return ": " + "; ".join(wording.own(text) for text in met) if met else ""


def _deciding(rules: Iterable[RuleResult], strength: Strength) -> Iterator[RuleResult]:
    """The rules that gave the option at least the strength that it has, caps not counted."""
    return (rule for rule in rules if rule.strength is not None and rule.strength >= strength)


def _against(sheet: Sheet, wording: Wording) -> Iterator[str]:
    for precaution in sorted(sheet.precautions, key=lambda item: not item.warns):
        yield _precaution(precaution, wording)
    if not sheet.precautions:
        yield "No precaution was raised from the recorded data."
    for item in sheet.not_suggested:
        reason = wording.own(item.reason or "no rule supports it").rstrip(".")
        yield f"Not suggested: {option_name(item)} ({reason})."


def _precaution(precaution: PrecautionRaised, wording: Wording) -> str:
    mark = "**Caution:** " if precaution.warns else ""
    return f"{mark}{wording.own(precaution.text)} ({precaution.id})"


def _missing(
    sheet: Sheet, assessment: Assessment, wording: Wording, unread: tuple[str, ...]
) -> Iterator[str]:
    for request in sheet.written_out:
        first = "**Needed first:** " if request.gating and sheet.consideration else ""
        yield f"{first}{wording.own(request.text).rstrip('.')} ({request.id})"
    if sheet.named:
        short = ", ".join(f"{wording.own(request.short)} ({request.id})" for request in sheet.named)
        yield f"Waits also for: {short}; see the earlier card."
    unknown = _unknown(sheet, wording)
    if unknown:
        yield "Unknown: " + "; ".join(unknown) + "."
    if unread:
        more = f"; and {len(unread) - _MOST_UNREAD} more" if len(unread) > _MOST_UNREAD else ""
        named = "; ".join(wording.own(words) for words in unread[:_MOST_UNREAD])
        yield f"Could not be read, to be looked at in the record: {named}{more}."
    if not (sheet.written_out or sheet.named or unknown or unread):
        yield (
            "No decisive datum is missing."
            if assessment.state.whole_record
            else "Nothing else, as far as the record could be fetched."
        )


def _unknown(sheet: Sheet, wording: Wording) -> list[str]:
    """Every condition that is unknown and mattered, in words (CARD-04)."""
    wanted = sheet.consideration.strength if sheet.consideration else None
    of_rules = (
        criterion
        for rule in sheet.rules
        if rule.state is Tri.UNKNOWN and (wanted is None or rule.strength is not None)
        for criterion in rule.criteria
    )
    named: dict[str, None] = {}
    for criterion in (*of_rules, *sheet.unknown):
        if criterion.state is Tri.UNKNOWN:
            note = f" ({wording.own(criterion.note)})" if criterion.note else ""
            named[wording.own(criterion.text) + note] = None
    return list(named)


def _facts(sheet: Sheet, assessment: Assessment, wording: Wording) -> Iterator[str]:
    of_rules = [fact for rule in sheet.rules for item in rule.criteria for fact in item.facts]
    of_unknown = [fact for criterion in sheet.unknown for fact in criterion.facts]
    facts = unique([*assessment.state.facts, *of_rules, *of_unknown, *sheet.facts])
    yield from map(wording.fact, sorted(facts, key=_newest_first))
    if not facts:
        yield "No dated fact of the record stands behind this card."


def _newest_first(fact: FactUsed) -> int:
    """Facts without a date come last; those of one day stay in the order of their use."""
    return 0 if fact.when is None else -fact.when.latest.toordinal()


def _sources(
    sheet: Sheet, assessment: Assessment, wording: Wording, label_max_age: int
) -> Iterator[str]:
    yield from _rules(sheet, assessment)
    sources = [SOURCES[name] for name in sources_of(sheet, assessment) if name in SOURCES]
    labels = [_cited(source.id) for source in sources if source.holds_in(assessment.jurisdiction)]
    elsewhere = [
        _cited(source.id)
        for source in sources
        if source.label and not source.holds_in(assessment.jurisdiction)
    ]
    others = [_cited(source.id) for source in sources if not source.label]
    if labels:
        yield f"Labels: {'; '.join(labels)}; label data as of {LABEL_DATA_AS_OF.isoformat()}"
    if elsewhere:
        yield f"Labels elsewhere: {'; '.join(elsewhere)}"
    if others:
        yield "Sources: " + "; ".join(others)
    if labels and (assessment.as_of - LABEL_DATA_AS_OF).days > label_max_age:
        yield (
            f"**Note:** the label data are more than {label_max_age} days old; "
            "check the current label."
        )
    for policy in assessment.policies_changed:
        yield f"Site policy: {wording.own(policy)}"
    yield (
        f"Evaluated for {assessment.as_of.isoformat()}, {assessment.jurisdiction} labels, "
        f"clinical model {MODEL_VERSION}. Decision support; the decision is the clinician's."
    )


def _rules(sheet: Sheet, assessment: Assessment) -> Iterator[str]:
    failed = dict.fromkeys(rule.rule for rule in sheet.rules if rule.state is Tri.NOT_MET)
    own = (*(rule.rule for rule in sheet.rules), *(line.rule for line in sheet.lines))
    ids = dict.fromkeys((*own, *(rule.rule for rule in assessment.state.rules)))
    applied = [id for id in ids if id not in failed]
    if applied:
        yield "Rules: " + ", ".join(applied)
    if failed:
        yield "Rules that are not met: " + ", ".join(failed)


@cache
def _cited(name: str) -> str:
    """A source in words: the label that it stands for, else its citation."""
    source = SOURCES[name]
    return f"{escape(source.label or source.citation, SENTENCE)} ({source.id})"


def _words(strength: Strength) -> str:
    return _STRENGTHS[strength].split(":")[0].rstrip(".").lower()
