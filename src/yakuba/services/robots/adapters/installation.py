"""The installation as the recorder on a person's own machine asks it: over its API, with a token of that person."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from yakuba.kernel.outbound import DataClass, require_target
from yakuba.kernel.outbound.dialling import http
from yakuba.kernel.refusals import Conflict, Unavailable

_MOST = 5_000_000  # bytes of an answer
_SECONDS = 30.0
HOLDS = DataClass.RESIDENTS  # a sample case with its values; masked ones stay in the installation


class Installation:
    """address: where its pages are, without a path.  token: of the person. Methods raise Conflict with what the installation
    says, OutboundRefused, and Unavailable where it does not answer."""

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise Conflict(
                "役場のアドレスは https:// で始めてください。トークンと申請の値が途中で読まれないようにするためです。"
            )
        require_target(address, HOLDS)
        self._base = f"{parts.scheme}://{parts.netloc}/api/v1/robots"
        self._path = "/api/v1/robots"
        self._token = token

    def sample(self, receipt_number: str, address: str) -> dict[str, Any]:
        """`SampleOut` of the case, for the target at that address."""
        return self._ask("recordings/sample", {"receipt_number": receipt_number, "address": address})

    def keep(self, receipt_number: str, system: int, text: str) -> dict[str, Any]:
        """Keep a draft. Returns `RecordingOut`."""
        return self._ask(
            "recordings/recorded", {"receipt_number": receipt_number, "system": system, "text": text}
        )

    def keep_picture(self, recording: int, target: str, image: bytes) -> None:
        """Keep a target's picture with it."""
        encoded = base64.b64encode(image).decode("ascii")
        self._ask(f"recordings/{recording}/pictures", {"target": target, "image": encoded})

    def _ask(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            with closing(http(self._base, _SECONDS, HOLDS)) as connection:
                connection.request("POST", f"{self._path}/{path}", json.dumps(asked).encode(), headers)
                answer = (
                    connection.getresponse()
                )  # a redirection is not followed: it would carry the token elsewhere
                status, content = answer.status, answer.read(_MOST)
            if status >= 300:
                raise Conflict(_problem(status, content))
            found: dict[str, Any] = json.loads(content)
            return found
        except (OSError, HTTPException, ValueError) as error:
            reason = type(error).__name__
            raise Unavailable(
                f"役場 {self._base} が答えません（{reason}）。アドレスと通信を確かめてください。"
            ) from None


def _problem(status: int, content: bytes) -> str:
    try:
        told = json.loads(content)
        said = str(told.get("detail") or told.get("title") or "")
    except (ValueError, AttributeError):
        said = ""
    if status in (401, 403):
        return (
            f"役場がトークンを受け付けません（{status}）。YAKUBA_TOKEN と、その権限を確かめてください。{said}"
        )
    return said or f"役場が {status} と答えました。"
