"""Scans out of a mail, within bounds that hold for any bytes: depth, parts, headers, and size.

The parts are found by their boundaries, once through the text for each level; only the heads, which are short, are given
to the library. What cannot be taken is told by name.
"""

from __future__ import annotations

import binascii
import email.message
import email.parser
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from pathlib import PurePosixPath

DEEPEST = 6
MOST_PARTS = 200
MOST_FILES = 50
LONGEST_HEAD = 64_000  # bytes
TYPES = {
    "application/pdf": ".pdf",
    "image/tiff": ".tiff",
    "image/tif": ".tiff",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
}
SUFFIXES = {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"}
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_ENCODED = re.compile(rb"[^A-Za-z0-9+/=]")


class MailRefused(ValueError):
    """Nothing can be taken of the mail; `str()` is a Japanese sentence."""


@dataclass
class Mail:
    """What a mail holds. files: (name, bytes) of scans; left_out: a sentence for each thing that is not taken."""

    sender: str = ""
    subject: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read(raw: bytes) -> Mail:
    """Take the scans out of a mail. Raises MailRefused where there is none."""
    mail = Mail()
    head, _ = _parted(raw)
    if not any(head.get(name) for name in ("From", "Date", "Received", "Message-ID", "Content-Type")):
        raise MailRefused("メールの形ではありません。スキャナのメールの設定を確かめてください。")
    mail.sender, mail.subject = _words(head.get("From")), _words(head.get("Subject"))
    for number, (about, content) in enumerate(_leaves(raw, 0, [0], mail), start=1):
        _take(mail, about, content, number)
    if not mail.files:
        raise MailRefused(" ".join(["PDFや画像が付いていないメールです。", *mail.left_out[:5]]))
    return mail


def _leaves(
    raw: bytes, depth: int, seen: list[int], mail: Mail
) -> Iterator[tuple[email.message.Message, bytes]]:
    """The parts that hold no others. seen: how many parts there were, counted over all levels."""
    seen[0] += 1
    if depth > DEEPEST or seen[0] > MOST_PARTS:
        sentence = "入れ子が深すぎるか部分が多すぎるので、残りは見ていません。"
        if sentence not in mail.left_out:
            mail.left_out.append(sentence)
        return
    head, body = _parted(raw)
    kind = head.get_content_type()
    if kind == "message/rfc822":
        yield from _leaves(_decoded(head, body), depth + 1, seen, mail)
    elif head.get_content_maintype() == "multipart":
        for part in _between(body, _boundary(head)):
            yield from _leaves(part, depth + 1, seen, mail)
            if seen[0] > MOST_PARTS:
                return
    else:
        yield head, body


def _parted(raw: bytes) -> tuple[email.message.Message, bytes]:
    """Head and body; a head that is too long counts as none."""
    raw = raw[raw.find(b"\n") + 1 :] if raw.startswith(b"From ") else raw
    if raw[:1] in (b"\n", b"\r"):
        return email.message.Message(), raw.lstrip(b"\r\n")
    end = _HEAD_END.search(raw, 0, LONGEST_HEAD)
    if end is None:
        return email.message.Message(), raw
    parser = email.parser.BytesHeaderParser(policy=email.policy.compat32)
    return parser.parsebytes(raw[: end.start()] + b"\n\n"), raw[end.end() :]


def _boundary(head: email.message.Message) -> bytes:
    try:
        return (head.get_boundary() or "").encode("ascii", "surrogateescape")[:200]
    except (ValueError, LookupError, TypeError):
        return b""


def _between(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What stands between the boundaries; a last one that is missing ends with the text, as a broken mail does."""
    if not boundary:
        return
    mark, at = b"--" + boundary, 0
    starts: list[tuple[int, int, bool]] = []
    while (at := body.find(mark, at)) >= 0 and len(starts) <= MOST_PARTS:
        line = body.find(b"\n", at)
        line = len(body) if line < 0 else line + 1
        rest = body[at + len(mark) : min(line, at + len(mark) + 80)].strip()
        if (at == 0 or body[at - 1 : at] == b"\n") and rest in (b"", b"--"):
            starts.append((at, line, rest == b"--"))
        at = line
    ends = [start for start, _, _ in starts[1:]] + [len(body)]
    for (_, begin, last), end in zip(starts, ends, strict=False):
        if last:
            return
        yield body[begin:end].removesuffix(b"\n").removesuffix(b"\r")


def _take(mail: Mail, head: email.message.Message, body: bytes, number: int) -> None:
    name, kind = _file_name(head), head.get_content_type()
    suffix = PurePosixPath(name).suffix.lower()
    is_scan = suffix in SUFFIXES or kind in TYPES
    if not is_scan:
        if name:
            mail.left_out.append(f"添付「{name}」はPDFでも画像でもないので取り込みません。")
        return
    if kind.startswith("image/") and head.get("Content-ID") and not _is_attached(head):
        mail.left_out.append(f"本文に埋め込まれた画像「{name or number}」は取り込みません。")
        return
    if len(mail.files) >= MOST_FILES:
        mail.left_out.append(f"添付が{MOST_FILES}個より多いので「{name or number}」は取り込みません。")
        return
    content = _decoded(head, body)
    if not content:
        mail.left_out.append(f"添付「{name or number}」は空か、壊れています。")
        return
    mail.files.append((name if suffix in SUFFIXES else f"{name or f'添付{number}'}{TYPES[kind]}", content))


def _is_attached(head: email.message.Message) -> bool:
    return str(head.get("Content-Disposition") or "").strip().lower().startswith("attachment")


def _file_name(head: email.message.Message) -> str:
    """The name without folders and without what cannot be shown."""
    try:
        name = head.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    shown = _words(name).replace("\\", "/")
    return PurePosixPath(shown).name[-120:].lstrip(".")


def _words(text: object) -> str:
    """A heading as people read it, in one line of 200 characters at most."""
    if not text:
        return ""
    plain = str(text)[:2_000]
    try:
        pieces = [
            piece if isinstance(piece, str) else _text(piece, charset)
            for piece, charset in decode_header(plain)
        ]
    except (ValueError, LookupError, TypeError, binascii.Error):
        pieces = [plain]
    joined = "".join(pieces).encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(letter for letter in joined if letter.isprintable())[:200]


def _text(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "utf-8", "replace")
    except LookupError:
        return piece.decode("utf-8", "replace")


def _decoded(head: email.message.Message, body: bytes) -> bytes:
    """The bytes of a part; empty where they cannot be had."""
    way = str(head.get("Content-Transfer-Encoding") or "").strip().lower()
    if way == "base64":
        clean = _ENCODED.sub(b"", body).rstrip(b"=")
        clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
        try:
            return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
        except binascii.Error:
            return b""
    return binascii.a2b_qp(body) if way == "quoted-printable" else body
