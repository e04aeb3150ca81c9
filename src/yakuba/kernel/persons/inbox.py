"""The folder into which the town's own system puts the register every night, and taking it from there by plan."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.kernel.accounts.models import User
from yakuba.kernel.persons import loading
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tenancy import current_municipality


def folder() -> Path:
    """`<data folder>/inbox/<団体コード>`, which whoever installed Yakuba fills; it may not be there."""
    return Path(settings.YAKUBA.data_dir) / "inbox" / current_municipality().code


def choices(user: User) -> list[tuple[str, str]]:
    """The CSV files that lie there now."""
    return [(path.name, path.name) for path in _files()]


def begin(code: str, actor: User) -> str:
    """Load the file of that name. Raises Missing, and LoadRefused for a file that cannot become the register."""
    path = next((one for one in _files() if one.name == code), None)
    if path is None:
        raise Missing(
            f"受け渡しフォルダに {code} がありません。住民記録システムの書き出しを確かめてください。"
        )
    done = loading.load(path, actor=actor)
    unread = f"読めなかった行が{len(done.problems)}行あります。" if done.problems else ""
    return f"{done.rows}人を取り込みました。{unread}"


def _files() -> list[Path]:
    if not folder().is_dir():
        return []
    found = (path for path in folder().iterdir() if path.suffix.lower() == ".csv")
    return sorted(path for path in found if path.is_file() and not path.is_symlink())
