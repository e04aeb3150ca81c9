"""A campaign from its plan to the day before printing: written, approved by another person, assigned, cleared of who was examined."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.actions import ApprovalRefused, propose
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Refused
from yakuba.services.outreach.actions import purposes, working
from yakuba.services.outreach.actions.risks import approved_model, require_in_time, risks
from yakuba.services.outreach.actions.working import Told
from yakuba.services.outreach.engine import adaptive, assignment
from yakuba.services.outreach.engine.columns import number_key
from yakuba.services.outreach.engine.plan import AGE, Plan, read_plan
from yakuba.services.outreach.models import Campaign, Member, Purpose, TownTable
from yakuba.services.outreach.queries import choosing, results

KIND, JOB = "outreach.campaign", "outreach.assign"
FEWEST = 2  # people of an arm without whom nothing is assigned
AT_ONCE = 1_000


@transaction.atomic
def draw_up(
    table: TownTable, purpose: Purpose, text: str, *, actor: Actor, parent: Campaign | None = None
) -> Campaign:
    """A draft. Raises DefinitionRefused with every fault by its line, and Conflict."""
    plan = _checked(table, purpose, text)
    if plan.method == "adaptive" and parent is None:
        raise Invalid(
            "「割り付け: 逐次」は、結果の出た施策に続けるときに使います。その施策のページの「続きを作る」から始めてください。"
        )
    seed = plan.seed or secrets.randbelow(2**31 - 1) + 1
    row: Campaign = Campaign.objects.create(
        name=plan.name, table=table, purpose=purpose, text=text, columns=table.columns, seed=seed, parent=parent, created_by=known(actor)
    )  # fmt: skip
    return row


@transaction.atomic
def change(campaign: Campaign, text: str) -> Campaign:
    """Another plan for a draft. Raises Conflict where it is proposed or approved."""
    row = _draft(campaign)
    if row.table is None:
        raise Conflict(choosing.GONE)
    plan = _checked(row.table, row.purpose, text)
    row.name, row.text, row.columns = plan.name, text, row.table.columns
    row.seed = plan.seed or row.seed
    row.save()
    return row


def _checked(table: TownTable, purpose: Purpose, text: str) -> Plan:
    if table.state != TownTable.State.DONE:
        raise Conflict(f"表「{table}」は、まだ読めていません。")
    plan = read_plan(text, table.specs)
    if plan.model:
        require_in_time(approved_model(plan.model, table), table, plan.decided, plan.year)
    return plan


def _draft(campaign: Campaign) -> Campaign:
    row: Campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("table", "purpose")
        .get(pk=campaign.pk)
    )
    if row.state != Campaign.State.DRAFT:
        raise Conflict(f"「{row}」は、もう「{row.get_state_display()}」です。計画は変えられません。")
    if is_proposed(row):
        raise Conflict(f"「{row}」は承認を待っています。直すには、承認のページで取り下げてください。")
    return row


def is_proposed(campaign: Campaign) -> bool:
    """Whether another person is asked to approve it."""
    return Approval.objects.filter(
        kind=KIND, subject=campaign.subject, state=Approval.State.PROPOSED
    ).exists()


def columns_used(table: TownTable, plan: Plan) -> list[str]:
    """All columns of the table that the campaign touches, letters included."""
    roles = ["number", "outcome", *(["name", "postal", "address"] if plan.by_letter else [])]
    used = [*plan.columns, *(table.heading(one) for one in roles)]
    if plan.model:
        features = approved_model(plan.model, table).feature_headings
        used += [table.heading("birth") if one == AGE and table.heading("birth") else one for one in features]
    return [one for one in dict.fromkeys(used) if one]


@transaction.atomic
def ask_approval(campaign: Campaign, reason: str, *, actor: Actor) -> Campaign:
    """Propose it. Raises Conflict where a class of data is not approved for the purpose, and where nobody is left."""
    if not isinstance(actor, User):
        raise Forbidden("施策は職員の名前で起案します。職員を指定してください。")
    row = _draft(campaign)
    if row.table is None:
        raise Conflict(choosing.GONE)
    plan = _checked(row.table, row.purpose, row.text)  # its columns may have been said anew since
    row.columns = row.table.columns
    purposes.require_classes(row.purpose, row.table.specs, columns_used(row.table, plan))
    chosen = choosing.choose(row.table, plan, row.purpose, campaign=row, risk=risks)
    if len(chosen.numbers) < 2 * len(plan.arms):
        raise Conflict(f"対象が{len(chosen.numbers):,}人しかいません。条件を直してください。")
    row.funnel = [list(one) for one in chosen.funnel]
    row.save()
    propose(KIND, row.subject, actor=actor, summary=_summary(row, plan, len(chosen.numbers)), reason=reason)
    return row


def _summary(row: Campaign, plan: Plan, people: int) -> str:
    letters = "、".join(f"「{one.name}」" for one in plan.messages)
    risk = f"リスクのモデル{plan.model}番を使う。{_old(row, plan)}" if plan.model else ""
    return (
        f"目的「{row.purpose}」。対象{people:,}人（{'、'.join(one.text for one in plan.who)}）。文面は{letters}。"
        f"対照群は{plan.control:.0%}で、手紙を送らない。{risk}印刷は{plan.print_day.isoformat()}、結果を見るのは{plan.look.isoformat()}の一度。"
    )


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval. Raises ApprovalRefused where it cannot stand any more."""
    row = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("purpose", "table")
        .get(pk=int(approval.subject.partition(":")[2]))
    )
    if row.state != Campaign.State.DRAFT or row.table is None or not row.purpose.holds:
        raise ApprovalRefused("表か目的がなくなったので、承認できません。差し戻してください。")
    if row.columns != row.table.columns:
        raise ApprovalRefused(
            "承認を求めた後に、表の列が変わりました。差し戻して、もう一度求めてもらってください。"
        )
    row.state, row.approved_at, row.approved_by = Campaign.State.APPROVED, timezone.now(), actor
    row.save()


