"""Age in completed months and years, and limits by birthday (E-27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from relapse.assessment import FactUsed
from relapse.dates import DateRange, add_months
from relapse.facts import Patient
from relapse.logic import Tri
from relapse.rules import rule


@dataclass(frozen=True, slots=True)
class Age:
    """Age on one day; a partial birth date leaves a limit unknown only where it matters."""

    birth: DateRange | None
    on: date
    reference: str
    until: date | None = None
    """Last possible day of an event that is known to the month or year alone."""

    def at_least_months(self, months: int) -> Tri:
        if self.birth is None:
            return Tri.UNKNOWN
        if self.on >= add_months(self.birth.latest, months):
            return Tri.MET
        last = self.until or self.on
        return Tri.NOT_MET if last < add_months(self.birth.earliest, months) else Tri.UNKNOWN

    def at_least_years(self, years: int) -> Tri:
        return self.at_least_months(12 * years)

    def reaches_within(self, months: int, days: int) -> date | None:
        """The day on which the limit is reached, if that lies within ``days`` after the
        evaluation.
        """
        if self.birth is None or not self.birth.exact:
            return None
        limit = add_months(self.birth.earliest, months)
        return limit if self.on < limit <= self.on + timedelta(days=days) else None

    @property
    def years(self) -> int | None:
        """Completed years, where the birth date leaves no doubt."""
        if self.birth is None:
            return None
        oldest, youngest = (
            _years(day, self.on) for day in (self.birth.earliest, self.birth.latest)
        )
        return oldest if oldest == youngest else None

    def text(self) -> str:
        years = self.years
        if years is None:
            return "age not known exactly"
        if years >= 2:
            return f"age {years}"
        assert self.birth is not None
        months = sum(1 for month in range(1, 25) if self.on >= add_months(self.birth.latest, month))
        return f"age {months} months"

    @property
    def facts(self) -> tuple[FactUsed, ...]:
        """The age, never the birth date: it would identify the patient in a record of the
        decision.
        """
        if self.birth is None:
            return ()
        return (FactUsed(self.text(), DateRange.day(self.on), self.reference),)


def _years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@rule("E-27", "Age", "S16", "S17", "POL")
def age_on(patient: Patient, day: date) -> Age:
    """Age on the day of evaluation; label limits never look at the age at diagnosis or relapse."""
    return Age(patient.birth, day, patient.reference)
