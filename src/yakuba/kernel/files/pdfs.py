"""Pages of a PDF as a person would see them, in the rendering process: with the values typed into its fields and
the notes put on it, or refused with the reason where one of those would be missing."""

from __future__ import annotations

import ctypes
import io
import re
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from yakuba.kernel.files.kinds import Refused
from yakuba.kernel.files.paper import DPI, MAX_PIXELS, is_paper
from yakuba.kernel.files.room import has_room
from yakuba.kernel.files.structure import as_texts, flat, has_no_page, is_joined, with_true_count
from yakuba.kernel.files.tones import is_dark, turned_if_negative

if TYPE_CHECKING:
    from PIL.Image import Image

POINTS = 72  # an inch
COVERS = 0.75  # share of a page that its one picture fills, to count as a scan
# What an appearance shows: a picture, or a string of more than blanks (programs leave `() Tj` in an empty field).
SHOWS = re.compile(rb"\bDo\b|\((?!\s*\))|<(?!(?:00|20|\s)*>)")
PROPERTIES = re.compile(rb"<<.*?>>", re.DOTALL)  # of marked content, not shown
OBJECT = re.compile(rb"\b\d+\s+\d+\s+obj\b")
PAINTS = re.compile(rb"(?:^|[\s\])>])(?:Do|Tj|TJ|[fFSsBb]\*?|sh|BI)(?=\s|$)|[\x27\x22]")
STREAM = rb"\n%b 0 obj\r?\n(.*?)\bstream\r?\n(.*?)\r?\nendstream"
HIDDEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
UNLISTED = -1  # the kind of a field that the form does not list
MOST_CONTENT = 1 << 24  # bytes of a page's content that are looked at
TICKED = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
TYPED = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
# Notes that PDFium does not draw unless the file brings their appearance. A line may strike a value out.
NEED_APPEARANCE = (
    raw.FPDF_ANNOT_LINE,
    raw.FPDF_ANNOT_POLYGON,
    raw.FPDF_ANNOT_POLYLINE,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_CARET,
)