def _old(row: Campaign, plan: Plan) -> str:
    """A word on a model that has not seen the last year's results."""
    if row.table is None:
        return ""
    newest = max(approved_model(plan.model, row.table).figures.get("years") or [plan.year])
    if newest >= plan.year - 1:
        return ""
    return f"このモデルが知っている結果は{newest}年度までで、{plan.year - newest}年前です。予測の水準がずれているかもしれません。"


@transaction.atomic
def assign(campaign: Campaign) -> Campaign:
    """Let a worker assign people. Raises Conflict unless another person approved it."""
    row = locked(campaign, Campaign.State.APPROVED)
    row.reason = ""
    row.save()
    enqueue(JOB, key=row.job_key, campaign_id=row.pk)
    return row


def locked(campaign: Campaign, *states: str) -> Campaign:
    """The row, standing still, in one of these states. Raises Conflict."""
    row: Campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("table", "purpose", "parent")
        .get(pk=campaign.pk)
    )
    if row.state not in states:
        wanted = "」か「".join(Campaign.State(one).label for one in states)
        raise Conflict(
            f"「{row}」は「{row.get_state_display()}」です。これができるのは「{wanted}」のときだけです。"
        )
    return row


def work(number: int, told: Told = working.quiet) -> None:
    """Choose and assign. Nothing stands before all of it does; same seed and table, same arms."""
    row = (
        Campaign.objects.select_related("table", "purpose", "parent")
        .filter(pk=number, state=Campaign.State.APPROVED)
        .first()
    )
    if row is None:
        return
    if row.table is None:
        raise Conflict(choosing.GONE)
    plan = row.plan
    purposes.require_classes(row.purpose, row.table.specs, columns_used(row.table, plan))
    chosen = choosing.choose(row.table, plan, row.purpose, campaign=row, risk=risks)
    levels = {
        name: assignment.levels(chosen.columns[name], plan.quantiles.get(name, 0)) for name in plan.strata
    }
    strata = assignment.strata(levels, len(chosen.numbers))
    shares = _shares(row, plan)
    arms = assignment.assign(strata.codes, shares, row.seed)
    if min((int((arms == one).sum()) for one in range(len(shares))), default=0) < FEWEST:
        raise Conflict(
            f"対象が{len(chosen.numbers):,}人しかいないので、どの群にも{FEWEST}人以上になりません。条件を直してください。"
        )
    told(len(chosen.numbers), len(chosen.numbers), "割り付け")
    members = [
        Member(campaign=row, number=one, stratum=int(code), arm=int(arm), probability=shares[int(arm)])
        for one, code, arm in zip(chosen.numbers, strata.codes, arms, strict=True)
    ]
    with transaction.atomic():
        row = locked(row, Campaign.State.APPROVED)
        Member.objects.bulk_create(members, batch_size=AT_ONCE)
        row.funnel, row.strata, row.shares = [list(one) for one in chosen.funnel], list(strata.labels), shares
        row.state, row.assigned_at, row.reason = Campaign.State.ASSIGNED, timezone.now(), ""
        row.save()
        record(
            "outreach.assigned",
            subject=row.subject,
            actor=None,
            people=len(members),
            seed=row.seed,
            shares=shares,
        )


