"""What holds for every card (CARD-ids, DATA-02): kept by the packages that write cards."""

from __future__ import annotations

from relapse.rules import Rule
from relapse.sources import PROJECT_POLICY


def _card_rule(id: str, title: str, promise: str, place: str) -> Rule:
    return Rule(id, title, (PROJECT_POLICY,), promise, place)


CARD_RULES = {
    rule.id: rule
    for rule in (
        _card_rule(
            "CARD-01",
            "Suggests evaluation only",
            "Words such as evaluate, consider, review; never start, give or order; no dose. Draft "
            "requests are referrals and missing tests, never a therapy.",
            "hooks.summary.summary",
        ),
        _card_rule(
            "CARD-02",
            "One card of each class, in one order",
            "Confirm, conflict, missing data, blinatumomab, inotuzumab, CAR-T, transplant, MRD, "
            "context.",
            "hooks.sheet.sheets",
        ),
        _card_rule(
            "CARD-03",
            "Each card shows what it rests on",
            "Facts with value, date and record; rule ids; precautions; missing data; label and its "
            "date.",
            "hooks.detail.detail",
        ),
        _card_rule(
            "CARD-04",
            "Unknown is never shown as no",
            "Each unknown that mattered is named.",
            "hooks.detail.detail",
        ),
        _card_rule(
            "CARD-05",
            "Date of the labels, policies that differ",
            "Label facts carry the day they were read; policies that a site changed are named.",
            "hooks.detail.detail",
        ),
        _card_rule(
            "CARD-06",
            "Nothing doubtful counts as certain",
            "Stale, preliminary and contradictory results decide nothing; the card says so.",
            "relapse.evidence.antigens.expression",
        ),
        _card_rule(
            "CARD-07",
            "No prognosis for the individual",
            "No probability of cure or survival.",
            "relapse.context_lines.work_up.prognosis",
        ),
        _card_rule(
            "DATA-02",
            "A missing datum is written out once",
            "On the first card that needs it; one that an option waits for is named in short on "
            "the other cards.",
            "hooks.sheet.sheets",
        ),
    )
}
