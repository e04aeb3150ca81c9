"""Effects proposed for publication, published by another person's approval, and withdrawn; indicators and their values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reform.actions.checking import check
from yakuba.services.reform.engine.opendata import KINDS
from yakuba.services.reform.engine.tracks import NATIONAL
from yakuba.services.reform.models import Body, EffectEntry, Indicator, IndicatorValue, Initiative
from yakuba.services.reform.queries import register as queries
from yakuba.services.reform.queries.comparison import names_staff
from yakuba.services.reform.queries.initiatives import reckoned

COPIED = ("title", "means", "year", "cases", "before", "before_kind", "after", "after_kind", "source")
NAMED = "取組の名前か根拠に、職員の名前らしい語があります。だれでも読めるようにしてよいか確かめてください。"


@transaction.atomic
def propose(initiative: Initiative, reason: str, *, actor: User) -> EffectEntry:
    """Propose the initiative's effect as it stands now. Raises Conflict for what is not under way, waits already, or without the
    town's population."""
    row = Initiative.objects.select_for_update(of=("self",)).get(pk=initiative.pk)
    if row.state != Initiative.State.RUNNING:
        raise Conflict("公表できるのは、実施中の取組の効果だけです。")
    town = Body.objects.filter(code=current_municipality().code).first()
    if town is None:
        raise Conflict("人口の表に自分の団体がありません。「ほかの団体の表」で人口の表を取り込んでください。")
    before = EffectEntry.objects.filter(initiative=row)
    if any(queries.waits(one) for one in before.filter(state=EffectEntry.State.PROPOSED)):
        raise Conflict("この取組の効果は、すでに公表の承認を待っています。")
    before.filter(state=EffectEntry.State.PROPOSED).update(state=EffectEntry.State.REFUSED)
    (found,) = reckoned(Initiative.objects.filter(pk=row.pk))
    entry = EffectEntry.objects.create(
        initiative=row, version=(before.aggregate(last=Max("version"))["last"] or 0) + 1,
        saved=Decimal(found.saved).quantize(Decimal("0.01")), kind="measured" if found.measured else "estimated",
        population=town.population, counted_on=town.counted_on, proposed_by=known(actor),
        **{name: getattr(row, name) for name in COPIED},
    )  # fmt: skip
    summary = (
        f"取組「{row.title}」の効果（1年に{entry.saved:,}時間、{KINDS[entry.kind]}）を、人口{town.population:,}人の団体のものとして、"
        "集まりの登録簿と公開のデータに出します。「効果の登録簿」で内容を確かめてください。"
    )
    if names_staff(f"{row.title}　{row.source}"):
        summary += NAMED
    approvals.propose(queries.KIND, queries.subject_of(entry), actor=actor, summary=summary, reason=reason)
    return entry  # type: ignore[no-any-return]


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval: the version is public, and takes the place of the one before."""
    row = EffectEntry.objects.select_for_update(of=("self",)).get(pk=int(approval.subject.partition(":")[2]))
    if row.state != EffectEntry.State.PROPOSED:
        raise approvals.ApprovalRefused(f"この効果は、すでに「{row.get_state_display()}」です。")
    _check_unchanged(row)
    EffectEntry.objects.filter(initiative=row.initiative_id, state=EffectEntry.State.PUBLISHED).update(
        state=EffectEntry.State.REPLACED
    )
    row.state, row.published_at = EffectEntry.State.PUBLISHED, timezone.now()
    row.save()
    record("reform.effect_published", subject=queries.subject_of(row), actor=actor, version=row.version)


def _check_unchanged(entry: EffectEntry) -> None:
    """What the initiative no longer says is not made public. Raises ApprovalRefused."""
    initiative = Initiative.objects.select_for_update(of=("self",)).get(pk=entry.initiative_id)
    (found,) = reckoned(Initiative.objects.filter(pk=initiative.pk))
    same = all(getattr(initiative, name) == getattr(entry, name) for name in COPIED)
    if initiative.state != Initiative.State.RUNNING:
        raise approvals.ApprovalRefused(
            f"起案のあとに、取組が「{initiative.get_state_display()}」になりました。差し戻してください。"
        )
    if not same or Decimal(found.saved).quantize(Decimal("0.01")) != entry.saved:
        raise approvals.ApprovalRefused(
            "起案のあとに、取組の名前、件数、時間、根拠のどれかが変わりました。差し戻して、今の内容で起案し直してください。"
        )


@transaction.atomic
def withdraw(entry: EffectEntry, reason: str) -> EffectEntry:
    """Publish it no more, at once. Raises Conflict for what is not published, Invalid without a reason."""
    row: EffectEntry = EffectEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.state != EffectEntry.State.PUBLISHED:
        raise Conflict("取り下げられるのは、公表している効果だけです。")
    if not reason.strip():
        raise Invalid("取り下げる理由を書いてください。", place="理由")
    row.state, row.withdrawn_at = EffectEntry.State.WITHDRAWN, timezone.now()
    row.withdrawn_for = reason.strip()[:300]
    row.save()
    return row


@transaction.atomic
def set_indicator(given: Mapping[str, Any], *, actor: Actor) -> Indicator:
    """An indicator by its name, new or changed. Raises Invalid."""
    row = Indicator.objects.filter(name=given["name"]).first() or Indicator()
    for name, value in given.items():
        setattr(row, name, value)
    if row.target_year < row.start_year:
        raise Invalid("目標の年度は、始めの年度より後にしてください。", place="目標の年度（西暦）")
    row.entered_by = known(actor)
    check(row)
    row.save()
    return row


@transaction.atomic
def national_tracks(*, actor: Actor) -> int:
    """The four targets that were published for the whole country; what is there stays. → how many were added."""
    there = set(Indicator.objects.values_list("name", flat=True))
    new = [one for one in NATIONAL if one.name not in there]
    for one in new:
        set_indicator(vars(one), actor=actor)
    return len(new)


def state_value(row: Indicator, year: int, value: Decimal, source: str, *, actor: Actor) -> IndicatorValue:
    """What was measured in a year. Raises Invalid."""
    made = IndicatorValue(indicator=row, year=year, value=value, source=source, entered_by=known(actor))
    check(made)
    made.save()
    return made
