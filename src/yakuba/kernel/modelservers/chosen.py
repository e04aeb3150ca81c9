"""Which server the active town has chosen, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings

from yakuba.kernel.modelservers.client import ModelServer
from yakuba.kernel.modelservers.wire import HOLDS
from yakuba.kernel.registry import Contact
from yakuba.kernel.townsettings import value

Task = Literal["chat", "embeddings"]
LABELS: dict[Task, str] = {"chat": "文章を作る", "embeddings": "意味を比べる"}
BUILT_IN = "内蔵の方法"


@dataclass(frozen=True)
class AtWork:
    """What does a task here, in words for a page; by_server: a model server does."""

    label: str
    by_server: bool


def server_for(task: Task) -> ModelServer | None:
    """The active town's server for the task; None where it has none, and the built-in way does it."""
    url = str(value(f"modelservers.{task}_url")).strip()
    if not url:
        return None
    return ModelServer(
        url,
        str(value(f"modelservers.{task}_model")).strip(),
        float(value("modelservers.seconds")),
        settings.YAKUBA.model_server_key or "",
    )


def contacts() -> list[Contact]:
    """The active town's servers."""
    named = [(LABELS[task], str(value(f"modelservers.{task}_url")).strip()) for task in LABELS]
    return [Contact(f"モデルサーバー（{label}）", url, HOLDS) for label, url in named if url]


def at_work(task: Task) -> AtWork:
    """What does the task in the active town."""
    server = server_for(task)
    if server is None:
        return AtWork(BUILT_IN, by_server=False)
    return AtWork(f"{server.model or '名前のないモデル'}（{_host(server.url)}）", by_server=True)


def _host(url: str) -> str:
    """Host and port, without a name and password that somebody may have put before them."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "住所の誤り"
    except ValueError:
        return "住所の誤り"
