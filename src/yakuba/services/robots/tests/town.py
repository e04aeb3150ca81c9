"""The demo town for engine tests: its procedures, scenarios, made-up cases, and the core system's process."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from yakuba.services.robots.contracts import FieldSpec, Row
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.scenario import Scenario

SAMPLES = Path(__file__).parents[5] / "samples"
PROCEDURES = ("bus-pass", "nursery-admission", "nursery-decision", "resident-tax-change")
SECRETS = {"職員番号": "90001", "パスワード": "himitsu-no-kotoba"}
_TOKEN = "control-for-tests"


def definition(code: str) -> dict[str, Any]:
    """The procedure file."""
    return yaml.safe_load((SAMPLES / "procedures" / f"{code}.yaml").read_text(encoding="utf-8"))


def fields(code: str) -> list[FieldSpec]:
    return [
        FieldSpec(one["code"], one["label"], one["type"], one.get("options", {}))
        for one in definition(code)["fields"]
    ]


def scenario_text(code: str) -> str:
    return (SAMPLES / "scenarios" / f"{code}.yaml").read_text(encoding="utf-8")


def scenario(code: str) -> Scenario:
    return load(scenario_text(code), code, fields(code))


def receipt_number(serial: int) -> str:
    """A receipt number with its check digits (ISO 7064 MOD 97-10)."""
    digits = f"08{serial:06d}"
    return digits + f"{98 - int(digits) * 100 % 97:02d}"


def values(code: str, serial: int) -> dict[str, str]:
    """Valid canonical values for every field of a procedure, different for each serial."""
    chance = random.Random(f"{code}{serial}")
    procedure = definition(code)
    made = {one["code"]: _value(one, procedure, chance) for one in procedure["fields"]}
    made["receipt_number"] = receipt_number(serial)
    return made


def _value(one: dict[str, Any], procedure: dict[str, Any], chance: random.Random) -> str:
    kind, bounds = one["type"], one.get("range")
    if not one.get("required") and chance.random() < 0.3:
        return ""
    if kind == "choice":
        return chance.choice(list(one["options"]))
    if kind == "choices":
        return ",".join(code for code in one["options"] if chance.random() < 0.5) or next(
            iter(one["options"])
        )
    if kind == "date":
        return f"{chance.randint(int(bounds[0][:4]) + 1, int(bounds[1][:4]))}-0{chance.randint(1, 3)}-1{chance.randint(0, 9)}"
    if kind == "number":
        return str(chance.randint(int(bounds[0]), int(bounds[1])))
    if "lexicon" in one:
        return chance.choice(procedure["lexicons"][one["lexicon"]])
    return {
        "name": chance.choice(["山田太郎", "髙橋はなこ", "渡邊一二三"]),
        "kana": chance.choice(["ヤマダタロウ", "タカハシハナコ", "ワタナベヒフミ"]),
        "postal_code": f"{chance.randrange(10**7):07d}",
        "phone": f"03{chance.randrange(10**8):08d}",
        "digits": f"{chance.randrange(10**6):06d}",
        "address": f"霞が関{chance.randint(1, 9)}-{chance.randint(1, 99)}",
        "text": chance.choice(["株式会社やくば", "中央商店"]),
        "receipt_number": "",
    }[kind]


def rows(code: str, count: int, first: int = 1) -> list[Row]:
    made = []
    for number in range(1, count + 1):
        case = values(code, first + number - 1)
        made.append(Row(number, case["receipt_number"], case, case=f"case-{number}"))
    return made


@dataclass
class CoreSystem:
    """The core system's process."""

    process: subprocess.Popen[str]
    base: str
    database: Path

    @classmethod
    def start(cls, folder: Path) -> CoreSystem:
        database = folder / "core.sqlite3"
        environment = os.environ | {
            "CORESYSTEM_PASSWORD": SECRETS["パスワード"],
            "CORESYSTEM_CONTROL_TOKEN": _TOKEN,
        }
        process = subprocess.Popen(
            [sys.executable, SAMPLES / "coresystem" / "server.py", "--port", "0", "--database", database],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert process.stdout is not None
        base = process.stdout.readline().split(": ", 1)[1].strip().rstrip("/")
        return cls(process, base, database)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(600)

    def set(self, **changes: Any) -> dict[str, Any]:
        """Change troubles (see `core.troubles.Settings`) and return settings and counters."""
        request = urllib.request.Request(
            f"{self.base}/_control",
            data=json.dumps(changes).encode(),
            headers={"X-Control-Token": _TOKEN, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def calm(self) -> None:
        """No trouble, first layout, the random sequences from their beginning."""
        rates = ("error_rate", "logout_rate", "drop_rate", "broken_rate", "late_rate", "refuse_known")
        seconds = ("slow", "slow_submit", "late_seconds")
        self.set(**dict.fromkeys([*rates, *seconds], 0.0), layout=1, seed=1)

    def stored(self, receipts: set[str] | None = None) -> list[dict[str, Any]]:
        """What is stored, in canonical values; of those receipt numbers only, when given."""
        listed = subprocess.run(
            [sys.executable, SAMPLES / "coresystem" / "stored.py", self.database, "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(listed.stdout)
        return [one for one in found if receipts is None or one["receipt_number"] in receipts]
