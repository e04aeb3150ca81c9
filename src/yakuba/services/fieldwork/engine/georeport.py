"""GeoReport v2 (Open311) as its documents: what is read of a request, and answers as XML, which it asks for, and as JSON.

Source: the public specification GeoReport v2 (wiki.open311.org). Field names are its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from yakuba.kernel.values.characters import fit

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
SPAN = timedelta(days=90)
MOST_IDS = 1_000
STATUSES = ("open", "closed")
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,60})\](?:\[\])?\Z")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Content = str | int | float | bool | None


class GeoReportError(Exception):
    """status: 400, 403 or 404. The sentence goes into the answer's description."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


@dataclass(frozen=True)
class Search:
    """Which requests. ids: alone, where there are any; statuses, services: empty for all; start, end: moments, both included."""

    ids: tuple[str, ...]
    services: tuple[str, ...]
    statuses: tuple[str, ...]
    start: datetime
    end: datetime


def read_search(given: Mapping[str, str], now: datetime) -> Search:
    """The query of GET requests. A list of ids overrides all else; without days it is the last 90, and never more. Raises
    GeoReportError 400."""
    ids = _listed(given.get("service_request_id", ""))
    if len(ids) > MOST_IDS:
        raise GeoReportError(400, f"service_request_id: at most {MOST_IDS}.")
    statuses = _listed(given.get("status", ""))
    if wrong := [one for one in statuses if one not in STATUSES]:
        raise GeoReportError(400, f"status: open or closed, not {wrong[0][:40]!r}.")
    start, end = (_moment(given.get(name, ""), name) for name in ("start_date", "end_date"))
    if end is None:
        end = min(start + SPAN, now) if start else now
    if start is None:
        start = end - SPAN
    if start > end:
        raise GeoReportError(400, "start_date is later than end_date.")
    if end - start > SPAN and not ids:
        raise GeoReportError(400, "The span of start_date and end_date may be at most 90 days.")
    return Search(ids, _listed(given.get("service_code", "")), statuses, start, end)


def attributes_of(given: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """What was sent as attribute[code], each value."""
    return [
        (found[1], text)
        for name, texts in given.items()
        if (found := _ATTRIBUTE.match(name))
        for text in texts
    ]


def written(root: str, entry: str, rows: Sequence[Mapping[str, Any]], form: str) -> bytes:
    """A list of entries, also of one. In XML `<root><entry>…`; in JSON the bare list, as the specification's examples have it."""
    if form == "json":
        return json.dumps(list(rows), ensure_ascii=False).encode()
    top = ElementTree.Element(root)
    for row in rows:
        _fill(ElementTree.SubElement(top, entry), row)
    return _document(top)


def written_one(root: str, row: Mapping[str, Any], form: str) -> bytes:
    """A document that is no list: discovery, and the definition of a service."""
    if form == "json":
        return json.dumps(row, ensure_ascii=False).encode()
    top = ElementTree.Element(root)
    _fill(top, row)
    return _document(top)


def error(status: int, description: str, form: str) -> bytes:
    """What went wrong, as a list too."""
    return written("errors", "error", [{"code": status, "description": description}], form)


def _document(top: ElementTree.Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(top, encoding="utf-8")


def _fill(parent: ElementTree.Element, row: Mapping[str, Any]) -> None:
    for name, content in row.items():
        child = ElementTree.SubElement(parent, name)
        if isinstance(content, Mapping):
            _fill(child, content)
        elif isinstance(content, list):
            for one in content:
                _fill(ElementTree.SubElement(child, name.removesuffix("s")), one)
        else:
            child.text = _text(content)


def _text(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    return _NO_XML.sub("", str(content))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in fit(text).split(",") if one.strip())


def _moment(text: str, name: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        moment.astimezone(UTC)
        moment + SPAN, moment - SPAN  # the calendar ends
    except (ValueError, OverflowError) as error:
        raise GeoReportError(400, f"{name}: a W3C datetime such as 2026-04-01T09:00:00+09:00.") from error
    return moment
