"""Keeps secrets and masked values (個人番号) out of everything that leaves the player."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

COVER = "●●●"
# So many digits in a row of a masked number are no chance, and with the check digit nearly the whole of it.
TELLING = 6
_RUN = re.compile(r"[0-9０-９](?:[\s\-‐-―ー－・.,/()]{0,3}[0-9０-９])+")


class Redactor:
    """Replaces secrets in text. A secret of digits only is replaced where it stands alone, so that a longer
    number that happens to contain it stays readable.

    masked: values that nobody may read without a permission of its own. Of a number every run of digits is replaced
    that shares some in a row with it: grouped, in wide digits, cut off, or with a digit too many.
    """

    def __init__(self, secrets: Iterable[str], masked: Iterable[str] = ()) -> None:
        values = [one for one in masked if one]
        self.masked = tuple(one for one in values if one.isdigit() and len(one) >= TELLING)
        plain = {*secrets, *values} - {*self.masked, ""}
        self.secrets = tuple(sorted(plain, key=len, reverse=True))
        alone = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
        patterns = (alone.format(re.escape(one)) if one.isdigit() else re.escape(one) for one in self.secrets)
        self._pattern = re.compile("|".join(patterns)) if self.secrets else None
        self._parts = {
            one[first : first + TELLING] for one in self.masked for first in range(len(one) - TELLING + 1)
        }

    def __call__(self, text: str) -> str:
        if self._parts:
            text = _RUN.sub(self._number, text)
        return self._pattern.sub(COVER, text) if self._pattern else text

    def _number(self, run: re.Match[str]) -> str:
        digits = "".join(one for one in unicodedata.normalize("NFKC", run[0]) if one.isdigit())
        shares = any(
            digits[first : first + TELLING] in self._parts for first in range(len(digits) - TELLING + 1)
        )
        return COVER if shares else run[0]
