"""Draws a round of the demo town: facilities.csv and applications.csv, the same for the same seed.

    .venv/bin/python samples/nursery-round/generate.py [--seed 7] [--households 260] [--out samples/nursery-round]

The columns are those of the procedure nursery-admission (by label), then what staff add from enclosed papers.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "generator"))

import applications as papers  # noqa: E402
import people  # noqa: E402

PREFECTURE = "埼玉県"  # only to draw from; the addresses are then replaced by ones in the demo town
START = date(2027, 4, 1)
DISTRICTS = ("中央", "東", "西", "南", "北")
AGE_WEIGHTS = (24, 40, 15, 13, 5, 3)  # of applicants, age class 0 to 5
MEAN_SEATS = (2.6, 3.6, 1.8, 1.6, 0.6, 0.4)  # free seats of a nursery by age class
SUPPLEMENTS = (
    *(
        "きょうだいの希望",
        "今の施設",
        "今の席を空ける",
        "入所保留の希望",
        "地区",
        "生活保護",
        "障害のある家族",
    ),
    *("児童の障害", "65歳未満の祖父母の同居", "認可外保育施設の利用", "単身赴任", "父の保育士としての勤務"),
    *(
        "母の保育士としての勤務",
        "きょうだいの在園施設",
        "市内に住み始めた日",
        "希望する迎えの時刻",
        "医療的ケア",
    ),
)
FIRST_SERIAL = 7001

Row = dict[str, str]


def yes(chance: Random, share: float, word: str = "あり", other: str = "なし") -> str:
    return word if chance.random() < share else other


# Facilities


def facilities(names: list[str], chance: Random) -> list[Row]:
    """One row for each nursery of the procedure's list."""
    rows = []
    for number, name in enumerate(names, 1):
        small, center = "小規模" in name, "こども園" in name
        row = {
            "施設番号": f"N{number:02d}",
            "施設名": name,
            "種別": "小規模保育" if small else "認定こども園" if center else "保育所",
            "地区": DISTRICTS[(number - 1) % len(DISTRICTS)],
        }
        for age, mean in enumerate(MEAN_SEATS):
            seats = max(0, round(chance.gauss(mean * (0.8 if small else 1.0), 1.0)))
            row[f"{age}歳"] = "" if small and age > 2 else str(seats)
        row["共用枠"] = ""
        row["土曜開所"] = "なし" if small else yes(chance, 0.85)
        row["閉所時刻"] = chance.choice(("18:30", "19:00", "19:30", "20:00"))
        row["受入日齢"] = str(chance.choice((57, 57, 57, 90, 180)))
        row["連携する小規模保育"] = ""
        row["医療的ケア児枠2歳"] = row["医療的ケア児枠3歳"] = ""
        rows.append(row)
    return with_partners(with_shared(rows))


def with_shared(rows: list[Row]) -> list[Row]:
    """A nursery in which the older ages share seats, one in which teachers limit the youngest."""
    upper = sum(int(rows[3][f"{age}歳"]) for age in (3, 4, 5))
    rows[3]["共用枠"] = f"3-5歳:席{max(1, upper - 1)}"
    rows[8]["共用枠"] = "0-1歳:保育士2"
    rows[0]["医療的ケア児枠2歳"] = rows[0]["医療的ケア児枠3歳"] = "1"
    return rows


def with_partners(rows: list[Row]) -> list[Row]:
    """Each small nursery, which ends at two, has partners that take its children on."""
    small = [row["施設名"] for row in rows if row["種別"] == "小規模保育"]
    large = [row for row in rows if row["種別"] == "保育所"]
    for number, name in enumerate(small):
        for row in large[number * 2 : number * 2 + 2]:
            row["連携する小規模保育"] = name
    return rows


# Households


def household(serial: int, procedure: dict, places: list[Row], chance: Random) -> list[Row]:
    """The applications of one household, a row for each child."""
    first = papers.draw_application(procedure, serial, PREFECTURE, chance)
    values = first.values
    ages = draw_ages(chance)
    births = draw_births(ages, chance)
    district = chance.choice(DISTRICTS)
    values |= draw_address(district, chance)
    wishes = draw_wishes(district, places, chance)
    shared = of_household(values, len(ages), district, wishes, chance)
    rows = []
    for number, birth in enumerate(births):
        mine = {**values, "receipt_number": papers.receipt_number(serial + number)}
        mine |= {"child_birth": birth.isoformat(), "start_date": START.isoformat()}
        if number:
            person = people.draw_person(chance, first.people["applicant_name"])
            mine |= {"child_name": person.name, "child_kana": person.kana}
            mine["child_sex"] = chance.choice(("male", "female"))
        listed = dict.fromkeys(f"wish_{at}" for at in range(1, 11)) | {
            f"wish_{at}": name for at, name in enumerate(suited(wishes, ages[number], places), 1)
        }
        mine |= {code: name or "" for code, name in listed.items()}
        mine["sibling_together"] = "yes" if len(ages) > 1 else "no"
        rows.append(
            labelled(mine, procedure) | shared | of_child(ages[number], shared, wishes, places, chance)
        )
        if not mine["wish_1"]:
            rows[-1]["第1希望"] = wishes[0]
    return rows


def draw_ages(chance: Random) -> list[int]:
    """Age classes of the children, the eldest first."""
    eldest = chance.choices(range(6), AGE_WEIGHTS)[0]
    kind = chance.random()
    if kind > 0.14:
        return [eldest]
    if kind < 0.02:
        return [eldest, eldest]
    youngest = chance.choice((0, 0, 1))
    ages = {youngest, max(eldest, youngest + 1)}
    return sorted(ages | ({2} if kind > 0.13 else set()), reverse=True)


