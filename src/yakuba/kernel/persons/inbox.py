"""The folder into which the town's own system puts the register every night, and taking it from there by plan."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.kernel.accounts.models import User
from yakuba.kernel.persons import loading
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tenancy import current_municipality

LONGEST_NAME = 200  # of a schedule's choice


def folder() -> Path:
    """`<data folder>/inbox/<団体コード>`, which whoever installed Yakuba fills; it may not be there."""
    return Path(settings.YAKUBA.data_dir) / "inbox" / current_municipality().code


def choices(user: User) -> list[tuple[str, str]]:
    """The CSV files that lie there now; such as no page can show or no row can hold are left out."""
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
    try:
        found = [path for path in folder().iterdir() if path.suffix.lower() == ".csv" and _can_be_named(path)]
        return sorted(path for path in found if path.is_file() and not path.is_symlink())
    except OSError:  # not there, or not to be read: what is planned then says that its file is not there
        return []


def _can_be_named(path: Path) -> bool:
    return (
        path.name.isprintable() and len(path.name) <= LONGEST_NAME
    )  # bytes that are no UTF-8 are not printable
