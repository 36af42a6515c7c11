"""Drugs by name: generic names, brands and usual short names, each with the value set that holds
its codes.

Used where a feed sends no code, or one of its own. A name counts as a whole word only.
"""

from __future__ import annotations

import re

from relapse.facts import Agent, CarTProduct

AGENTS = {
    "med-blinatumomab": Agent.BLINATUMOMAB,
    "med-inotuzumab-ozogamicin": Agent.INOTUZUMAB,
    "med-imatinib": Agent.IMATINIB,
    "med-dasatinib": Agent.DASATINIB,
    "med-nilotinib": Agent.NILOTINIB,
    "med-bosutinib": Agent.BOSUTINIB,
    "med-ponatinib": Agent.PONATINIB,
    "med-asciminib": Agent.ASCIMINIB,
    "med-rituximab": Agent.RITUXIMAB,
    "med-methotrexate": Agent.METHOTREXATE,
    "med-cytarabine": Agent.CYTARABINE,
    "med-nelarabine": Agent.NELARABINE,
    "med-vincristine": Agent.OTHER_ANTILEUKAEMIC,
    "med-daunorubicin": Agent.OTHER_ANTILEUKAEMIC,
    "med-doxorubicin": Agent.OTHER_ANTILEUKAEMIC,
    "med-idarubicin": Agent.OTHER_ANTILEUKAEMIC,
    "med-mitoxantrone": Agent.OTHER_ANTILEUKAEMIC,
    "med-asparaginase": Agent.OTHER_ANTILEUKAEMIC,
    "med-pegaspargase": Agent.OTHER_ANTILEUKAEMIC,
    "med-calaspargase": Agent.OTHER_ANTILEUKAEMIC,
    "med-erwinia-asparaginase": Agent.OTHER_ANTILEUKAEMIC,
    "med-etoposide": Agent.OTHER_ANTILEUKAEMIC,
    "med-teniposide": Agent.OTHER_ANTILEUKAEMIC,
    "med-mercaptopurine": Agent.OTHER_ANTILEUKAEMIC,
    "med-thioguanine": Agent.OTHER_ANTILEUKAEMIC,
    "med-cyclophosphamide": Agent.OTHER_ANTILEUKAEMIC,
    "med-clofarabine": Agent.OTHER_ANTILEUKAEMIC,
    "med-fludarabine": Agent.OTHER_ANTILEUKAEMIC,
}
"""Value sets of drugs. Steroids are not among them: alone they are no sign of treatment of the
leukaemia.
"""

PRODUCTS = {
    "med-tisagenlecleucel": CarTProduct.TISAGENLECLEUCEL,
    "proc-car-t-tisagenlecleucel": CarTProduct.TISAGENLECLEUCEL,
    "med-brexucabtagene": CarTProduct.BREXUCABTAGENE,
    "proc-car-t-brexucabtagene": CarTProduct.BREXUCABTAGENE,
    "med-obecabtagene": CarTProduct.OBECABTAGENE,
    "proc-car-t-obecabtagene": CarTProduct.OBECABTAGENE,
    "med-axicabtagene": CarTProduct.OTHER,
    "proc-car-t-axicabtagene": CarTProduct.OTHER,
    "proc-car-t-lisocabtagene": CarTProduct.OTHER,
    "proc-car-t-bcma": CarTProduct.OTHER,
    "proc-car-t-unspecified": CarTProduct.UNKNOWN,
}
BCMA = frozenset({"proc-car-t-bcma"})

