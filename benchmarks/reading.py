"""The reading engine on generated piles: `.venv/bin/python benchmarks/reading.py --seeds 1001 1002 [--sheets 20] [--json]`.

Sheets per minute, the share of values passed without a person, silent errors (passed and wrong) by field type; and on
crops of the same pages, in the same run, the engine's recogniser against rapidocr as it comes and tesseract.
Times are CPU seconds of one process with one thread, so that other work on the machine counts little. `--write` puts
the share passed, the number of values it is of and the silent errors among them into figures.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "src"))

from yakuba.kernel.values import TYPES, ValueRefused, canonical  # noqa: E402
from yakuba.services.reading.adapters.ppocr import PpOcr  # noqa: E402
from yakuba.services.reading.adapters.recognisers import recogniser as house_recogniser  # noqa: E402
from yakuba.services.reading.contracts import Decision, FieldReading, PageReading  # noqa: E402
from yakuba.services.reading.engine.alignment import Alignment, align  # noqa: E402
from yakuba.services.reading.engine.alphabets import alphabet  # noqa: E402
from yakuba.services.reading.engine.assemble import read_cases  # noqa: E402
from yakuba.services.reading.engine.crops import lay_on_form  # noqa: E402
from yakuba.services.reading.engine.fields import prepare  # noqa: E402
from yakuba.services.reading.engine.library import FormLibrary  # noqa: E402
from yakuba.services.reading.engine.reader import read_page  # noqa: E402
from yakuba.services.reading.engine.recognition import decode  # noqa: E402

SAMPLES = PROJECT / "samples"
FIGURES = PROJECT / "benchmarks" / "figures.json"
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Sheet:
    """A scanned picture. case: its line of truth.jsonl, None for a blank back; page: its entry there."""

    name: str
    image: NDArray[np.uint8]
    case: dict[str, Any] | None
    page: dict[str, Any]


@dataclass
class Tally:
    """Counts of one field type."""

    fields: int = 0
    passed: int = 0
    blank: int = 0
    silent: int = 0
    right: int = 0


@dataclass
class Outcome:
    """What a run came to."""

    sheets: int = 0
    seconds: float = 0.0
    types: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    silent: list[dict[str, Any]] = field(default_factory=list)
    wrong_pages: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Crop:
    """One written box as a picture, with the text that stands on it in canonical form."""

    type: str
    kind: str
    picture: Grey
    truth: str


def sheets_of(folder: Path) -> Iterator[Sheet]:
    """All pictures of a pile in the order of its files."""
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    placed = {(page["file"], page["index"]): (case, page) for case in cases for page in case["pages"]}
    for file in sorted(folder.glob("scan-*")):
        for index, image in enumerate(pictures(file)):
            case, page = placed.get((file.name, index), (None, {}))
            yield Sheet(f"{file.name}[{index}]", image, case, page)


def pictures(file: Path) -> Iterator[NDArray[np.uint8]]:
    """The pages of a PDF or picture file at 200 dpi."""
    if file.suffix == ".pdf":
        for page in pypdfium2.PdfDocument(file):
            yield np.asarray(page.render(scale=200 / 72).to_pil().convert("RGB"), np.uint8)
        return
    with Image.open(file) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            yield np.asarray(opened.convert("L" if opened.mode in ("1", "L") else "RGB"), np.uint8)


def make_pile(seed: int, sheets: int, folder: Path) -> None:
    command = [sys.executable, str(SAMPLES / "generator" / "generate.py")]
    command += ["--sheets", str(sheets), "--seed", str(seed), "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def read_pile(
    seed: int, pile: list[Sheet], library: FormLibrary, recogniser: PpOcr, outcome: Outcome, quiet: bool
) -> None:
    """Read a pile page by page, put its cases together, and compare with the truth."""
    pages: list[PageReading] = []
    started = time.process_time()
    for sheet in track(pile, f"seed {seed}", console=Console(stderr=True, quiet=quiet)):
        pages.append(read_page(sheet.image, library, recogniser))
    outcome.seconds += time.process_time() - started
    outcome.sheets += sum(sheet.case is not None for sheet in pile)
    for sheet, page in zip(pile, pages, strict=True):
        found = (page.status.value, page.form, page.page)
        wanted = ("read", sheet.page["form"], sheet.page["page"]) if sheet.case else ("blank", "", 0)
        if found != wanted:
            outcome.wrong_pages.append({"seed": seed, "page": sheet.name, "found": found, "wanted": wanted})
    for case in read_cases(pages, library):
        truth = pile[case.pages[0]].case
        for reading in case.fields if truth else ():
            count(seed, reading, truth["values"][reading.field], outcome)


def count(seed: int, reading: FieldReading, truth: str, outcome: Outcome) -> None:
    tally = outcome.types[reading.type]
    passed = reading.decision is not Decision.DOUBTFUL
    tally.fields += 1
    tally.passed += passed
    tally.blank += reading.decision is Decision.BLANK
    tally.right += reading.value == truth
    if passed and reading.value != truth:
        tally.silent += 1
        entry = {"seed": seed, "field": reading.field, "truth": truth, "read": reading.value}
        outcome.silent.append(entry)


def crops_of(pile: list[Sheet], library: FormLibrary, most: int) -> list[Crop]:
    """Written lines and combs of the pile, cut out and cleaned as the engine does it; at most `most`."""
    found: list[Crop] = []
    for sheet in pile:
        if sheet.case is None:
            continue
        grey = sheet.image if sheet.image.ndim == 2 else cv2.cvtColor(sheet.image, cv2.COLOR_RGB2GRAY)
        fit = align(np.ascontiguousarray(grey), library)
        if not isinstance(fit, Alignment):
            continue
        laid = lay_on_form(sheet.image, fit)
        fields = library.fields(fit.template.form.procedure)
        for box in fit.template.definition.boxes:
            truth = sheet.case["values"][box.field]
            if box.kind in ("line", "comb") and truth:
                work = prepare(laid, box, fields[box.field])
                if work.views:
                    found.append(Crop(work.alphabet, box.kind, work.views[0], truth))
    step = max(1, len(found) // most)
    return found[::step][:most]


def compare(crops: list[Crop], recogniser: PpOcr, quiet: bool) -> dict[str, dict[str, float]]:
    """Share of crops read exactly, for each engine and kind, and CPU seconds a crop."""
    engines: dict[str, Callable[[Crop], str]] = {
        "yakuba (mask, one view)": masked(recogniser),
        **({"its second, the same way": masked(recogniser.second)} if recogniser.second else {}),
        "rapidocr": plain_rapidocr(),
        "tesseract jpn": tesseract,
    }
    rows: dict[str, dict[str, float]] = {}
    for name, read in engines.items():
        right: dict[str, list[bool]] = defaultdict(list)
        started = time.process_time() + children()
        for crop in track(crops, name, console=Console(stderr=True, quiet=quiet)):
            text = value_of(crop.type, read(crop))
            right[crop.type].append(text == crop.truth)
            right["all"].append(text == crop.truth)
        seconds = time.process_time() + children() - started
        rows[name] = {type_: sum(hits) / len(hits) for type_, hits in sorted(right.items())}
        rows[name]["seconds"] = seconds / len(crops)
    return rows


def children() -> float:
    """CPU seconds of finished child processes."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def value_of(type_: str, text: str) -> str:
    try:
        return canonical(type_, text)
    except ValueRefused:
        return ""