def _shares(row: Campaign, plan: Plan) -> list[float]:
    """As planned, or for one that follows an experiment by what came of its letters so far."""
    if plan.method != "adaptive":
        return plan.shares
    if row.parent is None:
        raise Conflict("もとの施策がないので、逐次の割り付けはできません。")
    sent, examined = results.letters_so_far(row.parent, [one.name for one in plan.messages])
    return adaptive.shares(plan.control, adaptive.probabilities(sent, examined, row.seed))


@transaction.atomic
def withdraw(campaign: Campaign) -> Campaign:
    """Whoever was examined by the day before printing, wants no letters, is under protection or no longer lives here is taken out, in
    every arm by the same rule. Raises Conflict where the list of who was examined does not reach that day."""
    row = locked(campaign, Campaign.State.ASSIGNED)
    plan = row.plan
    if row.results_until is None or row.results_until < plan.cutoff:
        raise Conflict(
            f"印刷の前日（{plan.cutoff.isoformat()}）までに受診した人の一覧が、まだ入っていません。",
            remedy="その日までの一覧を入れてから、もう一度押してください。いなければ、見出しだけの一覧を入れます。",
        )
    members = row.members.filter(withdrawn="")
    members.filter(examined_on__lte=plan.cutoff).update(withdrawn=Member.Withdrawn.EXAMINED)
    _withdraw(row, choosing.opted_out(row.purpose), Member.Withdrawn.OPT_OUT)
    _withdraw(row, choosing.keys_of(_protected(row)), Member.Withdrawn.PROTECTED)
    gone, row.residents_of = moved_now(row)
    _withdraw(row, gone, Member.Withdrawn.MOVED)
    row.state, row.withdrawn_at = Campaign.State.WITHDRAWN, timezone.now()
    row.save()
    return row


def _withdraw(row: Campaign, numbers: set[str], why: str) -> None:
    there = [
        one
        for one in row.members.filter(withdrawn="").values_list("number", flat=True)
        if number_key(one) in numbers
    ]
    for start in range(0, len(there), 500):
        row.members.filter(withdrawn="", number__in=there[start : start + 500]).update(withdrawn=why)


def _protected(row: Campaign) -> set[str]:
    """Members under protection, by the register and, while the table is there, by name and birth."""
    if row.table is None or row.table.part is None:
        raise Conflict(choosing.GONE)
    roles = {one: row.table.heading(one) for one in ("name", "birth", "address")}
    columns, numbers = choosing.rows_of(row.table, [one for one in roles.values() if one], row.plan.year)
    there = set(row.members.values_list("number", flat=True))
    everybody = choosing.Chosen(columns, numbers)
    everybody.keep([one in there for one in numbers], "")
    return choosing.protected(everybody, roles)


def protected_now(row: Campaign) -> set[str]:
    """The same for whoever makes or takes letters."""
    return _protected(row)


def moved_now(row: Campaign) -> tuple[set[str], datetime | None]:
    """Members whom the register of residents no longer has, by `number_key`, and when it was loaded."""
    return choosing.moved(row.members.order_by().values_list("number", flat=True))


def give_up(refusal: Refused, *, campaign_id: int) -> None:
    """The job will not go on."""
    Campaign.objects.filter(pk=campaign_id, state=Campaign.State.APPROVED).update(
        reason=refusal.lines() or "割り付けが止まりました。"
    )


def take_up(*, campaign_id: int) -> None:
    """The job is to begin anew."""
    Campaign.objects.filter(pk=campaign_id).update(reason="")


@transaction.atomic
def follow(campaign: Campaign, text: str, *, actor: Actor) -> Campaign:
    """An adaptive campaign after one with results: the better letters more often, none below 10 %, a control group outside."""
    if campaign.state != Campaign.State.REPORTED:
        raise Conflict("続きを作れるのは、結果の出た施策だけです。")
    if campaign.table is None:
        raise Conflict(choosing.GONE)
    plan = read_plan(text, campaign.table.specs)
    before = {one.name for one in campaign.plan.messages}
    if plan.method != "adaptive":
        raise Invalid("続きの施策には「割り付け: 逐次」と書いてください。")
    if new := [one.name for one in plan.messages if one.name not in before]:
        raise Invalid(f"文面「{new[0]}」は、もとの施策にありません。まず同じ割合の施策で試してください。")
    return draw_up(campaign.table, campaign.purpose, text, actor=actor, parent=campaign)
