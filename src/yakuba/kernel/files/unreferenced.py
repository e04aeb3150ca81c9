"""Stored files that belong to nothing: whoever was killed between keeping an upload and writing the row that names it leaves
one, and so does a row that goes without its file.

Whether a file belongs to something, the models say: every foreign key to `StoredFile`, of whatever room, and every column
that may hold its number as words, as a job's arguments do. So a new model is covered by being there. What cannot be asked
(`Unresolved`) ends the sweep, and what is found is asked once more with the file's row locked before it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast
from django.utils import timezone

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.tenancy import every_municipality

KEPT = timedelta(days=1)  # an upload whose row is still to come is younger
AT_ONCE = 50  # files that are looked for in words together, and go in one transaction
KEY_LENGTH = 32  # characters of a file's number without hyphens; a shorter column holds none
# What only says that somebody looked at a file, or kept a table: it holds on to nothing, and is never taken away.
ONLY_TELLS = ("audit.AuditEvent", "audit.HouseEvent")


class Unresolved(Exception):
    """A model refers to files in a way that nobody can follow: nothing may go."""


class Reference(NamedTuple):
    """A column that names a stored file."""

    model: type[models.Model]
    field: str


def references() -> list[Reference]:
    """Every foreign key to a stored file. Raises Unresolved for a relation of another kind."""
    found = []
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete:
            continue
        field: Any = getattr(relation, "field", None)
        if isinstance(field, models.ManyToManyField):
            continue  # its table is a model with a foreign key
        if not isinstance(field, models.ForeignKey) or field.target_field.name != "id":
            raise Unresolved(f"{relation} names stored files in a way that is not known")
        found.append(Reference(field.model, field.name))
    for model in apps.get_models(include_auto_created=True):
        if model._meta.private_fields:
            raise Unresolved(f"{model._meta.label} may name a row of any table")
    return found


@every_municipality("a row of another town that names the file keeps it too")
def count(now: datetime | None = None) -> int:
    """How many files of the active town, older than a day, no foreign key names; those that a job names in words, and that
    stay, are among them. Raises Unresolved."""
    return int(_unnamed(now).count())


def clear(now: datetime | None = None) -> int:
    """Remove what belongs to nothing, in pieces; how many. Raises Unresolved."""
    gone, last = 0, None
    while True:
        with every_municipality("a row of another town that names the file keeps it too"):
            keys = _next_unnamed(last, now)
            spoken_of = set(_in_words([str(key) for key in keys])) if keys else set()
        if not keys:
            return gone
        last = keys[-1]
        gone += _remove([key for key in keys if str(key) not in spoken_of], now)


def _next_unnamed(last: Any, now: datetime | None) -> list[Any]:
    rows = _unnamed(now).order_by("pk")
    return list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _remove(keys: Sequence[Any], now: datetime | None) -> int:
    """With the rows locked nobody can refer to one from now on; what somebody did meanwhile stays."""
    list(StoredFile.objects.select_for_update().filter(pk__in=keys).values_list("pk"))
    with every_municipality("a row of another town that names the file keeps it too"):
        strays = list(_unnamed(now).filter(pk__in=keys))
    return remove(*strays)


def _unnamed(now: datetime | None) -> models.QuerySet[StoredFile]:
    rows: models.QuerySet[StoredFile] = StoredFile.objects.filter(
        created_at__lt=(now or timezone.now()) - KEPT
    )
    for model, field in references():
        rows = rows.exclude(models.Exists(_every(model).filter(**{field: models.OuterRef("pk")})))
    return rows


def _in_words(keys: Sequence[str]) -> Iterator[str]:
    """Those that stand somewhere as words, with hyphens or without."""
    spelt = {form: key for key in keys for form in (key, key.replace("-", ""))}
    for model in apps.get_models(include_auto_created=True):
        columns = [one.name for one in model._meta.concrete_fields if _may_hold(one)]
        if model is StoredFile or model._meta.label in ONLY_TELLS or not columns:
            continue
        asked = {f"as_text_{name}": Cast(name, models.TextField()) for name in columns}
        wanted = [models.Q(**{f"{name}__contains": form}) for name in asked for form in spelt]
        for row in _every(model).annotate(**asked).filter(reduce(or_, wanted)).values_list(*asked):
            yield from {key for form, key in spelt.items() for said in row if said and form in said}


def _may_hold(field: Any) -> bool:
    """Whether a file's number may stand in the column as words. A foreign key is asked as one."""
    if field.is_relation:
        return False
    if isinstance(field, models.CharField):
        return field.max_length is None or field.max_length >= KEY_LENGTH
    return isinstance(field, models.TextField | models.JSONField | models.UUIDField)


def _every(model: type[models.Model]) -> Any:
    """Whosever they are: a row of another town that names the file keeps it too."""
    return getattr(model, "all_municipalities", None) or model._base_manager
