"""Readable descriptions of a patient's course, compiled into FHIR R4 records.

The vocabulary is described in ``README.md`` beside this file. Nothing here imports the code that
reads records: a record must be right by the encodings of the field, not by what our own reader
accepts.
"""

from scripts.synthetic_records.compile import Compiled, compile_record
from scripts.synthetic_records.source import DescriptionError, load_documents

__all__ = ["Compiled", "DescriptionError", "compile_record", "load_documents"]
