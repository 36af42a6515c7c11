"""What every fact has: a date, a source, its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from relapse.dates import DateRange


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact stands in the record."""

    reference: str
    """FHIR reference such as ``Observation/123``."""
    date_inferred: bool = False
    """The date is that of recording or issue, not of the event or the specimen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One statement of the record."""

    source: Provenance
    when: DateRange | None
    text: str = ""
    """How the record words it, unescaped; cut to a sane length."""

    @property
    def last_day(self) -> date:
        """The last day that is possible; before all others where no date is known."""
        return date.min if self.when is None else self.when.latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Fact):
    """A laboratory or clinical finding."""

    final: bool = True
    """False for registered, preliminary or unknown status: never counted, but named as pending
    (CONF-07).
    """
    specimen: str | None = None
    """Identifies the specimen among the facts of this patient, if the record names one."""
