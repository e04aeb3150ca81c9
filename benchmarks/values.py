"""What fields say about each other, on drawn pairs: `.venv/bin/python benchmarks/values.py [--seed 1] [--json]`.

Two tables. Kana against kanji: names of the sample generator with their own reading, and with one character that a
scan confuses (ジ/シ, シ/ン, ツ/ッ, ユ/エ …) put in its place where that makes no reading of the name in IPADIC, the
generator's dictionary; how many of each are confirmed, and how. Addresses against postal codes: addresses of all
prefectures from Japan Post's list in the spellings people use, with their own code and with the code of another town;
how many agree, contradict, or are left open.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "samples/generator"), str(ROOT / "src")]

import people  # noqa: E402
import places  # noqa: E402

from yakuba.kernel.definitions.procedures import load_procedure  # noqa: E402
from yakuba.services.reading.contracts import Decision, FieldReading  # noqa: E402
from yakuba.services.reading.engine import crosschecks, postal  # noqa: E402

CONFUSED = (
    "ジシ",
    "シン",
    "ツッ",
    "ユエ",
    "ジツ",
    "シツ",
    "ソン",
    "クワ",
    "クタ",
    "コユ",
    "チテ",
    "ヌス",
    "ハバ",
    "カガ",
    "タダ",
    "ヤャ",
    "ヨョ",
)
KANA = "".join(map(chr, range(ord("ァ"), ord("ヴ"))))
EXAMPLES = 12


# Kana against kanji


def ipadic() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Readings of surnames and of given names."""
    found = []
    for kind in (people.SURNAME, people.GIVEN):
        readings: dict[str, set[str]] = defaultdict(set)
        for entry in people.names(kind).entries:
            readings[entry.text].add(entry.reading)
        found.append(readings)
    return found[0], found[1]


def changed(kana: str) -> Iterator[str]:
    """`kana` with one character replaced by one that a scan takes it for."""
    for place, own in enumerate(kana):
        for pair in CONFUSED:
            if own in pair:
                yield kana[:place] + pair[1 - pair.index(own)] + kana[place + 1 :]


def kana_pairs(rng: random.Random, count: int) -> Iterator[tuple[str, str, str]]:
    """(kind, name, kana): right ones, and wrong ones made of them."""
    surnames, given_names = ipadic()
    for _ in range(count):
        person = people.draw_person(rng)
        yield "right", person.name, person.kana
        readings = {
            first + second
            for at in range(1, len(person.name))
            for first in surnames.get(person.name[:at], ())
            or ({person.surname_kana} if at == len(person.surname) else ())
            for second in given_names.get(person.name[at:], ())
        }
        for kind, wrong in (
            ("confused character", changed(person.kana)),
            ("any character", (other_character(person.kana, rng) for _ in range(3))),
            ("another's given name", [person.surname_kana + people.draw_person(rng).given_kana]),
        ):
            candidates = sorted(set(wrong) - readings)
            for kana in rng.sample(candidates, min(3, len(candidates))):
                yield f"wrong: {kind}", person.name, kana


def other_character(kana: str, rng: random.Random) -> str:
    """`kana` with one character replaced by any other."""
    place = rng.randrange(len(kana))
    return kana[:place] + rng.choice(KANA) + kana[place + 1 :]


def reading_of(field: str, type_: str, value: str) -> FieldReading:
    return FieldReading(field, "", type_, 0, value, value, 1.0, Decision.TRUSTED, (), "", ())


def kana_table(rng: random.Random, count: int) -> dict[str, dict[str, object]]:
    procedure = load_procedure(ROOT / "samples/procedures/bus-pass.yaml")
    table: dict[str, dict[str, object]] = {}
    for kind, name, kana in kana_pairs(rng, count):
        values = {"name": reading_of("name", "name", name), "kana": reading_of("kana", "kana", kana)}
        found = crosschecks.check(procedure, values)["kana"]
        how = found.confirmed_by[0] if found.confirmed_by else "refused" if found.reasons else "open"
        how += " (picture decides)" if found.ambiguous and found.confirmed_by else ""
        row = table.setdefault(kind, {})
        row["pairs"] = int(row.get("pairs", 0)) + 1  # type: ignore[call-overload]
        row[how] = int(row.get(how, 0)) + 1  # type: ignore[call-overload]
        if kind.startswith("wrong") == bool(found.confirmed_by):
            row.setdefault("examples", []).append(f"{name} {kana}")  # type: ignore[attr-defined]
    return table


