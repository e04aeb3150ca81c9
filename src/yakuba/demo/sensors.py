"""The demo town's sensors: a river whose level rises, rain, a car park. Invented values, drawn anew from the same seed."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

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
    出向く:
      - {場所: 中橋, だれ: 建設課 第1班（見本）, すること: 橋のたもとに通行止めの看板を置く}
      - {場所: 川西ポンプ場, だれ: 建設課 第2班（見本）, すること: ポンプを動かす}
  - 名前: 水位計が黙っている
    型: WaterLevelObserved
    属性: waterLevel
    途絶の分: 1440
    知らせ: 水位計から1日、値が届いていません。電源と通信を確かめてください。
  - 名前: 田の水が少ない
    型: PaddyObserved
    属性: waterDepth
    下回る: 2
    戻る: 3
    続く分: 60
    知らせ: 見本の田の水が2cmより浅くなりました。水口を見てください。
  - 名前: うつぶせが続く
    型: NapObserved
    属性: posture
    等しい: [2]
    続く分: 1
    知らせ: うつぶせの向きが1分続いています。すぐに見に行ってください。
  - 名前: そろそろの見込み
    型: CareObserved
    属性: excretion
    周期: {先の分: 60, 確率: 30, 休む分: 90}
    知らせ: これまでの時刻からみて、そろそろかもしれません。本人のようすを見てください。
"""
PLACES = {
    "sample-river-1": ("WaterLevelObserved", "やくば川 中橋", 132.512, 34.402),
    "sample-rain-1": ("WeatherObserved", "やくば市役所", 132.520, 34.398),
    "sample-paddy-1": ("PaddyObserved", "北山の田（見本）", 132.523, 34.421),
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
    set_values(
        {
            "cityhub.open_data": True,
            "cityhub.levels_public": True,
            "cityhub.rivers": "WaterLevelObserved, waterLevel",
        },
        actor=town.user("kanri"),
    )
    _boards()
    _disaster()
    cityhub.take_devices(REGISTER, actor=town.user("robot"))
    cityhub.publish_opendata(
        OPEN, "市民に川のようすを知らせる", proposer=town.user("robot"), approver=town.user("kacho")
    )


SHELTERS = """名前,住所,緯度,経度,定員,いまの人数,状態
中央体育館（見本）,やくば市中央1-1,34.3985,132.5205,400,35,開設
北山公民館（見本）,やくば市北山2,34.4250,132.5250,80,80,満員
川西小学校（見本）,やくば市川西3,34.4030,132.5000,300,,閉鎖
"""


def _disaster() -> None:
    """Shelters, a closed road and a warning, as on a rainy day."""
    chief, today = town.user("kacho"), timezone.localtime() - timedelta(hours=2)
    at = f"{today:%Y-%m-%d %H:%M}"
    cityhub.load_disaster("shelters", SHELTERS, actor=chief)
    closed = f"市道中橋線（見本）,中橋から堤防まで,冠水のおそれ,34.4020,132.5125,{at}"
    cityhub.load_disaster("closures", f"路線,区間,わけ,緯度,経度,始まりの日時\n{closed}\n", actor=chief)
    warning = f"大雨注意報（見本）,やくば市,2,見本の気象台,{at}"
    cityhub.load_disaster("warnings", f"名前,区域,警戒レベル相当,発表者,発表の日時\n{warning}\n", actor=chief)


BOARD = (
    ("number", "やくば川の水位", "WaterLevelObserved", "waterLevel", ""),
    ("chart", "水位のうつり", "WaterLevelObserved", "waterLevel", ""),
    ("chart", "雨量のうつり", "WeatherObserved", "precipitation", "day"),
    ("alarms", "警報のようす", "", "", "month"),
    ("map", "駐車場の空き", "ParkingGroup", "availableSpotNumber", ""),
    ("list", "田の水の深さ", "PaddyObserved", "waterDepth", ""),
)


def _boards() -> None:
    """A board for all, a car park with its forecast, a crop."""
    robot, today = town.user("robot"), timezone.localdate()
    board = cityhub.make_board("川・雨・まちのようす", "week", "before", actor=robot)
    for kind, title, entity_type, attribute, span in BOARD:
        cityhub.add_tile(board, kind, title, entity_type, attribute, span, actor=robot)
    cityhub.set_forecast(
        "sample-parking-1", "availableSpotNumber", "駅前駐車場（見本）", spaces=110, nearly=20, actor=robot
    )
    cityhub.set_forecast("sample-river-1", "waterLevel", "やくば川の水位（見本）", actor=robot)
    cityhub.make_harvest(
        "sample-field-1",
        "temperature",
        "ニンジン（見本の圃場）",
        begin=today - timedelta(days=60),
        base=5.0,
        target=1_200.0,
        source="見本の値です。実際の値は、品種の資料から取ってください。",
        actor=robot,
    )


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
        depth = 4.5 + 1.5 * math.sin(step / 200) - (left < 90) * 0.02 * (90 - left)
        lines.append(f"sample-paddy-1,PaddyObserved,waterDepth,{moment},{depth:.1f},cm")
    return [*lines, *_field(now), *_care(now)]


def _field(now: datetime) -> list[str]:
    """A mean temperature a day of the last five years: a sine of the year with weather that lasts some days."""
    draw, apart, lines = random.Random(SEED + 1), 0.0, []
    for day in range(5 * 365, 0, -1):
        at = now - timedelta(days=day)
        apart = 0.7 * apart + draw.gauss(0, 1.6)
        mean = 15 - 11 * math.cos((at.timetuple().tm_yday - 30) / 365 * 2 * math.pi) + apart
        lines.append(f"sample-field-1,WeatherObserved,temperature,{at:%Y-%m-%d}T03:00:00Z,{mean:.1f},℃")
    return lines


def _care(now: datetime) -> list[str]:
    """Events of a made-up sensor about five times a day, and the postures of a nap."""
    draw, lines = random.Random(SEED + 2), []
    for day in range(30, 0, -1):
        for hour in (7, 10, 13, 16, 20):
            at = now.replace(hour=0, minute=0) - timedelta(days=day) + timedelta(hours=hour - 9)
            at += timedelta(minutes=round(draw.gauss(0, 15)))
            if at < now:
                lines.append(f"sample-care-1,CareObserved,excretion,{at:%Y-%m-%dT%H:%M:%SZ},1,")
    for minutes, posture in ((90, 1), (60, 3), (45, 2), (40, 1)):
        at = now - timedelta(minutes=minutes)
        lines.append(f"sample-nap-1,NapObserved,posture,{at:%Y-%m-%dT%H:%M:%SZ},{posture},")
    return lines
