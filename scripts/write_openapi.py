"""Write down what the API offers: `.venv/bin/python scripts/write_openapi.py` → docs/openapi.json.

The test `tests/test_openapi.py` compares the two, so that a change of what programs see stands in the diff.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def main() -> None:
    """Write the file; no installation's data is touched."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "yakuba.config.settings", "YAKUBA_DATA_DIR": folder}
        import django

        django.setup()
        from django.urls import get_resolver

        from yakuba.kernel.api.routes import build_api

        _ = get_resolver().url_patterns  # the API stands at its address
        described = build_api().get_openapi_schema()
    described = json.loads(json.dumps(described))  # statuses are numbers and words until then
    text = json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True)
    KEPT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
