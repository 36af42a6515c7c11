"""The patient: age, sex, vital status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from relapse.dates import DateRange


class Sex(Enum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Patient:
    """Age, sex and vital status. Names never reach the model."""

    reference: str
    birth: DateRange | None = None
    """``None`` where missing, unreadable or doubtful (CONF-09): age is unknown."""
    sex: Sex | None = None
    deceased: DateRange | bool = False
    """Date of death; True where death is recorded without a date."""
