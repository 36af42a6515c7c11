"""What a site decides about its cards, from its settings."""

from __future__ import annotations

from collections.abc import Callable

from hooks.compose import PROJECT_URL, Presentation
from service.settings import Settings


def presentation(settings: Settings, new_uuid: Callable[[str], str]) -> Presentation:
    """Cards name the public address of the service as their source, where it has one."""
    return Presentation(
        new_uuid=new_uuid,
        source_url=f"{settings.public_url}/" if settings.public_url else PROJECT_URL,
        suggestions=settings.suggestions,
    )
