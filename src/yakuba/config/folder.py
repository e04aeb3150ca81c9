"""The data folder belongs to the house alone: no other user of the machine reads it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

OPEN = 0o077  # what group and others may
# A folder without any of these is not the house's to close. With its keys and its database elsewhere it still has the
# towns' files, in a folder for each code.
RESTORING = "restoring"  # stands in the folder while a backup is laid down there
OURS = ("yakuba.sqlite3", "secret.key", "master.key", "files/" + "[0-9]" * 6)


def make_all_private() -> None:
    """Let whatever this process and its children make be readable by its owner only. The one place for that."""
    os.umask(OPEN)


def close_to_others(folder: Path) -> list[Path]:
    """Take the rights of group and others from the folder and what lies in it (what lies deeper is out of reach then).

    Gives what could not be closed, because it belongs to another user; nothing where the folder is not the house's.
    """
    if not any(True for name in OURS for _ in folder.glob(name)):
        return []
    return [path for path in (folder, *folder.iterdir()) if not _closed(path)]


def _closed(path: Path) -> bool:
    try:
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & OPEN and not path.is_symlink():
            path.chmod(mode & ~OPEN)
    except FileNotFoundError:  # SQLite's files beside the database come and go
        return True
    except OSError:
        return False
    return True
