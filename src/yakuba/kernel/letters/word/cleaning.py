"""A .docx written anew with what a reader sees and nothing that acts: parts that the text needs, pictures as their pixels.

Left out: macros, embedded programs and files (OLE, ActiveX, charts with their workbooks), what Word would fetch by itself
(templates, pictures, frames and sub-documents elsewhere, data sources), fields that reach out of the document (DDE, LINK,
INCLUDE…), embedded fonts, metadata of the file and of its pictures, who changed or commented
what. A link stays where it leads to a web page or an address of mail: nobody follows it but a reader.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from yakuba.kernel.letters.word.package import RELATIONS, TYPES, Package, R, W
from yakuba.kernel.letters.word.pictures import NoPicture, pixels

KINDS = frozenset(
    [
        "styles",
        "settings",
        "numbering",
        "fontTable",
        "theme",
        "header",
        "footer",
        "footnotes",
        "endnotes",
        "comments",
        "image",
    ]
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
OOXML = "application/vnd.openxmlformats-officedocument."
MAIN = f"{OOXML}wordprocessingml.document.main+xml"
NAME = re.compile(r"(?!\.\.)[\w\-./]{1,200}")
LINK = re.compile(r"(https?://|mailto:)[^\s\"\\<>]{1,2000}", re.IGNORECASE)
# Elements that stay without what they refer to; of the others in a drawing the drawing goes, else the element.
BARE = frozenset(("hyperlink", "blip", "imagedata", "fill", "stroke", "hlinkClick", "hlinkHover", "docPr"))
# Elements that name something outside without a relation, or let Word do something when it opens the file.
ACTING = frozenset(
    [
        *(
            "mailMerge",
            "saveThroughXslt",
            "updateFields",
            "docVars",
            "OLEObject",
            "control",
            "altChunk",
            "subDoc",
        ),
        *("dataBinding", "signatureline"),
    ]
)
FIELDS = frozenset(
    [
        "PAGE",
        "NUMPAGES",
        "SECTION",
        "SECTIONPAGES",
        "DATE",
        "TIME",
        "CREATEDATE",
        "SAVEDATE",
        "PRINTDATE",
        "MERGEFIELD",
        "REF",
        "PAGEREF",
        "NOTEREF",
        "STYLEREF",
        "TOC",
        "TC",
        "XE",
        "SEQ",
        "LISTNUM",
        "EQ",
        "SYMBOL",
        "ADVANCE",
        "IF",
        "FORMTEXT",
        "FORMCHECKBOX",
        "FORMDROPDOWN",
        "=",
        "NEXT",
        "TITLE",
        "AUTHOR",
    ]
)
FIELD = re.compile(r"\s*(=|[A-Za-z]+)(.*)", re.DOTALL)
BLANK = bytes.fromhex(  # a transparent PNG of one pixel, in the place of what has no pixels
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001"
    "e221bc330000000049454e44ae426082"
)


def cleaned(content: bytes, changed: Any = None) -> bytes:
    """The file anew. changed: the root of the main part, where it is another than the file has. Raises NotWord."""
    package = Package(content)
    cleaner = _Cleaner(package)
    cleaner.add(package.main, package.xml(package.main) if changed is None else changed)
    return cleaner.written()


class _Cleaner:
    def __init__(self, package: Package) -> None:
        self._package = package
        types = package.xml("[Content_Types].xml")
        self._types = {
            one.get("PartName", "")[1:]: one.get("ContentType", "") for one in types.iter(f"{TYPES}Override")
        } | {package.main: MAIN}
        self._made: dict[str, bytes] = {}  # the parts as they are written
        self._named: dict[str, str] = {}  # a picture of the file → what it is called here

    def add(self, name: str, root: Any) -> None:
        """A part and all that it needs."""
        self._made[name] = b""  # its turn has come: parts may refer to one another
        kept = dict(self._kept(name))
        _without_references(root, set(kept))
        _without_actions(root)
        _without_people(root)
        self._made[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        if kept:
            folder, file = posixpath.split(name)
            self._made[posixpath.join(folder, "_rels", f"{file}.rels")] = _relations(kept)

    def _kept(self, name: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
        """id → (kind, target, mode) of what a part may refer to; the parts themselves are taken along."""
        for number, one in self._package.relations(name).items():
            if one.kind == "hyperlink" and one.external and LINK.fullmatch(one.target):
                yield number, (one.kind, one.target, "External")
            elif one.kind == "image" and not one.external and self._package.has(one.target):
                yield number, (one.kind, f"/{self._picture(one.target)}", "")
            elif one.kind in KINDS and not one.external and self._take(one.target):
                yield number, (one.kind, f"/{one.target}", "")

    def _take(self, name: str) -> bool:
        if name in self._made:
            return True
        kind = self._types.get(name, "")
        if not (self._package.has(name) and NAME.fullmatch(name) and kind.startswith(OOXML)):
            return False
        self.add(name, self._package.xml(name))
        return True

    def _picture(self, name: str) -> str:
        if name not in self._named:
            try:
                picture, ending = pixels(self._package.bytes(name))
            except NoPicture:
                picture, ending = BLANK, "png"
            self._named[name] = f"word/media/picture{len(self._named) + 1}.{ending}"
            self._made[self._named[name]] = picture
        return self._named[name]

    def written(self) -> bytes:
        """The archive."""
        listed = {name: kind for name in self._made if (kind := self._types.get(name))}
        root = {"root": ("officeDocument", f"/{self._package.main}", "")}
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in {
                "[Content_Types].xml": _types(listed),
                "_rels/.rels": _relations(root),
                **self._made,
            }.items():
                archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)  # of 1980
        return file.getvalue()


def _without_references(root: Any, kept: set[str]) -> None:
    """What refers to something that is not taken along."""
    for element in [one for one in root.iter() if isinstance(one.tag, str)]:
        lost = [name for name, text in element.attrib.items() if name.startswith(R) and text not in kept]
        lost += [name for name, text in element.attrib.items() if name in ("src", "href") or _leads_out(name)]
        for name in lost:
            del element.attrib[name]
        if not any(name.startswith(R) for name in lost) or etree.QName(element).localname in BARE:
            continue
        drawing = next(element.iterancestors(f"{W}drawing"), None)
        _drop(element if drawing is None else drawing)


def _leads_out(name: str) -> bool:
    """Whether an attribute of VML names a file."""
    return name in (
        "{urn:schemas-microsoft-com:office:office}href",
        "{urn:schemas-microsoft-com:office:office}althref",
    )


def _without_actions(root: Any) -> None:
    for element in [one for one in root.iter() if isinstance(one.tag, str)]:
        if etree.QName(element).localname in ACTING:
            _drop(element)
        elif element.tag == f"{W}fldSimple" and not _is_harmless(element.get(f"{W}instr", "")):
            _unwrap(element)
    open_fields: list[list[Any]] = []
    for element in list(root.iter(f"{W}fldChar", f"{W}instrText", f"{W}delInstrText")):
        if element.tag != f"{W}fldChar":
            if open_fields:
                open_fields[-1].append(element)
            else:
                element.text = ""
        elif element.get(f"{W}fldCharType") == "begin":
            open_fields.append([])
        elif element.get(f"{W}fldCharType") == "end" and open_fields:
            _settle(open_fields.pop())
    for field in open_fields:
        _settle(field)


def _without_people(root: Any) -> None:
    """Who changed or commented something, and when: metadata that stand in the text's own parts."""
    for element in root.iter():
        if f"{W}author" in element.attrib:
            element.set(f"{W}author", "")  # one must be there
            for name in (f"{W}initials", f"{W}date"):
                element.attrib.pop(name, None)


