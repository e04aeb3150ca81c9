"""A row as it stands in the file, which no database and no key of an installation is known to, and back."""

from __future__ import annotations

import base64
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from yakuba.config.moving.references import SEALED
from yakuba.kernel.privacy.encryption import WrongKey, decrypt, encrypt

UNKEPT = {"accounts.User": {"password": ""}}  # what proves who somebody is stays behind


def stored(row: models.Model) -> dict[str, Any]:
    """Column -> value as JSON takes it; sealed columns in clear, since the file is sealed whole."""
    label = row._meta.label
    found = {field.attname: _plain(_opened(label, field, row)) for field in row._meta.concrete_fields}
    return found | UNKEPT.get(label, {})


def built(model: type[models.Model], values: dict[str, Any]) -> models.Model:
    """The row of what `stored` gave, with the numbers that stand there now, sealed anew. Raises Django's ValidationError,
    KeyError and ValueError for what is none."""
    label, row = model._meta.label, model()
    for field in model._meta.concrete_fields:
        setattr(row, field.attname, _value(field, values[field.attname]))
    for field in model._meta.concrete_fields:
        name = SEALED.get(f"{label}.{field.name}")
        clear = getattr(row, field.attname)
        if name is not None and clear:
            setattr(row, field.attname, encrypt(name(row.pk), clear))
    return row


def _opened(label: str, field: models.Field[Any, Any], row: models.Model) -> Any:
    value, name = getattr(row, field.attname), SEALED.get(f"{label}.{field.name}")
    if name is None or not value:
        return value
    try:
        return decrypt(name(row.pk), bytes(value))
    except WrongKey:  # it was of no use here either
        return b""


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value, validate=True)
    if isinstance(field, models.JSONField) or field.get_internal_type() == "TextField":
        return value  # documents are JSON already, and a text that looks like one is none
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return target.to_python(value)
