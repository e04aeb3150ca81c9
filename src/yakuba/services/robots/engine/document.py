"""YAML with line numbers, read so that every mistake is collected and none stops the reading."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

_LARGEST = 200_000  # characters of a scenario file
_DEEPEST = 12
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same language, twenty times as fast


@dataclass(frozen=True)
class Mistake:
    """One mistake in a scenario. line counts from 1."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}行目：{self.message}"


class BadScenario(Exception):
    """The file cannot be used; `mistakes` in the order of their lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda one: one.line))
        super().__init__("\n".join(str(one) for one in self.mistakes))


class Mistakes:
    """Collects mistakes."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, line: int, message: str) -> None:
        self.found.append(Mistake(line, message))

    def unknown(self, line: int, what: str, word: str, known: Iterable[str]) -> None:
        """An unknown word, with the known one that it resembles, or else all of them."""
        self.add(line, f"{what}「{word}」は使えません。{suggestion(word, known)}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """A Japanese sentence that names the most similar known word, or all known words."""
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"「{close[0]}」の間違いではありませんか。"
    return f"使えるのは {'、'.join(words)} です。" if words else ""


@dataclass(frozen=True)
class Node:
    """A piece of the file: exactly one of text, items and entries is not None."""

    line: int
    text: str | None = None
    items: tuple[Node, ...] | None = None
    entries: tuple[tuple[str, Node], ...] | None = None


def parse(source: str) -> Node:
    """YAML text → nodes, every scalar as the text that stands there. Raises `BadScenario`."""
    if len(source) > _LARGEST:
        raise BadScenario([Mistake(1, f"ファイルが大きすぎます（{_LARGEST}文字まで）。")])
    try:
        _check_shape(source)
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadScenario([Mistake(line, _yaml_message(error))]) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadScenario(
            [Mistake(1, "YAMLとして読めません。使えない文字がないか確かめてください。")]
        ) from None
    if node is None:
        raise BadScenario([Mistake(1, "ファイルが空です。")])
    return _node(node)


def _check_shape(source: str) -> None:
    """Refuse what a small file can blow up with: nested aliases stand for more nodes than any machine holds, and
    deep nesting for more stack."""
    depth = 0
    for event in yaml.parse(source, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise BadScenario([Mistake(line, "入れ子が深すぎます。")])
        if isinstance(event, yaml.AliasEvent):
            raise BadScenario([Mistake(line, "別名（& と *）は使えません。同じ内容でも書き写してください。")])


def _yaml_message(error: yaml.MarkedYAMLError) -> str:
    if "\\t" in str(error.problem) or "tab" in str(error.problem):
        return "行の先頭にタブがあります。字下げは半角の空白にしてください。"
    return '書き方が正しくありません。字下げ、「:」の後の空白、「{」や「"」の閉じ忘れを確かめてください。'


def _node(node: yaml.Node) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(line, text=str(node.value))
    if isinstance(node, yaml.SequenceNode):
        return Node(line, items=tuple(_node(item) for item in node.value))
    entries = tuple((_key(key), _node(value)) for key, value in node.value)
    return Node(line, entries=entries)


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise BadScenario([Mistake(node.start_mark.line + 1, "項目名は文字で書いてください。")])
    return str(node.value)


class Section:
    """A mapping node read key by key; reports unknown, missing and repeated keys."""

    def __init__(
        self,
        node: Node,
        what: str,
        mistakes: Mistakes,
        *,
        required: Iterable[str],
        optional: Iterable[str] = (),
    ) -> None:
        self.line = node.line
        self._what = what
        self._mistakes = mistakes
        self._entries: dict[str, Node] = {}
        required = tuple(required)
        if node.entries is None:
            mistakes.add(node.line, f"「{what}」は「項目: 値」の形で書いてください。")
            return
        known = (*required, *optional)
        for key, value in node.entries:
            if key in self._entries:
                mistakes.add(value.line, f"「{what}」の中に「{key}」が二つあります。")
            elif known and key not in known:
                mistakes.unknown(value.line, f"「{what}」の項目", key, known)
            self._entries[key] = value
        for key in required:
            if key not in self._entries:
                mistakes.add(node.line, f"「{what}」に「{key}」がありません。")

    def node(self, key: str) -> Node | None:
        return self._entries.get(key)

    def all(self) -> Mapping[str, Node]:
        return self._entries

    def text(self, key: str, default: str = "") -> str:
        """The text of a key; a list or mapping there is a mistake."""
        node = self._entries.get(key)
        if node is None:
            return default
        if node.text is None:
            self._mistakes.add(node.line, f"「{self._what}」の「{key}」は一つの値で書いてください。")
            return default
        return node.text.strip()

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number within bounds."""
        text = self.text(key)
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self._mistakes.add(
                self._entries[key].line,
                f"「{key}」は{low:g}から{high:g}までの数で書いてください（今は「{text}」）。",
            )
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """はい / いいえ."""
        text = self.text(key)
        if not text:
            return default
        if text not in ("はい", "いいえ"):
            self._mistakes.add(self._entries[key].line, f"「{key}」は「はい」か「いいえ」で書いてください。")
        return text == "はい"
