"""Packages, programs, libraries and fonts that the house runs without, and does more with: declared once, and looked for
without being loaded or run, so that a page or a check may ask whenever it likes."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from yakuba.kernel.modelfolders.packages import version_of

PATIENCE = 30  # seconds for the lists of fonts and of Debian's packages


class Kind(Enum):
    """What is looked for, in Japanese."""

    PACKAGE = "Pythonの部品"
    PROGRAM = "プログラム"
    LIBRARY = "ライブラリ"
    FONT = "フォント"


@dataclass(frozen=True)
class OptionalPart:
    """Something that is not needed to run the house. name: as it is imported, called, linked, or the language of the font;
    title: in Japanese; gives: what works with it and not without; debian: the packages that bring it; setting: the
    variable that names another place of a program; least: the oldest version that will do, dotted numbers."""

    name: str
    kind: Kind
    title: str
    gives: str
    licence: str
    debian: tuple[str, ...] = ()
    setting: str = ""
    least: str = ""

    @property
    def remedy(self) -> str:
        """How it is brought in."""
        if not self.debian:
            return "make setup をもう一度実行してください。"
        names = " ".join(self.debian)
        if self.setting:
            return f"Debian パッケージ {names} を入れるか（apt-get install {names}）、{self.setting} に場所を設定してください。"
        return f"Debian パッケージ {names} を入れてください（apt-get install {names}）。"


@dataclass(frozen=True)
class Standing:
    """What was found of a part. place: empty where it is not there; version: empty where nobody knows it."""

    part: OptionalPart
    place: str
    version: str

    @property
    def is_there(self) -> bool:
        """Whether it is there, in whatever version."""
        return bool(self.place)

    @property
    def fault(self) -> str:
        """Why it cannot be used though it is there, with the remedy; that it is not there is no fault."""
        part = self.part
        if self.is_there and part.least and self.version and _numbers(self.version) < _numbers(part.least):
            return f"{part.title}の版 {self.version} は古くて使えません（{part.least} 以上）。{part.remedy}"
        return ""

    @property
    def lack(self) -> str:
        """Why it cannot be used, with the remedy; empty where it can."""
        if not self.is_there:
            return f"{self.part.title}がありません。{self.part.remedy}"
        return self.fault


def look(part: OptionalPart, place: str = "") -> Standing:
    """Look for it now. place: where the program must be, by default on the path."""
    found = _FINDING[part.kind](part.name, place)
    version = version_of(part.name) if part.kind is Kind.PACKAGE else _debian_version(part.debian)
    return Standing(part, found, version if found else "")


def _package(name: str, _: str) -> str:
    spec = importlib.util.find_spec(
        name.partition(".")[0]
    )  # of the outermost: finding others would import that one
    if spec is None:
        return ""
    return spec.origin or next(iter(spec.submodule_search_locations or ()), "")


def _program(name: str, place: str) -> str:
    if place:
        return place if Path(place).is_file() and os.access(place, os.X_OK) else ""
    return shutil.which(name) or ""


def _library(name: str, _: str) -> str:
    return ctypes.util.find_library(name) or ""


def _font(language: str, _: str) -> str:
    """The family that comes first. Where nobody can list fonts they are taken to be there: nothing stops for want of them,
    only pictures suffer."""
    lister = shutil.which("fc-list")
    if lister is None:
        return "fc-list"
    return next(iter(_answer([lister, f":lang={language}", "family"]).splitlines()), "")


_FINDING = {Kind.PACKAGE: _package, Kind.PROGRAM: _program, Kind.LIBRARY: _library, Kind.FONT: _font}


def _debian_version(packages: Sequence[str]) -> str:
    """Of the first package, as Debian has it, without its epoch and revision; empty elsewhere."""
    lister = shutil.which("dpkg-query")
    if lister is None or not packages:
        return ""
    said = _answer([lister, "-W", "-f", "${Version}\n", packages[0]])
    return re.sub(r"^\d+:|-[^-]*$", "", said.partition("\n")[0])


def _answer(command: list[str]) -> str:
    try:
        asked = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.decode(errors="replace").strip()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
