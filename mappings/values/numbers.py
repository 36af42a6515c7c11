"""Numbers of JSON as decimals: 0.1 stays 0.1, and what is not a finite number of sane size is no
number.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_WRITTEN = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LARGEST_EXPONENT = 30


def decimal_of(value: object) -> Decimal | None:
    """A JSON number, or a text that is wholly one; ``None`` for NaN, infinities, truth values and
    everything else.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        # The shortest text that gives back the float is what stood in the message.
        try:
            value = repr(value)
        except ValueError:  # an integer of thousands of digits
            return None
    if isinstance(value, str):
        value = value.strip()
        if _WRITTEN.fullmatch(value) is None:
            return None
        try:
            value = Decimal(value)
        except InvalidOperation:
            return None
    if (
        not isinstance(value, Decimal)
        or not value.is_finite()
        or abs(value.adjusted()) > _LARGEST_EXPONENT
    ):
        return None
    return value
