"""XML of an unknown sender as a small tree. Refused: a document type (and with it entities), another encoding than UTF-8 or
UTF-16, too many bytes, elements or levels. Nothing is fetched. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from yakuba.kernel.refusals import Invalid
from yakuba.services.reform.engine.bpmn import LARGEST, NAMESPACES

MOST_ELEMENTS = 20_000
DEEPEST = 40
LONGEST_TEXT = 5_000


@dataclass
class Tag:
    """An element. space, name: namespace and local name; given: attributes by local name."""

    space: str
    name: str
    given: dict[str, str]
    inside: list[Tag] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str, space: str = NAMESPACES["bpmn"]) -> list[Tag]:
        """The elements directly in it with one of these names; those of other namespaces, as of a tool's own, are not among them."""
        return [one for one in self.inside if one.name in names and one.space == space]


def parsed(content: bytes) -> Tag:
    """The root. Raises Invalid with what is wrong and where."""
    if len(content) > LARGEST:
        raise Invalid(
            f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。一つの業務の図だけを書き出してください。"
        )
    reader = _Reader()
    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (ValueError, LookupError) as error:  # an encoding that expat does not know
        raise Invalid("文字コードを読めません。UTF-8で書き出してください。") from error
    except ExpatError as error:
        raise Invalid(
            f"{error.lineno}行目でXMLとして読めません。BPMN（.bpmn、.xml）のファイルか確かめてください。"
        ) from error
    if reader.root is None:
        raise Invalid("ファイルが空です。")
    return reader.root


def _refuse(*_: object) -> None:
    raise Invalid("文書型（DOCTYPE）のあるXMLは読みません。それを除いて書き出してください。")


class _Reader:
    def __init__(self) -> None:
        self.root: Tag | None = None
        self._path: list[Tag] = []
        self._number = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        self._number += 1
        if self._number > MOST_ELEMENTS:
            raise Invalid(f"要素が多すぎます（{MOST_ELEMENTS:,}まで）。図を分けてください。")
        if len(self._path) >= DEEPEST:
            raise Invalid(f"要素の入れ子が深すぎます（{DEEPEST}まで）。図を分けてください。")
        space, _, local = name.rpartition(" ")
        tag = Tag(
            space, local, {key.rpartition(" ")[2]: value[:LONGEST_TEXT] for key, value in given.items()}
        )
        if self._path:
            self._path[-1].inside.append(tag)
        else:
            self.root = tag
        self._path.append(tag)

    def end(self, name: str) -> None:
        self._path.pop()

    def characters(self, text: str) -> None:
        tag = self._path[-1]
        if len(tag.text) < LONGEST_TEXT:
            tag.text += text
