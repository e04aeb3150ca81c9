"""Places in a file where towns differ: ｛住民登録の窓口｝. What is not filled keeps an event from being published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from yakuba.services.intake.engine.navigator.event import Event

SLOT = re.compile(r"[{｛]([^{}｛｝\n]{1,40})[}｝]")


def names(event: Event) -> list[str]:
    """The slots of an event in the order of the file, each once."""
    return list(dict.fromkeys(one.strip() for text in _texts(event) for one in SLOT.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text as residents read it; a slot that nothing fills stays as it stands."""
    return SLOT.sub(lambda found: values.get(found[1].strip()) or found[0], text)


def _texts(event: Event) -> Iterator[str]:
    yield from (event.title, event.intro)
    for question in event.questions:
        yield from (question.text, question.help, *question.answers)
    for task in event.tasks:
        yield from (task.name, task.window, task.note)
        yield from (one.name for one in task.things)
        yield from (text for one in task.deadlines for text in (one.words, one.late))
    yield from (row.advice for row in event.rows)