_NAMES = {
    "med-blinatumomab": ("blinatumomab", "blincyto"),
    "med-inotuzumab-ozogamicin": ("inotuzumab", "besponsa"),
    "med-imatinib": ("imatinib", "gleevec", "glivec"),
    "med-dasatinib": ("dasatinib", "sprycel", "phyrago"),
    "med-nilotinib": ("nilotinib", "tasigna", "danziten"),
    "med-bosutinib": ("bosutinib", "bosulif"),
    "med-ponatinib": ("ponatinib", "iclusig"),
    "med-asciminib": ("asciminib", "scemblix"),
    "med-rituximab": ("rituximab", "rituxan", "mabthera", "truxima", "ruxience", "riabni"),
    "med-methotrexate": ("methotrexate", "mtx", "trexall", "xatmep"),
    "med-cytarabine": ("cytarabine", "cytosine arabinoside", "ara-c", "arac", "cytosar"),
    "med-nelarabine": ("nelarabine", "arranon", "atriance"),
    "med-vincristine": ("vincristine", "oncovin", "marqibo"),
    "med-daunorubicin": ("daunorubicin", "daunomycin", "cerubidine"),
    "med-doxorubicin": ("doxorubicin", "adriamycin"),
    "med-idarubicin": ("idarubicin", "idamycin"),
    "med-mitoxantrone": ("mitoxantrone", "novantrone"),
    "med-pegaspargase": ("pegaspargase", "oncaspar", "peg-asparaginase"),
    "med-calaspargase": ("calaspargase", "asparlas"),
    "med-erwinia-asparaginase": ("erwinase", "erwinaze", "rylaze", "crisantaspase"),
    "med-asparaginase": ("asparaginase",),
    "med-etoposide": ("etoposide", "vepesid", "etopophos"),
    "med-teniposide": ("teniposide", "vumon"),
    "med-mercaptopurine": ("mercaptopurine", "purinethol", "purixan", "6-mp", "6mp"),
    "med-thioguanine": ("thioguanine", "tioguanine", "6-tg", "tabloid"),
    "med-cyclophosphamide": ("cyclophosphamide", "cytoxan"),
    "med-clofarabine": ("clofarabine", "clolar", "evoltra"),
    "med-fludarabine": ("fludarabine", "fludara"),
    "med-tisagenlecleucel": ("tisagenlecleucel", "kymriah", "tisa-cel", "ctl019"),
    "med-brexucabtagene": ("brexucabtagene", "tecartus", "brexu-cel"),
    "med-obecabtagene": ("obecabtagene", "aucatzyl", "obe-cel"),
    "med-axicabtagene": ("axicabtagene", "yescarta", "axi-cel"),
    "proc-car-t-lisocabtagene": ("lisocabtagene", "breyanzi", "liso-cel"),
    "proc-car-t-bcma": (
        "idecabtagene",
        "abecma",
        "ide-cel",
        "ciltacabtagene",
        "carvykti",
        "cilta-cel",
    ),
    # Without codes in the value sets; their names alone tell of treatment of a leukaemia.
    "name-other-antileukaemic": (
        "venetoclax",
        "venclexta",
        "revumenib",
        "revuforj",
        "bortezomib",
        "ruxolitinib",
    ),
}
_VALUE_SET_OF = {name: value_set for value_set, names in _NAMES.items() for name in names}
_ANY_NAME = re.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(sorted(map(re.escape, _VALUE_SET_OF), key=len, reverse=True))
    + r")(?![a-z0-9])"
)


_RESCUE = re.compile(
    r"leucovorin|folinic|folinate|glucarpidase|mesna|dexrazoxane|premedication|level\b|antibod"
)


def value_sets_named(text: str) -> frozenset[str]:
    """The value sets of all drugs that a text names; a drug given because of another ("rescue")
    names none.
    """
    if _RESCUE.search(text.lower()):
        return frozenset()
    return frozenset(_VALUE_SET_OF[name] for name in _ANY_NAME.findall(text.lower()))


def agents_of(value_sets: frozenset[str]) -> frozenset[Agent]:
    """The agents among drugs; those without a rule of their own share one member."""
    found = {AGENTS[name] for name in value_sets if name in AGENTS}
    if "name-other-antileukaemic" in value_sets:
        found.add(Agent.OTHER_ANTILEUKAEMIC)
    return frozenset(found)
