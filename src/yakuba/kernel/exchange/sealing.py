"""What goes from one installation to the other is sealed to whoever opens it and signed by whoever made it.

Sealing is HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message a key agreement
(section 6.1); what is sealed is bound to its purpose by `info`. Signing is Ed25519 (RFC 8032). Both by `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from yakuba.kernel.refusals import Invalid

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
FINGERPRINT_DIGITS = 30  # 99 bits, in groups of five that are read aloud
KEY_BYTES = 32


class NotForUs(Invalid):
    """It was sealed to another key or for another purpose, or has been changed on the way."""

    def __init__(self) -> None:
        super().__init__("封を開けられません。別の鍵に宛てたものか、途中で変えられています。")


def seal(content: bytes, public: bytes, info: str) -> bytes:
    """`content`, for whoever has the private half of `public` (32 bytes, X25519)."""
    return bytes(SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), info.encode()))


def can_be_sealed_to(public: bytes) -> bool:
    """Whether something can be sealed to that key. To a point of small order nothing can (RFC 7748, section 6.1)."""
    try:
        seal(b"", public, "")
    except ValueError:
        return False
    return True


def unseal(sealed: bytes, private: bytes, info: str) -> bytes:
    """What `seal` was given. Raises NotForUs."""
    try:
        return bytes(SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info.encode()))
    except (InvalidTag, ValueError) as error:
        raise NotForUs from error


def public_of(private: bytes) -> bytes:
    """The public half of a private key to which something is sealed."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(content: bytes, private: bytes) -> bytes:
    """64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(content)


def is_signed(content: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the private half of `public` signed it."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_public_of(private: bytes) -> bytes:
    """The public half of a private key that signs."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def new_keys() -> tuple[bytes, bytes]:
    """Two private keys: one that signs, one to which something is sealed."""
    return Ed25519PrivateKey.generate().private_bytes_raw(), X25519PrivateKey.generate().private_bytes_raw()


def fingerprint(facts: Mapping[str, str]) -> str:
    """What two people compare: 30 digits in groups of five, of town, part and both public keys."""
    named = {name: facts[name] for name in ("town", "part", "sign", "seal")}
    digest = hashlib.sha256(json.dumps(named, sort_keys=True).encode()).digest()
    digits = f"{int.from_bytes(digest) % 10**FINGERPRINT_DIGITS:0{FINGERPRINT_DIGITS}d}"
    return "-".join(digits[at : at + 5] for at in range(0, FINGERPRINT_DIGITS, 5))


def text_of(content: bytes) -> str:
    """Bytes as a text of one line (base64)."""
    return base64.b64encode(content).decode()


def bytes_of(text: object) -> bytes:
    """And back. Raises ValueError."""
    return base64.b64decode(str(text), validate=True)
