"""Areas of municipalities from the official file, 国土数値情報 行政区域データ (N03), kept in the data folder.

Whoever operates the machine downloads the file of a prefecture, a ZIP archive with a GeoJSON file in it, and takes it in by
`yakuba maps load`. Nothing of it is executed or unpacked to disk; how much is read is bounded. Only simplified areas are kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from yakuba.kernel.definitions import given
from yakuba.kernel.maps.geojson import Feature, Shape, read, write
from yakuba.kernel.maps.places import place
from yakuba.kernel.maps.simplify import simplified
from yakuba.kernel.refusals import Invalid

LARGEST = 150_000_000  # bytes of GeoJSON; the file of a prefecture
MOST_POSITIONS = 5_000_000
MOST_MEMBERS = 200  # of the archive
TOLERANCE, LEAST_AREA = 0.0008, 0.00001  # degrees: about 90 m; islands of about 0.1 km²
CODE = "N03_007"  # 行政区域コード, 5 digits


@dataclass(frozen=True)
class Loaded:
    """What was taken in: the bodies, features without a code of a body (所属未定地), and the file's sum."""

    codes: tuple[str, ...]
    left_out: int
    sha256: str


def folder() -> Path:
    """Where the areas lie: one GeoJSON file a prefecture."""
    return Path(settings.YAKUBA.data_dir) / "maps"


def load(path: Path) -> Loaded:
    """Take in the file of a prefecture; what was there of its bodies before is replaced.

    Raises Unreadable where there is no file, or one too large, and Invalid for what is not of that kind.
    """
    content, sha256 = _content(path)
    parts: dict[str, list[Shape]] = {}
    left_out = 0
    for feature in read(content, largest=LARGEST, most_positions=MOST_POSITIONS):
        code = str(feature.properties.get(CODE) or "")
        if feature.shape.areas and len(code) == 5 and code.isascii() and code.isdigit():
            parts.setdefault(code, []).append(feature.shape)
        else:
            left_out += 1
    if not parts:
        raise Invalid(
            f"市区町村のコード（{CODE}）のある区域がありません。",
            remedy="国土数値情報の「行政区域」をダウンロードしてください。",
        )
    whole = [Shape(areas=tuple(area for one in shapes for area in one.areas)) for shapes in parts.values()]
    thin = simplified(whole, tolerance=TOLERANCE, least_area=LEAST_AREA, places=5)
    _keep(dict(zip(parts, thin, strict=True)), path.name, sha256)
    return Loaded(tuple(sorted(parts)), left_out, sha256)


def areas_of(codes: Iterable[str]) -> dict[str, Shape]:
    """The areas that were taken in, by code of 5 digits, of the bodies asked for (5 or 6 digits)."""
    bodies = (place(code) for code in codes)
    wanted = {body.code[:5] for body in bodies if body and body.at}
    found: dict[str, Shape] = {}
    for prefecture in sorted({code[:2] for code in wanted}):
        path = folder() / f"areas-{prefecture}.geojson"
        if path.exists():
            known = _kept(path, path.stat().st_mtime_ns)
            found |= {code: known[code] for code in wanted & known.keys()}
    return found


def sources() -> list[dict[str, str]]:
    """What was taken in: prefecture, file, its sum, day."""
    listed = []
    for path in sorted(folder().glob("areas-*.geojson")):
        told = json.loads(path.read_text(encoding="utf-8"))["source"]
        body = place(path.stem.removeprefix("areas-"))
        listed.append({"prefecture": body.name if body else path.stem, **told})
    return listed


def _keep(shapes: Mapping[str, Shape], name: str, sha256: str) -> None:
    today: date = timezone.localdate()
    source = {"file": name, "sha256": sha256, "day": today.isoformat()}
    folder().mkdir(parents=True, exist_ok=True)
    for prefecture in {code[:2] for code in shapes}:
        listed = [Feature(shape, {"code": code}) for code, shape in shapes.items() if code[:2] == prefecture]
        text = json.dumps(json.loads(write(listed, places=5)) | {"source": source}, ensure_ascii=False)
        path = folder() / f"areas-{prefecture}.geojson"
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)


@lru_cache(maxsize=8)
def _kept(path: Path, changed: int) -> Mapping[str, Shape]:
    found = read(path.read_bytes(), largest=LARGEST, most_positions=MOST_POSITIONS)
    return {feature.properties["code"]: feature.shape for feature in found}


def _content(path: Path) -> tuple[bytes, str]:
    """The GeoJSON, from the archive or as it lies, and the sum of the file."""
    data = given.content(path, LARGEST)
    sha256 = hashlib.sha256(data).hexdigest()
    if not data.startswith(b"PK"):
        return data, sha256
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            named = [one for one in members if one.filename.lower().endswith(".geojson")]
            if len(members) > MOST_MEMBERS or len(named) != 1:
                raise Invalid("ZIPの中にGeoJSONのファイルがちょうど1つありません。", remedy="国土数値情報のGeoJSON形式のZIPを使ってください。")  # fmt: skip
            with archive.open(named[0]) as file:
                content = file.read(LARGEST + 1)  # whatever the archive says of its size
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Invalid(
            "ZIPとして読めません。", remedy="途中で切れていないか、暗号が付いていないか確かめてください。"
        ) from error
    return content, sha256