def _settle(instructions: list[Any]) -> None:
    """The pieces of one field's instruction, which a file may cut anywhere, stay or go together."""
    if not _is_harmless("".join(one.text or "" for one in instructions)):
        for one in instructions:
            one.text = ""


def _is_harmless(instruction: str) -> bool:
    found = FIELD.match(instruction)
    if found is None:
        return False
    if found[1].upper() == "HYPERLINK":
        place = found[2].strip()
        return place.startswith("\\l") or LINK.match(place.lstrip('"')) is not None
    return found[1].upper() in FIELDS


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrap(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = list(element)


def _relations(kept: dict[str, tuple[str, str, str]]) -> bytes:
    root = etree.Element(f"{RELATIONS}Relationships", nsmap={None: RELATIONS[1:-1]})
    for number, (kind, target, mode) in kept.items():
        one = etree.SubElement(root, f"{RELATIONS}Relationship", Id=number, Type=OFFICE + kind, Target=target)
        if mode:
            one.set("TargetMode", mode)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _types(listed: dict[str, str]) -> bytes:
    root = etree.Element(f"{TYPES}Types", nsmap={None: TYPES[1:-1]})
    usual = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "jpeg": "image/jpeg",
    }
    for ending, kind in usual.items():
        etree.SubElement(root, f"{TYPES}Default", Extension=ending, ContentType=kind)
    for name, kind in listed.items():
        etree.SubElement(root, f"{TYPES}Override", PartName=f"/{name}", ContentType=kind)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
