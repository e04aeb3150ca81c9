"""Bytes of a transcript as text, whatever wrote them."""

from __future__ import annotations

import re

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import characters, encodings

LARGEST = 20_000_000  # bytes of a transcript
WORD = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SOUND = re.compile(rb"ID3|RIFF....WAVE|OggS|fLaC|\xff[\xf2-\xfb]|.{4}ftyp", re.DOTALL)
_HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
AGAIN = "会議録の文字起こしは、VTT・SRT・テキスト・Word（.docx）のどれかで書き出してください。"


def decoded(content: bytes) -> str:
    """The text of a transcript in UTF-8, UTF-16 with its mark, or CP932, with one kind of line end. Raises Invalid with a
    sentence that says what the file is instead."""
    if not content.strip():
        raise Invalid("ファイルが空です。書き出した文字起こしを選んでください。")
    if SOUND.match(content):
        raise Invalid("これは音声か動画のファイルです。文字起こしのファイルを選んでください。" + AGAIN)
    if content.startswith(b"%PDF"):
        raise Invalid("PDFからは読めません。もとのWordかテキストを選んでください。" + AGAIN)
    text = _text(content)
    if _HTML.match(text):
        raise Invalid("ホームページ（HTML）のファイルです。" + AGAIN)
    if not text.strip():
        raise Invalid("ファイルに文字がありません。書き出した文字起こしを選んでください。")
    return characters.fit(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def _text(content: bytes) -> str:
    text = encodings.decoded(content)
    if text is None:
        why = (
            "文字のファイルではありません。"
            if b"\0" in content
            else "文字コードが分かりません。UTF-8かシフトJISで保存し直してください。"
        )
        raise Invalid(why + AGAIN)
    return text
