"""The commands of a page of docs/operate, run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from running_house import PATIENCE, House

PROJECT = Path(__file__).resolve().parents[1]
YAKUBA = f'yakuba() {{ "{sys.executable}" -m yakuba "$@"; }}\n'


def blocks(page: Path, heading: str) -> list[str]:
    """The commands under a heading."""
    section = re.search(
        rf"^## {heading}\n(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.S | re.M
    ).group(1)
    return re.findall(r"```\n(.*?)```", section, re.S)


def run(commands: str, house: House, replaced: dict[str, str], **environment: str) -> str:
    """What the commands print, with what a reader replaces; they have to end well."""
    for old, new in replaced.items():
        assert old in commands, f"the page does not say {old} any more"
        commands = commands.replace(old, new)
    done = shell(commands, house, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(commands: str, house: House, **environment: str) -> subprocess.CompletedProcess[str]:
    """The commands in a shell that stops at the first one that fails."""
    return subprocess.run(
        ["bash", "-euc", f"umask 022\n{YAKUBA}{commands}"],
        env=house.environment | environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
