"""An authenticator in software, for tests: makes and uses passkeys as WebAuthn asks, and can be told to cheat."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN, DOMAIN = "http://localhost:8000", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One passkey. count: what it tells next; step: by how much it counts."""

    origin: str = ORIGIN
    domain: str = DOMAIN
    flags: int = PRESENT | VERIFIED
    count: int = 1
    step: int = 1
    handle: str = ""
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def id(self) -> bytes:
        return hashlib.sha256(str(self.secret.private_numbers().private_value).encode()).digest()

    def create(self, options: dict[str, Any]) -> str:
        """The answer to the options of a registration."""
        self.handle = options["user"]["id"]
        numbers = self.secret.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        data = self._data(self.flags | ATTESTED) + attested
        return self._answer(
            {
                "clientDataJSON": self._told("webauthn.create", options),
                "attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
            }
        )

    def get(self, options: dict[str, Any]) -> str:
        """The answer to the options of a proof."""
        told, data = self._told("webauthn.get", options), self._data(self.flags)
        signed = self.secret.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        handle = {"userHandle": base64url_to_bytes(self.handle)} if self.handle else {}
        return self._answer(
            {"clientDataJSON": told, "authenticatorData": data, "signature": signed, **handle}
        )

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        data = hashlib.sha256(self.domain.encode()).digest() + struct.pack(">BI", flags, self.count)
        self.count += self.step
        return data

    def _answer(self, response: dict[str, bytes]) -> str:
        spelled = bytes_to_base64url(self.id)
        parts = {name: bytes_to_base64url(part) for name, part in response.items()}
        return json.dumps({"id": spelled, "rawId": spelled, "type": "public-key", "response": parts})
