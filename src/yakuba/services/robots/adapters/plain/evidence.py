"""The fast lane's picture: what was sent and what came back, in words, with what no picture shows covered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from yakuba.services.robots.adapters.plain.parsing import bare
from yakuba.services.robots.engine.browser import Hidden, Page
from yakuba.services.robots.engine.redact import COVER, Redactor

# The same names as in `page/recording.js`.
_SECRET = re.compile(
    r"パスワード|パスフレーズ|合言葉|暗証|password|passwd|passphrase|(^|[^a-z])(pass|pwd|pin)([^a-z]|$)",
    re.IGNORECASE,
)
_SESSION = re.compile(r";[^/]*")
_DIGITS = re.compile(r"[0-9０-９]+")


@dataclass(frozen=True)
class Pair:
    """One field as it was sent. labels: what the page calls it.  secret: nobody may see it.  hidden: the page's own."""

    name: str
    value: str = field(repr=False)
    labels: tuple[str, ...] = ()
    secret: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Exchange:
    """A request and the page that it led to."""

    method: str
    url: str
    pairs: tuple[Pair, ...] = field(repr=False)
    page: Page = field(repr=False)


def written(exchanges: Sequence[Exchange], hidden: Hidden) -> bytes:
    """The text of the evidence, UTF-8. Hidden fields of the page are named without their value: they may be the session's."""
    redact = Redactor(hidden.secrets, hidden.masked)
    covered = {bare(one) for one in hidden.labels}
    lines: list[str] = ["画面の写しの代わりの記録（高速入力）"]
    for one in exchanges:
        parts = urlsplit(one.url)
        # What stands behind the path may be the session's; what of it is the row's stands among the fields.
        asked = [] if one.pairs else [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        address = _SESSION.sub("", unquote_plus(parts.path))
        address += f"?{'&'.join(f'{name}={COVER}' for name in asked)}" if asked else ""
        lines += ["", redact(f"■ {one.method} {address} → {one.page.status}")]
        lines += [
            f"　{pair.labels[0] if pair.labels else pair.name}：{value}"
            for pair, value in _values(one, covered, redact)
        ]
        lines.append(f"　画面「{redact(' '.join(one.page.headings[:3]) or one.page.title)}」")
    if exchanges:
        lines += ["", "■ 最後の画面の文字", _text(exchanges[-1].page, covered, redact)]
    return ("\n".join(lines) + "\n").encode()


def _values(one: Exchange, covered: set[str], redact: Redactor) -> list[tuple[Pair, str]]:
    told = _spread(one.pairs, redact)
    found = []
    for n, pair in enumerate(one.pairs):
        if pair.hidden:
            value = "（画面のもの）"
        elif (
            pair.secret
            or n in told
            or _SECRET.search(pair.name)
            or any(_SECRET.search(label) or bare(label) in covered for label in pair.labels)
        ):
            value = COVER
        else:
            value = redact(pair.value)
        found.append((pair, value))
    return found


def _spread(pairs: Sequence[Pair], redact: Redactor) -> set[int]:
    """The fields over which a masked number is spread: in three, or one for each digit."""
    told: set[int] = set()
    run: list[int] = []
    for n, pair in [*enumerate(pairs), (-1, Pair("", "x"))]:
        if pair.value and _DIGITS.fullmatch(pair.value):
            run.append(n)
            continue
        if COVER in redact(" ".join(pairs[one].value for one in run)):
            told |= set(run)
        run = []
    return told


def _text(page: Page, covered: set[str], redact: Redactor) -> str:
    values = [value for name, value in page.items if bare(name) in covered]
    for table in page.tables:
        columns = [n for n, head in enumerate(table.headers) if bare(head) in covered]
        values += [row[n] for row in table.rows for n in columns if n < len(row)]
    text = page.text
    for value in sorted({one for one in values if one}, key=len, reverse=True):
        text = text.replace(value, COVER)
    return redact(text)
