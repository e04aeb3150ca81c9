"""What Yakuba is made of, with licences: the parts of a release as CycloneDX 1.6 (ECMA-424) and as a table.

Parts are what `make setup` installs, nothing else: the packages of requirements.lock with the hashes that it names, Debian's packages
of `debian_packages.sh`, and the models that stand in the repository. A licence is taken from what a package says of itself; where
that is no name of the SPDX list, from the text of its licence file or from `SAID` below.
"""

from __future__ import annotations

import re
import subprocess
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_WORD = re.compile(r"[A-Za-z0-9.+-]+")

#: Licences under which anybody may use, change and hand on a part, as SPDX names them.
PERMISSIVE = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "LLVM-exception", "MIT",
        "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib",
    }
)  # fmt: skip
#: Parts with another licence, and why they may stay.
REASONS = {
    "certifi": "MPL-2.0 holds for its own files, which are handed on unchanged.",
    "psycopg": "LGPL-3.0: loaded as it is and replaceable; nothing of it is in Yakuba's files.",
    "psycopg-binary": "LGPL-3.0: loaded as it is and replaceable; nothing of it is in Yakuba's files.",
    "pyphen": "Of its three licences MPL-1.1 holds for its own files, which are handed on unchanged.",
    "tqdm": "MPL-2.0 holds for its own files, which are handed on unchanged.",
}
#: What packages say in their own words, as an SPDX expression.
SAID = {
    "2-clause BSD": "BSD-2-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "AL2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Python Software Foundation License": "PSF-2.0",
}
_VAGUE = frozenset({"", "BSD", "BSD License", "Dual License", "UNKNOWN"})


@dataclass(frozen=True)
class Part:
    """kind: library, application or machine-learning-model (CycloneDX).  licence: an SPDX expression, or "" where nobody says.
    address: its package URL, or "".  sha256: of its files, as the lock or the model names them."""

    name: str
    version: str
    kind: str
    licence: str
    address: str = ""
    sha256: tuple[str, ...] = field(default=(), repr=False)


