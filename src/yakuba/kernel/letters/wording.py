"""The texts of letters that towns write themselves: their fields, and how to appeal (教示)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

FIELD = re.compile(r"\{([^{}\n]{1,40})\}")


def unknown_fields(text: str, known: Iterable[str]) -> list[str]:
    """The fields `{…}` of a text that nothing fills, and a brace that stands alone; each once."""
    names = set(known)
    found = [name for name in FIELD.findall(text) if name not in names]
    found += [brace for brace in "{}" if brace in FIELD.sub("", text)]
    return list(dict.fromkeys(found))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each field's value in its place. A value is not looked through for fields again."""
    return FIELD.sub(lambda match: values.get(match[1], match[0]), text)


def appeal(municipality: str) -> str:
    """How to contest a decision of the mayor.

    The terms are those of the Administrative Complaint Review Act (行政不服審査法), article 18, and the Administrative
    Case Litigation Act (行政事件訴訟法), article 14; the former's article 82 and the latter's article 46 say that a
    decision must tell them.
    """
    return (
        "この決定に不服があるときは、この決定があったことを知った日の翌日から3か月以内に、"
        f"{municipality}長に審査請求をすることができます。また、この決定があったことを知った日の翌日から6か月以内に、"
        f"{municipality}を被告として（{municipality}長が被告の代表者となります）、決定の取消しの訴えを"
        "起こすことができます。審査請求をしたときは、その裁決があったことを知った日の翌日から6か月以内です。"
        "ただし、決定（審査請求をしたときは裁決）の日の翌日から1年を過ぎると、正当な理由がないかぎり、"
        "審査請求も訴えもできません。"
    )
