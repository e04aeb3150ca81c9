"""What a person does on the page that takes a table over: sees the columns chosen, changes some, presses the button."""

from __future__ import annotations

import html
import re
from typing import Any


def form_of(answer: Any, **changes: str) -> dict[str, str]:
    """What the page's form would send. changes: column → heading of the file, where a person chooses another one."""
    page = answer.content.decode()
    table = re.search(r'name="table" value="([^"]+)"', page)
    assert table, page
    sent = {"table": table[1]}
    for name, label, options in re.findall(
        r'<label for="(column-\d+)">(.*?)</label>.*?<select[^>]*>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r"<option selected>(.*?)</option>", options)
        column = html.unescape(label.removesuffix("（必須）"))
        sent[name] = changes.get(column, html.unescape(chosen[1]) if chosen else "")
    return sent