def locked(lock: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Version and hashes by package, of a lock file's text."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    name = ""
    for line in lock.splitlines():
        if package := _PACKAGE.match(line):
            name = package[1].lower()
            found[name] = (package[2], ())
        if name and (hashes := _HASH.findall(line)):
            version, known = found[name]
            found[name] = (version, (*known, *hashes))
    return found


def python_parts() -> list[Part]:
    """The packages of requirements.lock. Raises PackageNotFoundError for one that is not installed, ValueError for one in
    another version than the lock's."""
    parts = []
    for name, (version, hashes) in locked((ROOT / "requirements.lock").read_text(encoding="utf-8")).items():
        installed = distribution(name)
        if installed.version != version:
            raise ValueError(f"{name} is installed as {installed.version}, locked as {version}: make setup")
        parts.append(
            Part(name, version, "library", licence_of(installed), f"pkg:pypi/{name}@{version}", hashes)
        )
    return parts


def licence_of(package: Distribution) -> str:
    """An SPDX expression, or "" where the package says none."""
    about = package.metadata
    if said := about.get("License-Expression"):
        return str(said)
    classifiers = [one for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    named = [one.rpartition("::")[2].strip() for one in classifiers] or [about.get("License") or ""]
    named = [one for one in named if one != "OSI Approved"]
    ones = [one for one in named if one not in _VAGUE]
    if len(ones) < len(named):  # a family of licences, or nothing at all
        name, _, text = (about.get("License") or "").strip().partition("\n")  # some put all of it there
        ones = [*ones, *([name] if name not in _VAGUE and not text else _by_text(package))]
    expressions = list(dict.fromkeys(SAID.get(one, one) for one in ones))
    alternatives = any(one.startswith("GPL") for one in expressions)  # no package of ours is under it alone
    return (" OR " if alternatives else " AND ").join(expressions)


def _by_text(package: Distribution) -> list[str]:
    """BSD's two licences, told by their texts."""
    for file in package.files or []:
        if re.search(r"(^|/)(LICEN[CS]E|COPYING)[^/]*$", str(file), re.IGNORECASE):
            text = " ".join(file.read_binary().decode("utf-8", "replace").split())
            if "Redistributions of source code must retain" in text:
                return [
                    "BSD-3-Clause" if re.search("Neither the names? of|endorse", text) else "BSD-2-Clause"
                ]
    return []


def debian_parts() -> list[Part]:
    """Debian's packages that `make setup` asks for, in the versions of this machine; without one that is not installed."""
    script = (ROOT / "scripts" / "debian_packages.sh").read_text(encoding="utf-8")
    asked = " ".join(re.findall(r"^  (?:python|run)\) packages=\(([^)]*)\)", script, re.MULTILINE))
    command = ["dpkg-query", "-W", "-f=${Package} ${Version} ${db:Status-Abbrev}\n", *asked.split()]
    told = subprocess.run(command, capture_output=True, text=True).stdout
    parts = []
    for line in told.splitlines():
        name, version, *status = line.split()
        if status == ["ii"]:
            address = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}"
            parts.append(Part(name, version, "application", _debian_licence(name), address))
    return parts


def _debian_licence(name: str) -> str:
    """The first licence of a package's copyright file (DEP 5), in Debian's words, or "see …"."""
    file = Path(f"/usr/share/doc/{name}/copyright")
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    found = re.search(r"^License: *(\S.*)$", text, re.MULTILINE)
    return found[1].strip() if found else f"see {file}"


def model_parts() -> list[Part]:
    """The models that stand in the repository."""
    parts = []
    for file in sorted((ROOT / "src").rglob("model.yaml")):
        about = yaml.safe_load(file.read_text(encoding="utf-8"))
        hashes = tuple(about["files"].values())
        parts.append(
            Part(
                about["model"],
                str(about["version"]),
                "machine-learning-model",
                about["licence"],
                sha256=hashes,
            )
        )
    return parts


def not_permitted(parts: list[Part]) -> list[str]:
    """The names of parts whose licence is unknown, or neither permissive nor with a reason in `REASONS`."""
    return [one.name for one in parts if not is_permissive(one.licence) and one.name not in REASONS]


def is_permissive(expression: str) -> bool:
    """Whether every licence of an SPDX expression is permissive; of alternatives one is enough."""
    for alternative in expression.split(" OR "):
        names = [one for one in _WORD.findall(alternative) if one not in ("AND", "WITH")]
        if names and all(one in PERMISSIVE for one in names):
            return True
    return False


def cyclonedx(version: str, made: datetime, parts: list[Part]) -> dict[str, Any]:
    """The parts as a CycloneDX document. The same parts, version and moment give the same document."""
    about = {"type": "application", "bom-ref": "yakuba", "name": "yakuba", "version": version}
    about |= {"licenses": [{"license": {"id": "Apache-2.0"}}]}
    seed = f"{version} {made.isoformat()} {sorted((one.name, one.version) for one in parts)}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, seed).urn,
        "version": 1,
        "metadata": {"timestamp": made.isoformat(), "component": about},
        "components": [_component(one) for one in parts],
        "dependencies": [{"ref": "yakuba", "dependsOn": [_reference(one) for one in parts]}],
    }


def _reference(part: Part) -> str:
    return part.address or f"{part.name}@{part.version}"


def _component(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"type": part.kind, "bom-ref": _reference(part), "name": part.name}
    found["version"] = part.version
    if part.sha256 and part.kind == "machine-learning-model":
        found["hashes"] = [{"alg": "SHA-256", "content": one} for one in part.sha256]
    elif (
        part.sha256
    ):  # one hash for each file that the index has: which of them is installed depends on the machine
        found["properties"] = [{"name": "yakuba:locked-sha256", "value": one} for one in part.sha256]
    spdx = part.kind != "application"
    if part.licence:
        found["licenses"] = [{"expression": part.licence} if spdx else {"license": {"name": part.licence}}]
    if part.address:
        found["purl"] = part.address
    return found


def table(parts: list[Part]) -> str:
    """The parts for people: name, version, licence, and why one stays that is not permissive. Tabs between them."""
    lines = ["name\tversion\tlicence\tremark"]
    lines += [f"{one.name}\t{one.version}\t{one.licence}\t{REASONS.get(one.name, '')}" for one in parts]
    return "\n".join(lines) + "\n"


__all__ = [
    "PackageNotFoundError",
    "Part",
    "cyclonedx",
    "debian_parts",
    "licence_of",
    "model_parts",
    "python_parts",
    "table",
]
