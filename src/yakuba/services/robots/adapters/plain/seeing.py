"""What a person sees of a parsed page, as `page/seeing.js` has it of a drawn one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from yakuba.services.robots.adapters.plain.finding import Fields, control_in, group_label, group_of
from yakuba.services.robots.adapters.plain.parsing import (
    Document,
    Node,
    bare,
    elements,
    line,
    lines_of,
    seen_text,
)
from yakuba.services.robots.engine.browser import Page, Table

_HEADED = etree.XPath("//h1|//h2|//h3|//h4|//*[@role='heading']")
_ALERTS = etree.XPath("//*[@role='alert']")
_MARKED = etree.XPath("//*[@aria-invalid='true' or contains(@aria-describedby,'err') or @aria-errormessage]")
_PAIR = re.compile(r"\s*([^:：]{1,20})[:：]\s*(\S.*)")
_FINE = re.compile(
    r"((登録|保存|更新|追加|送信|受付|変更|削除|作成|反映|処理)(は|が|を)?(完了)?(しました|されました)|見つかりました|成功"
    r"|[0-9０-９]+\s*件|saved|success|match)",
    re.IGNORECASE,
)
_WRONG = re.compile(
    r"(エラー|誤り|誤って|不正|失敗|必須|未入力|ください|下さい|ません|できない|ない|超え|重複|既に|すでに|無効|有効"
    r"|error|invalid|required|fail|denied|must|not )",
    re.IGNORECASE,
)


class SeenPage(Page):
    """A `Page` whose parts are worked out when somebody looks at them: most pages are passed with a glance."""

    @classmethod
    def of(cls, document: Document, fields: Fields) -> SeenPage:
        """What a person sees of a page; what stands there must not be changed meanwhile but by filling fields."""
        page = cls.__new__(cls)
        page.__dict__.update(
            url=document.url, status=document.status, dialogs=(), _document=document, _fields=fields
        )
        return page

    @cached_property
    def _lines(self) -> list[str]:
        document: Document = self.__dict__["_document"]
        body = document.root.find("body")
        return lines_of(document, body if body is not None else document.root)

    @cached_property
    def title(self) -> str:  # type: ignore[override]
        title = self.__dict__["_document"].root.find("head/title")
        return line(title.text if title is not None else "")

    @cached_property
    def headings(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(one for one in self._texts(_HEADED(self.__dict__["_document"].root)) if one)[:50]

    @cached_property
    def text(self) -> str:  # type: ignore[override]
        return " ".join(self._lines)[:200_000]

    @cached_property
    def alerts(self) -> tuple[str, ...]:  # type: ignore[override]
        told = self._texts(_ALERTS(self.__dict__["_document"].root))
        return tuple(one for one in told if one and (not _FINE.search(one) or _WRONG.search(one)))[:20]

    @cached_property
    def field_errors(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        return _field_errors(self.__dict__["_document"], self.__dict__["_fields"])

    @cached_property
    def items(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        return _items(self.__dict__["_document"], self._lines)

    @cached_property
    def tables(self) -> tuple[Table, ...]:  # type: ignore[override]
        return _tables(self.__dict__["_document"])

    def _texts(self, nodes: list[Node]) -> list[str]:
        document: Document = self.__dict__["_document"]
        return [seen_text(document, one) for one in nodes if document.visible(one)]


def rows_of(table: Node) -> list[list[Node]]:
    """A table's rows as cells, those of tables within it left out."""
    found = []
    for part in table:
        rows = [part] if part.tag == "tr" else list(part) if part.tag in ("thead", "tbody", "tfoot") else []
        found += [[cell for cell in row if cell.tag in ("td", "th")] for row in rows if row.tag == "tr"]
    return found


def _tables(document: Document) -> tuple[Table, ...]:
    found = []
    for table in elements(document, "table"):
        rows = rows_of(table)
        head = next((row for row in rows if row and all(cell.tag == "th" for cell in row)), None)
        if head is None and _plain_head(document, rows):
            head = rows[0]
        if head is None:
            continue
        below = rows[next(n for n, row in enumerate(rows) if row is head) + 1 :][:500]
        texts = tuple(tuple(seen_text(document, cell) for cell in row) for row in below)
        found.append(Table(tuple(seen_text(document, cell) for cell in head), texts))
    return tuple(found[:20])


def _plain_head(document: Document, rows: list[list[Node]]) -> bool:
    return bool(
        rows
        and len(rows[0]) > 2
        and not any(cell.tag == "th" for row in rows for cell in row)
        and all(len(row) == len(rows[0]) for row in rows)
        and not any(not seen_text(document, cell) or control_in(document, cell) for cell in rows[0])
    )


def _items(document: Document, lines: list[str]) -> tuple[tuple[str, str], ...]:
    found = [
        (seen_text(document, head), seen_text(document, value))
        for head, value in _labelled(document)
        if document.visible(value) and not control_in(document, value)
    ]
    known = {bare(name) for name, _ in found}
    for one in lines:
        pair = _PAIR.fullmatch(one)
        if pair and bare(pair[1]) not in known:
            found.append((line(pair[1]), line(pair[2])))
    return tuple(found[:1000])


def _labelled(document: Document) -> Iterator[tuple[Node, Node]]:
    """Cells and terms with what stands right behind them."""
    for tag, behind in (("th", "td"), ("dt", "dd")):
        for head in document.root.iter(tag):
            after = head.getnext()
            if after is not None and after.tag == behind:
                yield head, after
    for table in document.root.iter("table"):
        for row in rows_of(table):
            two = len(row) == 2 and all(cell.tag == "td" for cell in row)
            if two and next(row[0].getparent().iter("table"), None) is None:
                yield row[0], row[1]


def _field_errors(document: Document, fields: Fields) -> tuple[tuple[str, str], ...]:
    if not _MARKED(document.root):
        return ()
    found: list[tuple[str, str]] = []
    for field in fields.fields():
        group = group_of(field.first)
        for marked in [*field.members, *([group] if group is not None else [])]:
            invalid = marked.get("aria-invalid") == "true"
            message = document.ids_text(marked, "aria-errormessage") or document.ids_text(
                marked, "aria-describedby"
            )
            called = "err" in (marked.get("aria-describedby") or "").lower()
            if message and (invalid or called) and message not in [known for _, known in found]:
                label = group_label(document, group) if marked is group else field.label
                found.append((line(label), message))
    return tuple(found[:50])
