"""Whether what a recording is about to keep would tell a secret: in an address, in a heading, in a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

_PASSWORD = re.compile(r"パスワード|パスフレーズ|合言葉|暗証|pass|pwd|pin", re.IGNORECASE)
_SHORTEST = 3  # letters: a shorter one stands in every other word


class Secrecy:
    """vault: the secrets by name.  typed: what was typed at a log-in; a name of a user may well be a word of an address,
    so it tells only as a whole value behind the `?`.  passwords: what was typed where nobody may look."""

    def __init__(self, vault: Mapping[str, str]) -> None:
        self._vault = vault
        self.typed: list[str] = []
        self.passwords: list[str] = []

    def told_by(self, content: Any) -> bool:
        """Whether a step, or a section's content, tells one."""
        hidden = [*self.passwords, *(text for name, text in self._vault.items() if _PASSWORD.search(name))]
        whole = {*hidden, *self.typed, *self._vault.values()}
        for text in _texts(content):
            plain = unquote_plus(text)
            if any(one in text or one in plain for one in hidden if len(one) >= _SHORTEST):
                return True
            if any(
                value in whole and len(value) >= _SHORTEST for _, value in parse_qsl(urlsplit(text).query)
            ):
                return True
        return False


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for key, one in content.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(content, Iterable):
        for one in content:
            yield from _texts(one)
