"""Keeps secrets out of everything that leaves the player."""

from __future__ import annotations

import re
from collections.abc import Iterable

COVER = "●●●"


class Redactor:
    """Replaces secrets in text. A secret of digits only is replaced where it stands alone, so that a longer
    number that happens to contain it stays readable."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = tuple(sorted((one for one in secrets if one), key=len, reverse=True))
        alone = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
        patterns = (alone.format(re.escape(one)) if one.isdigit() else re.escape(one) for one in self.secrets)
        self._pattern = re.compile("|".join(patterns)) if self.secrets else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(COVER, text) if self._pattern else text
