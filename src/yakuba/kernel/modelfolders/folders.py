"""A folder with a model: `model.yaml` says what it is, and the files it names lie beside it.

```yaml
model: reading-recogniser      # its name; letters, digits and hyphens
task: reading.lines            # what it can be asked for, `<room>.<what>`
title: 手書き文字の認識
version: "2026.11"
licence: Apache-2.0
source: どこから来たか、どのデータで学習したか
figures: 学習に使っていない40枚で…     # optional
files: {recogniser.onnx: "2df19a62…"}   # SHA-256 of each file
```
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from yakuba.kernel.definitions import DefinitionRefused, decoded, values
from yakuba.kernel.refusals import Unavailable

DESCRIPTION = "model.yaml"
_NEEDED = ("model", "task", "title", "version", "licence", "source", "files")
_CHUNK = 1 << 20  # bytes
Loaded = TypeVar("Loaded")

_lock = threading.Lock()
_loaded: dict[tuple[str, str], Any] = {}
_verified: dict[Path, tuple[int, int, str]] = {}  # size and change time (ns) of a file → its SHA-256


class ModelRefused(Unavailable):
    """A model cannot be used: what is wrong and what to do, in Japanese."""


@dataclass(frozen=True)
class ModelFolder:
    """A model as its description says; `fault` tells in Japanese why it cannot be used, empty when it can."""

    path: Path
    name: str
    task: str
    title: str
    version: str
    licence: str
    source: str
    figures: str
    files: tuple[tuple[str, str], ...]  # name, SHA-256
    fault: str = ""

    def file(self, name: str) -> Path:
        """The path of one of its files, whose content is what the description says. Raises ModelRefused."""
        expected = dict(self.files).get(name)
        if expected is None:
            raise ModelRefused(f"モデル「{self.name}」に {name} はありません。")
        if fault := _fault_of(self.path, name, expected):
            raise ModelRefused(fault)
        return self.path / name


def folders(places: Sequence[Path]) -> list[ModelFolder]:
    """Every model in those places, the first place first; a town's own folder is named before the shipped one, so that
    its model of a task is found first. Folders without a description are passed over."""
    found = []
    for place in places:
        for description in sorted(place.glob(f"*/{DESCRIPTION}")):
            found.append(_read(description))
    return found


def find(task: str, places: Sequence[Path]) -> ModelFolder:
    """The first usable model for the task. Raises ModelRefused with the faults of those that are not usable."""
    meant = [one for one in folders(places) if one.task in (task, "")]  # one that cannot be read may be meant
    for one in meant:
        if not one.fault:
            return one
    if meant:
        raise ModelRefused("\n".join(one.fault for one in meant))
    where = "、".join(str(place) for place in places)
    raise ModelRefused(f"「{task}」のモデルがありません。モデルのフォルダを {where} に置いてください。")


def once(model: ModelFolder, load: Callable[[ModelFolder], Loaded]) -> Loaded:
    """What `load` makes of the model, made once in this process however many threads ask at the same time."""
    key = (str(model.path), model.version)
    with _lock:
        if key not in _loaded:
            _loaded[key] = load(model)
        made: Loaded = _loaded[key]
        return made


def _read(description: Path) -> ModelFolder:
    folder = description.parent
    unread = ModelFolder(folder, folder.name, "", folder.name, "", "", "", "", ())
    try:
        said = values(decoded(description.read_bytes()))
    except (OSError, DefinitionRefused) as error:
        return _with_fault(unread, f"{description} を読めません：{error}")
    if not isinstance(said, dict) or (missing := [key for key in _NEEDED if not said.get(key)]):
        lacking = "、".join(missing if isinstance(said, dict) else _NEEDED)
        return _with_fault(unread, f"{description} に {lacking} がありません。書き足してください。")
    if not isinstance(said["files"], dict):
        return _with_fault(unread, f"{description} の files は「ファイル名: SHA-256」の形で書いてください。")
    texts = {
        key: str(said.get(key, "")) for key in ("task", "title", "version", "licence", "source", "figures")
    }
    files = tuple((str(name), str(digest)) for name, digest in said["files"].items())
    model = ModelFolder(folder, str(said["model"]), files=files, **texts)
    faults = [fault for name, digest in files if (fault := _fault_of(folder, name, digest))]
    return _with_fault(model, "\n".join(faults))


def _with_fault(model: ModelFolder, fault: str) -> ModelFolder:
    return ModelFolder(**{**vars(model), "fault": fault})


def _fault_of(folder: Path, name: str, expected: str) -> str:
    file = folder / name
    if Path(name).name != name or file.is_symlink():
        return f"モデルのファイル {name} は、フォルダの中に直接置いてください。"
    if not file.is_file():
        return f"モデルのファイル {file} がありません。フォルダを丸ごと置き直してください。"
    if sha256(file) != expected.lower():
        return f"モデルのファイル {file} の中身が {DESCRIPTION} の SHA-256 と違います。正しいファイルを置き直してください。"
    return ""


def sha256(file: Path) -> str:
    """The file's digest; kept for the process as long as size and change time stay the same."""
    state = file.stat()
    size, changed = state.st_size, state.st_mtime_ns
    known = _verified.get(file)
    if known is None or known[:2] != (size, changed):
        digest = hashlib.sha256()
        with file.open("rb") as content:
            while part := content.read(_CHUNK):
                digest.update(part)
        known = _verified[file] = (size, changed, digest.hexdigest())
    return known[2]