class Pdf:
    """An open PDF. Raises Refused when it cannot be opened or shows nothing of what was typed into it."""

    def __init__(self, content: Any) -> None:
        self._content = content
        if _is_cut_off(content):
            raise Refused("damaged")
        if is_joined(content):
            raise Refused("joined")
        self._document = self._opened()
        counted = with_true_count(content, self._document)
        if counted is not None:
            self._content = content = counted
            self.refresh()
        if self._document.get_formtype() == raw.FORMTYPE_XFA_FULL:
            raise Refused("xfa")
        packed = re.search(rb"/ObjStm", content) is not None  # a word in a compressed object cannot be seen
        # Looking at the notes of all pages costs their parsing.
        self._may_have_clips = packed or re.search(rb"/FileAttachment", content) is not None
        self._redraws_fields = self._document.formenv is not None and self._needs_appearances(packed)
        self._contrary = self._contrary_fields()
        self._drawable: dict[str, bool] = {}
        self._brought: set[str] = set()  # fields that another program has drawn

    def refresh(self) -> None:
        """Let go of what PDFium keeps of the pages drawn so far, so that memory does not grow with the file."""
        self._document.close()
        self._document = self._opened()

    def _opened(self) -> Any:
        try:
            document = pdfium.PdfDocument(self._content)
        except pdfium.PdfiumError as error:
            # pdfium tells an encrypted file from a damaged one only by its error code or text.
            if "assword" in str(error):
                raise Refused("encrypted") from error
            raise Refused("no_pages" if has_no_page(self._content) else "damaged") from error
        document.init_forms()
        return document

    def __len__(self) -> int:
        return len(self._document)

    def check(self) -> None:
        """Nothing more than opening it."""

    def page(self, index: int) -> Image:
        """The page as a picture. Raises Refused."""
        raw_page = self._load(index)
        try:
            self._prepare_notes(raw_page)
        except Refused:
            raw.FPDF_ClosePage(raw_page)
            raise
        page = pdfium.PdfPage(raw_page, self._document, self._document.formenv)
        self._document._add_kid(page)  # as get_page does, which would parse the page a second time
        try:
            if self._document.formenv is not None:
                raw.FORM_OnAfterLoadPage(page, self._document.formenv)
                self._require_room(page)
            self._require_content(page, index)
            return _drawn(page)
        except pdfium.PdfiumError as error:
            raise Refused("damaged_page") from error
        finally:
            page.close()

    def attachments(self) -> Iterator[tuple[str, Callable[[], bytes], int]]:
        """Name, content and size of every file in the document's list and in the notes of its pages."""
        for number in range(self._document.count_attachments()):
            yield _attachment(raw.FPDFDoc_GetAttachment(self._document, number))
        if not self._may_have_clips:
            return
        for index in range(len(self)):
            page = self._load(index)
            for note in _notes(page):
                if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_FILEATTACHMENT:
                    yield _attachment(raw.FPDFAnnot_GetFileAttachment(note))
            raw.FPDF_ClosePage(page)

    def _load(self, index: int) -> Any:
        """The page, loaded without its form: its notes are as the file has them."""
        page = raw.FPDF_LoadPage(self._document, index)
        if not page:
            raise Refused("damaged_page")
        return page

    def _needs_appearances(self, packed: bool) -> bool:
        """Whether the file asks that its fields be drawn anew (NeedAppearances), as programs that fill forms do."""
        content = flat(self._document) if packed else self._content
        return re.search(rb"/NeedAppearances\s+true", content) is not None

    def _contrary_fields(self) -> set[str]:
        """The fields of several tick boxes that hold another state than their boxes show."""
        if self._document.formenv is None:
            return set()
        content = flat(self._document)
        if re.search(rb"/FT\s*/Btn\b", content) is None:
            return set()
        try:
            twin = pdfium.PdfDocument(as_texts(content))
        except pdfium.PdfiumError as error:  # what the boxes hold cannot be known
            raise Refused("damaged") from error
        twin.init_forms()
        held: dict[str, str] = {}
        shown: dict[str, set[str]] = {}
        for index in range(len(twin)):
            page = raw.FPDF_LoadPage(twin, index)
            for note in _notes(page):
                name = _text(raw.FPDFAnnot_GetFormFieldName, twin.formenv, note)
                held[name] = _text(raw.FPDFAnnot_GetFormFieldValue, twin.formenv, note)
                shown.setdefault(name, set()).add(_text(raw.FPDFAnnot_GetStringValue, note, b"AS"))
            raw.FPDF_ClosePage(page)
        twin.close()
        nothing = {"", "Off"}
        return {name for name, value in held.items() if value and shown[name] - nothing != {value} - nothing}

    def _prepare_notes(self, page: Any) -> None:
        """See that nothing written on the page goes missing. Raises Refused where PDFium would not draw it."""
        for note in _notes(page):
            if raw.FPDFAnnot_GetFlags(note) & HIDDEN:
                continue
            kind = raw.FPDFAnnot_GetSubtype(note)
            if kind == raw.FPDF_ANNOT_WIDGET:
                self._prepare_field(note)
            elif kind == raw.FPDF_ANNOT_FREETEXT and not _appearance(note):
                self._require_drawable(_text(raw.FPDFAnnot_GetStringValue, note, b"Contents"))
            elif kind in NEED_APPEARANCE and not _appearance(note):
                raise Refused("undrawn_note")

    def _prepare_field(self, note: Any) -> None:
        form = self._document.formenv
        kind = raw.FPDFAnnot_GetFormFieldType(form, note) if form is not None else UNLISTED
        own = _text(raw.FPDFAnnot_GetStringValue, note, b"V")
        own_kind = _text(raw.FPDFAnnot_GetStringValue, note, b"FT")
        if own_kind == "Btn":
            _require_one_state(note, own)
        if kind in TICKED:
            if _text(raw.FPDFAnnot_GetFormFieldName, form, note) in self._contrary:
                raise Refused("undrawn_tick")
        elif kind in TYPED:
            value = _text(raw.FPDFAnnot_GetFormFieldValue, form, note)
            if _shows(note) and not self._redraws_fields:
                self._brought.add(_text(raw.FPDFAnnot_GetFormFieldName, form, note))
            self._prepare_value(note, value, "".join(_labels(form, note, kind)))
        elif own_kind == "Btn":
            return
        elif kind == UNLISTED and form is not None and not raw.FPDFAnnot_HasKey(note, b"Parent"):
            self._prepare_value(note, own)  # the form does not list it; it is drawn all the same
        elif kind == UNLISTED and not _shows(note) and (own.strip() or raw.FPDFAnnot_HasKey(note, b"Parent")):
            raise Refused("undrawn_note")  # its value may stand with its parent

    def _prepare_value(self, note: Any, value: str, labels: str = "") -> None:
        if not (value + labels).strip():
            return
        shows = _shows(note)
        if (
            not shows
        ):  # filled by a program that left the empty appearance: PDFium makes one where there is none
            raw.FPDFAnnot_SetAP(note, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None)
        if not shows or self._redraws_fields:
            self._require_drawable(value + labels)

    def _require_room(self, page: Any) -> None:
        """Raises Refused where a value is longer than its box, which PDFium and others cut. The page has its form."""
        form = self._document.formenv
        for note in _notes(page):
            if raw.FPDFAnnot_GetFormFieldType(form, note) != raw.FPDF_FORMFIELD_TEXTFIELD:
                continue
            value, name = (
                _text(get, form, note)
                for get in (raw.FPDFAnnot_GetFormFieldValue, raw.FPDFAnnot_GetFormFieldName)
            )
            hidden = raw.FPDFAnnot_GetFlags(note) & HIDDEN
            if not hidden and not has_room(form, note, value, _appearance(note), name in self._brought):
                raise Refused("overflowing_value", value[:20])

    def _require_content(self, page: Any, index: int) -> None:
        """Raises Refused where the page would be white, or lack a picture, because it cannot be decoded."""
        if any(not _is_whole(picture) for picture in _pictures(page)):
            raise Refused("damaged_page")
        if raw.FPDFPage_CountObjects(page):
            return
        alone, copy = pdfium.PdfDocument.new(), io.BytesIO()
        alone.import_pages(self._document, [index])
        alone.save(copy)
        alone.close()
        if _paints(copy.getvalue()):
            raise Refused("damaged_page")

    def _require_drawable(self, text: str) -> None:
        """Raises Refused for characters that PDFium leaves out when it writes them itself."""
        strange = {character for character in text if not character.isascii() and not character.isspace()}
        for character in strange - self._drawable.keys():
            self._drawable[character] = _draws(character)
        missing = sorted(character for character in strange if not self._drawable[character])
        if missing:
            raise Refused("undrawn_text", "".join(missing))


