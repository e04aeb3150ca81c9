"""`yakuba reading …`: the operations, and what needs no database: reading single pictures, and measuring labelled scans."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from yakuba.kernel.cli.output import console, errors, fail, print_json, print_rows, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions.given import Unreadable, content
from yakuba.kernel.definitions.source import decoded
from yakuba.kernel.operations.commands import JSON, add_commands
from yakuba.services.reading.operations import OPERATIONS

if TYPE_CHECKING:
    from yakuba.services.reading.adapters.ppocr import PpOcr
    from yakuba.services.reading.contracts import FieldReading
    from yakuba.services.reading.engine.library import FormLibrary

app = verbs("帳票読取")
add_commands(app, OPERATIONS)

LARGEST_TRUTH = 50_000_000
TYPES_HELP = "欄の型：name kana address postal phone date amount count digits text など"


@app.command("recognize")
def recognize(
    images: list[Path] = typer.Argument(..., help="1つの欄だけを写した画像（PNG・JPEG・TIFF）"),
    type_: str = typer.Option(..., "--type", help=TYPES_HELP),
    as_json: bool = JSON,
) -> None:
    """欄だけの画像を読み、人が見ずに通せるかを答える（データベースは要らない）"""
    from yakuba.services.reading.adapters.scans import picture
    from yakuba.services.reading.engine.single import KINDS, read_pictures

    if type_ not in KINDS:
        raise fail(f"型「{type_}」は読めません。次から選んでください：{' '.join(KINDS)}", 2)
    rows, unread = [], 0
    recogniser = _recogniser()
    with progress_bar(quiet=as_json) as progress:
        for path in progress.track(images, description="読み取り"):
            try:
                reading = read_pictures([picture(path)], KINDS[type_], recogniser)[0]
                rows.append(_recognised(path, reading))
            except Unreadable as refusal:
                unread += 1
                rows.append(_unread(path, str(refusal)))
    if as_json:
        print_json(rows)
    else:
        shown = [
            row | {"passed": "通る" if row["passed"] else "人が見る", "why": _told(row["reasons"])}
            for row in rows
        ]
        headings = {
            "file": "画像",
            "text": "読み",
            "passed": "判断",
            "probability": "確からしさ",
            "why": "理由",
        }
        print_rows(shown, headings, as_json=False)
    if unread:
        raise fail(f"{len(rows)}個のうち{unread}個の画像を開けませんでした。", 1)


def _recognised(path: Path, reading: FieldReading) -> dict[str, Any]:
    from yakuba.services.reading.contracts import Decision, Hand
    from yakuba.services.reading.engine.promises import Stratum, probability

    text = reading.raw if reading.type == "date" else reading.value or reading.raw
    return {
        "file": str(path),
        "text": text,
        "passed": reading.decision is not Decision.DOUBTFUL,
        "probability": probability(Stratum.of(reading, Hand.UNKNOWN), {}, {}),
        "candidates": list(reading.candidates),
        "reasons": [reason.value for reason in reading.reasons],
    }


def _told(reasons: list[str]) -> str:
    """The reasons as sentences; what kept a picture from being opened is one already."""
    from yakuba.services.reading.contracts import Reason
    from yakuba.services.reading.engine.gate import message

    known = {reason.value: reason for reason in Reason}
    return "".join(message([known[one]]) if one in known else one for one in reasons)


def _unread(path: Path, why: str) -> dict[str, Any]:
    told = {"text": "", "passed": False, "probability": 0.0, "candidates": []}
    return {"file": str(path), **told, "reasons": [why]}


@app.command("evaluate")
def evaluate(
    scans: list[Path] = typer.Argument(..., help="正しい値の分かっている用紙（PDF・TIFF・JPEG・PNG）"),
    form: Path = typer.Option(..., "--form", help="様式（form.yaml か、それのあるフォルダ）"),
    truth: Path = typer.Option(..., "--truth", help="正しい値のCSV：file, page と、項目ごとの列"),
    procedure: Path | None = typer.Option(
        None, "--procedure", help="手続のファイル。省くと、様式の近くの procedures フォルダなどから探す"
    ),
    as_json: bool = JSON,
) -> None:
    """手元の用紙で、読み取りの正しさ、通った割合、見逃しとその上限を測る（データベースは要らない）"""
    from yakuba.services.reading.adapters.scans import pages
    from yakuba.services.reading.engine.evaluating import Score, judge, read_truth
    from yakuba.services.reading.engine.reader import read_page

    library = _library(form, procedure)
    definition = library.procedures[library.templates[0].form.procedure]
    known = read_truth(decoded(content(truth, LARGEST_TRUTH)), definition, truth.name)
    recogniser = _recogniser()
    scores: dict[str, Score] = {}
    silent: list[dict[str, Any]] = []
    unmatched: list[str] = []
    read, started = 0, time.process_time()
    with progress_bar(quiet=as_json) as progress:
        for path in progress.track(scans, description="読み取り"):
            for number, image in enumerate(pages(path), start=1):
                wanted = next((known[key] for key in _keys(path, number) if key in known), None)
                if wanted is None:
                    unmatched.append(f"{path.name} {number}")
                    continue
                read += 1
                page = read_page(image, library, recogniser)
                silent += [{"file": path.name, "page": number, **one} for one in judge(wanted, page, scores)]
    seconds = time.process_time() - started
    if not read:
        raise fail("正しい値のある用紙が1枚もありません。CSVの file と用紙の名前を見比べてください。", 2)
    total = Score()
    for score in scores.values():
        total.add(score)
    facts = {
        "pages": read,
        "seconds": round(seconds, 2),
        "seconds_per_page": round(seconds / read, 3),
        **total.facts(),
        "types": {name: score.facts() for name, score in sorted(scores.items())},
        "silent_errors": silent,
        "without_truth": unmatched,
    }
    _tell_evaluation(facts, as_json=as_json)


def _keys(path: Path, number: int) -> list[tuple[str, int]]:
    """As which the truth may name a page."""
    return [(str(path), number), (path.name, number), (path.stem, number)]


def _library(form: Path, procedure: Path | None) -> FormLibrary:
    from yakuba.kernel.definitions.procedures import load_procedure, read_document
    from yakuba.services.reading.engine.library import FormLibrary
    from yakuba.services.reading.engine.loading import load_form

    file = form / "form.yaml" if form.is_dir() else form
    document = read_document(file)
    code = str(document.get("procedure", "")) if isinstance(document, dict) else ""
    if not code:
        raise fail(
            f"{file} は様式のファイルではありません（procedure: がありません）。form.yaml を指定してください。",
            2,
        )
    places = [procedure] if procedure else _places(file.resolve().parent, code)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise fail(
            f"手続「{code}」のファイルが見つかりません。--procedure で指定するか、様式のフォルダに procedure.yaml を置いてください。",
            2,
        )
    known = load_procedure(found)
    return FormLibrary.of([load_form(file, {known.code: known})], [known])


def _places(folder: Path, code: str) -> list[Path]:
    """Where the procedure of a form may lie."""
    if not code or "/" in code:
        return []
    beside = [folder / "procedure.yaml", folder / f"{code}.yaml"]
    return beside + [above / "procedures" / f"{code}.yaml" for above in folder.parents[:3]]


def _recogniser() -> PpOcr:
    import cv2

    from yakuba.services.reading.adapters import recognisers

    cv2.setNumThreads(1)
    return recognisers.recogniser()


def _tell_evaluation(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    rows = [_row(name, score) for name, score in [*facts["types"].items(), ("すべて", facts)]]
    headings = {
        "type": "型", "fields": "項目", "exact": "正しい項目", "characters": "正しい文字", "passed": "通った割合",
        "silent": "見逃し", "bound": "見逃しの上限（95%）",
    }  # fmt: skip
    print_rows(rows, headings, as_json=False)
    console.print(
        f"{facts['pages']}枚、1枚 {facts['seconds_per_page']:.2f}秒（CPU）", highlight=False, markup=False
    )
    for one in facts["silent_errors"]:
        errors.print(f"見逃し {one}", highlight=False, markup=False)


def _row(name: str, score: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": name,
        "fields": score["fields"],
        "exact": _percent(score["exact_share"]),
        "characters": _percent(score["characters_share"]),
        "passed": _percent(score["passed_share"]),
        "silent": score["silent"],
        "bound": _percent(score["silent_bound"], 2),
    }


def _percent(share: float | None, digits: int = 1) -> str:
    return "―" if share is None else f"{share:.{digits}%}"
