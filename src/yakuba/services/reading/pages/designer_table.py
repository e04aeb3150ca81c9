"""The table of a draft's page: from the browser to rows, and from rows to what the template shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from yakuba.kernel.refusals import if_valid
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.engine.proposals.drafting import Draft, Row
from yakuba.services.reading.engine.proposals.places import read_place

MOST_SENT = 2 * drafting.MOST_ROWS  # more of them no browser's form can send (Django takes 1,000 fields)
KINDS = {"comb": "マス目", "line": "1行の欄", "mark": "印をつける欄", "date": "日付の欄"}


class TableForm:
    """What a browser has sent; nothing of it is trusted yet. rows: those that stay, empty ones left out."""

    def __init__(self, sent: QueryDict, page: int) -> None:
        revision = sent.get("revision", "")
        self.revision = int(revision) if revision.isascii() and revision.isdecimal() else -1
        self.title, self.numbering = sent.get("title", ""), sent.get("numbering", "printed")
        self.free = sent.get("free", "")
        count = sent.get("rows", "0")
        # All of them are read, also those above MOST_ROWS: what is not read here would be gone from the draft.
        last = min(int(count), MOST_SENT) if count.isascii() and count.isdecimal() else 0
        self._all = [self._row(sent, page, index) for index in range(last)]
        self.picked = [sent.get(f"code-{i}", "") for i in range(last) if sent.get(f"pick-{i}")]
        gone = {i for i in range(last) if sent.get(f"gone-{i}")}
        if sent.get("do") == "delete":
            gone |= {i for i in range(last) if sent.get(f"pick-{i}")}
        kept = [row for i, row in enumerate(self._all) if i not in gone]
        self.rows = [row for row in kept if row.place.strip() or row.label.strip()]

    def _row(self, sent: QueryDict, page: int, index: int) -> Row:
        def text(name: str) -> str:
            return sent.get(f"{name}-{index}", "")

        return Row(
            page,
            text("code"),
            text("label"),
            text("type"),
            bool(text("required")),
            text("place"),
            seen=bool(text("seen")),
        )

    def shown(self, draft: Draft) -> list[dict[str, Any]]:
        """The rows as they were sent, with what is known of them."""
        return _shown(draft, self.rows)


def shown_rows(draft: Draft, page: int) -> list[dict[str, Any]]:
    """The rows of a page as they are stored."""
    return _shown(draft, drafting.rows(draft, page))


def _shown(draft: Draft, rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [_one(draft, row, index) for index, row in enumerate(rows)]


def _one(draft: Draft, row: Row, index: int) -> dict[str, Any]:
    place = if_valid(read_place, row.place, draft.sizes[row.page])
    borrowed = row.code in draft.borrowed
    return {
        "index": index,
        "number": index + 1,
        "code": row.code,
        "label": row.label,
        "type": row.type,
        "required": row.required,
        "place": row.place,
        "lines": len(row.place.splitlines()) or 1,
        "doubts": draft.doubts.get(row.code, ()),
        "seen": row.seen,
        "own": not borrowed and row.type != drafting.NUMBER,
        "borrowed": borrowed,
        "kind": KINDS[place.kind] if place else "",
        "cells": place.cells if place and place.kind == "comb" else "",
        "rects": [dict(zip(("x", "y", "width", "height"), rect, strict=True)) for rect in place.rects]
        if place
        else [],
        "relation": _relation(draft, row.code),
    }


def _relation(draft: Draft, code: str) -> str:
    """Which other field it is checked with, in words."""
    one = draft.fields.get(code, {})
    names = {
        key: draft.fields[one[key]]["label"] for key in drafting.REFERENCES if one.get(key) in draft.fields
    }
    if "reading_of" in names:
        return f"「{names['reading_of']}」の読みと照らし合わせます"
    if "postal_code_of" in names:
        return f"「{names['postal_code_of']}」と照らし合わせます"
    return f"「{names['after']}」より前ではないことを確かめます" if "after" in names else ""
