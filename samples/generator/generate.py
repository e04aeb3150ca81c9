"""Write a pile of filled forms as scans, with the truth beside them.

python samples/generator/generate.py --sheets 60 --seed 1 --out pile
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

import files
import fonts
import numpy as np
import places
import yaml
from applications import Application, draw_application
from files import FileKind
from hands import Hand, draw_hand
from PIL import Image
from scanning import Scanner, blank_back, scan
from writing import fill_page

SAMPLES = Path(__file__).parents[1]
PROCEDURES = {
    "nursery-admission": 0.3,
    "resident-tax-change": 0.4,
    "bus-pass": 0.3,
}  # share of the applications
MIXED_UP_RATE = (
    0.2  # of files with several sheets, those whose sheets were dropped and picked up in any order
)
DUPLEX_RATE = 0.15  # of files, those scanned on both sides, so that blank backs come along
SHEETS_PER_FILE = (4, 12)


@dataclass(frozen=True)
class Form:
    """A form definition with its blank pictures (greyscale, 200 dpi) and the fields of its procedure."""

    code: str
    procedure: dict
    pages: list[dict]
    blanks: list[np.ndarray]
    fields: dict[str, dict]


@dataclass(eq=False)
class Case:
    """An application on its way into the pile: what it says, whose hand wrote it, where its pages ended up."""

    index: int
    form: Form
    application: Application
    hand: Hand
    placed: dict[int, dict] = field(default_factory=dict)

    def truth(self) -> dict:
        return {
            "receipt_number": self.application.receipt_number,
            "procedure": self.application.procedure,
            "values": self.application.values,
            "pages": [self.placed[page] for page in sorted(self.placed)],
        }


def load_form(code: str) -> Form:
    """Read a procedure, its form and the blank pages."""
    procedure = yaml.safe_load((SAMPLES / "procedures" / f"{code}.yaml").read_text(encoding="utf-8"))
    folder = SAMPLES / "forms" / code
    definition = yaml.safe_load((folder / "form.yaml").read_text(encoding="utf-8"))
    blanks = [np.array(Image.open(folder / page["image"]).convert("L")) for page in definition["pages"]]
    fields = {one["code"]: one for one in procedure["fields"]}
    return Form(definition["form"], procedure, definition["pages"], blanks, fields)


def choose_forms(sheets: int, only: str | None, rng: Random) -> list[Form]:
    """Forms whose pages add up to exactly `sheets`; ValueError when they cannot."""
    forms = {code: load_form(code) for code in ([only] if only else PROCEDURES)}
    chosen: list[Form] = []
    left = sheets
    while left:
        fitting = [form for form in forms.values() if len(form.pages) <= left]
        if not fitting:
            raise ValueError(
                f"{only}は1件が2枚なので、--sheets は偶数にしてください（{sheets}枚は作れません）。"
            )
        form = rng.choices(fitting, [PROCEDURES[form.code] for form in fitting])[0]
        chosen.append(form)
        left -= len(form.pages)
    return chosen


def draw_cases(sheets: int, seed: int, only: str | None, clean: bool, prefecture: str | None) -> list[Case]:
    """The applications of a pile. Serials run on from a number that the seed decides, as from one stamp."""
    rng = Random(f"pile:{seed}")
    prefecture = prefecture or rng.choice(places.prefectures())
    first = rng.randrange(1_000_000)
    cases = []
    for index, form in enumerate(choose_forms(sheets, only, rng)):
        own = Random(f"case:{seed}:{index}")
        application = draw_application(form.procedure, (first + index) % 1_000_000, prefecture, own)
        cases.append(Case(index, form, application, draw_hand(application, own, clean)))
    return cases


def group(cases: list[Case], rng: Random) -> Iterator[tuple[FileKind, list[Case]]]:
    """Share the cases out to files; no application is torn over two files."""
    left = list(cases)
    rng.shuffle(left)
    while left:
        kind = files.draw_kind(rng)
        target = 1 if kind.single else rng.randint(*SHEETS_PER_FILE)
        taken: list[Case] = []
        count = 0
        for case in list(left):
            if count + len(case.form.pages) <= target:
                taken.append(case)
                left.remove(case)
                count += len(case.form.pages)
        if taken:
            yield kind, taken


def draw_page(case: Case, page: int, scanner: Scanner, seed: int) -> tuple[Image.Image, list[str]]:
    """Fill and scan one page (counted from 1) of a case."""
    rng = Random(f"page:{seed}:{case.index}:{page}")
    blank = case.form.blanks[page - 1]
    size = (blank.shape[1], blank.shape[0])
    boxes = case.form.pages[page - 1]["boxes"]
    sheet = fill_page(size, boxes, case.form.fields, case.application, case.hand, rng, scanner.clean)
    return scan(blank, sheet, scanner, rng)


def make_file(
    name: str, kind: FileKind, cases: list[Case], seed: int, clean: bool, rng: Random
) -> list[Image.Image]:
    """All pictures of one file; notes in the cases where each page went and what happened to it."""
    scanner = Scanner(kind.mode, clean)
    order = [(case, page) for case in cases for page in range(1, len(case.form.pages) + 1)]
    whole_file: list[str] = []
    if kind.quality and not clean:
        whole_file.append(f"jpeg:{kind.quality}")
    if len(order) > 2 and not clean and rng.random() < MIXED_UP_RATE:
        rng.shuffle(order)
        whole_file.append("mixed_up")
    duplex = not kind.single and not clean and rng.random() < DUPLEX_RATE
    pictures: list[Image.Image] = []
    for case, page in order:
        picture, effects = draw_page(case, page, scanner, seed)
        case.placed[page] = {
            "file": name,
            "index": len(pictures),
            "form": case.form.code,
            "page": page,
            "hand": case.hand.label,
            "effects": [*effects, *whole_file, *(["blank_back"] if duplex else [])],
        }
        pictures.append(picture)
        if duplex:
            pictures.append(blank_back(picture, scanner, rng))
    return pictures


def make_pile(
    sheets: int,
    seed: int,
    out: Path | str,
    *,
    only: str | None = None,
    clean: bool = False,
    prefecture: str | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> list[dict]:
    """Write a pile of exactly `sheets` filled pages and `truth.jsonl` into the folder out; returns the truth.

    The same seed gives the same pictures and the same truth. only: one procedure's code. clean: straight, spotless
    pages. prefecture: where the residents live (default: one that the seed decides). progress is told each file's
    name and its number of pictures. Raises ValueError for a number of sheets or a prefecture that cannot be.
    """
    if sheets < 1:
        raise ValueError("--sheets は1以上にしてください。")
    fonts.require_fonts()
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    cases = draw_cases(sheets, seed, only, clean, prefecture)
    rng = Random(f"files:{seed}")
    for number, (kind, taken) in enumerate(group(cases, rng), 1):
        name = f"scan-{number:04d}.{kind.extension}"
        pictures = make_file(name, kind, taken, seed, clean, rng)
        files.save(pictures, folder / name, kind)
        if progress:
            progress(name, len(pictures))
    truth = [case.truth() for case in cases]
    lines = [json.dumps(one, ensure_ascii=False) for one in truth]
    (folder / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return truth


def main() -> None:
    parser = argparse.ArgumentParser(
        description="記入済みの申請書をスキャンしたような画像と、その正解を作ります。"
    )
    parser.add_argument("--sheets", type=int, required=True, help="申請書の枚数（白紙の裏面は数えません）")
    parser.add_argument("--seed", type=int, required=True, help="同じ数なら同じ束になります")
    parser.add_argument("--out", type=Path, required=True, help="書き出すフォルダ")
    parser.add_argument("--only", choices=sorted(PROCEDURES), help="この手続だけにします")
    parser.add_argument("--clean", action="store_true", help="傾きや汚れのない、きれいな画像にします")
    parser.add_argument(
        "--municipality-prefecture", metavar="都道府県", help="住民の住所の都道府県（例: 埼玉県）"
    )
    asked = parser.parse_args()
    try:
        truth = make_pile(
            asked.sheets,
            asked.seed,
            asked.out,
            only=asked.only,
            clean=asked.clean,
            prefecture=asked.municipality_prefecture,
            progress=lambda name, count: print(f"{name}: {count}ページ", flush=True),
        )
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    print(f"{len(truth)}件（{asked.sheets}枚）を{asked.out}に書き出しました。正解はtruth.jsonlです。")


if __name__ == "__main__":
    main()
