"""The self-check of the index."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from yakuba.kernel.registry import CheckResult, search_sources
from yakuba.kernel.search import indexing
from yakuba.kernel.search.models import Waiting

LATE = timedelta(minutes=5)


def self_check() -> list[CheckResult]:
    """Whether every index is built, and nothing waits for long."""
    unbuilt = [source.label for source in search_sources().values() if not indexing.is_built(source.name)]
    late = Waiting.objects.filter(since__lt=timezone.now() - LATE).count()
    return [
        CheckResult(
            "索引",
            not unbuilt,
            f"{'、'.join(unbuilt)}の索引を作っています。ワーカーが動いていれば自動でできます。"
            "すぐ作るときは yakuba search rebuild を実行してください。"
            if unbuilt
            else "",
        ),
        CheckResult(
            "索引を待つもの",
            not late,
            f"{late}件が5分より長く待っています。ワーカーが動いているか、仕事と失敗の「索引に入れる」を見てください。"
            if late
            else "",
        ),
    ]
