"""Many residents at once, each looking at every page for anything of anybody else."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TOWN = "/apply/990019/"
MARK = re.compile(r"通抜[一-鿿]{4}")  # in every name, so that a page of somebody else's is seen
DIGITS = "一二三四五六七八九十"

Ask = Callable[[str, str, dict[str, str] | None], tuple[int, str, str]]
"""(method, path, fields) → (status, where it leads, text)."""


def name_of(number: int) -> str:
    """A name that no other resident has, without digits, which names do not have."""
    return "通抜" + "".join(DIGITS[int(digit)] for digit in f"{number:04d}")


@dataclass
class Walker:
    """One resident. `ask` is a browser of their own; wrong: what was seen that must not be."""

    number: int
    ask: Ask
    again: Ask
    wrong: list[str] = field(default_factory=list)
    receipt: tuple[str, str] = ("", "")

    @property
    def name(self) -> str:
        """What this resident writes."""
        return name_of(self.number)

    def walk(self) -> Iterator[None]:
        """The whole way; between two steps somebody else may take theirs. `again` presses the same button a second time."""
        where = self._led(self.ask("POST", f"{TOWN}bus/", {}))
        yield
        self._led(self.ask("POST", where, {"name": self.name, "birth": "S31.4.1", "kind": "old"}))
        yield
        draft = where.removesuffix("1/")
        self._see("check", self.ask("GET", f"{draft}check/", None), own=True)
        yield
        done = self._led(self.ask("POST", f"{draft}send/", {}))
        yield
        if self.number % 3 == 0:
            self._led(self.again("POST", f"{draft}send/", {}))
            yield
        text = self._see("done", self.ask("GET", done or f"{draft}done/", None))
        found = re.findall(r'<dd class="number">([^<]+)</dd>', text)
        if len(found) != 2:
            self.wrong.append("no receipt")
            return
        self.receipt = (found[0], found[1])
        yield
        number, secret = self.receipt
        text = self._see("status", self.ask("POST", f"{TOWN}status/", {"number": number, "secret": secret}))
        if number not in text:
            self.wrong.append("the status page is of another number")

    def _led(self, answer: tuple[int, str, str]) -> str:
        status, where, _ = answer
        if status != 302:
            self.wrong.append(f"answered {status}")
        return where

    def _see(self, page: str, answer: tuple[int, str, str], *, own: bool = False) -> str:
        status, _, text = answer
        if status != 200:
            self.wrong.append(f"{page} answered {status}")
        seen = set(MARK.findall(text))
        if strangers := seen - {self.name}:
            self.wrong.append(f"{page} shows {strangers}")
        if own and self.name not in seen:
            self.wrong.append(f"{page} lacks the own name")
        return text


def interleave(walkers: list[Walker], seed: int) -> None:
    """Everybody walks, one step at a time, in an order that only the seed decides. A fault of the program ends one way."""
    draw = random.Random(seed)
    ways: list[tuple[Walker, Iterator[Any]]] = [(one, one.walk()) for one in walkers]
    while ways:
        at = draw.randrange(len(ways))
        walker, way = ways[at]
        try:
            next(way)
        except StopIteration:
            ways.pop(at)
        except Exception as error:
            walker.wrong.append(repr(error))
            ways.pop(at)


def crossed(walkers: list[Walker], ledger: dict[str, str]) -> list[str]:
    """What is wrong: on pages, and in the ledger (receipt number → name). Empty when everybody has the own case alone."""
    wrong = [f"{one.number}: {what}" for one in walkers for what in one.wrong]
    numbers = [one.receipt[0] for one in walkers if one.receipt[0]]
    wrong += [f"{number} was given twice" for number in set(numbers) if numbers.count(number) > 1]
    for one in walkers:
        if ledger.get(one.receipt[0]) != one.name:
            wrong.append(f"{one.number}: the ledger has {ledger.get(one.receipt[0])}")
    if len(ledger) != len(walkers):
        wrong.append(f"{len(walkers)} residents, {len(ledger)} cases")
    return wrong
