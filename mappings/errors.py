"""What stops a record from being read at all. Their messages say what to change and hold no patient
data.

MappingError
├── WrongPatient      no Patient, two different ones, or somebody else's
└── TerminologyError  the value sets of this installation are faulty
"""

from __future__ import annotations


class MappingError(Exception):
    """Base of every error that `mappings` raises on purpose."""


class WrongPatient(MappingError):
    """The record cannot be tied to exactly one patient."""


class TerminologyError(MappingError):
    """A value set file is unreadable, holds a code without a source, or a code twice."""
