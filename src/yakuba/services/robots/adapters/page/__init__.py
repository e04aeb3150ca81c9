"""The program that runs inside the target's page: one function, in files by what they do, later ones using earlier ones."""

from __future__ import annotations

import json
from pathlib import Path

_FILES = (
    "text",
    "labels",
    "fields",
    "typing",
    "choosing",
    "calendar",
    "filling",
    "pressing",
    "seeing",
    "covering",
    "recording",
    "jobs",
)


def beforehand() -> str:
    """What runs in every page before its own scripts."""
    return (Path(__file__).parent / "later.js").read_text(encoding="utf-8")


def program() -> str:
    """The function's text: called with one job as plain data, it returns plain data and leaves nothing behind."""
    folder = Path(__file__).parent
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in _FILES]
    return "\n".join(['async (job) => {\n"use strict";', *parts, "}"])


def hearing(send: str) -> str:
    """What hears a person's own hands in every page. send: the name under which the page may tell what it has heard."""
    text = (Path(__file__).parent / "hearing.js").read_text(encoding="utf-8")
    return f'(() => {{\n"use strict";\nconst PROGRAM = {program()};\nconst SEND = {json.dumps(send)};\n{text}}})();'