def _is_cut_off(content: Any) -> bool:
    """Whether objects follow the last end mark. A program that saves values appends them with an end mark of their
    own; without it the file would open as it was before."""
    end = 0
    for mark in re.finditer(rb"%%EOF", content):
        end = mark.end()
    return end > 0 and OBJECT.search(content, end) is not None


def _require_one_state(note: Any, value: str) -> None:
    """Raises Refused where a tick box holds (V) something else than it shows (AS), as some programs fill it."""
    shown = _text(raw.FPDFAnnot_GetStringValue, note, b"AS")
    if value and value != (shown or "Off"):
        raise Refused("undrawn_tick")


def _labels(form: Any, note: Any, kind: int) -> Iterator[str]:
    """What a choice shows in place of its value: the label of the chosen option; in a list, of every option."""
    for number in range(max(raw.FPDFAnnot_GetOptionCount(form, note), 0)):
        if kind == raw.FPDF_FORMFIELD_LISTBOX or raw.FPDFAnnot_IsOptionSelected(form, note, number):
            yield _text(raw.FPDFAnnot_GetOptionLabel, form, note, number)


def _is_whole(picture: Any) -> bool:
    """Whether PDFium can decode the picture, and a JPEG has its end."""
    if not picture.get_metadata().bits_per_pixel:
        return False
    last = picture.get_filters()[-1:]
    if last == ["JBIG2Decode"]:  # is not opened before it is drawn
        bitmap = raw.FPDFImageObj_GetBitmap(picture)
        raw.FPDFBitmap_Destroy(bitmap)
        return bool(bitmap)
    if last != ["DCTDecode"]:
        return True
    data = bytes(picture.get_data(decode_simple=True))
    return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")  # neither stands within packed pixels


