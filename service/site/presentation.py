"""What a site decides about its cards, from its settings."""

from __future__ import annotations

from collections.abc import Callable

from hooks.compose import PROJECT_URL, Presentation
from mappings.terminology import Terminology
from service.settings import Settings
from service.site.mapping import mapping_version


def presentation(
    settings: Settings, codes: Terminology, new_uuid: Callable[[str], str]
) -> Presentation:
    """Cards name the public address of the service as their source, where it has one."""
    return Presentation(
        new_uuid=new_uuid,
        source_url=f"{settings.public_url}/" if settings.public_url else PROJECT_URL,
        suggestions=settings.suggestions,
        site_mapping=mapping_version(codes),
    )
