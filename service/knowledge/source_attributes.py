"""Source attributes of the decision support intervention, evidence-based (45 CFR
170.315(b)(11)(iv)(A)).

The service is not certified health IT; a site that is needs these answers for its own system. What
is not known is said to be unknown.
"""

from __future__ import annotations

from relapse.rules import MODEL_VERSION, VALID_FROM
from relapse.sources import GENERAL_KNOWLEDGE, LABEL_DATA_AS_OF, SOURCES
from service.knowledge.marks import Mark, mark

_NOT_READ = "Not used. It is not read from the record."


def source_attributes() -> list[dict[str, str]]:
    """Each attribute that the regulation names, in its order, with the answer for this service."""
    return [
        {"attribute": attribute, "answer": answer}
        for attribute, answer in (
            ("Bibliographic citation", _citation()),
            (
                "Developer",
                "The relapse-cds project, which turned the sources into rules. No society, company "
                "or authority is known to have taken part or approved them.",
            ),
            ("Funding source of the technical implementation", "None declared."),
            (
                "Release and revision dates",
                f"Clinical model {MODEL_VERSION}, rules valid from {VALID_FROM} unless a rule says "
                f"otherwise; newest label data read {LABEL_DATA_AS_OF}. The changelog of the "
                "project lists revisions.",
            ),
            ("Use of race", _NOT_READ),
            ("Use of ethnicity", _NOT_READ),
            ("Use of language", _NOT_READ),
            ("Use of sexual orientation", _NOT_READ),
            ("Use of gender identity", _NOT_READ),
            (
                "Use of sex",
                "Used: administrative sex (Patient.gender). It decides whether testicular disease "
                "is looked for (E-18, D-TEST) and whether pregnancy is warned of or asked for "
                "(P-20, D-PREG).",
            ),
            (
                "Use of date of birth",
                "Used, as age: age limits of the labels (POL-26), child or adult in the transplant "
                "and timing rules (E-27), and precautions (P-19, P-20, P-25, P-26, P-27). Cards "
                "show the age, never the birth date.",
            ),
            ("Use of social determinants of health", _NOT_READ),
            (
                "Use of health status assessments",
                "Used: performance status (ECOG, Karnofsky, Lansky), which can weaken the "
                "suggestion of a transplant (POL-34, D-FIT), and pregnancy status (P-20, POL-36). "
                "No other assessment is read.",
            ),
        )
    ]


def _citation() -> str:
    read = sum(mark(id) is Mark.VERIFIED for id in SOURCES)
    return (
        f"{read} labels, publications and notices, listed under Sources; each rule names its own. "
        "Most were read in extracts or abstracts, not in full. Rules marked "
        f"{GENERAL_KNOWLEDGE} rest on general knowledge that was not verified."
    )
