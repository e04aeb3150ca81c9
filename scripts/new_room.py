"""Make a room with one of everything that passes every contract: `make room name=library label=図書館`.

It has a table, a list, a form, import and export, an operation as page, API and command, a job, a chart, a self-check,
a facade, a README, a manual page and tests. A newcomer deletes what is not needed.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from pathlib import Path
from string import Template

PROJECT = Path(__file__).resolve().parents[1]

TEMPLATES = PROJECT / "scripts/new_room"  # Python's string.Template: $name and $label
MANUAL_ENDS = "\n\n据え付け、控え"  # what stands behind the table of the manual's pages


def make_room(name: str, label: str, project: Path = PROJECT) -> Path:
    """Write the room's folder and its line in the list of rooms. Raises ValueError on a bad or taken name."""
    if not re.fullmatch(r"[a-z][a-z0-9]{2,20}", name) or keyword.iskeyword(name):
        raise ValueError(f"部屋の名前は英小文字と数字で3〜21字にしてください（今の値: {name!r}）。")
    folder = project / "src/yakuba/services" / name
    if folder.exists():
        raise ValueError(f"部屋 {name} はもうあります。")
    if not label or len(label) > 20 or re.search(r"[\x00-\x1f\"\\\\/{}$<>&|]", label):
        raise ValueError("部屋の名称（label）は、記号のない1〜20文字にしてください。")
    words = {"name": name, "Name": name.capitalize(), "label": label}
    for source in sorted(TEMPLATES.rglob("*.txt")):
        inside = str(source.relative_to(TEMPLATES).with_suffix("")).replace("$name", name)
        target = folder / inside
        if inside == "manual.md":
            target = project / "docs/manual" / f"{label}を使う.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    _enter_in_manual(project, label)
    rooms = project / "src/yakuba/config/rooms.py"
    text = rooms.read_text(encoding="utf-8")
    new = re.sub(r"(YAKUBA_ROOMS = \[\n(?:    \".*\",\n)*)", rf'\g<1>    "{name}",\n', text, count=1)
    if new == text:
        raise ValueError("rooms.py の YAKUBA_ROOMS が見つかりません。")
    rooms.write_text(new, encoding="utf-8")
    return folder


def _enter_in_manual(project: Path, label: str) -> None:
    index = project / "docs/manual/README.md"
    text = index.read_text(encoding="utf-8")
    line = f"\n| [{label}を使う]({label}を使う.md) | {label}の担当 |"
    index.write_text(text.replace(MANUAL_ENDS, line + MANUAL_ENDS, 1), encoding="utf-8")


def _finish(folder: Path) -> None:
    """Lay the new code out as ruff does, and write down what programs see of it."""
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--fix", "-q", str(folder)], cwd=PROJECT, check=False
    )
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(folder)], cwd=PROJECT, check=False)
    subprocess.run([sys.executable, "scripts/write_openapi.py"], cwd=PROJECT, check=True)
    subprocess.run([sys.executable, "scripts/write_access_table.py"], cwd=PROJECT, check=True)


def main() -> int:
    """Command line: name, and optionally the Japanese label."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    label = (sys.argv[2] if len(sys.argv) > 2 else "") or name
    try:
        folder = make_room(name, label)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    _finish(folder)
    print(f"{folder.relative_to(PROJECT)} を作り、rooms.py に加えました。README.md から書き始めてください。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
