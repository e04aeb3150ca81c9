"""Proving a backup whole without restoring it."""

from __future__ import annotations

from pathlib import Path

from yakuba.config.backup import databases
from yakuba.config.backup.contents import (
    CONTENTS,
    DATABASES,
    MANIFEST,
    NOT_OURS,
    Manifest,
    entries,
    opened,
    present,
    read_manifest,
)
from yakuba.config.backup.copying import summed
from yakuba.config.backup.taking import Told
from yakuba.kernel.refusals import Invalid, Problem

MOST_TOLD = 50


def check(backup: Path, master: bytes | None, told: Told) -> Manifest:
    """Every file is there with its sum, nothing else is, the database opens, and every row has its file.

    With the installation's key also that the installation made it; that first, and nothing else is opened of what it
    did not make. Raises Invalid with every file that is wrong."""
    manifest = read_manifest(backup)
    if master is not None:
        manifest.require_seal(master)
    listed = dict(entries(backup, manifest))
    sizes = present(backup)
    _require_complete(listed, sizes, manifest)
    problems = []
    for done, (name, wanted) in enumerate(listed.items(), start=1):
        with opened(backup, name) as file:
            if summed(file) != wanted:
                problems.append(Problem(0, name, "中身が取ったときと違います。"))
        told("照合", done, len(listed))
        if len(problems) >= MOST_TOLD:
            break
    if problems:
        raise Invalid("控えが壊れています。", remedy="別の控えを使ってください。", problems=problems)
    _prove_database(backup, listed, manifest)
    return manifest


def _require_complete(listed: dict[str, str], sizes: dict[str, int], manifest: Manifest) -> None:
    there = sizes.keys() - {MANIFEST, CONTENTS}
    problems = [Problem(0, name, "ありません。") for name in sorted(listed.keys() - there)[:MOST_TOLD]]
    problems += [
        Problem(0, name, "控えの一覧にありません。") for name in sorted(there - listed.keys())[:MOST_TOLD]
    ]
    if problems:
        raise Invalid(
            "控えが欠けているか、余計なものがあります。",
            remedy="別の控えを使ってください。",
            problems=problems,
        )
    files = sum(1 for name in listed if name.startswith("files/"))
    if (
        sum(sizes[name] for name in there) != manifest.size
        or files != manifest.files - len(manifest.lacking)
        or [name for name in DATABASES.values() if name in listed] != [DATABASES[manifest.database]]
    ):
        raise Invalid(NOT_OURS, place=MANIFEST, remedy="別の控えを使ってください。")


def _prove_database(backup: Path, listed: dict[str, str], manifest: Manifest) -> None:
    name = DATABASES[manifest.database]
    if manifest.database == "postgresql":
        with opened(backup, name) as file:
            databases.prove_dump(file)
        return
    wanted = set(databases.names_in(backup / name)) - set(manifest.lacking)
    if missing := sorted(wanted - listed.keys()):
        problems = [Problem(0, one, "ありません。") for one in missing[:MOST_TOLD]]
        raise Invalid("データベースにあるファイルが、控えにありません。", problems=problems)
