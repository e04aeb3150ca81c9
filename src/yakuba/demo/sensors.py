"""The demo town's sensors: a river whose level rises, rain, a car park. Invented values, drawn anew from the same seed."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from yakuba.demo import town
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade as cityhub

SEED, DAYS, EVERY = 16, 30, 20  # minutes between two readings
RULES = """見張り:
  - 名前: やくば川の水位が高い
    型: WaterLevelObserved
    属性: waterLevel
    超える: 2.5
    戻る: 2.3
    続く分: 20
    知らせ: やくば川の水位が2.5mを超えています。現地を確かめてください。
  - 名前: 水位計が黙っている
    型: WaterLevelObserved
    属性: waterLevel
    途絶の分: 1440
    知らせ: 水位計から1日、値が届いていません。電源と通信を確かめてください。
"""
PLACES = {
    "sample-river-1": ("WaterLevelObserved", "やくば川 中橋", 132.512, 34.402),
    "sample-rain-1": ("WeatherObserved", "やくば市役所", 132.520, 34.398),
    "sample-parking-1": ("ParkingGroup", "駅前駐車場", 132.526, 34.395),
}

REGISTER = """機器番号,名前,実体,型,属性,送る名前,単位,最小,最大,場所,緯度,経度,メモ
WL-01,中橋の水位計（見本）,sample-river-1,WaterLevelObserved,waterLevel,wl,m,-2,10,やくば川 中橋,34.402,132.512,
WL-01,中橋の水位計（見本）,sample-river-1,WaterLevelObserved,battery,bat,V,0,5,やくば川 中橋,34.402,132.512,
RAIN-01,市役所の雨量計（見本）,sample-rain-1,WeatherObserved,precipitation,r,mm,0,300,市役所の屋上,34.398,132.520,
"""
OPEN = {
    "code": "river-level",
    "title": "やくば川の水位（見本）",
    "description": "中橋の水位計の値です。見本のデータで、本当の川の値ではありません。",
    "entity_type": "WaterLevelObserved",
    "ids": [],
    "attributes": ["waterLevel"],
    "placed": True,
    "detail": "hours",
    "days": 31,
    "licence": "CC BY 4.0",
    "cycle": "20分ごと",
}


def load() -> None:
    """Load it, unless something came already. やくば市 must be active."""
    if not cityhub.is_empty():
        return
    cityhub.bring([_entity(key, *facts) for key, facts in PLACES.items()])
    cityhub.set_rules(RULES, actor=town.user("robot"))
    cityhub.take_text("\n".join(_lines(datetime.now(UTC))), actor=town.user("robot"))
    cityhub.take_devices(REGISTER, actor=town.user("robot"))
    cityhub.publish_opendata(
        OPEN, "市民に川のようすを知らせる", proposer=town.user("robot"), approver=town.user("kacho")
    )
    set_values({"cityhub.open_data": True}, actor=town.user("kanri"))


def _entity(key: str, kind: str, name: str, longitude: float, latitude: float) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [longitude, latitude]}
    return {
        "id": key,
        "type": kind,
        "name": {"type": "Text", "value": name},
        "location": {"type": "geo:json", "value": place},
    }


def _lines(now: datetime) -> list[str]:
    draw, rain, level = random.Random(SEED), 0.0, 0.9  # values of a sample
    lines = ["id,type,attribute,at,value,unit"]
    start = now - timedelta(days=DAYS)
    for step in range(DAYS * 24 * 60 // EVERY):
        at = start + timedelta(minutes=step * EVERY)
        left = DAYS * 24 * 60 // EVERY - step
        pours = left < 30 or draw.random() < 0.01
        rain = max(0.0, (rain + draw.uniform(2, 6) if pours else rain * 0.8) + draw.uniform(-0.3, 0.3))
        level = 0.9 + (level - 0.9) * 0.985 + min(rain, 20.0) * 0.004
        hour = (at.hour + 9) % 24 + at.minute / 60
        cars = 60 + 45 * math.sin((hour - 7) / 24 * 2 * math.pi) + draw.uniform(-6, 6)
        moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"sample-river-1,WaterLevelObserved,waterLevel,{moment},{level:.2f},m")
        lines.append(f"sample-rain-1,WeatherObserved,precipitation,{moment},{rain:.1f},mm")
        lines.append(f"sample-parking-1,ParkingGroup,availableSpotNumber,{moment},{max(0, round(cars))},台")
    return lines
