"""Files that mean ill, made anew for each run from nothing but this package: the same bytes every time, none of them kept.

Each says what must come of it at the door that takes its kind: refused with a sentence, or taken without what is hostile
in it. `MARK` stands in whatever must not come through; `URL` in whatever a careless reader would fetch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MARK = b"YKBMARK"
URL = "http://127.0.0.1:%d/YKBFETCH"


@dataclass(frozen=True)
class Hostile:
    """A hostile file. door: which kind of door takes it or it claims to be for; says: a pattern that the refusal's sentence
    holds, empty where it is taken; either: it may be taken or refused, as the libraries see it; heavy: costs seconds."""

    door: str
    name: str
    file_name: str
    make: Callable[[], bytes]
    says: str = ""
    either: bool = False
    heavy: bool = False

    def __str__(self) -> str:
        return f"{self.door}-{self.name}"


def given(content: bytes | Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes the content, which is large where it is made only when it is wanted."""
    return content if callable(content) else lambda: content


def cut(
    door: str, name: str, file_name: str, content: Callable[[], bytes], says: str, *, either: bool = False
) -> list[Hostile]:
    """The same file cut off at each tenth."""

    def part(tenth: int) -> Callable[[], bytes]:
        return lambda: (whole := content())[: len(whole) * tenth // 10]

    return [
        Hostile(door, f"{name}-cut-at-{tenth}-tenths", file_name, part(tenth), says, either=either)
        for tenth in range(1, 10)
    ]