def _paints(content: bytes) -> bool:
    """Whether the one page of this file says that it paints something, or what it says is missing or broken."""
    named = re.search(rb"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", content)
    if named is None:
        return b"/Subtype/Image" in content
    for number in re.findall(rb"(\d+) 0 R", named[1]):
        found = re.search(STREAM % number, content, re.DOTALL)
        if found is None:
            return True
        painting = found[2]
        if b"FlateDecode" in found[1]:
            try:
                painting = zlib.decompressobj().decompress(painting, MOST_CONTENT)
            except zlib.error:
                return True
        if PAINTS.search(painting):
            return True
    return False


def _notes(page: Any) -> Iterator[Any]:
    """The annotations of a loaded page, each good until the next is asked for."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        if note:
            try:
                yield note
            finally:
                raw.FPDFPage_CloseAnnot(note)


def _drawn(page: Any) -> Image:
    width, height = page.get_size()
    scale = _scale(page, width, height)
    if width * height * scale * scale > MAX_PIXELS:
        raise Refused("page_too_large")
    image = page.render(scale=scale).to_pil()
    if is_dark(image):
        depths = {picture.get_metadata().bits_per_pixel for picture in _pictures(page)}
        if depths == {1}:
            return turned_if_negative(image.convert("L"))
    return image


def _scale(page: Any, width: float, height: float) -> float:
    """Pixels a point. A scan on a page of no paper's size (one point a pixel, a UserUnit) keeps its own pixels."""
    if is_paper(width / POINTS, height / POINTS):
        return DPI / POINTS
    for picture in _pictures(page):
        left, bottom, right, top = picture.get_bounds()
        covered = (right - left) * (top - bottom)
        if covered >= COVERS * width * height:
            across, down = picture.get_px_size()
            return (across * down / covered) ** 0.5
    return DPI / POINTS


def _pictures(page: Any) -> list[Any]:
    return list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=15))


def _text(get: Callable[..., int], *arguments: Any) -> str:
    """A string that PDFium copies out as UTF-16 with a final NUL."""
    length = get(*arguments, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 2))
    get(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[: max(length - 2, 0)].decode("utf-16-le", "replace")


def _appearance(note: Any) -> bytes:
    """The operators of a note's normal appearance as the file brings it; empty when it brings none."""
    if not raw.FPDFAnnot_HasKey(note, b"AP"):
        return b""
    shown = _text(raw.FPDFAnnot_GetAP, note, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL)
    return shown.encode("latin-1", "replace")


def _shows(note: Any) -> bool:
    return SHOWS.search(PROPERTIES.sub(b"", _appearance(note))) is not None


def _attachment(attachment: Any) -> tuple[str, Callable[[], bytes], int]:
    if not attachment:
        return "", lambda: b"", 0
    helper = pdfium.PdfAttachment(attachment, None)
    size = ctypes.c_ulong()
    raw.FPDFAttachment_GetFile(attachment, None, 0, size)
    return helper.get_name(), lambda: bytes(helper.get_data()), int(size.value)


def _draws(character: str) -> bool:
    """Whether PDFium has a glyph for the character, tried on a note of its own."""
    value = b"<FEFF" + character.encode("utf-16-be").hex().encode() + b">"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 40 40]/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 40 40]/F 4/DA(/Helv 24 Tf 0 g)/V" + value + b">>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    objects[0] = (
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DA(/Helv 24 Tf 0 g)/DR<</Font<</Helv 5 0 R>>>>>>>>"
    )
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    document = pdfium.PdfDocument(b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\n")
    document.init_forms()
    try:
        return bool(document[0].render().to_pil().convert("L").getextrema()[0] < 128)
    finally:
        document.close()
