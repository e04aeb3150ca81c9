"""The demo town outdoors: residents' reports, traps with a sensor, sightings and claims of bounties. All of it is made up, drawn anew
from the same seed."""

from __future__ import annotations

import io
import random
from datetime import timedelta

import numpy as np
from django.utils import timezone
from PIL import Image

from yakuba.demo import town
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork import facade as fieldwork
from yakuba.services.fieldwork.contracts import NewReport

SEED = 55
LATITUDE, LONGITUDE = 34.400, 132.520
SECTIONS = ("建設課", "環境課", "農林課")
RULES = f"""町:
  緯度: 34.400
  経度: 132.520
  半径km: 12
{fieldwork.CATEGORIES}地区:
  - {{名前: 中央, 緯度: 34.398, 経度: 132.520, 半径km: 1.5}}
  - {{名前: 北山, 緯度: 34.425, 経度: 132.525, 半径km: 2}}
  - {{名前: 川西, 緯度: 34.403, 経度: 132.500, 半径km: 1.5}}
目印:
  - {{名前: やくば市役所, 緯度: 34.398, 経度: 132.520}}
  - {{名前: 中橋, 緯度: 34.402, 経度: 132.512}}
  - {{名前: 駅前広場, 緯度: 34.395, 経度: 132.526}}
"""
REPORTS = (
    ("road", "中橋のたもとの道に、車輪くらいの穴があります。", 34.4021, 132.5126, "finish"),
    ("road", "駅前の横断歩道の段差で、つまずきそうです。", 34.3953, 132.5264, "start"),
    ("road", "川沿いの道が陥没して、片側が通れません。", 34.4052, 132.5030, "start"),
    ("light", "公園の入口の街灯が、3日前から消えています。", 34.3990, 132.5220, ""),
    ("light", "通学路の街灯がちらついています。", 34.4012, 132.5181, "close"),
    ("rubbish", "林道の脇に、古いタイヤが捨ててあります。", 34.4205, 132.5280, "move"),
    ("rubbish", "河川敷に家電が捨ててあります。", 34.4035, 132.5051, "finish"),
    ("wildlife", "畑の近くで、イノシシの親子を見ました。", 34.4240, 132.5245, "answer"),
)
TRAPS = (
    ("A-01", "box", 34.4230, 132.5230, "北山 林道入口", "sample-trap-1"),
    ("A-02", "box", 34.4265, 132.5285, "北山 沢の上", "sample-trap-2"),
    ("B-01", "snare", 34.4285, 132.5200, "北山 尾根", ""),
    ("B-02", "fence", 34.4190, 132.5335, "北山 休耕田", ""),
)


def load() -> None:
    """Load it, unless a report came already. やくば市 must be active."""
    if not fieldwork.is_empty():
        return
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    chief = town.user("kacho")
    fieldwork.set_rules(RULES, actor=chief)
    set_values({"fieldwork.public": True}, actor=town.user("kanri"))
    _reports()
    _animals()
    _bounties()


def _reports() -> None:
    clerk, chief = town.user("madoguchi"), town.user("kacho")
    for number, (category, text, latitude, longitude, step) in enumerate(REPORTS):
        given = NewReport(category, text, "", latitude, longitude)
        report, _, _ = fieldwork.report(given, f"sample-report-{number:010}", [_picture(number)])
        if step == "finish":
            fieldwork.start(report, actor=clerk)
            fieldwork.finish(report, "現地を直しました。お知らせありがとうございました。", actor=clerk)
            fieldwork.release(report, text, [], actor=chief)
        elif step == "start":
            fieldwork.start(report, actor=clerk)
        elif step == "close":
            fieldwork.close(report, "電力会社の街灯なので、電力会社に知らせました。", actor=clerk)
        elif step == "move":
            fieldwork.move_to(report, "農林課", "林道の敷地のため", actor=clerk)
        elif step == "answer":
            fieldwork.answer(report, "猟友会に見回りを頼みました。近づかないでください。", actor=clerk)


def _animals() -> None:
    draw, clerk, now = random.Random(SEED), town.user("madoguchi"), timezone.now()
    cityhub.bring(
        {"id": entity, "type": "Trap", "shut": {"type": "Number", "value": shut}}
        for entity, shut in (("sample-trap-1", 0), ("sample-trap-2", 1))
    )
    for code, kind, latitude, longitude, place, entity in TRAPS:
        set_on = timezone.localdate() - timedelta(days=120)
        row = fieldwork.set_trap(
            code, kind, latitude, longitude, set_on, place, entity, "shut" if entity else ""
        )
        every = 9 if entity else 2
        for day in range(1, 120, every):
            caught = draw.random() < (0.3 if entity else 0.04)
            fieldwork.visit_trap(
                row.pk, "caught" if caught else "nothing", "boar" if caught else "", int(caught), draw.randint(25, 50),
                actor=clerk, at=now - timedelta(days=day),
            )  # fmt: skip
    fieldwork.look_at_sensors()
    for number in range(24):
        north, east = draw.gauss(0.028, 0.006), draw.gauss(0.012, 0.008)
        fieldwork.add_sighting(
            "boar" if number % 3 else "deer", draw.randint(1, 4), LATITUDE + north, LONGITUDE + east,
            now - timedelta(days=draw.randint(1, 200)), "見本", actor=clerk,
        )  # fmt: skip


def _bounties() -> None:
    clerk, today = town.user("kacho"), timezone.localdate()
    for number, (seed, days) in enumerate(
        ((1, 300), (2, 40), (1, 5)), start=1
    ):  # the third shows the first one's animal
        fieldwork.claim_bounty(
            f"見本-{number}",
            "見本 猟師",
            "boar",
            today - timedelta(days=days),
            [io.BytesIO(_picture(100 + seed))],
            actor=clerk,
        )


def _picture(seed: int) -> bytes:
    """Soft blobs: a photograph of nothing and nobody."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(small).resize((800, 600), Image.Resampling.BICUBIC).save(out, "JPEG", quality=85)
    return out.getvalue()
