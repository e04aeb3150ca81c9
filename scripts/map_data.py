"""Makes the map data that Yakuba ships, from downloads that are not kept in the repository.

    python scripts/map_data.py prefectures jpn.json rus.json > src/yakuba/kernel/maps/static/maps/prefectures.geojson
    python scripts/map_data.py municipalities data.json > src/yakuba/kernel/maps/data/municipalities.csv

Sources, licences, versions and sums stand in src/yakuba/kernel/maps/data/README.md.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from yakuba.kernel.maps.geojson import Feature, Polygon, Shape, write
from yakuba.kernel.maps.simplify import simplified
from yakuba.kernel.values.municipality_codes import check_digit

# In the order of their codes (JIS X 0401), as Natural Earth spells them.
# fmt: off
PREFECTURES = [
    "Hokkaido", "Aomori", "Iwate", "Miyagi", "Akita", "Yamagata", "Fukushima", "Ibaraki",
    "Tochigi", "Gunma", "Saitama", "Chiba", "Tokyo", "Kanagawa", "Niigata", "Toyama",
    "Ishikawa", "Fukui", "Yamanashi", "Nagano", "Gifu", "Shizuoka", "Aichi", "Mie",
    "Shiga", "Kyoto", "Osaka", "Hyōgo", "Nara", "Wakayama", "Tottori", "Shimane",
    "Okayama", "Hiroshima", "Yamaguchi", "Tokushima", "Kagawa", "Ehime", "Kochi", "Fukuoka",
    "Saga", "Nagasaki", "Kumamoto", "Oita", "Miyazaki", "Kagoshima", "Okinawa",
]
# fmt: on
TOLERANCE, LEAST_AREA = 0.008, 0.0012  # degrees: about 900 m, and islands of about 15 km²
OTHER_SPELLINGS = {"Hyogo": "Hyōgo", "Kōchi": "Kochi", "Ōita": "Oita", "Ōsaka": "Osaka", "Tōkyō": "Tokyo"}

# 浜松市 regrouped its wards on 1 January 2024; the offices of three old ones are those of the new ones.
HAMAMATSU = {"22131": ("22138", "浜松市中央区"), "22136": ("22139", "浜松市浜名区"), "22137": ("22140", "浜松市天竜区")}  # fmt: skip
GONE = {"22132", "22133", "22134", "22135"}


def prefectures(sources: Sequence[Path]) -> str:
    """The prefectures of Natural Earth's 1:10m admin-1 layer, simplified. sources: GeoJSON, one file or a file for each
    country; of other countries only the islands are taken that belong to a prefecture."""
    found: dict[str, Shape] = {}
    islands: list[Polygon] = []
    for source in sources:
        for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
            name = feature["properties"].get("name") or ""
            name = OTHER_SPELLINGS.get(name, name)
            if feature["properties"].get("admin") == "Japan" and name in PREFECTURES:
                found[name] = _shape(feature["geometry"])
            elif name == "Sakhalin":
                islands += _within(_shape(feature["geometry"]), NORTHERN)
    if missing := [name for name in PREFECTURES if name not in found]:
        raise SystemExit(f"not in the file: {', '.join(missing)}")
    if not islands:
        raise SystemExit("not in the files: 北方領土")
    found["Hokkaido"] = Shape(areas=(*found["Hokkaido"].areas, *islands))
    _give_back_islands(found)
    shapes = simplified([found[name] for name in PREFECTURES], tolerance=TOLERANCE, least_area=LEAST_AREA, places=4)  # fmt: skip
    return write(
        (Feature(shape, {"code": f"{number:02}"}) for number, shape in enumerate(shapes, 1)), places=3
    )


# Boxes: west, south, east and north in degrees.
NORTHERN = (145.3, 43.3, 149.0, 45.6)  # 国後島, 択捉島, 色丹島, 歯舞群島
# Islands of 鹿児島県 that the source counts to its neighbours: 奄美群島 and 長島.
KAGOSHIMA = {"Okinawa": (128.3, 27.0, 131.0, 29.0), "Kumamoto": (130.08, 32.05, 130.32, 32.33)}


def _give_back_islands(found: dict[str, Shape]) -> None:
    for neighbour, box in KAGOSHIMA.items():
        islands = _within(found[neighbour], box)
        rest = tuple(one for one in found[neighbour].areas if one not in islands)
        found[neighbour] = Shape(areas=rest)
        found["Kagoshima"] = Shape(areas=(*found["Kagoshima"].areas, *islands))


def _within(shape: Shape, box: tuple[float, float, float, float]) -> list[Polygon]:
    west, south, east, north = box
    return [one for one in shape.areas if all(west < x < east and south < y < north for x, y in one[0])]


def _shape(geometry: dict) -> Shape:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return Shape(
        areas=tuple(tuple(tuple((e, n) for e, n, *_ in ring[:-1]) for ring in one) for one in polygons)
    )


def municipalities(source: Path) -> list[list[str]]:
    """Code, prefecture, name, longitude, latitude of the town hall, in the order of the codes."""
    rows = []
    for one in json.loads(source.read_text(encoding="utf-8")):
        code, name = one["cid"].zfill(5), one["city"].replace(" ", "")
        if code in GONE:
            continue
        code, name = HAMAMATSU.get(code, (code, name))
        rows.append([code + check_digit(code), one["pref"], name, f"{one['lng']:.4f}", f"{one['lat']:.4f}"])
    return sorted(rows)


if __name__ == "__main__":
    what, paths = sys.argv[1], [Path(one) for one in sys.argv[2:]]
    if what == "prefectures":
        print(prefectures(paths))
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["code", "prefecture", "name", "longitude", "latitude"])
        writer.writerows(municipalities(paths[0]))
