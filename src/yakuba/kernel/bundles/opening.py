"""A bundle of another town, opened in a process of its own."""

from __future__ import annotations

from dataclasses import replace

from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.kernel.definitions.bundle import Definition, told
from yakuba.kernel.files.apart import read


def definitions(content: bytes) -> list[Definition]:
    """What is in it. Raises DefinitionError and DefinitionRefused."""
    found: list[Definition] = []
    for frame in read(told, content, raises=(DefinitionError, DefinitionRefused)):
        if "file" in frame.head:
            found[-1] = replace(found[-1], files={**found[-1].files, str(frame.head["file"]): frame.body})
        else:
            kind, code, version, title = (
                str(frame.head["definition"][key]) for key in ("kind", "code", "version", "title")
            )
            text = frame.body.decode("utf-8", "surrogatepass")
            found.append(Definition(kind, code, version, title, text))
    return found
