"""What a person sees of a parsed page, as `page/seeing.js` has it of a drawn one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yakuba.services.robots.adapters.plain.finding import CONTROLS, Fields, control_in, group_label, group_of
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

_HEADINGS = ("h1", "h2", "h3", "h4")
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


def see(document: Document, fields: Fields) -> Page:
    """The page. See `engine.browser.Page`."""
    body = document.root.find("body")
    lines = lines_of(document, body if body is not None else document.root)
    title = document.root.find("head/title")
    alerts, headings = [], []
    for one in document.root.iter():
        role = one.get("role") if isinstance(one.tag, str) else None
        if (one.tag in _HEADINGS or role == "heading") and document.visible(one):
            headings.append(seen_text(document, one))
        elif role == "alert" and document.visible(one):
            alerts.append(seen_text(document, one))
    return Page(
        url=document.url,
        status=document.status,
        title=line(title.text if title is not None else ""),
        headings=tuple(one for one in headings if one)[:50],
        text=" ".join(lines)[:200_000],
        alerts=tuple(one for one in alerts if one and (not _FINE.search(one) or _WRONG.search(one)))[:20],
        field_errors=_field_errors(document, fields),
        items=_items(document, lines),
        tables=_tables(document),
    )


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
    if not document.root.xpath(
        "//*[@aria-invalid='true' or contains(@aria-describedby,'err') or @aria-errormessage]"
    ):
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


__all__ = ["CONTROLS", "see"]
