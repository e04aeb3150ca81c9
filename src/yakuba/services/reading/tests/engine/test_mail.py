"""Mails that are meant to hurt are bounded, and nothing of what they hold is taken for a path."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from yakuba.services.reading.engine import mail as mails

PDF = b"%PDF-1.4 x"


def part(body: bytes, head: str = "Content-Type: application/pdf; name=a.pdf") -> bytes:
    return head.encode() + b"\n\n" + body


def multipart(*parts: bytes, mark: str = "m", kind: str = "mixed") -> bytes:
    lines = b"".join(b"--" + mark.encode() + b"\n" + one + b"\n" for one in parts)
    return f"Content-Type: multipart/{kind}; boundary={mark}\n\n".encode() + lines + f"--{mark}--\n".encode()


def mail(body: bytes) -> bytes:
    return b"From: a@example.jp\n" + body


def test_library_made_mail_round_trips():
    one = EmailMessage()
    one["From"], one["Subject"] = "髙橋 <a@example.jp>", "件名\u3000です"
    one.set_content("text")
    one.add_attachment(PDF + bytes(range(256)), maintype="application", subtype="pdf", filename="申請書.pdf")
    found = mails.read(one.as_bytes())
    assert found.sender == "髙橋 <a@example.jp>"
    assert found.files == [("申請書.pdf", PDF + bytes(range(256)))]


def test_the_last_boundary_may_be_missing():
    raw = mail(multipart(part(PDF), part(PDF)))
    assert [content for _, content in mails.read(raw[: raw.rfind(b"--m--")]).files] == [PDF, PDF]


def test_a_forwarded_mail_is_looked_into():
    inner = b"Content-Type: message/rfc822\n\n" + mail(multipart(part(PDF), mark="i"))
    assert mails.read(mail(multipart(inner))).files == [("a.pdf", PDF)]


def test_depth_is_bounded():
    body = part(PDF)
    for level in range(5_000):
        body = multipart(body, mark=f"m{level}") if level < 40 else b"Content-Type: message/rfc822\n\n" + body
    with pytest.raises(mails.MailRefused, match="入れ子"):
        mails.read(mail(body))


def test_number_of_parts_and_files_is_bounded():
    found = mails.read(mail(multipart(*[part(PDF)] * 100_000)))
    assert len(found.files) == mails.MOST_FILES
    assert found.left_out


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"From: " + b"x" * 10_000_000,
        b"\0" * 100_000,
        b"x" * 1_000_000,
        mail(b"Content-Type: multipart/mixed; boundary=\n\n--\n--\n--\n"),
        mail(b"Content-Type: multipart/mixed\n\nnothing"),
        mail(b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n!!!!"),
        mail("Content-Type: text/plain; charset=無\nSubject: =?none?B?////?=\n\nx".encode()),
        mail(b"Content-Type: multipart/mixed; boundary*0*=''%zz; boundary*1=x\n\n--x\n"),
    ],
)
def test_broken_mails_are_refused_in_words(raw):
    with pytest.raises(mails.MailRefused):
        mails.read(raw)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\\\Windows\\\\a.pdf", "a.pdf"),
        ("/abs.pdf", "abs.pdf"),
        ("...", "添付1.pdf"),
        ("a\x07b.pdf", "ab.pdf"),
    ],
)
def test_names_are_no_paths(given, shown):
    raw = mail(part(PDF, f'Content-Type: application/pdf; name="{given}"'))
    assert [name for name, _ in mails.read(raw).files] == [shown]


def test_a_picture_of_the_signature_is_left():
    logo = part(
        b"png", "Content-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Disposition: inline"
    )
    found = mails.read(mail(multipart(part(PDF), logo, kind="related")))
    assert [name for name, _ in found.files] == ["a.pdf"]
    assert "logo.png" in found.left_out[0]
