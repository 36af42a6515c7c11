"""Mapping folders for tests, and records in local codes."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mappings.overlay.folder import Folder, read_folder, with_site
from mappings.terminology import Terminology

LOCAL = "urn:oid:1.2.840.114350.1.13.999.2.7.2.768282"
CONCEPT = "https://relapse-cds.org/fhir/CodeSystem/concept"
HEADER = "system,code,text,concept,comment"

Content = str | bytes | dict[str, Any]


def write(folder: Path, **files: Content) -> Path:
    """Files by name; an underscore before the ending stands for the dot (``labs_csv``)."""
    for name, content in files.items():
        path = folder / ".".join(name.rsplit("_", 1))
        if isinstance(content, dict):
            content = json.dumps(content, indent=1)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def csv(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


def mapping(*lines: str) -> Terminology:
    """The value sets with a mapping in the short form."""
    with TemporaryDirectory() as folder:
        return with_site(write(Path(folder), site_csv=csv(*lines)))


def checked(folder: Path, **files: Content) -> Folder:
    return read_folder(write(folder, **files))


def said(folder: Path, **files: Content) -> list[str]:
    """Every mistake as it is shown."""
    return [str(mistake) for mistake in checked(folder, **files).mistakes]


def concept_map(*elements: dict[str, Any], **group: Any) -> dict[str, Any]:
    return {
        "resourceType": "ConceptMap",
        "status": "active",
        "group": [{"source": LOCAL, "target": CONCEPT, "element": list(elements), **group}],
    }


def element(code: str, target: str, equivalence: str = "equivalent") -> dict[str, Any]:
    return {"code": code, "target": [{"code": target, "equivalence": equivalence}]}


def value_set(url: str, *codes: str) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "url": url,
        "status": "active",
        "compose": {"include": [{"system": LOCAL, "concept": [{"code": code} for code in codes]}]},
    }
