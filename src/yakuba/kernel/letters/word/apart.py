"""Somebody's .docx, opened in a process of its own (`files.apart`): what it says, how it is laid out, and the file without
what acts in it. Everything of the house that takes a Word file takes it here. The functions without an underscore are for
this process; the others run in the other one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from yakuba.kernel.files.apart import Told, answer, understood
from yakuba.kernel.files.apart import read as told_by
from yakuba.kernel.letters.word import model, plain
from yakuba.kernel.letters.word.cleaning import cleaned
from yakuba.kernel.letters.word.package import LARGEST_FILE, NotWord, Package, W
from yakuba.kernel.letters.word.reading import Read, read
from yakuba.kernel.letters.word.texts import BREAKS, paragraphs, places, text_of
from yakuba.kernel.refusals import Problem
from yakuba.kernel.values import characters

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def document(content: bytes, repeated: Collection[str] = ()) -> Read:
    """How the file is laid out: `reading.read`. Raises NotWord."""
    laid_out = b""
    pictures = dict[str, bytes]()
    for frame in told_by(_document, content, raises=(NotWord,), repeated=list(repeated)):
        if "picture" in frame.head:
            pictures[str(frame.head["picture"])] = frame.body
        else:
            laid_out = frame.body
    with understood():
        found = json.loads(laid_out)
        faults, notes = (
            tuple(Problem(int(line), str(place), str(reason)) for line, place, reason in found[name])
            for name in ("faults", "notes")
        )
        made = plain.made(model.Document, found["document"])
        made.pictures.update(pictures)
        return Read(made, faults, notes)


def lines(content: bytes) -> list[str]:
    """What its paragraphs say. Raises NotWord."""
    told = answer(_lines, content, raises=(NotWord,)).body
    with understood():
        return list(plain.made(tuple[str, ...], json.loads(told)))


def harmless(content: bytes, said: Mapping[str, str] | None = None) -> bytes:
    """The file without what acts in it (`cleaning`). said: paragraph as `lines` gives it → what it says instead, in one look:
    that of its longest piece. Raises NotWord."""
    return answer(_harmless, content, raises=(NotWord,), said=dict(said or {})).body


def _document(file: BinaryIO, repeated: list[str]) -> Iterator[Told]:
    found = read(file.read(LARGEST_FILE + 1), repeated)
    for digest, picture in found.document.pictures.items():
        yield {"picture": digest}, picture
    problems = {
        name: [[one.line, one.place, one.reason] for one in listed]
        for name, listed in (("faults", found.faults), ("notes", found.notes))
    }
    yield {}, json.dumps(problems | {"document": plain.told(found.document)}).encode()


def _lines(file: BinaryIO) -> Iterator[Told]:
    package = Package(file.read(LARGEST_FILE + 1))
    said = [text_of(one) for one in paragraphs(package.xml(package.main))]
    yield {}, json.dumps(said).encode()


def _harmless(file: BinaryIO, said: dict[str, str]) -> Iterator[Told]:
    content = file.read(LARGEST_FILE + 1)
    if not said:
        yield {}, cleaned(content)
        return
    package = Package(content)
    root = package.xml(package.main)
    for paragraph in paragraphs(root):
        if text := said.get(text_of(paragraph), ""):
            _say(paragraph, text)
    yield {}, cleaned(content, root)


def _say(paragraph: Any, text: str) -> None:
    """Instead of what it says."""
    held = places(paragraph)
    nodes = [node for node in held if node.tag == f"{W}t"]
    if not nodes:
        return
    for node in held:
        if node.tag in BREAKS:
            node.getparent().remove(node)
    longest = max(nodes, key=lambda node: len(node.text or ""))
    for node in nodes:
        node.text = characters.fit(text) if node is longest else ""
    longest.set(_SPACE, "preserve")
    for over in [node for node in paragraph.iter(f"{W}rt")]:
        over.getparent().remove(over)