# Addresses against postal codes

PLAIN = re.compile(r"[一-龥々ぁ-んァ-ヶーＡ-Ｚａ-ｚ０-９]*")
FLOOR = re.compile(r"[0-9]+階")
OLD = dict(
    zip(
        "竜区国沢浜島桜広桧曽条滝塩辺渕亀静薮荘関鉄万栄",
        "龍區國澤濱嶋櫻廣檜曾條瀧鹽邊淵龜靜藪莊關鐵萬榮",
        strict=True,
    )
)
STREETS = (
    "寺町通御池下る",
    "烏丸通七条上る",
    "四条通堀川東入",
    "河原町通三条上ル二丁目",
    "丸太町通千本西入る",
    "油小路通五条角",
)
DIGITS = "〇一二三四五六七八九"


@lru_cache(maxsize=1)
def listed() -> dict[str, list[dict[str, Any]]]:
    """Japan Post's rows by prefecture, with those that share a code."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with sqlite3.connect(f"file:{places.DATABASE}?mode=ro", uri=True) as database:
        for (data,) in database.execute("SELECT data FROM postal_data ORDER BY code"):
            row = json.loads(data)
            for one in (row, *row["alternates"]):
                if one["neighborhood"] and PLAIN.fullmatch(one["neighborhood"]):
                    found[one["prefecture"]].append(one)
    return found


@lru_cache(maxsize=1)
def towns() -> dict[str, set[tuple[str, str]]]:
    """code → (city, town)."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for rows in listed().values():
        for row in rows:
            found[row["postal_code"]].add((row["city"], row["neighborhood"]))
    return found


def in_kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def lot(rng: random.Random) -> str:
    """丁目, 番, 号 as people write them."""
    chome, block, house = rng.randint(1, 9), rng.randint(1, 40), rng.randint(1, 25)
    return rng.choice(
        (
            f"{chome}-{block}-{house}",
            f"{chome}丁目{block}番{house}号",
            f"{in_kanji(chome)}丁目{block}-{house}",
            f"{block * 31}番地",
            f"{block * 31}-{house}",
        )
    )


def spelled(row: dict[str, Any], rng: random.Random) -> tuple[str, str]:
    """(kind, address) of a row as somebody may write it."""
    city, town, rest, kind = row["city"], row["neighborhood"], lot(rng), "as listed"
    note = row["note"] or ""
    if FLOOR.fullmatch(note):
        base = max(
            (t for t in city_towns(row["prefecture"], city) if town.startswith(t) and t != town),
            key=len,
            default="",
        )
        kind, town, rest = "floor of a building", base, f"{rest}{town[len(base) :]}{note}"
    elif city.startswith("京都市") and rng.random() < 0.5:
        kind, town = "streets of Kyoto", rng.choice(STREETS) + town
    else:
        kind, city, town = respelled(city, town, rng)
    front = row["prefecture"] if rng.random() < 0.5 else ""
    if rng.random() < 0.5:
        city = re.sub(r"^.+?郡(?=.+[町村]$)", "", city)
    digits = str.maketrans("０１２３４５６７８９", "0123456789")
    return kind, (front + city + town + rest).translate(digits)


