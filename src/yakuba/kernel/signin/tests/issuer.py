"""A small OpenID Connect provider on loopback, for tests: a real HTTP server with real keys, that can be told to cheat."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def spelled(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def number(value: int) -> str:
    return spelled(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class RsaKey:
    alg = "RS256"

    def __init__(self, kid: str = "one") -> None:
        self.kid, self.secret = kid, rsa.generate_private_key(65537, 2048)

    def shown(self) -> dict[str, str]:
        numbers = self.secret.public_key().public_numbers()
        return {"kty": "RSA", "kid": self.kid, "n": number(numbers.n), "e": number(numbers.e)}

    def sign(self, content: bytes) -> bytes:
        return self.secret.sign(content, padding.PKCS1v15(), hashes.SHA256())


@cache
def first_key() -> RsaKey:
    """The one that an issuer begins with; made once, since it is dear."""
    return RsaKey()


class EcKey:
    alg = "ES256"

    def __init__(self, kid: str = "two") -> None:
        self.kid, self.secret = kid, ec.generate_private_key(ec.SECP256R1())

    def shown(self) -> dict[str, str]:
        numbers = self.secret.public_key().public_numbers()
        point = {"x": spelled(numbers.x.to_bytes(32, "big")), "y": spelled(numbers.y.to_bytes(32, "big"))}
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", **point}

    def sign(self, content: bytes) -> bytes:
        halves = decode_dss_signature(self.secret.sign(content, ec.ECDSA(hashes.SHA256())))
        return b"".join(half.to_bytes(32, "big") for half in halves)


class Issuer:
    """claims: of whoever logs in next; header: changes of the token's; answer: what the token's text becomes."""

    client, secret = "yakuba", "himitsu"

    def __init__(self, address: str) -> None:
        self.address = address
        self.keys: list[Any] = [first_key()]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.answer: Callable[[str], str] = lambda token: token
        self.codes: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []
        self.used_key: Any = None

    def visit(self, address: str) -> str:
        """What a person's browser does there: logs in, and is sent back. → the address back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = spelled(hashlib.sha256(address.encode()).digest())
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?code={code}&state={asked['state']}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
        } | self.document

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        wrong = {
            "code": asked is None,
            "client": authorization != expected,
            "verifier": asked is not None
            and spelled(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            != asked["code_challenge"],
            "redirect": asked is not None and form.get("redirect_uri") != asked["redirect_uri"],
        }
        self.refusals += [name for name, is_wrong in wrong.items() if is_wrong]
        if asked is None or any(wrong.values()):
            return None
        return {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": self.answer(self.token(asked["nonce"])),
        }

    def token(self, nonce: str) -> str:
        now, key = int(time.time()), self.used_key or self.keys[0]
        claims = {
            "iss": self.address,
            "aud": self.client,
            "sub": "s-1",
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
        }
        head = {"alg": key.alg, "kid": key.kid, "typ": "JWT"} | self.header
        parts = [spelled(json.dumps(part).encode()) for part in (head, claims | self.claims)]
        return ".".join([*parts, spelled(key.sign(".".join(parts).encode()))])


@contextmanager
def running() -> Iterator[Issuer]:
    """One that listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._say(issuer.discovery())
            elif self.path == "/jwks":
                self._say({"keys": [key.shown() for key in issuer.keys]})
            else:
                self._say(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(issuer.exchange(form, self.headers.get("Authorization", "")))

        def _say(self, what: dict[str, Any] | None) -> None:
            content = json.dumps(what or {"error": "invalid_grant"}).encode()
            self.send_response(200 if what is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
