"""Write `docs/mapping.md` from the code of the mapping.

Run ``python -m scripts.make_mapping_table`` after changing what is read; the output depends on
nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.mapping_table.document import document

FILE = Path(__file__).resolve().parents[1] / "docs" / "mapping.md"


def main() -> int:
    """Write the file."""
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"docs/{FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
