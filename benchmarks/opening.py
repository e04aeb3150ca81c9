"""What opening a pile costs: `.venv/bin/python benchmarks/opening.py [--pages 40]`.

A PDF of noisy grey sheets (1654 × 2339) goes through the rendering process; the table shows CPU seconds a page of
that process, seconds a page until the page is here, and the process's own memory on the way, which must not grow.
"""

from __future__ import annotations

import argparse
import io
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src")]

from yakuba.kernel.files.opening import Opening  # noqa: E402


def sheet(number: int) -> Image.Image:
    """A page of print with a scanner's noise."""
    page = Image.new("L", (1654, 2339), 250)
    draw = ImageDraw.Draw(page)
    for y in range(100, 2200, 40):
        draw.text((100, y), f"Application 0123456789 {number} " * 4, fill=30)
    noise = np.random.default_rng(number).normal(0, 4, (2339, 1654))
    return Image.fromarray((np.asarray(page) + noise).clip(0, 255).astype(np.uint8))


def pile(pages: int) -> bytes:
    """A PDF of so many sheets, four different ones."""
    sheets = [sheet(number) for number in range(4)]
    out = io.BytesIO()
    rest = [sheets[number % 4] for number in range(1, pages)]
    sheets[0].save(out, "PDF", resolution=200, save_all=True, append_images=rest)
    return out.getvalue()


def memory() -> list[int]:
    """Anonymous memory of each process that this one has started, in MB."""
    own = Path(f"/proc/self/task/{Path('/proc/self').resolve().name}/children").read_text().split()
    status = [Path(f"/proc/{child}/status").read_text() for child in own]
    return [int(re.findall(r"RssAnon:\s+(\d+)", text)[0]) // 1024 for text in status]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    pages = parser.parse_args().pages
    seen: list[int] = []
    with tempfile.TemporaryFile() as file:
        file.write(pile(pages))
        began = time.perf_counter()
        for number, _ in enumerate(Opening(file, 3600).frames("render", "0", str(pages), "20")):
            if number % max(1, pages // 8) == 0:
                seen += memory()
        seconds = (time.perf_counter() - began) / pages
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"CPU s/page {(used.ru_utime + used.ru_stime) / pages:.3f}   s/page {seconds:.3f}   MB {seen}")


if __name__ == "__main__":
    main()
