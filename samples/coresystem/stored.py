"""What the core system has stored: `python samples/coresystem/stored.py core.sqlite3 --json`.

Rows are shown in the canonical form of docs/architecture.md under the field codes of the procedures, so that
they can be compared with the truth beside generated scans.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import sys
import unicodedata
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from core import rules
from core.screens import Input, Procedure, load, read_yaml
from core.store import Entry, connect_to_read, entries

FOLDER = Path(__file__).parent
_LATIN = "A-Za-z\u00c0-\u024f"
_KANJI = re.compile("[\u3041-\u309f\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DASHES = str.maketrans("－−‐–—", "-----")


def stored(database: Path, procedures: Path = FOLDER.parent / "procedures") -> list[dict[str, Any]]:
    """Every stored row, oldest first.

    A row has `procedure`, `receipt_number`, `registration_number`, `stored_at` and `values`, which maps each
    field code to its canonical value, '' where nothing was entered. The database is only read; raises
    sqlite3.Error when it cannot be.
    """
    screens = load(FOLDER / "screens.yaml")
    types = {code: _types(procedures / f"{code}.yaml") for code in screens.procedures}
    with closing(connect_to_read(database)) as connection:
        rows = entries(connection)
    return [_row(row, screens.procedures[row.procedure], types[row.procedure]) for row in rows]


def _types(path: Path) -> dict[str, str]:
    definition = read_yaml(path)
    return {field["code"]: field["type"] for field in definition["fields"]}


def _row(entry: Entry, procedure: Procedure, types: Mapping[str, str]) -> dict[str, Any]:
    held = {
        one.field: canonical(one, types[one.field], entry.values.get(one.key, ""))
        for one in procedure.inputs()
    }
    return {
        "procedure": entry.procedure,
        "receipt_number": held["receipt_number"],
        "registration_number": entry.registration_number,
        "stored_at": entry.stored_at,
        "values": held,
    }


def canonical(one: Input, field_type: str, value: str) -> str:
    """A stored value in the canonical form of its type; what is no value of it comes back unchanged, so that it differs
    from every right one."""
    if one.options:
        chosen = value.split(",") if value else []
        # Options stand in the file in the procedure's order; a browser sends them in that order too.
        return ",".join(option.code for option in one.options if option.value in chosen)
    if one.kind in ("wareki", "era_date"):
        date = rules.parse_wareki(value)
        return date.isoformat() if date else value
    return _TEXT.get(field_type, str.strip)(value)


# Written apart from the program whose entries this judges: a mistake that both made would not be seen.
def _words(text: str, word: str) -> str:
    """Blanks only between two characters of `word`, one at a time."""
    text = re.sub(r"[\s\u3000]+", " ", text).strip()
    return re.sub(f"(?<!{word}) | (?!{word})", "", text)


def _name(value: str) -> str:
    """A Japanese name has no blanks; in a foreign one they part its words."""
    return _words(value, f"[{_LATIN}.,'’-]" if _KANJI.search(value) else ".")


def _kana(value: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"[\s\u3000]", "", value))


def _digits(value: str) -> str:
    """Digits without what people put between them; anything else stays, since it is no such value."""
    return _plain(value, r"[\s()-]", r"\d+")


def _receipt_number(value: str) -> str:
    """Digits; a later decision on the same application has its number behind a hyphen."""
    return _plain(value, r"\s", r"\d+(-\d+)?")


def _number(value: str) -> str:
    text = _plain(value.replace("△", "-").replace("▲", "-"), r"[\s,]", r"-?\d+")
    return str(int(text)) if re.fullmatch(r"-?\d+", text) else text


def _plain(value: str, between: str, wanted: str) -> str:
    text = re.sub(between, "", unicodedata.normalize("NFKC", value).translate(_DASHES))
    return text if re.fullmatch(wanted, text) else value


def _address(value: str) -> str:
    return _words("".join(_half_width(char) for char in value), f"[0-9{_LATIN}]")


def _half_width(char: str) -> str:
    half = unicodedata.normalize("NFKC", char)
    return half if half.isdecimal() else char.translate(_DASHES)


_TEXT = {
    "name": _name,
    "kana": _kana,
    "postal_code": _digits,
    "phone": _digits,
    "digits": _digits,
    "receipt_number": _receipt_number,
    "number": _number,
    "address": _address,
}


def main(arguments: list[str] | None = None) -> int:
    """Print the rows, one line each, or as one JSON list."""
    parser = argparse.ArgumentParser(description="基幹業務システム 見本に登録されている行")
    parser.add_argument("database", type=Path)
    parser.add_argument("--json", action="store_true", help="全項目を JSON で書く")
    options = parser.parse_args(arguments)
    try:
        rows = stored(options.database)
    except sqlite3.Error as error:
        print(f"データベースを読めません: {options.database}: {error}", file=sys.stderr)
        return 1
    if options.json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    for row in rows:
        print(row["registration_number"], row["receipt_number"], row["stored_at"], row["procedure"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
