"""`docs/mapping.md`: what is read from which resource, element by element."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType

import relapse.facts as facts
from mappings import (
    care_plan,
    conclusions,
    diagnostic_report,
    medication,
    outcome,
    patient,
    procedure,
    specimen,
)
from mappings.condition import after_treatment, complications, extramedullary, leukaemia
from mappings.condition import read as condition
from mappings.observation.read import READERS
from mappings.observation.topics import BY_CONCEPT, NEVER, Topic
from mappings.treatment import car_t, drug, transplant
from relapse.facts import Fact
from scripts.mapping_table.elements import kept, of_the_model
from scripts.mapping_table.meanings import ELEMENTS, EVERYWHERE
from scripts.mapping_table.not_read import ALWAYS, BY_TYPE, NOT_LOOKED_AT, REPORTED_ONLY
from scripts.mapping_table.rules import READING_RULES

_GENERATED = "<!-- Written by python -m scripts.make_mapping_table; do not edit. -->"
_MODULES: dict[str, tuple[ModuleType, ...]] = {
    "Patient": (patient,),
    "Condition": (condition, leukaemia, extramedullary, complications, after_treatment),
    "Observation": (),
    "DiagnosticReport": (diagnostic_report, conclusions),
    "Specimen": (specimen,),
    "Procedure": (procedure, transplant, car_t),
    "MedicationAdministration": (medication, car_t),
    "MedicationStatement": (medication, car_t),
    "MedicationRequest": (medication,),
    "Medication": (drug,),
    "CarePlan": (care_plan,),
    "OperationOutcome": (outcome,),
}
_FACTS = {
    name: made
    for name, made in vars(facts).items()
    if isinstance(made, type) and (issubclass(made, Fact) or made is facts.Patient)
}


def document() -> str:
    """The whole document."""
    parts = [
        _GENERATED,
        "# What is read from which resource",
        "Made from the code: the elements that `mappings/record/reduce.py` keeps of each type, the "
        "readers and the value sets. An element that is kept or looked at without an explanation "
        "here fails a test. What bears on the disease and is not understood stands in the unread "
        "report of every evaluation.",
        "*Kept* elements are cut out of the resource and checked against the FHIR R4 model. Those "
        "*looked at* decide beforehand whether and how a resource is used. All others are left "
        "aside, with the reasons under each type. Codes of the site's own come in by the site "
        "overlay.",
        *_reading_rules(),
        "## Every resource",
        _rows(
            ("Element", "What becomes of it", "Rules"),
            ((f"`{path}`", meaning.text, meaning.rules) for path, meaning in EVERYWHERE.items()),
        ),
    ]
    for kind in ELEMENTS:
        parts += _type(kind)
    parts += _other_types()
    return "\n\n".join(parts) + "\n"


def _reading_rules() -> Iterator[str]:
    yield "## Reading rules"
    yield "Docstrings, tests and the tables below cite them by number."
    yield _rows(
        ("Rule", "On", "Reading"),
        ((str(number), group, text) for number, (group, text) in READING_RULES.items()),
    )


def _type(kind: str) -> Iterator[str]:
    yield f"## {kind}"
    modules = _MODULES[kind]
    if modules:
        yield _rows(
            ("Read by", "What it reads", "Facts"),
            (
                (f"`{module.__name__}`", _first(module.__doc__), _facts(module))
                for module in modules
            ),
        )
    if kind == "Observation":
        yield from _topics()
    forms = kept(kind)
    yield _rows(
        ("Element", "Form", "What becomes of it", "Rules"),
        (
            (f"`{path}`", forms.get(path, "looked at"), meaning.text, meaning.rules)
            for path, meaning in ELEMENTS[kind].items()
        ),
    )
    left = list(left_aside(kind))
    if left:
        yield "Left aside:"
        yield _rows(("Elements", "Why"), _by_reason(left))


def left_aside(kind: str) -> Iterator[tuple[str, str]]:
    """Each element of the FHIR model that is neither kept nor looked at, with the reason.

    An empty reason means that none is declared.
    """
    if kind not in BY_TYPE:
        return
    known = {path.partition(".")[0] for path in {**ELEMENTS[kind], **EVERYWHERE}}
    for name in of_the_model(kind):
        if name not in known:
            yield name, BY_TYPE[kind].get(name) or ALWAYS.get(name, "")


def _by_reason(left: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    names: dict[str, list[str]] = {}
    for name, reason in left:
        names.setdefault(reason, []).append(f"`{name}`")
    for reason, found in names.items():
        yield ", ".join(found), reason


def _topics() -> Iterator[str]:
    yield (
        "What an Observation or component is about decides its reader: codes first, then the "
        "words "
        "of the code. “MRD” in words outranks the general code beside it. One that neither "
        "names is "
        f"dropped. Codes of these sets are never read, whatever the words say: {_sets(NEVER)}."
    )
    yield _rows(
        ("Topic", "Value sets", "What is read", "Facts", "Reader"),
        (_topic(topic, reader) for topic, reader in READERS.items()),
    )


def _topic(topic: Topic, reader: Callable[..., None]) -> tuple[str, ...]:
    function = reader.func if isinstance(reader, partial) else reader
    module = sys.modules[function.__module__]
    sets = [name for name, found in BY_CONCEPT.items() if found is topic]
    return (
        topic.name.lower().replace("_", " "),
        _sets(sets) or "by words",
        _first(function.__doc__),
        _facts(module, function.__name__),
        f"`{module.__name__}.{function.__name__}`",
    )


def _sets(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _facts(module: ModuleType, function: str = "") -> str:
    """The facts that a module makes; with ``function`` those that this one makes by itself or by
    functions of its module that it calls.
    """
    tree = ast.parse(inspect.getsource(module))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    seen: set[str] = set()
    waiting = [function] if function else list(functions)
    made: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Name):
                if node.id in _FACTS:
                    made |= {node.id} & _called(functions[name])
                waiting.append(node.id)
            elif isinstance(node, ast.Attribute) and node.attr == "add":
                made |= {"AntigenResult"} if _is_antigen_module(node) else set()
    return ", ".join(sorted(made)) or "none of its own"


def _called(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def _is_antigen_module(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "antigens"


def _other_types() -> Iterator[str]:
    yield "## Types that are only reported"
    yield _rows(("Type", "What becomes of it"), REPORTED_ONLY.items())
    yield "## Types that are not looked at"
    yield "Every type that is not named above is skipped without a look; the usual ones and why:"
    yield _rows(("Type", "Why"), NOT_LOOKED_AT.items())


def _first(text: str | None) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((text or "").partition("\n\n")[0].split())


def _rows(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "–"
