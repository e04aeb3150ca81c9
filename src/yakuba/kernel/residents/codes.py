"""Codes that people type: base 32 without letters that look like others (Crockford), shown in groups of four."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from yakuba.kernel.tenancy import current_municipality

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_LENGTH = 12  # 60 bits
COST = {"n": 2**12, "r": 8, "p": 1, "dklen": 32}  # of looking a secret up: about ten milliseconds
NOBODY = "0" * 64  # the hash of a secret that opens nothing
_ALIKE = str.maketrans("OIL", "011")


def new_code(length: int = SECRET_LENGTH) -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def derived(key: bytes, message: str, length: int = SECRET_LENGTH) -> str:
    """The code that belongs to a message under a key: the same each time, and unknown without the key."""
    digest = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return "".join(ALPHABET[byte % 32] for byte in digest[:length])


def read(typed: str) -> str:
    """A code as it was made, from what a person typed: any case and width, with or without hyphens."""
    text = unicodedata.normalize("NFKC", typed[:200]).upper().translate(_ALIKE)
    return "".join(one for one in text if one in ALPHABET)


def shown(code: str) -> str:
    """In groups of four: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def hashed(number: str, secret: str) -> str:
    """What is stored of a secret. Slow on purpose, and bound to number and town."""
    salt = f"{current_municipality().code}:{number}".encode()
    return hashlib.scrypt(secret.encode(), salt=salt, **COST).hex()
