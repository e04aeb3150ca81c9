"""What may leave while a row is entered: the same rule for the browser's requests and for those of the fast lane."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from yakuba.services.robots.engine.browser import ANY_FORM

# Hidden fields by which systems say what is to be done. The others may carry a row's data.
_VERB = re.compile(
    r"(.*[^a-z])?(form)?(action|act|cmd|command|mode|do|op|operation|event|eventtarget|step|proc|process|task|dispatch"
    r"|forward|page|screen)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_]{1,40}|[0-9]{1,2}")
_OF_THIS_ROW = re.compile(r"[^/]*[0-9][^/]*|[^/]{20,}")  # parts of a path that name a record or a session
_PART = re.compile(rb'name="([^"]*)"\r\n\r\n([^\r]*)\r\n')


@dataclass(frozen=True)
class Sending:
    """A request as a page makes it. body: None for GET.  kind: the body's media type."""

    method: str
    url: str
    body: bytes | None = field(default=None, repr=False)
    kind: str = ""


class Watch:
    """Compares what is about to leave with what left when the scenario was tried. sent: what the step's forms were;
    elsewhere: what else was sent.  stopped: what was not let go; from then on nothing is."""

    def __init__(self) -> None:
        self._guarding = False
        self._forms = self._elsewhere = ANY_FORM
        self._committing = self._buttons = self._hidden = frozenset[str]()
        self._changed = False
        self.sent: list[str] = []
        self.elsewhere: set[str] = set()
        self.stopped = ""

    def lets(self, method: str, url: str, body: bytes, goes: bool) -> bool:
        """Whether a request may leave; it is noted as sent, or as stopped. goes: it leads to another page."""
        if self.stopped:
            return False
        form = shape(method, url, body, self._buttons, self._hidden)
        if self._guarding:
            if method != "GET" or not self._changed:  # what comes after a store only reads
                self.sent.append(form)
        elif method == "GET":
            if form in self._committing and not self._elsewhere & {*ANY_FORM, form}:
                self.stopped = form
            self.elsewhere.add(form)
        elif not (self._forms if goes else self._elsewhere) & {*ANY_FORM, form}:
            self.stopped = form
        elif goes:
            self.sent.append(form)
        else:
            self.elsewhere.add(form)
        return not self.stopped


def path_of(url: str) -> str:
    """The path of an address without what names a record or a session."""
    return "/".join("*" if _OF_THIS_ROW.fullmatch(one) else one for one in urlsplit(url).path.split("/"))


def shape(method: str, url: str, body: bytes, buttons: frozenset[str], hidden: frozenset[str]) -> str:
    """What a request is by what does not change from row to row: method, path, the button, and fields that are verbs."""
    if method == "GET":
        found = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    elif body.startswith(b"--"):
        found = [
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
            for name, value in _PART.findall(body)
        ]
    elif body.startswith(b"{"):
        found = _top_of(body)
    else:
        found = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    json_body = body.startswith(b"{")
    fixed = {
        f"{name}={value}"
        for name, value in found
        if name in buttons
        or ((json_body or name in hidden) and _VERB.fullmatch(name) and _WORD.fullmatch(value))
    }
    return " ".join([method, path_of(url), *sorted(fixed)])


def _top_of(body: bytes) -> list[tuple[str, str]]:
    """The texts of a JSON object."""
    try:
        found = json.loads(body)
    except ValueError:
        return []
    return [(name, value) for name, value in found.items() if isinstance(value, str)]
