"""How much memory a large table takes: `.venv/bin/python benchmarks/tables.py [--rows 300000]`.

Each line is a process of its own: a table of that many people is written row by row, and read back. Peak memory is that of
the whole process, Python and the libraries included; a table of ten rows shows what those take.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

FORMS = {"utf-8": "CSV (UTF-8)", "cp932": "CSV (CP932)", "xlsx": "Excel", "json": "JSON"}
WORK = """
import resource, sys, time
from yakuba.kernel.tables.files import write
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.spreadsheets import Table

path, form, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
head = ("宛名番号", "氏名", "フリガナ", "生年月日", "住所", "方書")
if form == "read":
    problems = []
    with open(path, "rb") as file:
        found = sum(1 for row in rows(file, head[:2], problems))
    assert (found, problems) == (many, [])
else:
    made = ((f"{n:010d}", f"山田　太郎{n}", f"ヤマダ　タロウ{n % 977}", "1950-03-08", f"やくば市中央{n % 50}丁目{n}番", "さくら荘")
            for n in range(many))
    with open(path, "wb") as file:
        write([Table("宛名", head, made)], form, file)
print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, {time.process_time():.1f} s of CPU")
"""


def measured(path: Path, form: str, many: int) -> str:
    """Peak memory and CPU time of one process."""
    asked = [sys.executable, "-c", WORK, str(path), form, str(many)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    many = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        for form, name in FORMS.items():
            for rows in (10, many):
                path = Path(folder) / f"{form}-{rows}"
                print(f"{name}, {rows:,} rows, written: {measured(path, form, rows)}", flush=True)
                if form != "json":
                    size = path.stat().st_size / 1e6
                    print(
                        f"{name}, {rows:,} rows, read: {measured(path, 'read', rows)} (file of {size:.1f} MB)",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
