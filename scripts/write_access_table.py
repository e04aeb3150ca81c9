"""Write down who may ask for what: `.venv/bin/python scripts/write_access_table.py` → tests/access_table.txt.

The test `tests/test_access.py` compares the two, so that a new door, or another permission, stands in the diff.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"


def main() -> None:
    """Write the file; no installation's data is touched."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "yakuba.config.settings", "YAKUBA_DATA_DIR": folder}
        import django

        django.setup()
        sys.path.insert(0, str(TESTS))
        import access_table

        access_table.KEPT.write_text("\n".join(access_table.lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
