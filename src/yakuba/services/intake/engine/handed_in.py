"""What an application is while it is on its way from the outside to the inside: one JSON document, read as what anybody may
have written, since whoever takes the outside over can seal one too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from yakuba.kernel.refusals import Invalid

APPLICATION, FILE, ANSWER, WITHDRAWAL = (
    "intake.application",
    "intake.file",
    "intake.answer",
    "intake.withdrawal",
)
MOST_VALUES, MOST_FILES, LONGEST = 2_000, 200, 20_000
_MARK, _HASH, _NUMBER = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9]{10}")
_PUBLIC = re.compile(r"[A-Za-z0-9+/]{43}=")
UNREADABLE = "届いた申請の書き方が正しくありません。外の設備の版か、外の設備そのものに誤りがあります。"


@dataclass(frozen=True)
class HandedFile:
    """key: of the parcel that holds it."""

    key: str
    slot: str
    name: str


@dataclass(frozen=True)
class HandedIn:
    """values: field code → canonical value, with how many rows each group has; secret: the hash that is kept of it; public:
    base64, to what the applicant's standing is sealed; sent_at: ISO 8601."""

    procedure: str
    title: str
    form_version: int
    number: str
    secret: str
    public: str
    sent_at: str
    values: Mapping[str, str]
    files: tuple[HandedFile, ...] = ()

    def written(self) -> bytes:
        """The document."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    def sent(self, now: datetime) -> datetime:
        """When it was sent, as far as that can be believed: not later than now."""
        return min(datetime.fromisoformat(self.sent_at), now)


def read(content: bytes) -> HandedIn:
    """The application of a document. Raises Invalid."""
    try:
        found = json.loads(content)
        files = tuple(_file(one) for one in found["files"])
        values = {_text(code, 80): _text(value) for code, value in found["values"].items()}
        handed = HandedIn(
            _text(found["procedure"], 60),
            _text(found["title"], 120),
            int(found["form_version"]),
            _like(_NUMBER, found["number"]),
            _like(_HASH, found["secret"]),
            _like(_PUBLIC, found["public"]),
            _moment(found["sent_at"]),
            values,
            files,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(UNREADABLE) from error
    if len(values) > MOST_VALUES or len(files) > MOST_FILES or not 0 <= handed.form_version < 2**31:
        raise Invalid(UNREADABLE)
    return handed


def read_answer(content: bytes) -> tuple[str, str, str]:
    """(key of the application, which question of the office, the answer). Raises Invalid."""
    found = _object(content)
    try:
        return _like(_MARK, found["application"]), _text(found["question"], 40), _text(found["text"], 2_000)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(UNREADABLE) from error


def read_withdrawal(content: bytes) -> tuple[str, int]:
    """(key of the application, for how many times). Raises Invalid."""
    found = _object(content)
    try:
        return _like(_MARK, found["application"]), min(max(int(found["times"]), 1), 1_000)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(UNREADABLE) from error


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Invalid(UNREADABLE) from error
    if not isinstance(found, dict):
        raise Invalid(UNREADABLE)
    return found


def _file(one: Mapping[str, Any]) -> HandedFile:
    return HandedFile(_like(_MARK, one["key"]), _text(one["slot"], 60), _text(one["name"], 120))


def _text(given: Any, longest: int = LONGEST) -> str:
    if not isinstance(given, str) or len(given) > longest or "\0" in given:
        raise ValueError("no text of that length")
    return given


def _like(pattern: re.Pattern[str], given: Any) -> str:
    if not isinstance(given, str) or not pattern.fullmatch(given):
        raise ValueError("not of that shape")
    return given


def _moment(given: Any) -> str:
    moment = datetime.fromisoformat(_text(given, 40))
    if moment.tzinfo is None or abs(moment - datetime.now(UTC)) > timedelta(days=3_660):
        raise ValueError("no moment of these years")
    return moment.isoformat()
