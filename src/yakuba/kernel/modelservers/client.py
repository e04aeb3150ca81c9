"""What one asks a model server: a text, a text as it comes, an answer in a given form, numbers for meanings."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from yakuba.kernel.modelservers.events import data_of
from yakuba.kernel.modelservers.wire import INSTEAD, Call, ModelServerFailed, request

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AT_ONCE = 64  # texts in one question for their meanings
LONGEST = 400_000  # characters of a streamed text
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True)
class Message:
    """role: `system`, `user` or `assistant`."""

    role: str
    content: str = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """A text. whole: the model ended by itself, and was not cut at the most that it may say."""

    text: str = field(repr=False)
    whole: bool
    model: str = ""


@dataclass(frozen=True)
class ModelServer:
    """A server and the model it is asked for. url: up to and with `/v1`; seconds: for one call as a whole. Every method
    raises ModelServerFailed, whose sentence holds nothing of what was sent or answered, and OutboundRefused."""

    url: str
    model: str
    seconds: float = 120.0
    key: str = field(default="", repr=False)

    def chat(
        self, messages: Sequence[Message], *, cancel: threading.Event | None = None, **more: Any
    ) -> Reply:
        """The model's text. more: what the API takes beside (`max_tokens`, `temperature`)."""
        return self._reply(messages, Call(self.seconds, cancel), more)

    def stream(
        self, messages: Sequence[Message], *, cancel: threading.Event | None = None, **more: Any
    ) -> Iterator[str]:
        """The model's text in pieces as they come; closing the iterator ends the call. A text that is cut off before
        its end raises at the end."""
        call, ended, size = Call(self.seconds, cancel), False, 0
        asked = self._asked(messages, more) | {"stream": True}
        parts = request("POST", self._address("chat/completions"), asked, self.key, call)
        try:
            with closing(parts):  # whoever leaves early hangs up at once
                for said in data_of(parts):
                    if said == "[DONE]":
                        return
                    piece, ended = _piece(said)
                    size += len(piece)
                    if size > LONGEST:
                        raise ModelServerFailed("モデルサーバーの答えが長すぎます。", remedy=INSTEAD)
                    if piece:
                        yield piece
        except ValueError:
            raise call.failure("モデルサーバーの答えの形が正しくありません。") from None
        if not ended:
            raise call.failure("モデルサーバーの答えが途中で切れました。")

    def answer(
        self,
        messages: Sequence[Message],
        form: type[Form],
        *,
        cancel: threading.Event | None = None,
        **more: Any,
    ) -> Form:
        """An answer in that form, validated here, whatever the server makes of the schema: it is sent in the API's way and
        in words. What does not fit is asked for once more; what was cut is not."""
        schema = form.model_json_schema()
        asked = {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": form.__name__, "strict": True, "schema": schema},
            }
        }
        words = f"次のJSONスキーマに合うJSONだけで答えてください。\n{json.dumps(schema, ensure_ascii=False)}"
        call = Call(self.seconds, cancel)
        for _ in range(2):
            reply = self._reply([Message("system", words), *messages], call, more | asked)
            if not reply.whole:
                raise ModelServerFailed("モデルサーバーの答えが長さの上限で切れました。", remedy=INSTEAD)
            found = _read(reply.text, form)
            if found is not None:
                return found
        raise ModelServerFailed("モデルサーバーの答えが、求めた形になりません。", remedy=INSTEAD)

    def embed(self, texts: Sequence[str], *, cancel: threading.Event | None = None) -> NDArray[np.float32]:
        """A row of numbers for each text, in their order."""
        import numpy as np  # a third of what a command's start would cost, for the few that ask for meanings

        call = Call(self.seconds, cancel)
        parts = [
            self._embedded(texts[start : start + AT_ONCE], call) for start in range(0, len(texts), AT_ONCE)
        ]
        if len({part.shape[1] for part in parts}) > 1:
            raise _malformed()
        return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def models(self) -> list[str]:
        """The names of the models that the server has; also the question whether it is there."""
        told = self._json("GET", "models", None, Call(min(self.seconds, 10.0)))
        try:
            return [str(one["id"]) for one in told["data"]]
        except (KeyError, TypeError):
            raise _malformed() from None

    def _asked(self, messages: Sequence[Message], more: dict[str, Any]) -> dict[str, Any]:
        return {"model": self.model, "messages": [asdict(one) for one in messages]} | more

    def _address(self, what: str) -> str:
        return f"{self.url.rstrip('/')}/{what}"

    def _reply(self, messages: Sequence[Message], call: Call, more: dict[str, Any]) -> Reply:
        told = self._json("POST", "chat/completions", self._asked(messages, more), call)
        try:
            choice = told["choices"][0]
            text = choice["message"]["content"] or ""
            if not isinstance(text, str):
                raise TypeError
            return Reply(text, choice.get("finish_reason") != "length", str(told.get("model", "")))
        except (KeyError, IndexError, TypeError, AttributeError):
            raise _malformed() from None

    def _embedded(self, texts: Sequence[str], call: Call) -> NDArray[np.float32]:
        import numpy as np

        told = self._json("POST", "embeddings", {"model": self.model, "input": list(texts)}, call)
        try:
            rows = sorted(told["data"], key=lambda one: one["index"])
            found = np.array([row["embedding"] for row in rows], dtype=np.float32)
            places = [row["index"] for row in rows]
        except (KeyError, TypeError, ValueError):
            raise _malformed() from None
        if places != list(range(len(texts))) or found.ndim != 2 or not np.isfinite(found).all():
            raise _malformed()
        return found

    def _json(self, method: str, what: str, body: dict[str, Any] | None, call: Call) -> Any:
        content = b"".join(request(method, self._address(what), body, self.key, call))
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise _malformed() from None


def _malformed() -> ModelServerFailed:
    return ModelServerFailed(
        "モデルサーバーの答えの形が正しくありません。",
        remedy="自治体の設定の住所が、OpenAI互換のAPI（…/v1）のものかを確かめてください。",
    )


def _piece(said: str) -> tuple[str, bool]:
    """The text of one event, and whether the model has ended. Raises ValueError for what is no such event."""
    try:
        told = json.loads(said)
        choice = next(iter(told["choices"]), None)  # the last event of some servers only counts words
        if choice is None:
            return "", False
        text = (choice.get("delta") or {}).get("content") or ""
        return str(text), choice.get("finish_reason") is not None
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("no event of a chat") from None


def _read(text: str, form: type[Form]) -> Form | None:
    """The answer in the text, with or without a fence around it or words before it."""
    fenced = _FENCE.search(text)
    start, end = text.find("{"), text.rfind("}")
    for candidate in (text, fenced[1] if fenced else "", text[start : end + 1] if 0 <= start < end else ""):
        try:
            return form.model_validate_json(candidate)
        except ValidationError:
            continue
    return None
