"""Patients as a clinician would tell them: small builders of charts, and what was answered.

A story starts with `child()`, `adult()` or one of the ready courses at the end of this file and
adds one fact with each call. Dates are ISO texts, partial ones too; blasts and MRD are percentages,
as reports give them. T0 is 2026-06-15 unless a story says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

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
from relapse.dates import DateRange
from relapse.evaluate import evaluate
from relapse.facts import (
    Agent,
    Analyte,
    Antigen,
    AntigenResult,
    BlastResult,
    CarTInfusion,
    CarTProduct,
    Chart,
    ClinicalStatus,
    CnsStatus,
    CnsStatusResult,
    Complication,
    ComplicationEntry,
    CsfResult,
    Detection,
    Diagnosis,
    Disease,
    Donor,
    DrugUse,
    Expression,
    ExtramedullaryDisease,
    Fact,
    GeneticResult,
    Given,
    Immunophenotype,
    LabResult,
    Lesion,
    Lineage,
    Material,
    Method,
    MrdResult,
    Patient,
    PerformanceScale,
    PerformanceStatus,
    Phase,
    Planned,
    PlannedStep,
    PregnancyResult,
    ProcedureDone,
    ProcedureKind,
    Provenance,
    Response,
    ResponseStatement,
    Section,
    Sex,
    Site,
    StopReason,
    TesticularExam,
    TesticularExamination,
    Transplant,
    TreatmentPlan,
    ViralScreen,
    Virus,
)
from relapse.logic import Interval, Tri
from relapse.policy import Policy

T0 = date(2026, 6, 15)
RELAPSE = "2026-06-08"
"""Day of the relapse work-up in most stories: a week before T0."""
US = Policy()
EU = Policy(jurisdiction="EU")
BOTH = (US, EU)

Number = str | int | float | Decimal


def days_before(count: int, day: date = T0) -> str:
    """The ISO date ``count`` days before ``day``."""
    return (day - timedelta(days=count)).isoformat()


def when(text: str | None) -> DateRange | None:
    return None if text is None else DateRange.parse(text)


def exact(value: Number) -> Interval:
    return Interval.exact(Decimal(str(value)))


def percent(value: Number | Interval) -> Interval:
    interval = value if isinstance(value, Interval) else exact(value)
    return interval.scaled(Decimal("0.01"))


def under(limit: Number) -> Interval:
    """ "<limit": open on the side of the limit."""
    return Interval(Decimal(0), Decimal(str(limit)), high_open=True)


def over(limit: Number) -> Interval:
    """ ">limit"."""
    return Interval(Decimal(str(limit)), None, low_open=True)


def between(low: Number, high: Number) -> Interval:
    return Interval(Decimal(str(low)), Decimal(str(high)))


@dataclass(frozen=True)
class Story:
    """One patient and what the record holds; every method returns a longer story."""

    patient: Patient
    facts: tuple[Fact, ...] = ()
    t0: date = T0
    incomplete: frozenset[Section] = field(default_factory=frozenset)

    # --- plumbing ------------------------------------------------------------------------------

    def add(self, *facts: Fact) -> Story:
        return replace(self, facts=(*self.facts, *facts))

    def without(self, *kinds: type[Fact], where: Callable[[Any], bool] = lambda _: True) -> Story:
        """The story with the facts of these kinds (that satisfy ``where``) left out."""
        kept = tuple(f for f in self.facts if not (isinstance(f, kinds) and where(f)))
        return replace(self, facts=kept)

    def seen_on(self, day: str) -> Story:
        return replace(self, t0=date.fromisoformat(day))

    def born(self, text: str | None) -> Story:
        return replace(self, patient=replace(self.patient, birth=when(text)))

    def of_sex(self, sex: Sex | None) -> Story:
        return replace(self, patient=replace(self.patient, sex=sex))

    def died(self, deceased: str | bool) -> Story:
        value = deceased if isinstance(deceased, bool) else DateRange.parse(deceased)
        return replace(self, patient=replace(self.patient, deceased=value))

    def lacking(self, *sections: Section) -> Story:
        return replace(self, incomplete=frozenset(sections))

    def _source(self, kind: str) -> Provenance:
        return Provenance(f"{kind}/{len(self.facts) + 1}")

    @property
    def chart(self) -> Chart:
        return Chart(self.patient, self.facts, self.incomplete)

    # --- diagnosis and course ------------------------------------------------------------------

    def condition(
        self,
        onset: str | None,
        *,
        disease: Disease = Disease.ALL,
        lineage: Lineage = Lineage.UNKNOWN,
        precursor: Tri = Tri.UNKNOWN,
        phase: Phase = Phase.UNSTATED,
        confirmed: bool = True,
        status: ClinicalStatus | None = None,
        recorded: str | None = None,
        abated: str | None = None,
        relapse_ordinal: int | None = None,
        remission_ordinal: int | None = None,
        text: str = "leukaemia",
    ) -> Story:
        return self.add(
            Diagnosis(
                source=self._source("Condition"),
                when=when(onset),
                text=text,
                disease=disease,
                lineage=lineage,
                precursor=precursor,
                phase=phase,
                confirmed=confirmed,
                clinical_status=status,
                recorded=when(recorded),
                abated=when(abated),
                relapse_ordinal=relapse_ordinal,
                remission_ordinal=remission_ordinal,
            )
        )

    def diagnosed(self, onset: str | None, **more: Any) -> Story:
        """B-cell precursor ALL on the problem list since ``onset``."""
        more = {"lineage": Lineage.B, "precursor": Tri.MET, "text": "B-ALL", **more}
        return self.condition(onset, **more)

    def diagnosed_t(self, onset: str | None, **more: Any) -> Story:
        return self.condition(onset, lineage=Lineage.T, precursor=Tri.NOT_MET, text="T-ALL", **more)

    def coded_relapse(
        self, onset: str | None, *, recorded: str | None = None, **more: Any
    ) -> Story:
        """An encounter diagnosis "ALL in relapse", which carries no lineage."""
        more = {
            "phase": Phase.RELAPSE,
            "status": ClinicalStatus.ACTIVE,
            "text": "ALL, in relapse",
            **more,
        }
        return self.condition(onset, recorded=recorded, **more)

    def coded_remission(self, onset: str | None, *, recorded: str | None = None) -> Story:
        return self.condition(
            onset, recorded=recorded, phase=Phase.REMISSION, text="ALL, in remission"
        )

    def remission(self, on: str | None, ordinal: int | None = None, final: bool = True) -> Story:
        """ "Complete remission", stated on ``on``."""
        return self._statement(Response.COMPLETE_REMISSION, on, ordinal, final)

    def partial_remission(self, on: str) -> Story:
        return self._statement(Response.PARTIAL_REMISSION, on)

    def refractory(self, on: str) -> Story:
        return self._statement(Response.REFRACTORY, on)

    def _statement(
        self, response: Response, on: str | None, ordinal: int | None = None, final: bool = True
    ) -> Story:
        return self.add(
            ResponseStatement(
                source=self._source("Observation"),
                when=when(on),
                text=response.value,
                final=final,
                response=response,
                remission_ordinal=ordinal,
            )
        )

    # --- cells ---------------------------------------------------------------------------------

    def marrow(
        self,
        on: str | None,
        blasts: Number | Interval | None = None,
        *,
        flow: Number | Interval | None = None,
        other: dict[Method, Number] | None = None,
        final: bool = True,
    ) -> Story:
        """One marrow of one day: blasts in per cent by morphology, by flow, by other methods."""
        values = {Method.MORPHOLOGY: blasts, Method.FLOW: flow, **(other or {})}
        story = self
        for method, value in values.items():
            if value is not None:
                story = story.blasts(on, value, method=method, final=final)
        return story

    def blasts(
        self,
        on: str | None,
        value: Number | Interval,
        *,
        method: Method = Method.MORPHOLOGY,
        material: Material = Material.MARROW,
        final: bool = True,
        lymphoblasts: bool = False,
    ) -> Story:
        return self.add(
            BlastResult(
                source=self._source("Observation"),
                when=when(on),
                text=f"blasts {value} %",
                final=final,
                specimen=f"{material.value} {on}",
                material=material,
                method=method,
                fraction=percent(value),
                lymphoblasts=lymphoblasts,
            )
        )

    def blood(
        self,
        on: str,
        share: Number | None = None,
        *,
        count: Number | None = None,
        lymphoblasts: bool = True,
        final: bool = True,
    ) -> Story:
        """Blasts in blood, in per cent, as ×10⁹/L, or both."""
        return self.add(
            BlastResult(
                source=self._source("Observation"),
                when=when(on),
                text="lymphoblasts in blood",
                final=final,
                specimen=f"blood {on}",
                material=Material.BLOOD,
                method=Method.MORPHOLOGY,
                fraction=None if share is None else percent(share),
                count_10e9_per_l=None if count is None else exact(count),
                lymphoblasts=lymphoblasts,
            )
        )

    def mrd(
        self,
        on: str | None,
        value: Number | Interval | None = None,
        *,
        sens: Number | None = None,
        detection: Detection | None = None,
        method: Method = Method.FLOW,
        material: Material = Material.MARROW,
        final: bool = True,
        specimen: str | None = None,
    ) -> Story:
        """MRD in per cent; without a value "not detected" at the sensitivity ``sens``."""
        if detection is None:
            detection = Detection.NOT_DETECTED if value is None else Detection.QUANTIFIED
        return self.add(
            MrdResult(
                source=self._source("Observation"),
                when=when(on),
                text="MRD",
                final=final,
                specimen=specimen,
                material=material,
                method=method,
                detection=detection,
                fraction=None if value is None else percent(value),
                sensitivity=None if sens is None else Decimal(str(sens)) / 100,
            )
        )

    def mrd_negative(self, on: str = "2026-06-05") -> Story:
        return self.mrd(on, sens="0.01")

    # --- antigens, genetics, sites -------------------------------------------------------------

    def antigen(
        self,
        antigen: Antigen,
        on: str | None,
        reported: Expression | None = None,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Story:
        return self.add(
            AntigenResult(
                source=self._source("Observation"),
                when=when(on),
                text=antigen.value,
                final=final,
                antigen=antigen,
                fraction=None if share is None else percent(share),
                reported=reported,
            )
        )

    def cd19(
        self,
        on: str | None,
        reported: Expression | None = Expression.POSITIVE,
        *,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Story:
        return self.antigen(Antigen.CD19, on, reported, share, final)

    def cd22(
        self,
        on: str | None,
        reported: Expression | None = Expression.POSITIVE,
        *,
        share: Number | Interval | None = None,
        final: bool = True,
    ) -> Story:
        return self.antigen(Antigen.CD22, on, reported, share, final)

    def phenotype(
        self, on: str, positive: str, negative: str = "", partial: str = "", final: bool = True
    ) -> Story:
        """A marker panel on blasts, names separated by blanks."""
        return self.add(
            Immunophenotype(
                source=self._source("Observation"),
                when=when(on),
                final=final,
                positive=frozenset(positive.split()),
                negative=frozenset(negative.split()),
                partial=frozenset(partial.split()),
            )
        )

    def gene(
        self,
        on: str | None,
        lesion: Lesion,
        present: Tri,
        *,
        adequate: bool = True,
        quantitative: bool = False,
        final: bool = True,
    ) -> Story:
        return self.add(
            GeneticResult(
                source=self._source("Observation"),
                when=when(on),
                text=lesion.value,
                final=final,
                lesion=lesion,
                present=present,
                adequate=adequate,
                quantitative=quantitative,
            )
        )

    def ph(self, present: Tri, on: str = RELAPSE, **more: bool) -> Story:
        return self.gene(on, Lesion.BCR_ABL1, present, **more)

    def cns(self, status: CnsStatus, on: str = RELAPSE, final: bool = True) -> Story:
        return self.add(
            CnsStatusResult(
                source=self._source("Observation"), when=when(on), final=final, status=status
            )
        )

    def csf(
        self,
        on: str,
        *,
        white: Number | None = None,
        red: Number | None = None,
        blasts: Tri | None = None,
        final: bool = True,
    ) -> Story:
        """One puncture: white and red cells per µL, and whether blasts were seen."""
        return self.add(
            CsfResult(
                source=self._source("Observation"),
                when=when(on),
                final=final,
                specimen=f"CSF {on}",
                leukocytes_per_ul=None if white is None else exact(white),
                erythrocytes_per_ul=None if red is None else exact(red),
                blasts=blasts,
            )
        )

    def testes(self, *, enlarged: bool = False, on: str = RELAPSE) -> Story:
        finding = TesticularExam.ABNORMAL if enlarged else TesticularExam.NORMAL
        return self.add(
            TesticularExamination(
                source=self._source("Observation"), when=when(on), finding=finding
            )
        )

    def extramedullary(
        self,
        site: Site,
        on: str | None,
        *,
        proven: Tri = Tri.MET,
        active: Tri = Tri.MET,
        recorded: str | None = None,
        abated: str | None = None,
    ) -> Story:
        return self.add(
            ExtramedullaryDisease(
                source=self._source("Condition"),
                when=when(on),
                text=f"leukaemia, {site.value}",
                site=site,
                proven=proven,
                active=active,
                recorded=when(recorded),
                abated=when(abated),
            )
        )

    # --- safety and fitness --------------------------------------------------------------------

    def lab(
        self,
        analyte: Analyte,
        value: Number | Interval | None,
        on: str = RELAPSE,
        final: bool = True,
    ) -> Story:
        interval = None if value is None else value if isinstance(value, Interval) else exact(value)
        return self.add(
            LabResult(
                source=self._source("Observation"),
                when=when(on),
                text=analyte.value,
                final=final,
                analyte=analyte,
                value=interval,
            )
        )

    def liver(
        self,
        *,
        bilirubin: Number = "0.5",
        ast: Number = "0.8",
        alt: Number = "0.8",
        on: str = RELAPSE,
    ) -> Story:
        """Liver tests as multiples of the upper limit, in place of those recorded so far."""
        kinds = (Analyte.BILIRUBIN, Analyte.AST, Analyte.ALT)
        story = self.without(LabResult, where=lambda f: f.analyte in kinds)
        for analyte, value in zip(kinds, (bilirubin, ast, alt), strict=True):
            story = story.lab(analyte, value, on)
        return story

    def only_lab(self, analyte: Analyte, value: Number | None, on: str = RELAPSE) -> Story:
        """The analyte with this result and no other."""
        return self.without(LabResult, where=lambda f: f.analyte is analyte).lab(analyte, value, on)

    def screened(self, on: str, *viruses: Virus, reactive: Tri = Tri.NOT_MET) -> Story:
        return self.add(
            *(
                ViralScreen(
                    source=Provenance(f"Observation/{virus.value}-{on}"),
                    when=when(on),
                    virus=virus,
                    reactive=reactive,
                )
                for virus in viruses or tuple(Virus)
            )
        )

    def fitness(
        self, score: int, scale: PerformanceScale = PerformanceScale.ECOG, on: str = RELAPSE
    ) -> Story:
        return self.add(
            PerformanceStatus(
                source=self._source("Observation"), when=when(on), scale=scale, score=score
            )
        )

    def pregnancy(self, pregnant: Tri, on: str = RELAPSE, final: bool = True) -> Story:
        return self.add(
            PregnancyResult(
                source=self._source("Observation"), when=when(on), final=final, pregnant=pregnant
            )
        )

    def complication(
        self,
        kind: Complication,
        active: Tri = Tri.MET,
        on: str | None = "2026-06-01",
        *,
        grade: int | None = None,
        abated: str | None = None,
    ) -> Story:
        return self.add(
            ComplicationEntry(
                source=self._source("Condition"),
                when=when(on),
                text=kind.value,
                kind=kind,
                active=active,
                grade=grade,
                abated=when(abated),
            )
        )

    # --- treatment -----------------------------------------------------------------------------

    def plan(
        self,
        start: str | None,
        until: str | None = None,
        *agents: Agent,
        text: str = "Chemotherapy",
        running: bool | None = None,
        comfort_care: bool = False,
    ) -> Story:
        """A course; without an end it is still running."""
        return self.add(
            TreatmentPlan(
                source=self._source("CarePlan"),
                when=when(start),
                text=text,
                until=when(until),
                running=until is None if running is None else running,
                agents=frozenset(agents),
                comfort_care=comfort_care,
            )
        )

    def front_line(self, start: str, until: str | None = None) -> Story:
        return self.plan(
            start, until, text="Front-line ALL chemotherapy: induction, consolidation, maintenance"
        )

    def reinduction(self, start: str, until: str | None = None, *agents: Agent) -> Story:
        return self.plan(start, until, *agents, text="Relapse reinduction")

    def drug(
        self,
        agent: Agent,
        start: str | None,
        until: str | None = None,
        *,
        given: Given = Given.ADMINISTERED,
        running: bool = False,
        stop: StopReason | None = None,
        intrathecal: bool = False,
        oral: bool = False,
        name: str | None = None,
    ) -> Story:
        return self.add(
            DrugUse(
                source=self._source("MedicationAdministration"),
                when=when(start),
                text=name or agent.value,
                agent=agent,
                name=name or agent.value,
                given=given,
                until=when(until),
                running=running,
                stop_reason=stop,
                intrathecal=intrathecal,
                oral=oral,
            )
        )

    def tki(
        self,
        agent: Agent,
        start: str,
        until: str | None = None,
        *,
        stop: StopReason | None = None,
        running: bool = False,
    ) -> Story:
        return self.drug(
            agent, start, until, given=Given.ORDERED, stop=stop, running=running, oral=True
        )

    def transplant(self, on: str | None, donor: Donor = Donor.ALLOGENEIC) -> Story:
        return self.add(
            Transplant(
                source=self._source("Procedure"),
                when=when(on),
                text=f"{donor.value} transplant",
                donor=donor,
            )
        )

    def car_t(
        self,
        on: str | None,
        product: CarTProduct = CarTProduct.TISAGENLECLEUCEL,
        *,
        cd19: Tri = Tri.MET,
        cd22: Tri = Tri.NOT_MET,
    ) -> Story:
        return self.add(
            CarTInfusion(
                source=self._source("Procedure"),
                when=when(on),
                text=product.value,
                product=product,
                cd19_directed=cd19,
                cd22_directed=cd22,
            )
        )

    def procedure(self, kind: ProcedureKind, on: str | None) -> Story:
        return self.add(
            ProcedureDone(
                source=self._source("Procedure"), when=when(on), text=kind.value, kind=kind
            )
        )

    def planned(self, step: Planned, on: str = "2026-06-12") -> Story:
        return self.add(
            PlannedStep(
                source=self._source("ServiceRequest"), when=when(on), text=step.value, step=step
            )
        )

    # --- the complete work-up of a relapse -----------------------------------------------------

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

    # --- the answer ----------------------------------------------------------------------------

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


# --- Ready courses -----------------------------------------------------------------------------


def child_first_relapse(
    *,
    dx: str = "2024-03-10",
    cr1: str = "2024-04-12",
    eot: str | None = None,
    relapse: str = RELAPSE,
    blasts: int = 30,
    birth: str = "2014-11-20",
    but: str = "",
) -> Story:
    """First marrow relapse on maintenance, 27 months after diagnosis: BFM early, COG early."""
    return (
        child(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission(cr1, 1)
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def adult_first_relapse(
    *,
    dx: str = "2023-10-05",
    cr1: str | None = "2023-11-15",
    eot: str = "2025-12-20",
    relapse: str = RELAPSE,
    blasts: int = 30,
    birth: str = "1984-02-11",
    but: str = "",
) -> Story:
    """First marrow relapse after two and a half years of remission, off treatment."""
    return (
        adult(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission(cr1, 1)
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def adult_short_remission(**more: Any) -> Story:
    """First relapse nine months after the first remission."""
    return adult_first_relapse(
        **{"dx": "2025-08-01", "cr1": "2025-09-10", "eot": "2026-06-01", **more}
    )


def second_relapse(
    *, birth: str = "2004-01-15", relapse: str = RELAPSE, blasts: int = 20, but: str = ""
) -> Story:
    """Second relapse at 22; both first-line and relapse treatment completed."""
    return (
        person(birth)
        .diagnosed("2021-02-03")
        .front_line("2021-02-05", "2023-05-30")
        .remission("2021-03-12", 1)
        .marrow("2024-02-20", 45, flow=45)
        .reinduction("2024-02-26", "2024-04-02")
        .remission("2024-04-10", 2)
        .plan("2024-04-15", "2025-11-28", text="Relapse consolidation")
        .marrow(relapse, blasts, flow=blasts)
        .work_up(relapse, but=but)
    )


def child_second_remission(
    *,
    dx: str = "2021-05-01",
    eot: str | None = "2023-08-01",
    relapse: str = "2026-02-10",
    cr2: str | None = "2026-04-01",
    birth: str = "2012-01-20",
    but: str = "",
) -> Story:
    """Late isolated marrow relapse (S2, COG late), now in second remission. No MRD yet."""
    return (
        child(birth)
        .diagnosed(dx)
        .front_line(dx, eot)
        .remission("2021-06-05", 1)
        .marrow(relapse, 60, flow=60)
        .work_up(relapse, but=but)
        .reinduction("2026-02-16", "2026-03-25")
        .remission(cr2, 2)
    )


def child_early_second_remission(**more: Any) -> Story:
    """Early marrow relapse on treatment (S3, COG early), now in second remission. No MRD yet."""
    return (
        child("2014-11-20")
        .diagnosed("2024-03-10")
        .front_line("2024-03-10", "2025-12-20")
        .remission("2024-04-12", 1)
        .marrow("2025-12-20", 62, flow=62)
        .work_up("2025-12-20", **more)
        .reinduction("2025-12-27", "2026-02-25")
        .remission("2026-03-01", 2)
    )


def adult_second_remission(*, birth: str = "1984-02-11", but: str = "") -> Story:
    """An adult after a first marrow relapse, in second remission since 2026-03. No MRD yet."""
    return (
        adult(birth)
        .diagnosed("2024-01-10")
        .front_line("2024-01-12", "2025-12-01")
        .remission("2024-02-20", 1)
        .marrow("2026-01-15", 55, flow=55)
        .work_up("2026-01-15", but=but)
        .reinduction("2026-01-20", "2026-02-28")
        .remission("2026-03-10", 2)
    )


def third_remission(birth: str = "2014-02-11") -> Story:
    """Third remission since 2026-04 after a second relapse; 12 years old. No MRD yet."""
    return (
        child(birth)
        .diagnosed("2018-03-01")
        .front_line("2018-03-02", "2020-05-01")
        .remission("2018-04-05", 1)
        .marrow("2022-01-10", 50, flow=50)
        .reinduction("2022-01-15", "2022-03-01")
        .remission("2022-03-10", 2)
        .plan("2022-03-20", "2023-06-01", text="Relapse consolidation")
        .marrow("2026-02-20", 40, flow=40)
        .work_up("2026-02-20")
        .reinduction("2026-02-25", "2026-04-01")
        .remission("2026-04-10", 3)
    )


def first_remission(birth: str = "1996-02-11") -> Story:
    """Newly diagnosed in spring, first remission since 2026-04-14. No MRD yet."""
    return (
        adult(birth)
        .diagnosed("2026-03-05")
        .front_line("2026-03-06")
        .cd19("2026-04-01")
        .ph(Tri.NOT_MET, "2026-03-06")
        .remission("2026-04-14", 1)
        .fitness(1)
    )


def t_cell_relapse(birth: str = "2011-01-20") -> Story:
    """First marrow relapse of T-ALL in a boy of 15, one regimen before."""
    return (
        person(birth)
        .diagnosed_t("2024-03-10")
        .front_line("2024-03-10")
        .remission("2024-04-12", 1)
        .marrow(RELAPSE, 40, flow=40)
        .work_up(but="cd19 cd22 ph")
    )


# --- What was answered ---------------------------------------------------------------------------

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
