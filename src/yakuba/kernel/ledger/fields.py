"""A column for definition files, whose order means something (options are numbered as the paper lists them)."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class DocumentField(models.TextField):  # type: ignore[type-arg]  # not subscriptable when running
    """A JSON document kept as text with its keys in order. PostgreSQL's jsonb, behind Django's own JSONField,
    sorts keys: the same answer would then be written `loop,north` instead of `north,loop`."""

    # What the type checker's Django plugin reads: any JSON goes in and comes out.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The document as it was stored."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """The document; text is read as JSON."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """The text that is stored."""
        return None if value is None else json.dumps(value, ensure_ascii=False)
