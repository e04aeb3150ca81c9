"""Sheets drawn to mislead: what happens around and across the boxes, with what a clerk reads as the truth.

python samples/generator/misleading.py --sheets 12 --seed 1 --out misleading [--kinds struck arrow]

Each kind is a function with parameters in across_rows.py, alike.py, amendments.py, astray.py, chosen_otherwise.py,
corrections.py, drawn_through.py, elsewhere.py, figures_amended.py, habits.py, overlaid.py, pale.py, signs.py, whole_page.py
or revisions.py; hands, fonts and scanners are those of ordinary piles.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

import across_rows
import alike
import amendments
import astray
import chosen_otherwise
import corrections
import drawn_through
import elsewhere
import figures_amended
import files
import fonts
import habits
import overlaid
import pale
import places
import signs
import whole_page
from applications import draw_application
from generate import PROCEDURES, load_form
from hands import Hand, draw_hand
from page import Judged, Page, Unfit
from PIL import Image
from revisions import CHANGES, revise
from scanning import Scanner, scan
from sheet import blank_sheet
from writing import add_seals, fill_box

Trick = Callable[..., list[Judged]]
TRICKS: dict[str, Trick] = {
    **astray.KINDS,
    **corrections.KINDS,
    **pale.KINDS,
    **amendments.KINDS,
    **overlaid.KINDS,
    **alike.KINDS,
    **elsewhere.KINDS,
    **habits.KINDS,
    **drawn_through.KINDS,
    **signs.KINDS,
    **figures_amended.KINDS,
    **chosen_otherwise.KINDS,
    **across_rows.KINDS,
    **whole_page.KINDS,
}
KINDS = (*TRICKS, *CHANGES)
TRICKS_A_SHEET = 3
TRIES = 60  # pages looked at until one is fit for a kind


@dataclass(frozen=True)
class MisleadingSheet:
    """One scanned page. kinds: the tricks played on it; judged: the fields they were played on; values: all fields
    of the page as written."""

    name: str
    picture: Image.Image
    form: str
    page: int
    hand: str
    effects: list[str]
    kinds: tuple[str, ...]
    judged: tuple[Judged, ...]
    values: dict[str, str]


def draw_sheet(
    kinds: Iterable[str],
    seed: str,
    *,
    form: str = "",
    hand: Hand | None = None,
    mode: str = "",
    clean: bool = False,
    **parameters: object,
) -> MisleadingSheet:
    """One sheet with these kinds on it, each on a field of its own; those for which no field is left are left out.

    form, hand, mode (colour | grey | bilevel): drawn at random unless given; clean: no scanner's effects; parameters
    go to the first kind's function. Raises Unfit when the first kind finds no field on any page tried.
    """
    first, *more = kinds
    for attempt in range(TRIES):
        rng = Random(f"misleading:{seed}:{attempt}")
        try:
            return attempt_sheet(first, more, rng, seed, form, hand, mode, clean, parameters)
        except (Unfit, ValueError):
            continue
    raise Unfit(f"{first}: どの用紙にも、使える欄がありません。")


def attempt_sheet(
    first: str,
    more: list[str],
    rng: Random,
    seed: str,
    form: str,
    hand: Hand | None,
    mode: str,
    clean: bool,
    parameters: dict[str, object],
) -> MisleadingSheet:
    known = load_form(form or rng.choices(list(PROCEDURES), list(PROCEDURES.values()))[0])
    number = rng.randint(1, len(known.pages))
    application = draw_application(
        known.procedure, rng.randrange(1_000_000), rng.choice(places.prefectures()), rng
    )
    writer = hand or draw_hand(application, rng, clean)
    blank = known.blanks[number - 1]
    sheet = blank_sheet((blank.shape[1], blank.shape[0]), writer, rng, clean)
    boxes = {box["field"]: box for box in known.pages[number - 1]["boxes"]}
    page = Page(boxes, known.fields, application, sheet, blank, rng)
    judged = play(first, page, known.code, number, known.procedure, parameters)
    played = [first]
    for kind in more:
        found = try_to_play(kind, page, known.code, number, known.procedure)
        judged += found
        played += [kind] if found else []
    for code, box in page.boxes.items():
        if code not in page.taken:
            fill_box(sheet, box, application, known.fields[code])
    add_seals(sheet, list(page.boxes.values()), application)
    scanner = scanner_for(judged, mode, clean, rng, page.faint)
    picture, effects = scan(page.print, sheet, scanner, rng)
    values = {code: application.values[code] for code in boxes}
    return MisleadingSheet(
        seed, picture, known.code, number, writer.label, effects, tuple(played), tuple(judged), values
    )


def scanner_for(judged: list[Judged], mode: str, clean: bool, rng: Random, faint: bool = False) -> Scanner:
    """Where colour or faint strokes are the point, a scanner that a person could still see them on. faint: some of what was
    written is thinner or paler than a pen's writing."""
    red = any(one.kind.startswith("red_") or one.kind == "highlighted_option" for one in judged)
    faint = faint or any(
        one.kind in ("pencil", "rubbed_out", "half_pale", "dashed", "ringed", "carbon_copy") for one in judged
    )  # dashed and ringed: some inks are pale
    modes = ("colour",) if red else ("colour", "colour", "grey") if faint else ("colour", "grey", "bilevel")
    return Scanner(mode or rng.choice(modes), clean, gentle=red or faint)


