"""The catalogue for tests: its templates, a row of made-up values for each, and the sample system of its screens."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine import catalogue
from yakuba.services.robots.engine.catalogue import ReadyTemplate
from yakuba.services.robots.tests import town

FOLDER = Path(catalogue.__file__).parents[1] / "catalogue"
TEMPLATES: dict[str, ReadyTemplate] = {
    path.stem: catalogue.read(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}


def tasksystem() -> ModuleType:
    """`samples/tasksystem/server.py`."""
    path = town.SAMPLES / "tasksystem" / "server.py"
    spec = importlib.util.spec_from_file_location("tasksystem_server", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def row(template: ReadyTemplate, serial: int) -> Row:
    """A case of the template with every field that may have a value given one."""
    chance = random.Random(f"{template.code}{serial}")
    receipt = town.receipt_number(serial)
    values = {one.code: _value(one, chance) for one in catalogue.procedure_of(template).fields}
    values["receipt_number"] = receipt
    return Row(1, receipt, values, case=template.code)


def _value(one: FieldDefinition, chance: random.Random) -> str:
    if one.type == "choice":
        return chance.choice(list(one.options))
    if one.type == "choices":
        return ",".join(list(one.options)[:2])
    if one.type == "date":
        return f"{chance.randint(2019, 2026)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
    if one.type == "digits":
        return "".join(chance.choice("123456789") for _ in range(one.length or 6))
    made: dict[str, Any] = {
        "name": "髙橋はなこ",
        "kana": "タカハシハナコ",
        "number": str(chance.randint(1, 6)),
        "postal_code": "1000013",
        "phone": "0312345678",
        "address": f"霞が関{chance.randint(1, 9)}-{chance.randint(1, 99)}",
        "text": "中央保育園" if one.code.startswith("wish_") else chance.choice(["青葉", "若葉"]),
        "receipt_number": "",
    }
    return str(made[one.type])
