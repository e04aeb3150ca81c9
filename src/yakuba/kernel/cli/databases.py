"""What a database says that cannot be worked with, as a sentence for whoever operates the machine."""

from __future__ import annotations

import re

from django.db import DatabaseError

from yakuba.kernel.refusals import Refused, Unavailable

# What SQLite and PostgreSQL say (PostgreSQL in English or with its code) -> what is wrong, what to do. The first that fits.
SAYINGS = (
    (
        r"no such (table|column)|\b42(P01|703)\b",
        "データベースがまだ用意されていないか、前の版のままです。",
        "yakuba prepare を実行してください。",
    ),
    (
        r"not a database|malformed",
        "データベースのファイルが壊れています。",
        "動いているものを止め、yakuba restore で控えから戻してください。",
    ),
    (
        r"disk is full|disk I/O error|\b53100\b",
        "データベースに書けません。",
        "データフォルダのディスクの空きを確かめてください。",
    ),
    (
        r"unable to open|readonly",
        "データベースのファイルを開けません。",
        "データフォルダの場所（YAKUBA_DATA_DIR）と、読み書きする権限を確かめてください。",
    ),
    (r"is locked", "データベースがほかの仕事でふさがっています。", "しばらくしてから、やり直してください。"),
    (
        r"connection|connect to|password|starting up|shutting down|too many clients",
        "データベースにつながりません。",
        "データベースが動いているか、YAKUBA_DATABASE_URL が正しいかを確かめてください。",
    ),
)


def refusal(error: DatabaseError) -> Refused | None:
    """What is refused for it; None for what is a fault of the program, not of the place that it runs in."""
    said = f"{getattr(error.__cause__, 'sqlstate', '') or ''} {error}"
    for pattern, sentence, remedy in SAYINGS:
        if re.search(pattern, said):
            return Unavailable(sentence, remedy=remedy)
    return None