def play(
    kind: str, page: Page, form: str, number: int, procedure: dict, parameters: dict[str, object]
) -> list[Judged]:
    if kind in CHANGES:
        return revise(page, kind, form, number, procedure)
    return TRICKS[kind](page, **parameters)


def try_to_play(kind: str, page: Page, form: str, number: int, procedure: dict) -> list[Judged]:
    """A further trick where there is room for it; the page stays as it was where there is none."""
    kept = (
        list(page.sheet.added),
        set(page.taken),
        set(page.near),
        page.sheet.ink.copy(),
        page.sheet.seal.copy(),
    )
    try:
        return play(kind, page, form, number, procedure, {})
    except (Unfit, ValueError):
        page.sheet.added, page.taken, page.near, ink, seal = kept
        page.sheet.ink.paste(ink)
        page.sheet.seal.paste(seal)
        return []


def draw_sheets(count: int, seed: int, kinds: Iterable[str] = KINDS) -> Iterator[MisleadingSheet]:
    """`count` sheets, on which the kinds take turns, so that each comes about as often as any other."""
    kinds = tuple(kinds)
    rng = Random(f"turns:{seed}")
    waiting: list[str] = []
    for number in range(count):
        if len(waiting) < TRICKS_A_SHEET:
            waiting += rng.sample(kinds, len(kinds))
        chosen = turn(waiting)
        sheet = draw_sheet(chosen, f"{seed}:{number}")
        for kind in sheet.kinds:
            waiting.remove(kind)
        yield sheet


def turn(waiting: list[str]) -> list[str]:
    """The kinds of the next sheet: what has waited longest is what it is drawn for, then others where there is room.
    A change of the print comes before all writing, so it is always the first."""
    first = waiting[0]
    others = [kind for kind in dict.fromkeys(waiting) if kind != first and kind not in CHANGES]
    return [first, *others[: TRICKS_A_SHEET - 1]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="読み誤りを誘う申請書の画像と、職員が読む値（正解）を作ります。"
    )
    parser.add_argument("--sheets", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="種類")
    asked = parser.parse_args()
    fonts.require_fonts()
    asked.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, sheet in enumerate(draw_sheets(asked.sheets, asked.seed, asked.kinds), 1):
        name = f"sheet-{number:04d}.png"
        sheet.picture.save(asked.out / name, dpi=(files.DPI, files.DPI))
        judged = [asdict(one) for one in sheet.judged]
        entry = {"file": name, "form": sheet.form, "page": sheet.page, "hand": sheet.hand, "judged": judged}
        lines.append(
            json.dumps({**entry, "effects": sheet.effects, "values": sheet.values}, ensure_ascii=False)
        )
    (asked.out / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(
        f"{len(lines)}枚を{asked.out}に書き出しました。正解はtruth.jsonlです（truthがnullの欄は、職員も人に聞きます）。"
    )


if __name__ == "__main__":
    main()
