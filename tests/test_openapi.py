"""What programs see is written down: nothing of the API changes without the change standing in the diff."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from yakuba.kernel.api.routes import build_api

KEPT = Path(settings.YAKUBA.samples_dir).parent / "docs" / "openapi.json"


def test_the_api_is_as_it_is_written_down():
    described = json.loads(json.dumps(build_api().get_openapi_schema()))
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    anew = "wanted so? .venv/bin/python scripts/write_openapi.py writes it anew"
    assert {path: sorted(entry) for path, entry in described["paths"].items()} == {
        path: sorted(entry) for path, entry in kept["paths"].items()
    }, anew
    assert described == kept, anew
