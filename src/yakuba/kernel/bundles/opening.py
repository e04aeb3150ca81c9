"""A bundle of another town, opened in a process of its own."""

from __future__ import annotations

from dataclasses import replace

from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.kernel.definitions.bundle import MOST, Definition, told
from yakuba.kernel.files.apart import read, understood
from yakuba.kernel.files.opening import Frame


def definitions(content: bytes) -> list[Definition]:
    """What is in it. Raises DefinitionError and DefinitionRefused."""
    found: list[Definition] = []
    for frame in read(told, content, raises=(DefinitionError, DefinitionRefused)):
        with understood():
            _take(frame, found)
    return found


def _take(frame: Frame, found: list[Definition]) -> None:
    if "file" in frame.head:
        found[-1] = replace(found[-1], files={**found[-1].files, str(frame.head["file"]): frame.body})
        return
    if len(found) == MOST:
        raise ValueError("more definitions than a bundle has")
    kind, code, version, title = (
        str(frame.head["definition"][key]) for key in ("kind", "code", "version", "title")
    )
    text = frame.body.decode("utf-8", "surrogatepass")
    found.append(Definition(kind, code, version, title, text))
