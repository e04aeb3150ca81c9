"""Roads that the town supplies, read apart and kept as a graph; one file is in use, or none for straight lines."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.fieldwork.engine.rounds.entries import IN_JAPAN
from yakuba.services.fieldwork.engine.rounds.graphs import unpacked
from yakuba.services.fieldwork.models import RoadFile

READER = "yakuba.services.fieldwork.engine.rounds.graphs:read_roads"
SECONDS, MOST = 60.0, 500_000_000  # CPU; bytes of the graph of a prefecture


def take_roads(name: str, file: bytes | BinaryIO, source: str, *, actor: Actor) -> RoadFile:
    """Keep a road file and use it from now on. Raises Invalid with what is wrong and where; the one in use stays then."""
    told = source.strip()
    if not told or len(told) > 300:
        raise Invalid(
            "出典とライセンスを300字までで書いてください。例：© OpenStreetMap contributors（ODbL 1.0）",
            place="出典とライセンス",
        )
    frame = apart.answer(READER, file, seconds=SECONDS, most=MOST)
    with apart.understood():
        roads = unpacked(frame.head, frame.body)
        head = {
            "latitude": roads.origin.latitude,
            "longitude": roads.origin.longitude,
            "places": len(roads.places),
            "edges": len(roads.edges),
            "lines": roads.lines,
            "kilometres": round(float(roads.metres.sum()) / 1000, 1),
        }
    (south, north), (west, east) = IN_JAPAN
    if not (south <= roads.origin.latitude <= north and west <= roads.origin.longitude <= east):
        raise Invalid(
            f"道路の真ん中（緯度{roads.origin.latitude:g}、経度{roads.origin.longitude:g}）が日本の中にありません。",
            remedy="経度、緯度の順か、単位が度（WGS84、EPSG:4326）かを確かめてください。メートルの座標は変換してから入れます。",
        )
    with transaction.atomic():
        kept = store(StoredFile.Kind.OUTPUT, "roads.bin", "application/octet-stream", frame.body, actor=actor)
        row = RoadFile.objects.create(
            name=name[-255:] or "道路", file=kept, head=head, source=told, loaded_by=known(actor)
        )
        record("fieldwork.roads_taken", subject=f"roads:{row.pk}", actor=actor, lines=roads.lines)
        return use_roads(row.pk, actor=actor)


@transaction.atomic
def use_roads(road_file_id: int | None, *, actor: Actor) -> RoadFile:
    """Measure ways on that file from now on; None for straight lines. Raises Missing. Gives the file that is in use, or was."""
    rows = list(RoadFile.objects.select_for_update().order_by("pk"))
    chosen = next((row for row in rows if row.pk == road_file_id), None)
    if road_file_id is not None and chosen is None:
        raise Missing(f"{road_file_id}番の道路のファイルがありません。番号を確かめてください。")
    before = next((row for row in rows if row.in_use), None)
    RoadFile.objects.filter(in_use=True).update(in_use=False)
    if chosen is not None:
        RoadFile.objects.filter(pk=chosen.pk).update(in_use=True)
        chosen.in_use = True
    subject = f"roads:{chosen.pk}" if chosen else "roads:none"
    record("fieldwork.roads_chosen", subject=subject, actor=actor)
    found = chosen or before
    if found is None:
        raise Missing("道路のファイルは入っていません。もう直線距離で計算しています。")
    return found
