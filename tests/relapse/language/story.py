"""A patient's story, and the question what to advise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relapse.evaluate import evaluate
from relapse.facts import (
    Analyte,
    CnsStatus,
    Lesion,
    Patient,
    Sex,
)
from relapse.logic import Tri
from relapse.policy import Policy
from tests.relapse.language.answers import Answer
from tests.relapse.language.cells import Cells
from tests.relapse.language.course import CourseOfDisease
from tests.relapse.language.findings import Findings
from tests.relapse.language.safety import Safety
from tests.relapse.language.treatment import Treatment
from tests.relapse.language.values import (
    RELAPSE,
    US,
    when,
)


@dataclass(frozen=True)
class Story(CourseOfDisease, Cells, Findings, Safety, Treatment):
    """One patient and what the record holds; every method returns a longer story."""

    def work_up(self, on: str = RELAPSE, *, but: str = "", safety_on: str = RELAPSE) -> Story:
        """Everything that a complete relapse work-up holds, except the parts named in ``but``.

        Parts: cd19, cd22, ph, genetics, cns, testes, liver, wbc, qtc, blood, viral, fitness,
        pregnancy.
        """
        omitted = set(but.split())
        parts: dict[str, Callable[[Story], Story]] = {
            "cd19": lambda s: s.cd19(on),
            "cd22": lambda s: s.cd22(on),
            "ph": lambda s: s.ph(Tri.NOT_MET, on),
            "genetics": lambda s: s.gene(on, Lesion.KMT2A, Tri.NOT_MET),
            "cns": lambda s: s.cns(CnsStatus.CNS1, on),
            "testes": lambda s: s.testes(on=on) if s.patient.sex is Sex.MALE else s,
            "liver": lambda s: s.liver(on=safety_on),
            "wbc": lambda s: s.lab(Analyte.LEUKOCYTES, 4, safety_on),
            "qtc": lambda s: s.lab(Analyte.QTCF, 410, safety_on),
            "blood": lambda s: s.blood(on, 0, lymphoblasts=False),
            "viral": lambda s: s.screened(safety_on).lab(Analyte.IMMUNOGLOBULIN, None, safety_on),
            "fitness": lambda s: s.fitness(1, on=safety_on),
            "pregnancy": lambda s: (
                s.pregnancy(Tri.NOT_MET, safety_on) if s.patient.sex is Sex.FEMALE else s
            ),
        }
        unknown = omitted - parts.keys()
        assert not unknown, f"no such part of a work-up: {unknown}"
        story = self
        for name, part in parts.items():
            if name not in omitted:
                story = part(story)
        return story

    def ask(self, policy: Policy = US) -> Answer:
        return Answer(evaluate(self.chart, self.t0, policy))


def person(birth: str | None, sex: Sex | None = Sex.MALE) -> Story:
    return Story(Patient("Patient/1", when(birth), sex))


def child(birth: str = "2014-11-20", sex: Sex = Sex.MALE) -> Story:
    """Eleven years old at T0."""
    return person(birth, sex)


def adult(birth: str = "1984-02-11", sex: Sex = Sex.MALE) -> Story:
    """Forty-two years old at T0."""
    return person(birth, sex)
