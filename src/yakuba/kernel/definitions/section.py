"""A mapping of a definition file, read key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from yakuba.kernel.definitions.faults import Faults
from yakuba.kernel.definitions.source import Node
from yakuba.kernel.values.characters import compose, full_kana, narrow

T = TypeVar("T")


def plain(text: str) -> str:
    """Full-width letters and digits as half-width ones, half-width kana as full-width ones, without blanks at the ends.
    Whatever else is written stays: NFKC would make another kanji of 神 U+FA19, and 2 of ²."""
    return compose(full_kana(narrow(text))).strip()


class Section:
    """A mapping read key by key; tells unknown, missing and repeated keys. `optional` None: any key may stand."""

    def __init__(
        self,
        node: Node | None,
        place: str,
        faults: Faults,
        required: Sequence[str] = (),
        optional: Sequence[str] | None = (),
    ) -> None:
        self.line = node.line if node else 0
        self.place = place
        self.faults = faults
        self._entries: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        if node is None:
            return
        if node.entries is None:
            faults.add(node.line, place, "「項目: 値」の形で書いてください。")
            return
        known = None if optional is None else (*required, *optional)
        for key, line, value in node.entries:
            if key in self._entries:
                faults.add(line, place, f"「{key}」が二つあります。一つにしてください。")
            elif known is not None and key not in known:
                faults.unknown(line, place, key, known)
            self._entries[key] = value
            self._lines[key] = line
        for key in required:
            if key not in self._entries:
                faults.add(node.line, place, f"「{key}」がありません。書き足してください。")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def node(self, key: str) -> Node | None:
        return self._entries.get(key)

    def line_of(self, key: str) -> int:
        return self._lines.get(key, self.line)

    def all(self) -> Mapping[str, Node]:
        return self._entries

    def fault(self, key: str, reason: str) -> None:
        self.faults.add(self.line_of(key), self.place, reason)

    def text(self, key: str, default: str = "", *, empty: bool = False) -> str:
        """The text of a key; a list or mapping there is a fault, and so is no text unless `empty`."""
        node = self._entries.get(key)
        if node is None:
            return default
        if node.text is None:
            self.fault(key, f"「{key}」は一つの値で書いてください。")
            return default
        if not node.text and not empty:
            self.fault(key, f"「{key}」の値がありません。書いてください。")
        return node.text

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from low to high."""
        text = plain(self.text(key))
        if not text:
            return default
        try:
            value = int(text.replace(",", ""))
        except ValueError:
            value = low - 1
        if len(text) > 12 or not low <= value <= high:
            self.fault(key, f"「{key}」は{low}から{high}までの整数で書いてください（今は「{text}」）。")
            return default
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number from low to high."""
        text = plain(self.text(key))
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.fault(key, f"「{key}」は{low:g}から{high:g}までの数で書いてください（今は「{text}」）。")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """はい / いいえ."""
        text = self.text(key)
        if text and text not in ("はい", "いいえ"):
            self.fault(key, f"「{key}」は「はい」か「いいえ」で書いてください（今は「{text}」）。")
        return text == "はい" if text else default

    def word(self, key: str, words: Mapping[str, T], default: T) -> T:
        """One of the words; gives what it stands for."""
        text = self.text(key)
        if not text:
            return default
        if text not in words:
            self.fault(
                key,
                f"「{key}」に「{text}」は書けません。{'、'.join(words)} のどれかを書いてください。",
            )
            return default
        return words[text]

    def rows(self, key: str) -> Iterator[Node]:
        """The items of a list; anything else is a fault."""
        node = self._entries.get(key)
        if node is None:
            return
        if node.items is None:
            self.fault(key, f"「{key}」は「- 」で始まる行を並べて書いてください。")
            return
        yield from node.items

    def texts(self, key: str) -> tuple[tuple[int, str], ...]:
        """The texts of a list with their lines, or the single text."""
        node = self._entries.get(key)
        if node is None:
            return ()
        nodes = node.items if node.items is not None else (node,)
        for one in nodes:
            if one.text is None:
                self.faults.add(one.line, self.place, f"「{key}」には値だけを並べてください。")
        return tuple((one.line, one.text) for one in nodes if one.text is not None)
