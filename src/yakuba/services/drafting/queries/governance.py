"""The rule of use, who accepted it, registered uses with their evidence, templates, the log."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet

from yakuba.kernel.accounts.models import User
from yakuba.kernel.definitions import decoded, values
from yakuba.services.drafting import engine
from yakuba.services.drafting.contracts import DataClass
from yakuba.services.drafting.engine.principles import PRINCIPLES
from yakuba.services.drafting.models import Acceptance, Template, UsageRule, Use, UseRecord


def rule() -> UsageRule | None:
    """The one that holds; None before the town has decided on one."""
    found: UsageRule | None = UsageRule.objects.order_by("-pk").first()
    return found


def has_accepted(user: User) -> bool:
    """Whether the person holds to the rule that holds now."""
    holds = rule()
    return holds is not None and Acceptance.objects.filter(rule=holds, who=user).exists()


def uses() -> QuerySet[Use]:
    """All that are registered."""
    return Use.objects.select_related("owner").annotate(shown=Count("evidence")).order_by("name")


def open_uses() -> QuerySet[Use]:
    """Those that may be used now."""
    return Use.objects.filter(is_open=True).order_by("name")


def allows(use: Use, data_class: DataClass) -> bool:
    """Whether such information may be given."""
    return data_class.rank <= DataClass(use.data_class).rank


def checklist(use: Use) -> list[tuple[str, str, str, str]]:
    """Key, name, question and evidence of each of the ten principles."""
    there = dict(use.evidence.values_list("principle", "text"))  # type: ignore[attr-defined]  # from Evidence
    return [(key, name, question, there.get(key, "")) for key, (name, question) in PRINCIPLES.items()]


def records() -> QuerySet[UseRecord]:
    """The log, the newest first."""
    return UseRecord.objects.select_related("who", "use").order_by("-at", "-pk")


def templates() -> QuerySet[Template]:
    """All of them."""
    return Template.objects.order_by("pk")


@cache
def starter() -> Any:
    """Templates as a town begins with them."""
    return values(decoded((Path(engine.__file__).parent / "templates.yaml").read_bytes()))
