"""One-time passwords of a telephone (TOTP, RFC 6238): six digits of HMAC-SHA1, a new one every 30 seconds.

SHA-1 and six digits are what every program for telephones can do; HMAC does not need collision resistance.
"""

from __future__ import annotations

import base64
import hmac
import struct
from urllib.parse import quote, urlencode

STEP = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20  # as long as SHA-1's output (RFC 4226, section 4)
DRIFT = 1  # steps by which a telephone's clock may be early or late


def code_of(secret: bytes, counter: int, *, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of that step (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", counter), digest)
    at = mac[-1] & 15
    (number,) = struct.unpack(">I", mac[at : at + 4])
    return str((number & 0x7FFFFFFF) % 10**digits).zfill(digits)


def counter_at(seconds: float) -> int:
    """The step of a moment in seconds since 1970."""
    return int(seconds) // STEP


def counter_of(secret: bytes, code: str, seconds: float) -> int | None:
    """The step whose code that is, one early or late allowed; None for none."""
    now = counter_at(seconds)
    found = None
    for counter in range(max(now - DRIFT, 0), now + DRIFT + 1):  # all of them, so that time tells nothing
        if hmac.compare_digest(code_of(secret, counter).encode(), code.encode()):
            found = counter
    return found


def spelled(secret: bytes) -> str:
    """The secret as it is typed into a telephone: Base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, account: str, issuer: str) -> str:
    """What the QR code says (Key URI format)."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?" + urlencode(
        {"secret": spelled(secret), "issuer": issuer, "digits": DIGITS, "period": STEP}, quote_via=quote
    )
