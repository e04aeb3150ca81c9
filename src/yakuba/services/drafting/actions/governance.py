"""The rule of use, uses, evidence and templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.registry import InHand
from yakuba.services.drafting.engine.principles import PRINCIPLES
from yakuba.services.drafting.models import Acceptance, Evidence, Template, UsageRule, Use
from yakuba.services.drafting.queries import governance

GOVERN = "drafting.govern"


@transaction.atomic
def decide_rule(text: str, *, actor: User) -> UsageRule:
    """Another rule holds; everybody accepts it anew."""
    row: UsageRule = UsageRule.objects.create(text=text, made_by=actor)
    record("drafting.rule_decided", subject=f"rule:{row.pk}", actor=actor)
    return row


@transaction.atomic
def accept(rule_id: int, *, actor: User) -> None:
    """The person holds to the rule that was shown. Raises Conflict where another one holds by now."""
    holds = governance.rule()
    if holds is None or holds.pk != rule_id:
        raise Conflict("約束が新しくなりました。読み直してから、もう一度押してください。")
    _, new = Acceptance.objects.get_or_create(municipality=holds.municipality, rule=holds, who=actor)
    if new:
        record("drafting.rule_accepted", subject=f"rule:{holds.pk}", actor=actor)


@transaction.atomic
def register(given: Mapping[str, Any], *, actor: User, use_id: int | None = None) -> Use:
    """A new use, or another wording of one. Who registers it first answers for it. Raises Conflict, Missing."""
    row = Use(owner=actor) if use_id is None else Use.objects.filter(pk=use_id).first()
    if row is None:
        raise Missing("その使い方は登録されていません。")
    if Use.objects.filter(name=given["name"]).exclude(pk=row.pk).exists():
        raise Conflict(f"「{given['name']}」はもう登録されています。")
    for name, value in given.items():
        setattr(row, name, value)
    row.save()
    record("drafting.use_registered", subject=f"use:{row.pk}", actor=actor, open=row.is_open)
    return row


@transaction.atomic
def hand_over(takers: Mapping[User, User | None], actor: User) -> list[InHand]:
    """The uses of AI for which these people answer; those of whom somebody takes over are theirs from now on, unless they
    may not decide about uses."""
    rows = Use.objects.filter(owner__in=takers).select_related("owner").order_by("name")
    return [_handed_over(row, takers[row.owner], actor) for row in rows]


def _handed_over(row: Use, taker: User | None, actor: User) -> InHand:
    before, words = row.owner, f"AIの使い方「{row.name}」"
    if taker is None:
        return InHand(before, words)
    if not allowed(taker, GOVERN):
        return InHand(before, words, f"{taker}には、AIの使い方を決める権限がありません。")
    row.owner = taker
    row.save(update_fields=["owner"])
    record("drafting.use_handed_over", subject=f"use:{row.pk}", actor=actor, owner=taker.pk)
    return InHand(before, words)


@transaction.atomic
def show_evidence(use_id: int, texts: Mapping[str, str], *, actor: User) -> Use:
    """What a use has to show for the principles; an empty text takes its evidence away. Raises Missing."""
    row: Use | None = Use.objects.filter(pk=use_id).first()
    if row is None:
        raise Missing("その使い方は登録されていません。")
    there = {one.principle: one for one in Evidence.objects.filter(use=row)}
    for key in PRINCIPLES:
        text, before = texts.get(key, "").strip(), there.get(key)
        if before is not None and not text:
            before.delete()
        elif text and (before is None or before.text != text):
            one = before or Evidence(use=row, principle=key)
            one.text, one.by = text[:400], actor
            one.save()
    record("drafting.evidence_shown", subject=f"use:{row.pk}", actor=actor)
    return row


@transaction.atomic
def write_template(given: Mapping[str, Any], *, actor: User, template_id: int | None = None) -> Template:
    """A new template, or another wording of one. Raises Conflict, Missing."""
    row = Template() if template_id is None else Template.objects.filter(pk=template_id).first()
    if row is None:
        raise Missing("そのひな形はありません。")
    if Template.objects.filter(label=given["label"]).exclude(pk=row.pk).exists():
        raise Conflict(f"「{given['label']}」はもうあります。")
    for name, value in given.items():
        setattr(row, name, value)
    row.save()
    record("drafting.template_written", subject=f"template:{row.pk}", actor=actor)
    return row


@transaction.atomic
def load_templates(*, actor: User) -> int:
    """The starter set, without those that are there. Returns how many are new."""
    there = set(Template.objects.values_list("label", flat=True))
    new = [one for one in governance.starter().values() if one["label"] not in there]
    for one in new:
        Template.objects.create(
            label=one["label"],
            instruction=one["instruction"],
            built_in=one["built_in"],
            grounded=_yes(one["grounded"]),
        )
    record("drafting.templates_loaded", actor=actor, templates=len(new))
    return len(new)


def _yes(value: Any) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise Invalid("grounded は true か false です。")
    return str(value).lower() == "true"
