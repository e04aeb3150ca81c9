"""A road file read in a process apart, and the graph as it is kept: numbers, the shape of which is looked at before they are used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.fieldwork.engine.rounds.roads import BadRoads, Roads, read
from yakuba.services.fieldwork.engine.rounds.travel import Point

LARGEST = 60_000_000  # bytes of a GeoJSON
DEEPEST = 12
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]')


def read_roads(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Head: what the graph is; body: its numbers (`unpacked`). Raises Invalid with what is wrong and where."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid(
            f"道路のファイルは{LARGEST // 1_000_000}MBまでです。", remedy="町の範囲に切り出してください。"
        )
    try:
        roads = read(_document(content))
    except BadRoads as fault:
        raise Invalid(str(fault)) from fault
    yield packed(roads)


def _document(content: bytes) -> Mapping[str, Any]:
    depth = deepest = 0
    for token in _TOKEN.finditer(content):  # before it is parsed: a parser goes as deep as it is sent
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token.group(), 0)
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise Invalid(
            f"かっこの入れ子が深すぎます（{DEEPEST}段まで）。", remedy="GeoJSONか確かめてください。"
        )
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid(
            "道路のファイルがJSONとして読めません。", remedy="UTF-8のGeoJSONで書き出してください。"
        ) from error
    if not isinstance(found, dict):
        raise Invalid("道路のファイルがGeoJSONではありません。")
    return found


def packed(roads: Roads) -> tuple[dict[str, Any], bytes]:
    """As it is kept: counts and the origin, and the numbers in one piece."""
    head = {
        "latitude": roads.origin.latitude,
        "longitude": roads.origin.longitude,
        "places": len(roads.places),
        "edges": len(roads.edges),
        "lines": roads.lines,
    }
    parts = (roads.places, roads.edges, roads.metres, roads.seconds)
    kinds = ("<f8", "<i4", "<f8", "<f8")
    return head, b"".join(
        np.ascontiguousarray(part, dtype=kind).tobytes() for part, kind in zip(parts, kinds, strict=True)
    )


def unpacked(head: Mapping[str, Any], body: bytes) -> Roads:
    """The graph again. ValueError where head and body do not belong together."""
    places, edges = int(head["places"]), int(head["edges"])
    if places < 2 or edges < 1 or len(body) != places * 16 + edges * (8 + 8 + 8):
        raise ValueError("the numbers of a road graph are of another length")
    at = places * 16
    found = np.frombuffer(body, "<f8", places * 2).reshape(places, 2)
    joined = np.frombuffer(body, "<i4", edges * 2, at).reshape(edges, 2).astype(np.int64)
    metres = np.frombuffer(body, "<f8", edges, at + edges * 8)
    seconds = np.frombuffer(body, "<f8", edges, at + edges * 16)
    if joined.min() < 0 or joined.max() >= places:
        raise ValueError("a road that leads nowhere")
    if (
        not all(np.isfinite(part).all() for part in (found, metres, seconds))
        or min(metres.min(), seconds.min()) < 0
    ):
        raise ValueError("a road graph with numbers that are none")
    origin = Point(float(head["latitude"]), float(head["longitude"]))
    return Roads(origin, found, joined, metres, seconds, int(head["lines"]))
