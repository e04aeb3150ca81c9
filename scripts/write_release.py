"""Make the files of a release: `.venv/bin/python scripts/write_release.py [--out build/release]`.

    yakuba-0.1.0.tar.gz     the program as it is committed, without what only git needs
    yakuba-0.1.0.cdx.json   all parts with versions, hashes and licences (CycloneDX 1.6)
    yakuba-0.1.0.parts.tsv  the same as a table for people
    SHA256SUMS              of the three: `sha256sum -c SHA256SUMS`

Refused where the tree has changes that are not committed, or a part has a licence that nobody has looked at. The same commit gives
the same archive, to the byte.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import bill_of_materials as bill

ROOT = Path(__file__).resolve().parents[1]


def git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True).stdout


def archive(name: str) -> bytes:
    """The committed tree as a .tar.gz whose folder is `name`; without a moment in its head."""
    tar = git("archive", "--format=tar", f"--prefix={name}/", "HEAD")
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as file:
        file.write(tar)
    return packed.getvalue()


def write(out: Path, *, changed: bool = False) -> list[Path]:
    """The files, written. changed: also where something is not committed, which is not in the archive then. Raises ValueError
    with a sentence."""
    if not changed and git("status", "--porcelain"):
        raise ValueError("コミットしていない変更があります。コミットしてから作ってください。")
    parts = [*bill.python_parts(), *bill.model_parts()]
    if wrong := bill.not_permitted(parts):
        raise ValueError(f"使ってよいか確かめていないライセンスの部品があります：{'、'.join(wrong)}")
    parts += bill.debian_parts()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    made = datetime.fromtimestamp(int(git("log", "-1", "--format=%ct")), UTC)
    name = f"yakuba-{version}"
    document = json.dumps(bill.cyclonedx(version, made, parts), ensure_ascii=False, indent=1) + "\n"
    files = {
        f"{name}.tar.gz": archive(name),
        f"{name}.cdx.json": document.encode(),
        f"{name}.parts.tsv": bill.table(parts).encode(),
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {file}\n" for file, data in files.items())
    files["SHA256SUMS"] = sums.encode()
    out.mkdir(parents=True, exist_ok=True)
    for file, data in files.items():
        (out / file).write_bytes(data)
    return [out / file for file in files]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "release")
    options = parser.parse_args()
    try:
        for file in write(options.out):
            print(f"{file}\t{file.stat().st_size}")
    except (OSError, ValueError, bill.PackageNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
