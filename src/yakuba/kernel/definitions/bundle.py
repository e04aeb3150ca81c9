"""A bundle: one file (a ZIP archive) with the definitions of a procedure, which one town hands to another.

`bundle.yaml` lists what is in it; each definition is a folder `<kind>/<code>/` with `definition.yaml` and the files that
belong to it. What comes from outside is bounded, and nothing but the listed files is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import yaml

from yakuba.kernel.definitions.faults import DefinitionError
from yakuba.kernel.definitions.source import LARGEST_BYTES, decoded, values

FORMAT = 1
LIST, TEXT = "bundle.yaml", "definition.yaml"
MOST = 100  # definitions
MOST_FILES = 50  # of one definition
LARGEST_FILE = 20_000_000  # bytes, unpacked
LARGEST_BUNDLE = 60_000_000  # bytes, unpacked
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,120}")


@dataclass(frozen=True)
class Definition:
    """One definition as a file: kind and code say which, text is its YAML, files what lies beside it by name."""

    kind: str
    code: str
    version: str
    title: str
    text: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.kind}「{self.code}」第{self.version}版"


def as_text(document: Any) -> str:
    """A document as YAML with its keys in their order."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def packed(procedure: str, definitions: Sequence[Definition]) -> bytes:
    """The bundle. The same definitions give the same bytes."""
    listed = [
        {
            "kind": one.kind,
            "code": one.code,
            "version": one.version,
            "title": one.title,
            "files": sorted(one.files),
        }
        for one in definitions
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, LIST, as_text({"bundle": FORMAT, "procedure": procedure, "definitions": listed}))
        for one in definitions:
            _put(archive, f"{one.kind}/{one.code}/{TEXT}", one.text)
            for name in sorted(one.files):
                _put(archive, f"{one.kind}/{one.code}/{name}", one.files[name])
    return buffer.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    info = zipfile.ZipInfo(name)  # of 1980: when it was packed says nothing
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def unpacked(content: bytes) -> list[Definition]:
    """The definitions in a bundle. Raises DefinitionError and DefinitionRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            reader = _Reader(archive)
            document = values(decoded(reader.take(LIST, LARGEST_BYTES)))
            return [_definition(row, reader) for row in _rows(document)]
    except zipfile.BadZipFile:
        raise DefinitionError(
            "定義の束ではありません。「yakuba definitions export」で作ったファイルを選んでください。"
        ) from None


def told(file: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The definitions of somebody's bundle as plain data, each before its files: for the process in which it is opened
    (`kernel.files.apart`). Raises what `unpacked` does."""
    for one in unpacked(file.read(LARGEST_BUNDLE + 1)):
        named = {"kind": one.kind, "code": one.code, "version": one.version, "title": one.title}
        yield {"definition": named}, one.text.encode("utf-8", "surrogatepass")
        for name, content in one.files.items():
            yield {"file": name}, content


class _Reader:
    """Files of an archive, each bounded and all together, whatever the archive says of their sizes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left = archive, LARGEST_BUNDLE

    def take(self, name: str, most: int) -> bytes:
        try:
            with self._archive.open(name) as file:
                content = file.read(min(most, self._left) + 1)
        except KeyError:
            raise DefinitionError(f"束に {name} がありません。作り直してもらってください。") from None
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise DefinitionError(
                f"束の {name} が壊れていて読めません。もう一度受け取ってください。"
            ) from error
        if len(content) > min(most, self._left):
            raise DefinitionError(f"束の {name} が大きすぎます。")
        self._left -= len(content)
        return content


def _rows(document: Any) -> list[Mapping[str, Any]]:
    if not isinstance(document, dict) or document.get("bundle") != FORMAT:
        raise DefinitionError(f"{LIST}: この版のYakubaでは読めない束です。")
    rows = document.get("definitions")
    if (
        not isinstance(rows, list)
        or not 0 < len(rows) <= MOST
        or not all(isinstance(row, dict) for row in rows)
    ):
        raise DefinitionError(f"{LIST}: definitions に1から{MOST}までの定義を並べてください。")
    return rows


def _definition(row: Mapping[str, Any], reader: _Reader) -> Definition:
    kind, code, version, title = (str(row.get(key, "")) for key in ("kind", "code", "version", "title"))
    files = row.get("files") or []
    names = [kind, code, *(str(name) for name in files)] if isinstance(files, list) else [""]
    if len(names) > MOST_FILES or not all(_NAME.fullmatch(name) and name.strip(".") for name in names):
        raise DefinitionError(f"{LIST}: 「{kind}」「{code}」の名前かファイルの一覧が正しくありません。")
    folder = f"{kind}/{code}"
    text = decoded(reader.take(f"{folder}/{TEXT}", LARGEST_BYTES))
    return Definition(
        kind,
        code,
        version,
        title,
        text,
        {str(name): reader.take(f"{folder}/{name}", LARGEST_FILE) for name in files},
    )
