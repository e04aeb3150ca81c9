"""YAML with line numbers, read so that every mistake is collected and none stops the reading."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from yakuba.services.nursery.contracts import Problem

LARGEST = 200_000  # characters of a rule file
DEEPEST = 10
MOST_TOLD = 200
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same language, twenty times as fast


class RulesRefused(ValueError):
    """The rule file cannot be used; `problems` in the order of their lines, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(dict.fromkeys(problems), key=lambda one: one.line)
        self.problems = tuple(found[:MOST_TOLD])
        super().__init__("\n".join(str(one) for one in self.problems))


class Mistakes:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, line: int, place: str, reason: str) -> None:
        self.found.append(Problem(line, place, reason))

    def unknown(self, line: int, place: str, word: str, known: Iterable[str]) -> None:
        """A word that nobody knows, with the known one that it resembles, or else all of them."""
        self.add(line, place, f"「{word}」は使えません。{suggestion(word, known)}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """A Japanese sentence that names the most similar known word, or all known words."""
    words = [one for one in known if one]
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"「{close[0]}」の間違いではありませんか。"
    return f"書けるのは {'、'.join(words[:40])} です。" if words else "ここに書けるものはありません。"


def plain(text: str) -> str:
    """Full-width letters and digits as half-width ones, without blanks at the ends."""
    return unicodedata.normalize("NFKC", text).strip()


@dataclass(frozen=True)
class Node:
    """A piece of the file: exactly one of text, items and entries is not None."""

    line: int
    text: str | None = None
    items: tuple[Node, ...] | None = None
    entries: tuple[tuple[str, int, Node], ...] | None = None  # key, the key's line, value


def parse(source: str) -> Node:
    """YAML text → nodes, every scalar as the text that stands there. Raises RulesRefused."""
    if len(source) > LARGEST:
        raise RulesRefused([Problem(1, "", f"ファイルが大きすぎます（{LARGEST:,}文字まで）。")])
    try:
        _check_shape(source)
        node = yaml.compose(source, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulesRefused([Problem(line, "", _yaml_reason(source, line))]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, RulesRefused):
            raise
        reason = "YAMLとして読めません。使えない文字がないか確かめてください。"
        raise RulesRefused([Problem(1, "", reason)]) from None
    if node is None:
        raise RulesRefused([Problem(1, "", "ファイルが空です。選考基準を書いてください。")])
    return _node(node)


def _check_shape(source: str) -> None:
    """Refuse what a small file can blow up with: nested aliases stand for more nodes than any machine holds, and
    deep nesting for more stack."""
    depth = 0
    for event in yaml.parse(source, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RulesRefused([Problem(line, "", f"入れ子が深すぎます（{DEEPEST}段まで）。")])
        if isinstance(event, yaml.AliasEvent):
            reason = "別名（& と *）は使えません。同じ内容でも書き写してください。"
            raise RulesRefused([Problem(line, "", reason)])


def _yaml_reason(source: str, line: int) -> str:
    lines = source.splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return "行の先頭にタブがあります。字下げは半角の空白にしてください。"
    return '書き方が正しくありません。字下げ、「:」の後の空白、「{」や「"」の閉じ忘れを確かめてください。'


def _node(node: yaml.Node) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(line, text=str(node.value).strip())
    if isinstance(node, yaml.SequenceNode):
        return Node(line, items=tuple(_node(item) for item in node.value))
    entries = tuple((*_key(key), _node(value)) for key, value in node.value)
    return Node(line, entries=entries)


def _key(node: yaml.Node) -> tuple[str, int]:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise RulesRefused([Problem(line, "", "項目名は文字で書いてください。")])
    return str(node.value).strip(), line


class Section:
    """A mapping read key by key; tells unknown, missing and repeated keys. known None: any key."""

    def __init__(
        self,
        node: Node | None,
        place: str,
        mistakes: Mistakes,
        required: Sequence[str] = (),
        optional: Sequence[str] | None = (),
    ) -> None:
        self.line = node.line if node else 0
        self.place = place
        self.mistakes = mistakes
        self._entries: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        if node is None:
            return
        if node.entries is None:
            mistakes.add(node.line, place, "「項目: 値」の形で書いてください。")
            return
        known = None if optional is None else (*required, *optional)
        for key, line, value in node.entries:
            if key in self._entries:
                mistakes.add(line, place, f"「{key}」が二つあります。一つにしてください。")
            elif known is not None and key not in known:
                mistakes.unknown(line, place, key, known)
            self._entries[key] = value
            self._lines[key] = line
        for key in required:
            if key not in self._entries:
                mistakes.add(node.line, place, f"「{key}」がありません。書き足してください。")

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def node(self, key: str) -> Node | None:
        return self._entries.get(key)

    def line_of(self, key: str) -> int:
        return self._lines.get(key, self.line)

    def all(self) -> Mapping[str, Node]:
        return self._entries

    def fault(self, key: str, reason: str) -> None:
        self.mistakes.add(self.line_of(key), self.place, reason)

    def text(self, key: str, default: str = "", *, empty: bool = False) -> str:
        """The text of a key; a list or mapping there is a mistake, and so is no text unless `empty`."""
        node = self._entries.get(key)
        if node is None:
            return default
        if node.text is None:
            self.fault(key, f"「{key}」は一つの値で書いてください。")
            return default
        if not node.text and not empty:
            self.fault(key, f"「{key}」の値がありません。書いてください。")
        return node.text

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
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

    def word(self, key: str, words: Mapping[str, str], default: str) -> str:
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
        """The items of a list; anything else is a mistake."""
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
                self.mistakes.add(one.line, self.place, f"「{key}」には値だけを並べてください。")
        return tuple((one.line, one.text) for one in nodes if one.text is not None)
