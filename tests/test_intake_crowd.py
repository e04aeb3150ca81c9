"""Residents at once on two web processes, in bursts, pressing twice at the same instant: none is crossed, and each seeded
defect is found. The small form, in one process: `services/intake/tests/test_crossing.py`.

How many: `YAKUBA_TEST_RESIDENTS` (300), for the sound house; a defect is looked for with 60."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from running_house import STAFF, House, Visitor, new_house

from yakuba.services.intake.tests.crowd import Ask, Walker, crossed

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.xdist_group("intake_crowd")]

AT_ONCE = 16
OPEN = f"""
import django
django.setup()
from django.utils import timezone
from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.tests.conftest import BUS, CUT
clerk = User.objects.get(username="{STAFF}")
with active_municipality(clerk.municipality):
    set_values({{"intake.public": True}}, actor=clerk)
    procedure = load_procedure(BUS)
    opening.set_form(procedure, CUT, actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
"""
LEDGER = f"""
import django, json
django.setup()
from yakuba.kernel.accounts.models import User
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.tenancy import active_municipality
with active_municipality(User.objects.get(username="{STAFF}").municipality):
    rows = CaseValue.objects.filter(field="name").values_list("case__receipt_number", "value")
    print(json.dumps(dict(rows)))
"""
# Put into a process as it starts: once the module is there, a part of it is exchanged.
HOOK = """
import importlib.abc, importlib.util, sys

class Seed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != {module!r}:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        real = spec.loader.exec_module
        def exec_module(module):
            real(module)
            exec({code!r}, module.__dict__)
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Seed())
"""
ROOM = "yakuba.services.intake"
DEFECTS = {
    "counter per process": (
        f"{ROOM}.actions.sending",
        """
import itertools
from yakuba.kernel.values.receipt_numbers import check_digits
_count = itertools.count(700_001)
def next_number(today):
    eight = f"08{next(_count):06d}"
    return eight + check_digits(eight)
""",
    ),
    "module variable": (
        f"{ROOM}.actions.drafts",
        """
import time
_find, _last = find, {}
def find(key, browser):
    _last["draft"] = _find(key, browser)
    time.sleep(0.02)
    return _last["draft"]
""",
    ),
    "page cached by address": (
        f"{ROOM}.pages.status",
        """
_real, _kept = _shown, {}
def _shown(request, *rest, **more):
    return _kept.setdefault(request.path, _real(request, *rest, **more))
""",
    ),
    "key by the second": (
        f"{ROOM}.actions.drafts",
        """
import time
class secrets:
    token_urlsafe = staticmethod(lambda size: f"draft-{time.time():.0f}")
""",
    ),
    "receipt of the latest": (
        f"{ROOM}.actions.sending",
        """
import time
def sent_of(draft):
    time.sleep(0.02)
    return Submission.objects.select_related("case__procedure", "form__procedure").order_by("-pk").first()
""",
    ),
    "sent without looking": (
        f"{ROOM}.actions.sending",
        """
_send = send
def send(draft, key):
    Draft.objects.filter(pk=draft.pk).update(sent=False)
    return _send(draft, key)
""",
    ),
}


def town(folder: Path, **settings: str) -> House:
    house = new_house(folder, YAKUBA_TRUSTED_PROXIES="127.0.0.1", **settings)
    house.python(OPEN)
    return house


def twin(house: House) -> House:
    """The same house behind a second web process."""
    port = house.port + 1
    return replace(house, port=port, environment={**house.environment, "YAKUBA_PORT": str(port)})


def asking(visitor: Visitor, ports: list[int], number: int, step: list[int]) -> Ask:
    """A browser that comes to the processes in turn, as behind a proxy."""

    def ask(method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        step[0] += 1
        mine = Visitor(ports[step[0] % len(ports)], visitor.cookies)
        place = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        answer = mine.get(path, **place) if method == "GET" else mine.post(path, fields or {}, **place)
        where = urlsplit(answer.headers.get("Location", "")).path
        return answer.status, where, answer.text  # type: ignore[attr-defined]

    return ask


def at_the_same_instant(ask: Ask, other: Ask) -> Ask:
    """One press on both processes at once; the second answer is the one that is looked at."""

    def twice(method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(ask, method, path, fields), pool.submit(other, method, path, fields)
            answers = first.result(), second.result()
        return max(answers, key=lambda answer: answer[0])  # a fault before what is well

    return twice


def crowd(house: House, other: House, people: int) -> list[str]:
    """Everybody at once, without a pause; what is wrong."""
    ports, walkers, ready = [house.port, other.port], [], threading.Barrier(AT_ONCE)
    for number in range(people):
        visitor, step = Visitor(house.port), [number]
        visitor.get("/apply/990019/bus/", **{"X-Forwarded-For": f"10.0.{number >> 8}.{number & 255}"})
        ask = asking(visitor, ports, number, step)
        other_ask = asking(visitor, ports[::-1], number, step)
        press = at_the_same_instant(ask, other_ask) if number % 3 == 0 else ask
        walkers.append(Walker(number, _presses_twice(ask, press), press))

    def walk(walker: Walker) -> None:
        if walker.number < AT_ONCE:
            ready.wait(600)  # the first ones in one burst
        try:
            for _ in walker.walk():
                pass
        except Exception as error:
            walker.wrong.append(repr(error))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(walk, walkers))
    return crossed(walkers, json.loads(house.python(LEDGER)))


def _presses_twice(ask: Ask, press: Ask) -> Ask:
    def asked(method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        return (press if path.endswith("/send/") else ask)(method, path, fields)

    return asked


def found(folder: Path, people: int, seed: Callable[[], tuple[str, str]] | None = None) -> list[str]:
    house = town(folder)
    if seed:
        module, code = seed()
        hook = folder / "hook"
        hook.mkdir()
        (hook / "sitecustomize.py").write_text(HOOK.format(module=module, code=code), encoding="utf-8")
        house.environment["PYTHONPATH"] = os.pathsep.join([str(hook), house.environment["PYTHONPATH"]])
    other = twin(house)
    with ExitStack() as both:
        both.enter_context(house.web())
        both.enter_context(other.web())
        return crowd(house, other, people)


def test_nobody_is_crossed_on_two_processes(tmp_path):
    assert found(tmp_path, int(os.environ.get("YAKUBA_TEST_RESIDENTS", "300"))) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_seeded_defect_is_found(tmp_path, defect):
    assert found(tmp_path, 60, lambda: DEFECTS[defect]) != []
