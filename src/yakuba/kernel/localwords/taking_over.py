"""What rooms had filled in tables of their own comes here, for their migrations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def take_over(apps: Any, database: str, room: str, given: Iterable[tuple[int, str, str]]) -> None:
    """Words of a room as (municipality, name, value). The first room to come gives the word for all; where another one had
    put something else into a place of that name, both stay: its own word goes on standing in its own texts, so that nothing
    which residents read changes until somebody has looked."""
    rows = apps.get_model("localwords", "LocalWord")._base_manager.using(database)
    for municipality, name, value in given:
        if not value:
            continue
        word, made = rows.get_or_create(
            municipality_id=municipality, name=name, room="", defaults={"value": value}
        )
        if not made and word.value != value:
            rows.get_or_create(municipality_id=municipality, name=name, room=room, defaults={"value": value})