def respelled(city: str, town: str, rng: random.Random) -> tuple[str, str, str]:
    """(kind, city, town) in one of the spellings that the name allows."""
    found = [("as listed", city, town)]
    number = re.search(r"([一二三四五六七八九十]+)(?=条|線|丁目|番町|番丁|区|号)", town)
    if number:
        found.append(("number in digits", city, town.replace(number[1], str(read(number[1])), 1)))
    digits = re.search("[０-９]+", town)
    if digits:
        found.append(("number in kanji", city, town.replace(digits[0], in_kanji(int(digits[0])), 1)))
    old = "".join(OLD.get(c, c) for c in city + town)
    if old != city + town:
        found.append(("other kanji", old[: len(city)], old[len(city) :]))
    for one, other in (("ケ", "が"), ("ケ", "ヶ"), ("が", "ヶ"), ("の", "ノ"), ("ノ", "の"), ("ツ", "ッ")):
        if one in city + town:
            found.append(("other kana", city.replace(one, other), town.replace(one, other)))
    kana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ん" else c for c in town)
    if kana != town:
        found.append(("other kana", city, kana))
    if city.endswith(("町", "村")):
        found.append(("大字", city, "大字" + town))
    return rng.choice(found)


def read(kanji: str) -> int:
    tens, _, ones = kanji.rpartition("十")
    if "十" not in kanji:
        return int("".join(str(DIGITS.index(c)) for c in kanji))
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


@lru_cache(maxsize=4096)
def city_towns(prefecture: str, city: str) -> frozenset[str]:
    return frozenset(row["neighborhood"] for row in listed()[prefecture] if row["city"] == city)


def other_code(row: dict[str, Any], rng: random.Random) -> tuple[str, str]:
    """(kind, code) of another town: in the same city, or one digit away."""
    own = row["neighborhood"]
    if rng.random() < 0.5:
        others = [one for one in listed()[row["prefecture"]] if one["city"] == row["city"]]
        kind, code = "other town of the city", rng.choice(others)["postal_code"]
    else:
        digits = list(row["postal_code"])
        place = rng.randrange(7)
        digits[place] = rng.choice([d for d in "0123456789" if d != digits[place]])
        kind, code = "one digit wrong", "".join(digits)
    names = {town for city, town in towns().get(code, ()) if city == row["city"]}
    return (kind, code) if code in towns() and own not in names else ("", "")


def judged(code: str, address: str) -> str:
    found = postal.check(code, address)
    return "agrees" if found.town else "contradicts" if found.contradicts else "left open"


def address_table(rng: random.Random, count: int) -> dict[str, dict[str, Any]]:
    """`count` addresses of each prefecture."""
    table: dict[str, dict[str, Any]] = {}

    def note(kind: str, answer: str, wrong: bool, what: str) -> None:
        row = table.setdefault(
            kind, {"pairs": 0, "agrees": 0, "contradicts": 0, "left open": 0, "examples": []}
        )
        row["pairs"] += 1
        row[answer] += 1
        if answer == ("agrees" if wrong else "contradicts") and len(row["examples"]) < EXAMPLES:
            row["examples"].append(what)

    for rows in listed().values():
        buildings = [row for row in rows if FLOOR.fullmatch(row["note"] or "")]
        for row in rng.sample(rows, count) + rng.sample(buildings, min(len(buildings), count // 10)):
            kind, address = spelled(row, rng)
            note(
                f"right: {kind}",
                judged(row["postal_code"], address),
                False,
                f"{row['postal_code']} {address}",
            )
            kind, code = other_code(row, rng)
            if code:
                note(f"wrong: {kind}", judged(code, address), True, f"{code} {address} ({towns()[code]})")
    return dict(sorted(table.items()))


def totals(table: dict[str, dict[str, Any]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, row in table.items():
        found[kind.partition(":")[0]].update({name: n for name, n in row.items() if isinstance(n, int)})
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", type=int, default=1000)
    parser.add_argument("--addresses", type=int, default=60, help="of each prefecture")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    kana = kana_table(random.Random(options.seed), options.names)
    addresses = address_table(random.Random(options.seed), options.addresses)
    if options.json:
        print(json.dumps({"kana": kana, "addresses": addresses}, ensure_ascii=False, indent=1))
        return
    for table in (kana, addresses, totals(addresses)):
        for kind, row in table.items():
            print(f"{kind:32}", *(f"{name} {n}" for name, n in row.items() if isinstance(n, int)), sep="  ")
        print()


if __name__ == "__main__":
    main()
