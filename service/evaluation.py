"""Evaluation of a record in a file: the same way as a call, without HTTP and without network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from hooks.cards import Card
from hooks.relapsed_b_all import assess
from mappings.chart import Unread
from mappings.errors import MappingError
from relapse.assessment import Assessment
from relapse.facts import Section
from service.fhir.bundles import cut_short, next_link
from service.request.jsontext import NotJson, parse_json
from service.settings import Settings
from service.site.mapping import terminology
from service.site.policy import policies
from service.site.presentation import presentation


class UnusableFile(Exception):
    """The file holds no record of one patient; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    assessment: Assessment
    unread: tuple[Unread, ...]
    cards: tuple[Card, ...]


def evaluate_bundle(content: bytes, as_of: date, settings: Settings) -> Evaluated:
    """Assess the one patient of a FHIR Bundle. The same content gives the same output, uuids
    included.
    """
    bundle = _bundle(content)
    # A search result that goes on elsewhere, or was cut short, shows no absence of anything.
    partial = next_link(bundle) is not None or cut_short(bundle)
    codes = terminology(settings)
    try:
        outcome = assess(
            [bundle],
            patient_id=None,
            as_of=as_of,
            policy=policies(settings),
            presentation=presentation(settings, codes, _uuid_from_name),
            incomplete=frozenset(Section) if partial else frozenset(),
            terminology=codes,
        )
    except MappingError as error:
        raise UnusableFile(str(error)) from None
    except RecursionError:
        raise UnusableFile("the Bundle is nested too deeply") from None
    if outcome.assessment is None:
        raise UnusableFile("the Bundle holds nothing to assess")
    return Evaluated(outcome.assessment, outcome.unread, outcome.cards)


def _bundle(content: bytes) -> dict[str, object]:
    try:
        parsed = parse_json(content)
    except NotJson as error:
        raise UnusableFile(
            f"the file is not JSON: {error}; give one FHIR Bundle in UTF-8"
        ) from None
    if not isinstance(parsed, dict) or parsed.get("resourceType") != "Bundle":
        raise UnusableFile(
            "the file is not a FHIR Bundle: give a Bundle with the resources of one patient"
        )
    return parsed


def _uuid_from_name(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"relapse-cds/{name}"))