def draw_births(ages: list[int], chance: Random) -> list[date]:
    """Birthdays of those age classes in fiscal 2027; equal ages are twins."""
    born: dict[int, date] = {}
    for age in ages:
        last = date(2026, 11, 10) if age == 0 else date(2027 - age, 4, 1)
        born.setdefault(age, last - timedelta(days=chance.randrange(200 if age == 0 else 365)))
    return [born[age] for age in ages]


def draw_address(district: str, chance: Random) -> Row:
    """A lot in the demo town, with a postal code that is nobody's."""
    town = f"{district}町" if district != "中央" else "中央"
    lot = "-".join(str(chance.randint(1, most)) for most in (5, 20, 30))
    return {"postal_code": f"00000{DISTRICTS.index(district) + 11}", "address": f"やくば市{town}{lot}"}


def draw_wishes(district: str, places: list[Row], chance: Random) -> list[str]:
    """Nurseries near by first, in the order of the wishes."""
    liking = {row["施設名"]: chance.random() + (0.6 if row["地区"] == district else 0.0) for row in places}
    ordered = sorted(liking, key=lambda name: -liking[name])
    return ordered[: chance.choice((3, 4, 5, 5, 6, 8, 10))]


def suited(wishes: list[str], age: int, places: list[Row]) -> list[str]:
    """Those that take the age in."""
    return [row["施設名"] for name in wishes for row in places if row["施設名"] == name and row[f"{age}歳"]]


def of_household(values: Row, children: int, district: str, wishes: list[str], chance: Random) -> Row:
    """What staff know of the household."""
    poor = int(values["household_income"]) < 2_500_000
    row = dict.fromkeys(SUPPLEMENTS, "")
    row["地区"] = district
    if children > 1:
        row["きょうだいの希望"] = chance.choice(("together", "apart", "apart", "anyone"))
    row["生活保護"] = yes(chance, 0.15 if poor else 0.0, "受給")
    row["障害のある家族"] = yes(chance, 0.04, "いる", "いない")
    row["65歳未満の祖父母の同居"] = yes(chance, 0.08)
    row["単身赴任"] = yes(chance, 0.03)
    for parent in ("father", "mother"):
        label = "父" if parent == "father" else "母"
        if values[f"{parent}_hours"]:
            row[f"{label}の保育士としての勤務"] = yes(chance, 0.03)
    if chance.random() < 0.18:
        row["きょうだいの在園施設"] = wishes[0] if chance.random() < 0.8 else chance.choice(wishes)
    row["市内に住み始めた日"] = (date(2026, 10, 1) - timedelta(days=chance.randrange(12_000))).isoformat()
    row["希望する迎えの時刻"] = chance.choice(("17:30", "18:00", "18:00", "18:30", "19:00"))
    return row


def of_child(age: int, shared: Row, wishes: list[str], places: list[Row], chance: Random) -> Row:
    """What staff know of the child: care before, transfers, the wish to be put on hold."""
    row = {"児童の障害": yes(chance, 0.03), "医療的ケア": yes(chance, 0.02)}
    row["認可外保育施設の利用"] = chance.choices(("なし", "6か月未満", "6か月以上"), (86, 5, 9))[0]
    if age <= 1 and chance.random() < 0.06:
        row["入所保留の希望"] = "はい"
        return row
    here = [one["施設名"] for one in places if one["施設名"] not in wishes]
    if age == 3 and chance.random() < 0.4:
        row["今の施設"] = chance.choice([one["施設名"] for one in places if one["種別"] == "小規模保育"])
    elif age and chance.random() < 0.05:
        usable = [one["施設名"] for one in places if one["施設名"] in here and one[f"{age}歳"]]
        row["今の施設"] = chance.choice(usable)
        row["今の席を空ける"] = yes(chance, 0.2, "はい", "いいえ")
    return row


def labelled(values: Row, procedure: dict) -> Row:
    """Canonical values by code → what staff read, by label."""
    row = {}
    for field in procedure["fields"]:
        codes = values.get(field["code"], "").split(",") if field["type"] == "choices" else ()
        options = field.get("options", {})
        text = values.get(field["code"], "")
        row[field["label"]] = "、".join(options[code] for code in codes if code) or options.get(text, text)
    return row


def rows_of(procedure: dict, places: list[Row], households: int, chance: Random) -> Iterator[Row]:
    serial = FIRST_SERIAL
    for number in range(1, households + 1):
        rows = household(serial, procedure, places, chance)
        for row in rows:
            yield {"受付番号": row["受付番号"], "世帯番号": f"S{number:04d}"} | row
        serial += len(rows)


def write(path: Path, rows: list[Row]) -> None:
    """UTF-8 with a mark, so that spreadsheet programs know it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_round(out: Path, *, seed: int = 7, households: int = 260) -> None:
    """Write both files into `out`."""
    chance = Random(seed)
    text = (HERE.parent / "procedures" / "nursery-admission.yaml").read_text(encoding="utf-8")
    procedure = yaml.safe_load(text)
    places = facilities(procedure["lexicons"]["nurseries"], chance)
    out.mkdir(parents=True, exist_ok=True)
    write(out / "facilities.csv", places)
    write(out / "applications.csv", list(rows_of(procedure, places, households, chance)))


def main() -> None:
    reader = argparse.ArgumentParser(description="やくば市の1回分の入所申込を作る")
    reader.add_argument("--seed", type=int, default=7)
    reader.add_argument("--households", type=int, default=260)
    reader.add_argument("--out", type=Path, default=HERE)
    chosen = reader.parse_args()
    make_round(chosen.out, seed=chosen.seed, households=chosen.households)


if __name__ == "__main__":
    main()
