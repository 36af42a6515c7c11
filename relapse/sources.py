"""The sources behind the rules (S-ids): what was read, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

LABEL_DATA_AS_OF = date(2026, 8, 11)
"""Day of the newest label snapshot read; older than POL-32, every card carries a notice."""

GENERAL_KNOWLEDGE = "GK"
"""Believed correct, not read in a source: a clinician must confirm it before clinical use."""
SOURCE_TEXTS = "TEXT"
"""Stated in one of the patient and clinician texts that the model started from."""
PROJECT_POLICY = "POL"
"""A design choice of this project (see `relapse.policy`)."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source. ``label`` names the product label that it stands for, with the date that was
    read.
    """

    id: str
    citation: str
    label: str = ""

    def holds_in(self, jurisdiction: str) -> bool:
        """Whether it is a label of this jurisdiction; each label names its own."""
        return jurisdiction in self.label.replace(",", "").split()


_SOURCES = (
    Source(
        "S01",
        "FDA label data (openFDA), BLINCYTO, snapshot 2026-06-01: boxed warning",
        "Blincyto US label, 2026-06-01",
    ),
    Source(
        "S02",
        "BLINCYTO professional website (Amgen), indication text",
        "Blincyto US indication, website",
    ),
    Source(
        "S03", "BLINCYTO prescribing information highlights, 6/2023", "Blincyto US label, 6/2023"
    ),
    Source("S04", "BLINCYTO professional website, efficacy in adults (TOWER)"),
    Source("S05", "BLINCYTO prescribing information, older text", "Blincyto US label, older text"),
    Source(
        "S06",
        "CHMP opinion on Blincyto, 20 May 2021 (ESMO news, 9 Jun 2021)",
        "Blincyto EU, CHMP 2021-05-20",
    ),
    Source(
        "S07",
        "Haute Autorité de Santé, opinion on Blincyto, 16 Jul 2025",
        "Blincyto EU, HAS 2025-07-16",
    ),
    Source(
        "S08", "BESPONSA label (DailyMed), updated 17 Sep 2024", "Besponsa US label, 2024-09-17"
    ),
    Source("S09", "FDA label data, BESPONSA, snapshot 2026-07-18", "Besponsa US label, 2026-07-18"),
    Source(
        "S10",
        "BESPONSA label, hepatotoxicity warning (Pfizer medical information)",
        "Besponsa US label",
    ),
    Source("S11a", "BESPONSA US dosing page (Pfizer)", "Besponsa US dosing page"),
    Source(
        "S11b",
        "BESPONSA entry, Cancer Therapy Advisor (label before 2024)",
        "Besponsa US label, before 2024",
    ),
    Source("S12", "BESPONSA dosing page, Pfizer Ireland (EU text)", "Besponsa EU dosing page"),
    Source(
        "S13",
        "BESPONSA SmPC section 4.1 (annex 16 Feb 2022); CHMP opinion Apr 2017",
        "Besponsa EU SmPC, 2022-02-16",
    ),
    Source("S14", "BESPONSA VOD page, Pfizer UK", "Besponsa UK page"),
    Source("S15", "FDA label data, KYMRIAH, snapshot 2026-06-09", "Kymriah US label, 2026-06-09"),
    Source(
        "S16",
        "KYMRIAH professional website (Novartis): indication, ELIANA criteria",
        "Kymriah US indication, website",
    ),
    Source("S17", "KYMRIAH SmPC 4.1 (EU); EC approval Aug 2018", "Kymriah EU SmPC"),
    Source(
        "S18",
        "FDA label data, TECARTUS, snapshot 2026-08-11; professional website",
        "Tecartus US label, 2026-08-11",
    ),
    Source(
        "S19",
        "Tecartus EU: CHMP 22 Jul 2022; J Immunother Cancer 2023;11:e007118",
        "Tecartus EU, CHMP 2022-07-22",
    ),
    Source(
        "S20",
        "FDA label data, AUCATZYL, snapshot 2026-08-11; label highlights",
        "Aucatzyl US label, 2026-08-11",
    ),
    Source("S21", "ASCO Post, Nov 2024, FDA approval of obecabtagene autoleucel (FELIX entry)"),
    Source("S22", "EMA Aucatzyl page, CHMP 22 May 2025", "Aucatzyl EU, CHMP 2025-05-22"),
    Source("S23", "FDA Safety Communication, 26 Jun 2025, CAR-T REMS elimination"),
    Source("S24", "ASH table «Risk stratification schemes for first relapse»"),
    Source(
        "S25", "Buchmann et al., Blood 2022;139(12):1785, abstract and tables (footnotes not seen)"
    ),
    Source("S26", "Fuster, World J Hematol 2014;3(3):49-70, Table 2"),
    Source("S27", "Nguyen et al., Leukemia 2008;22:2142-2150, abstract"),
    Source("S28", "NCI PDQ recurrent childhood ALL, archived copy (about 2013, superseded)"),
    Source("S29", "ALL R3, Lancet 2010;376:2009; Lancet Haematol 2019 follow-up, abstracts"),
    Source("S31", "MRD terminology table, Hematology 2021 (PMC8824253, Table 1)"),
    Source("S32", "Submicroscopic marrow involvement, Blood 2007;110(12):4022, abstract"),
    Source("S33", "PETHEMA, Oriol et al., Haematologica 2010;95:589, abstract"),
    Source("S34", "GMALL, Blood 2012;120(10):2032, abstract"),
    Source("S35", "GRAALL relapse analysis (PMC5223147), abstract"),
    Source("S36", "Schrappe et al., N Engl J Med 2012;366:1371, abstract"),
    Source("S37", "Myers et al., J Clin Oncol 2022;40:932, abstract"),
    Source("S38", "John et al., CIBMTR tisagenlecleucel real-world subgroups, abstract"),
    Source("S39", "German tisagenlecleucel study (PMC10242498), abstract"),
    Source(
        "S40",
        (
            "Second allogeneic HSCT for relapsed ALL in children, Bone Marrow "
            "Transplant 2012, abstract"
        ),
    ),
    Source("S41", "Maximizing GVL: role of DLI, Hematology 2014:570, abstract"),
    Source(
        "S42",
        "Iclusig label statements (accelerated approval 19 Mar 2024)",
        "Iclusig US label, 2024-03-19",
    ),
    Source(
        "S43",
        "Dasatinib indications (Blood Cancer United; Sprycel site; 2019 announcement)",
        "Sprycel US label",
    ),
    Source("S44", "Gleevec label 1.3, 1.4; Glivec EU statement", "Gleevec US label"),
    Source("S45", "Tasigna SmPC 4.1 (EC register, 28 Mar 2022)", "Tasigna EU SmPC, 2022-03-28"),
    Source("S46", "Arranon entry and label text", "Arranon US label"),
    Source("S47", "FDA notice 15 Nov 2024, revumenib", "Revuforj US approval, 2024-11-15"),
    Source("S48", "HL7 CDS Hooks indicator value set"),
    Source("S49", "How I treat relapsed childhood ALL, Blood 2012;120(14):2807, abstract"),
    Source("S51", "Iclusig boxed warning text", "Iclusig US boxed warning"),
    Source("S52", "NCCN genetic groups and COG CNS classes as reproduced by BMJ Best Practice"),
    Source("S53", "Comparison of flow and clonoSEQ MRD, Leukemia research letter, abstract"),
    Source("S54", "CCG-1952 relapse abstract, Blood 2004;104(11):520"),
    Source(
        "S55", "BLINCYTO important safety information (Amgen)", "Blincyto US safety information"
    ),
    Source("S56", "Secondary summary of Blincyto warnings (weak source)"),
    Source("S57", "EBMT VOD/SOS criteria page, Pfizer UK"),
    Source("S58", "KYMRIAH prescribing information highlights 2022", "Kymriah US label, 2022"),
    Source(
        "S59", "KYMRIAH important safety information (2018)", "Kymriah US safety information, 2018"
    ),
    Source("S60", "Tecartus drug entry, eMPR (older)", "Tecartus US entry, eMPR"),
    Source("S61", "Tisagenlecleucel MRD and B-cell aplasia study (PMC9924295), abstract"),
    Source("S62", "CAR-T reinfusion, Blood Adv 2024;8(9):2182, abstract"),
    Source(
        "S63",
        "FDA notice 14 Jun 2024: blinatumomab as consolidation",
        "Blincyto US consolidation, 2024-06-14",
    ),
    Source(
        "S64", "Locatelli et al., JAMA 2021 (PMC7926287): blinatumomab in high-risk first relapse"
    ),
    Source(GENERAL_KNOWLEDGE, "General knowledge of the authors, not verified in a source"),
    Source(SOURCE_TEXTS, "Patient and clinician texts that the model started from"),
    Source(PROJECT_POLICY, "Design choice of this project"),
)

SOURCES: Mapping[str, Source] = MappingProxyType({source.id: source for source in _SOURCES})
