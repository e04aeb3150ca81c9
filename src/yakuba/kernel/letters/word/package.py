"""Opens a .docx as a hostile file: bounded, no macros, no entities, nothing outside it is looked at.

A .docx is a ZIP archive of XML parts (ECMA-376 part 2). Only the parts that a letter needs are unpacked, each bounded and
all together, whatever the archive says of their sizes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from pyexpat import ExpatError, ParserCreate
from typing import Any

from lxml import etree

from yakuba.kernel.refusals import Invalid

LARGEST_FILE = 10_000_000  # bytes, as it comes
LARGEST_PART = 12_000_000  # bytes, unpacked
LARGEST_WHOLE = 40_000_000  # bytes, unpacked, of all parts that are read
MOST_PARTS = 1_000
MOST_ATTRIBUTES = 200  # of one element: Word writes twenty, and libxml2 looks for each from the first on

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
STRICT = "http://purl.oclc.org/ooxml/"
OLD_WORD = b"\xd0\xcf\x11\xe0"
MAIN = "wordprocessingml."  # in the media type of the main part of a document or template
AGAIN = "Wordで開き、「名前を付けて保存」で「Word 文書（*.docx）」を選んで保存し直してください。"


class NotWord(Invalid):
    """The file is no .docx that a letter can be made of; nothing of it was taken."""


@dataclass(frozen=True)
class Relation:
    """What a part refers to. target: the part's name; external: outside the file, which is never looked at."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a .docx. Raises NotWord."""

    def __init__(self, content: bytes) -> None:
        if content.startswith(OLD_WORD):
            raise NotWord(
                "古い形式のWordファイル（.doc）か、パスワードの付いたファイルです。"
                + AGAIN
                + "パスワードは外してください。"
            )
        if len(content) > LARGEST_FILE:
            raise NotWord(
                f"ファイルは{LARGEST_FILE // 1_000_000}MBまでです。大きな写真を小さくしてください。"
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise NotWord("Wordのファイル（.docx）ではありません。" + AGAIN) from None
        names = self._archive.namelist()
        if len(names) > MOST_PARTS or len(set(names)) < len(names):
            raise NotWord(
                "Wordのファイルとして正しくありません（中の部品が多すぎるか、重なっています）。" + AGAIN
            )
        self._names = frozenset(names)
        self._left = LARGEST_WHOLE
        self._read: dict[str, bytes] = {}
        self._relations: dict[str, dict[str, Relation]] = {}
        self.main = self._main()

    def xml(self, name: str) -> Any:
        """The root element of a part. Raises NotWord."""
        return parsed(self.bytes(name), name)

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._names

    def bytes(self, name: str) -> bytes:
        """A part as it is. Raises NotWord."""
        if name in self._read:
            return self._read[name]
        most = min(LARGEST_PART, self._left)
        try:
            with self._archive.open(name) as file:
                content = file.read(most + 1)
        except KeyError:
            raise NotWord(f"ファイルの中に {name} がありません。" + AGAIN) from None
        except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
            raise NotWord(f"ファイルの中の {name} が壊れているか、暗号化されています。" + AGAIN) from error
        if len(content) > most:
            raise NotWord(
                f"ファイルの中の {name} が大きすぎます。大きな写真を小さくして保存し直してください。"
            )
        self._left -= len(content)
        self._read[name] = content
        return content

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part refers to, by id; empty where it says nothing."""
        if name in self._relations:
            return self._relations[name]
        folder, file = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", f"{file}.rels")
        if listed not in self._names:
            return {}
        found: dict[str, Relation] = {}
        for one in self.xml(listed).iter(f"{RELATIONS}Relationship"):
            target, external = one.get("Target", ""), one.get("TargetMode") == "External"
            if not external:
                target = (
                    posixpath.normpath(posixpath.join(folder, target)) if target[:1] != "/" else target[1:]
                )
            found[one.get("Id", "")] = Relation(one.get("Type", "").rpartition("/")[2], target, external)
        self._relations[name] = found
        return found

    def related(self, name: str, kind: str) -> str:
        """The part of that kind that a part refers to; empty where there is none."""
        parts = (one for one in self.relations(name).values() if one.kind == kind and not one.external)
        return next((one.target for one in parts if one.target in self._names), "")

    def _main(self) -> str:
        if "[Content_Types].xml" not in self._names:
            raise NotWord("Wordのファイル（.docx）ではありません。" + AGAIN)
        types = self.xml("[Content_Types].xml")
        kinds = {
            one.get("PartName", ""): one.get("ContentType", "") for one in types.iter(f"{TYPES}Override")
        }
        if any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds.values()) or any(
            "vbaproject" in name.lower() for name in self._names
        ):
            raise NotWord("マクロを含むファイル（.docm）は使えません。" + AGAIN)
        name = self.related("", "officeDocument")
        if not name or MAIN not in kinds.get(f"/{name}", ""):
            raise NotWord("Wordのファイル（.docx）ではありません。" + AGAIN)
        root = self.xml(name)
        if STRICT in (root.nsmap.get(root.prefix) or ""):
            raise NotWord("「厳密なOpen XML」形式です。" + AGAIN)
        if root.tag != f"{W}document":
            raise NotWord("Wordの文書ではありません。" + AGAIN)
        return name


class _Begun(Exception):
    """The first element: there is no document type before it."""


def parsed(content: bytes, name: str) -> Any:
    """XML without a document type, so that there is nothing to expand and nowhere to look; 256 elements within one another
    are libxml2's limit. Raises NotWord."""
    _refuse_document_type(content, name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotWord(f"ファイルの中の {name} が壊れていて読めません。" + AGAIN) from error
    if any(len(one.attrib) > MOST_ATTRIBUTES for one in root.iter() if isinstance(one.tag, str)):
        raise NotWord(f"ファイルの中の {name} が、Wordのファイルとして正しくありません。" + AGAIN)
    return root


def _refuse_document_type(content: bytes, name: str) -> None:
    def declared(*_: Any) -> None:
        raise NotWord(
            f"ファイルの中の {name} に、文書型の宣言（DOCTYPE）があります。安全のため使えません。" + AGAIN
        )

    def begun(*_: Any) -> None:
        raise _Begun

    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        parser.Parse(content, True)
    except _Begun:
        return
    except ExpatError as error:
        raise NotWord(f"ファイルの中の {name} が壊れていて読めません。" + AGAIN) from error
