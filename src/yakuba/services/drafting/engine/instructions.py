"""Phrases in a document that speak to a model and not to a reader."""

from __future__ import annotations

import re
import unicodedata

_SUSPICIOUS = re.compile(
    r"(?:これまで|以前|上記|前)の(?:すべての|全ての)?(?:指示|命令|文)を(?:無視|忘れ)|ignore (?:all |the )?(?:previous|above)|system ?prompt|システムプロンプト|あなたは.{0,20}として(?:振る舞|答え|行動)|(?:と|だと)(?:だけ)?答え(?:て|なさい|よ)|do not tell|開発者モード|jailbreak",
    re.IGNORECASE,
)


def suspicious(text: str) -> list[str]:
    """Phrases that speak to a model and not to a reader: an alarm, no wall."""
    return list(
        dict.fromkeys(found[0] for found in _SUSPICIOUS.finditer(unicodedata.normalize("NFKC", text)))
    )