def masked(recogniser: PpOcr) -> Callable[[Crop], str]:
    def read(crop: Crop) -> str:
        script = TYPES[crop.type].script
        letters = alphabet(script, recogniser.characters, gaps=recogniser.gaps)
        return decode(recogniser.probabilities([crop.picture])[0], letters).text

    return read


def plain_rapidocr() -> Callable[[Crop], str]:
    from rapidocr import RapidOCR

    settings = {
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "Global.text_score": 0.0,
    }
    engine = RapidOCR(params=settings)

    def read(crop: Crop) -> str:
        colour = cv2.cvtColor(crop.picture, cv2.COLOR_GRAY2BGR)
        found = engine(colour, use_det=False, use_cls=False, use_rec=True)
        return "".join(found.txts or ())

    return read


def tesseract(crop: Crop) -> str:
    data = cv2.imencode(".png", crop.picture)[1].tobytes()
    language = "eng" if crop.kind == "comb" else "jpn"
    command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", "7", "--dpi", "200"]
    if crop.kind == "comb":
        command += ["-c", "tessedit_char_whitelist=0123456789"]
    result = subprocess.run(command, input=data, capture_output=True, check=False)
    return result.stdout.decode("utf-8", "replace").strip()


def report(outcome: Outcome, engines: dict[str, dict[str, float]], console: Console) -> None:
    table = Table(
        title=f"{outcome.sheets} sheets, {outcome.sheets / outcome.seconds * 60:.1f} sheets a CPU minute"
    )
    for column in ("type", "fields", "passed", "blank", "silent", "read right"):
        table.add_column(column, justify="left" if column == "type" else "right")
    for name, tally in [*sorted(outcome.types.items()), ("all", total(outcome))]:
        shares = f"{tally.passed / tally.fields:.1%}", str(tally.blank), str(tally.silent)
        table.add_row(name, str(tally.fields), *shares, f"{tally.right / tally.fields:.1%}")
    console.print(table)
    for wrong in [*outcome.silent, *outcome.wrong_pages]:
        console.print(wrong)
    if not engines:
        return
    kinds = [key for key in next(iter(engines.values())) if key != "seconds"]
    table = Table(title="whole boxes read exactly, on the same crops")
    for column in ("engine", *kinds, "CPU s"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for name, row in engines.items():
        table.add_row(name, *(f"{row[kind]:.1%}" for kind in kinds), f"{row['seconds']:.3f}")
    console.print(table)


def total(outcome: Outcome) -> Tally:
    listed = outcome.types.values()
    return Tally(*(sum(getattr(tally, name) for tally in listed) for name in Tally.__dataclass_fields__))


def write(tally: Tally) -> None:
    """Into figures.json, beside the figures of other benchmarks."""
    known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    known["passed_share"] = round(tally.passed / tally.fields, 4)
    known["passed_judged"] = tally.fields
    known["passed_silent"] = tally.silent
    text = json.dumps(known, ensure_ascii=False, indent=2, sort_keys=True)
    FIGURES.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1001])
    parser.add_argument("--sheets", type=int, default=20, help="sheets of each seed's pile")
    parser.add_argument("--crops", type=int, default=120, help="crops for the comparison; 0 leaves it out")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--write", action="store_true", help="put the figures into benchmarks/figures.json")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    library = FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")
    recogniser, outcome, crops = house_recogniser(), Outcome(), []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as name:
            make_pile(seed, options.sheets, Path(name))
            pile = list(sheets_of(Path(name)))
        read_pile(seed, pile, library, recogniser, outcome, options.json)
        if options.crops:
            crops += crops_of(pile, library, -(-options.crops // len(options.seeds)))
    engines = compare(crops, recogniser, options.json) if crops else {}
    if options.write:
        write(total(outcome))
    if not options.json:
        report(outcome, engines, Console())
        return
    types = {name: vars(tally) for name, tally in sorted(outcome.types.items())}
    result = {
        "sheets": outcome.sheets,
        "sheets_per_cpu_minute": round(outcome.sheets / outcome.seconds * 60, 1),
        **{f"fields_{key}" if key != "fields" else key: value for key, value in vars(total(outcome)).items()},
        "types": types,
        "silent": outcome.silent,
        "wrong_pages": outcome.wrong_pages,
        "engines": engines,
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
