"""Telling the index that something changed. Only a note is written, in the caller's transaction, so that nobody waits for
the index and what is rolled back is not noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from yakuba.kernel.registry import search_source


def changed(source: str, *keys: str) -> None:
    """Entries of the active town are new, different, or gone. Raises LookupError for a source that no manifest has."""
    from yakuba.kernel.search.models import Waiting

    search_source(source)
    Waiting.objects.bulk_create([Waiting(source=source, key=key) for key in keys])


def watch(source: str, model: type[Model], key: Callable[[Any], Any]) -> None:
    """Call `changed` for whatever row of the model is saved or deleted; `key` says which entry it belongs to. Writes that
    send no signal (`update`, `bulk_create`) say so themselves. For the `ready` of an application."""

    def note(instance: Any, **_: Any) -> None:
        from yakuba.kernel.search.models import Waiting

        Waiting.all_municipalities.create(
            municipality_id=instance.municipality_id, source=source, key=str(key(instance))
        )

    for signal in (post_save, post_delete):
        signal.connect(
            note, sender=model, weak=False, dispatch_uid=f"{source} {model._meta.label} {id(signal)}"
        )
