"""The texts of one list of cards, each made safe for Markdown once.

The cards of a list repeat the same rules, facts and notes.
"""

from __future__ import annotations

from hooks.markdown import escape
from relapse.assessment import FactUsed

SENTENCE = 1000
"""Characters allowed to a sentence of our own."""


class Wording:
    """Lives as long as one answer: it holds texts of one record."""

    def __init__(self) -> None:
        self._sentences: dict[str, str] = {}
        self._facts: dict[FactUsed, str] = {}

    def own(self, text: str) -> str:
        """A sentence of our own, which may repeat words of the record."""
        safe = self._sentences.get(text)
        if safe is None:
            safe = self._sentences[text] = escape(text, SENTENCE)
        return safe

    def fact(self, fact: FactUsed) -> str:
        """Date, words and source of a fact."""
        line = self._facts.get(fact)
        if line is None:
            line = self._facts[fact] = _line(fact)
        return line


def _line(fact: FactUsed) -> str:
    when = str(fact.when) if fact.when else "undated"
    inferred = " (date inferred)" if fact.date_inferred and fact.when else ""
    reference = f" ({escape(fact.reference)})" if fact.reference else ""
    return f"{when}{inferred}: {escape(fact.text) or 'record'}{reference}"
