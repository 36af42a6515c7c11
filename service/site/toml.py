"""A site's TOML file, before anyone knows what it should hold."""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any


class NotToml(ValueError):
    """What is wrong, to be put behind the name of the file."""


def read_toml(path: Path) -> dict[str, Any]:
    """The content, with decimal numbers as they are written. `NotToml` where it cannot be parsed;
    an OSError, where it cannot be read, passes.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except UnicodeDecodeError:
        raise NotToml("is not TOML: save it as UTF-8") from None
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise NotToml(f"is not TOML: {error}") from None
