"""What lies in a backup: a manifest, the list of its files with their sums, and nothing that the list does not name.

A backup comes from a disk that anybody may have written to. Its names are a closed set of patterns, it has no links,
and its manifest carries a seal: an HMAC under a key derived from the installation's. What the seal does not cover is
neither opened nor restored.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yakuba.kernel.privacy.keys import derived
from yakuba.kernel.refusals import Invalid

MANIFEST, CONTENTS = "manifest.json", "contents.sha256"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
NAMES = re.compile(
    r"database\.(sqlite3|dump)"
    r"|audit/\d{6}\.(json|\d{20}\.old)"
    r"|maps/[A-Za-z0-9][A-Za-z0-9._-]{0,80}"
    r"|files/\d{6}/[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.ASCII,
)
LINE = re.compile(rb"([0-9a-f]{64})  ([\x21-\x7e]{1,120})\n")
LONGEST_LINE = 200
LARGEST_MANIFEST = 1_000_000  # bytes
PIECE = 1024 * 1024
NOT_OURS = "Yakubaの控えではないか、書き換えられています。"


class Manifest(BaseModel):
    """What a backup is. `lacking`: files of the database's rows that had no blob when it was taken; `files`: rows; `size`:
    bytes of all files. `key_check` tells a wrong key from a changed backup; `seal` covers all the rest."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1] = 1
    release: str = Field(max_length=60)
    database: Literal["sqlite", "postgresql"]
    made_at: str = Field(max_length=60)
    migrations: list[str]
    files: int = Field(ge=0)
    lacking: list[str]
    size: int = Field(ge=0)
    contents_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    key_check: str = ""
    seal: str = ""

    def sealed(self, master: bytes) -> Manifest:
        """The same with the seal of the installation whose key that is."""
        whole = self.model_copy(update={"key_check": _key_check(master), "seal": ""})
        return whole.model_copy(update={"seal": whole._mark(master)})

    def require_seal(self, master: bytes) -> None:
        """Raises Invalid where another key made it, or it was changed since."""
        if not hmac.compare_digest(self.key_check.encode(), _key_check(master).encode()):
            raise Invalid(
                "この控えは、ほかの鍵で取られています。",
                remedy="控えと一緒に残した鍵を --keys で示してください。",
            )
        bare = self.model_copy(update={"seal": ""})
        if not hmac.compare_digest(self.seal.encode(), bare._mark(master).encode()):
            raise Invalid(NOT_OURS, place=MANIFEST, remedy="別の控えを使ってください。")

    def _mark(self, master: bytes) -> str:
        return hmac.new(_key(master), self.model_dump_json().encode(), hashlib.sha256).hexdigest()


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup. Raises Invalid where there is none that can be read."""
    if not os.path.lexists(backup / MANIFEST):
        raise Invalid(
            f"{backup} に {MANIFEST} がありません。控えでないか、取り終えていません。",
            remedy="控えのフォルダを指定してください。",
        )
    with opened(backup, MANIFEST) as file:
        text = file.read(LARGEST_MANIFEST + 1)
    if len(text) > LARGEST_MANIFEST:
        raise Invalid(NOT_OURS, place=MANIFEST)
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise Invalid(
            NOT_OURS, place=MANIFEST, remedy="新しい版の控えなら、その版で開いてください。"
        ) from error


def entries(backup: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of every file, in the order of the list. Raises Invalid at the first line that is not one, and
    at the end where the list is not the manifest's: so nothing is to be taken for good before the last."""
    seen, last = hashlib.sha256(), ""
    with opened(backup, CONTENTS) as file:
        while line := file.readline(LONGEST_LINE):
            seen.update(line)
            found = LINE.fullmatch(line)
            name = found[2].decode("ascii") if found else ""
            if found is None or not NAMES.fullmatch(name) or name <= last:  # sorted: no name twice
                raise Invalid(NOT_OURS, place=CONTENTS)
            last = name
            yield name, found[1].decode("ascii")
    if seen.hexdigest() != manifest.contents_sha256:
        raise Invalid(NOT_OURS, place=CONTENTS)


def present(backup: Path) -> dict[str, int]:
    """Every file that lies in the backup, with its size. Raises Invalid at a link, a device, a name of none of ours."""
    found: dict[str, int] = {}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            listed = list(os.scandir(backup / folder))
        except OSError as error:
            raise Invalid(f"{backup / folder} を読めません（{error.strerror}）。") from error
        for one in listed:
            name = f"{folder}{one.name}"
            facts = one.stat(follow_symlinks=False)
            if stat.S_ISDIR(facts.st_mode) and name.count("/") < 3:
                waiting.append(f"{name}/")
            elif stat.S_ISREG(facts.st_mode) and (name in (MANIFEST, CONTENTS) or NAMES.fullmatch(name)):
                found[name] = facts.st_size
            else:
                raise Invalid(
                    "控えにないはずのものがあります。",
                    place=_shown(name),
                    remedy="別の控えを使ってください。",
                )
    return found


def opened(backup: Path, name: str) -> IO[bytes]:
    """A file of the backup to read, which is a file and no link. Raises Invalid, also where it is not there."""
    try:
        file = open(os.open(backup / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")  # noqa: SIM115
    except OSError as error:
        raise Invalid(
            f"{name} を読めません（{os.strerror(error.errno or 0)}）。",
            place=str(backup),
            remedy="控えのフォルダかを確かめるか、別の控えを使ってください。",
        ) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Invalid(NOT_OURS, place=name)
    return file


def _key(master: bytes) -> bytes:
    return derived(master, "yakuba:backup")


def _key_check(master: bytes) -> str:
    return hmac.new(_key(master), b"key", hashlib.sha256).hexdigest()[:32]


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:120]
