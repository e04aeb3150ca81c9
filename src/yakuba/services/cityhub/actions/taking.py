"""Readings out of tables: the whole table or nothing. The newest reading of each attribute becomes the entity's value, if it is
newer than what is known; subscriptions hear of that as of any update."""

from __future__ import annotations

import io
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import BinaryIO

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values.encodings import decoded
from yakuba.services.cityhub.actions.series import KnownSeries
from yakuba.services.cityhub.actions.space import WriteSpace, writing
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.engine import json_readings, updating
from yakuba.services.cityhub.engine.entities import Attribute, Entity
from yakuba.services.cityhub.engine.json_readings import is_json
from yakuba.services.cityhub.engine.moments import read_moment, written
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.readings import REQUIRED, GivenReading, fitting, read
from yakuba.services.cityhub.engine.requests import Path
from yakuba.services.cityhub.queries import devices

ROOT = "/"
LARGEST_JSON = 50_000_000  # bytes
AT_ONCE = 5_000  # readings in one transaction


def take_text(text: str, *, actor: Actor) -> int:
    """All readings of a table or of JSON as text. Raises Invalid with every fault by line."""
    return take_file(io.BytesIO(text.encode()), {}, actor=actor)


def take_file(file: BinaryIO, renamed: dict[str, str], *, actor: Actor) -> int:
    """All readings of a file. Raises Invalid with every fault by line."""
    found, problems = read_file(file, renamed)
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    take(found, actor=actor)
    return len(found)


def read_file(file: BinaryIO, renamed: dict[str, str]) -> tuple[list[GivenReading], list[Problem]]:
    """The readings of a table or of a JSON file, and every fault by line."""
    problems: list[Problem] = []
    start = file.read(64)
    file.seek(0)
    if is_json(start):
        text = decoded(file.read(LARGEST_JSON + 1))
        if text is None:
            return [], [Problem(1, "", "文字コードが分かりません。UTF-8で保存し直してください。")]
        listed = json_readings.rows(text, problems)
    else:
        listed = list(rows(file, REQUIRED, problems, renamed=renamed))
    found, faults = checked(listed)
    return found, sorted([*problems, *faults], key=lambda one: one.line)


def checked(listed: Iterable[Row]) -> tuple[list[GivenReading], list[Problem]]:
    """The readings that can be taken, and what is told of the others."""
    found, faults = read(listed, time.time())
    ids = [one.entity_id for one in found]
    kept, others = fitting(found, devices.units(ids), devices.calibrated(ids))
    return kept, [*faults, *others]


def take(readings: Iterable[GivenReading], *, actor: Actor) -> None:
    """Store them. Taken a second time, the same readings change nothing."""
    listed = sorted(readings, key=lambda one: one.at)
    known, watches = KnownSeries(), Watches()
    municipality = current_municipality().pk
    record("cityhub.loaded", actor=actor, readings=len(listed))
    for start in range(0, len(listed), AT_ONCE):
        with writing(municipality, time.time(), known, watches) as space:
            space.occasion = Occasion("", "file", 1)
            put_readings(space, listed[start : start + AT_ONCE])


def put_readings(space: WriteSpace, listed: list[GivenReading]) -> None:
    """Note them, and let the newest of each attribute be the entity's value where it is newer than what is known. listed: the
    oldest first."""
    newest: dict[tuple[str, str], dict[str, GivenReading]] = defaultdict(dict)
    for one in listed:
        newest[one.entity_id, one.entity_type][one.attribute] = one
        space.note(Entity(one.entity_id, one.entity_type, ROOT), one.attribute, one.at, one.number, one.unit)
    for (entity_id, entity_type), attributes in newest.items():
        found = space.named(entity_id, entity_type, (Path(ROOT, False),))
        given = {
            name: _attribute(one)
            for name, one in attributes.items()
            if not found or one.at >= _measured(found[0], name)
        }
        if not found:
            outcome = updating.created(Entity(entity_id, entity_type, ROOT), given, space.now)
        elif given:
            outcome = updating.appended(found[0], given, space.now)
        else:
            continue
        space.put(outcome.entity, outcome.change)


def _measured(entity: Entity, name: str) -> float:
    attribute = entity.attributes.get(name)
    if attribute is None:
        return 0.0
    mark = (attribute.get("metadata") or {}).get("TimeInstant")
    moment = read_moment(mark["value"]) if mark and isinstance(mark["value"], str) else None
    return attribute["modified"] if moment is None else moment


def _attribute(one: GivenReading) -> Attribute:
    metadata = {"TimeInstant": {"type": "DateTime", "value": written(one.at)}}
    if one.unit:
        metadata["unit"] = {"type": "Text", "value": one.unit}
    return {"type": "Number", "value": one.number, "metadata": metadata, "typed": True}
