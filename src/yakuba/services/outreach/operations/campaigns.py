"""Campaigns: planned, approved, assigned, cleared, looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists.files import write
from yakuba.kernel.operations import Answer, FromFile, Part, Trace, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.values.characters import narrow
from yakuba.services.outreach.actions import campaigns, purposes, results
from yakuba.services.outreach.engine import sizes
from yakuba.services.outreach.engine.columns import number_key
from yakuba.services.outreach.models import Campaign, Member
from yakuba.services.outreach.operations.table import OPERATIONS
from yakuba.services.outreach.operations.tables import purpose_of, table_of
from yakuba.services.outreach.queries import campaigns as queries
from yakuba.services.outreach.queries import choosing

LARGEST = 100_000_000


class OneCampaign(BaseModel):
    """A campaign."""

    campaign_id: int = Field(description="施策の番号")


class CampaignIn(BaseModel):
    """A plan."""

    outreach_table_id: Annotated[int, Word("--table")] = Field(description="表の番号")
    purpose_id: Annotated[int, Word("--purpose")] = Field(description="目的の番号")
    text: Annotated[str, FromFile()] = Field(max_length=40_000, description="計画のファイル（YAML）")


class CampaignTextIn(OneCampaign):
    """Another plan."""

    text: Annotated[str, FromFile()] = Field(max_length=40_000, description="計画のファイル（YAML）")


class CampaignReasonIn(OneCampaign):
    """Why it is proposed."""

    reason: str = Field(min_length=1, max_length=2000, description="わけ")


class ExaminedIn(OneCampaign):
    """Who was examined."""

    file: Upload = Field(description="受診した人の一覧（宛名番号、受診日）")
    until: Annotated[date, Word("--until")] = Field(description="一覧は、いつまでの受診か")


class CampaignFileIn(OneCampaign):
    """In which form."""

    form: Literal["xlsx", "utf-8", "cp932", "json"] = Field("xlsx", description="形式")


class OutreachPersonIn(BaseModel):
    """A person."""

    resident_number: Annotated[str, Word("--number")] = Field(
        min_length=1, max_length=20, description="宛名番号"
    )


class SizeIn(BaseModel):
    """What is expected."""

    before: Annotated[float, Word("--before")] = Field(gt=0, lt=100, description="送らないときの割合（%）")
    more: Annotated[float, Word("--more")] = Field(gt=-90, lt=90, description="見つけたい差（ポイント）")
    ratio: Annotated[float, Word("--ratio")] = Field(
        1, ge=0.05, le=20, description="手紙1通に対する対照群の人数"
    )


class CampaignOut(BaseModel):
    """A campaign. funnel: [sentence, people left]; shares: of the arms, the control group first; report: what was found, null before the
    planned look."""

    id: int
    name: str
    state: str
    state_label: str
    proposed: bool
    seed: int
    text: str
    funnel: list[list[str | int]]
    shares: list[float]
    members: int
    results_until: date | None
    report: dict[str, Any] | None
    reason: str


class ExaminedOut(BaseModel):
    """A list of who was examined. rows: people in it; members: of them in the campaign."""

    rows: int
    members: int


class MembershipOut(BaseModel):
    """What a person was assigned to. probability: with which."""

    campaign: int
    name: str
    arm: str
    probability: float
    withdrawn: str
    printed: bool


class SizeOut(BaseModel):
    """How many people are needed for a power of 80 % at the 5 % level."""

    letters: int
    control: int


COLUMNS = {"id": "番号", "name": "施策", "state_label": "状態", "members": "対象者"}


def campaign_facts(row: Campaign) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "state", "seed", "text", "funnel", "shares", "results_until", "report", "reason")
    return {
        "id": row.pk, "state_label": row.get_state_display(), "proposed": campaigns.is_proposed(row), "members": row.members.count(),
    } | {name: getattr(row, name) for name in names}  # fmt: skip


def campaign_of(number: int) -> Campaign:
    """Raises Missing."""
    return one(Campaign.objects.select_related("table", "purpose", "parent"), number)


def _assigned(row: Campaign) -> tuple[int, int, bool]:
    work = work_of(campaigns.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_CAMPAIGN = Answer(CampaignOut, campaign_facts, COLUMNS, fault=lambda facts: facts["reason"])


@OPERATIONS.add(
    "施策の一覧",
    "outreach.view",
    "GET campaigns",
    command="campaign list",
    answer=Answer(list[CampaignOut], columns=COLUMNS),
)
def list_campaigns(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [campaign_facts(row) for row in asked.of(queries.campaigns())]


@OPERATIONS.add(
    "施策", "outreach.view", "GET campaigns/{campaign_id}", command="campaign show", answer=A_CAMPAIGN
)
def show_campaign(asked: OneCampaign, actor: Actor) -> Campaign:
    """Its plan, how far it is, and what was found. No person."""
    return campaign_of(asked.campaign_id)


@OPERATIONS.add(
    "施策の計画を書く", "outreach.plan", "POST campaigns", command="campaign draw-up", status=201, answer=A_CAMPAIGN,
    event="outreach.drawn_up", trace=lambda asked, row: Trace(row.subject),
)  # fmt: skip
def draw_up(asked: CampaignIn, actor: Actor) -> Campaign:
    """A draft: who, what, when, how people are assigned."""
    return campaigns.draw_up(
        table_of(asked.outreach_table_id), purpose_of(asked.purpose_id), asked.text, actor=actor
    )


@OPERATIONS.add(
    "施策の計画を直す", "outreach.plan", "PUT campaigns/{campaign_id}", command="campaign change", answer=A_CAMPAIGN,
    event="outreach.changed", trace=lambda asked, row: Trace(row.subject),
)  # fmt: skip
def change(asked: CampaignTextIn, actor: Actor) -> Campaign:
    """Another plan, before it is proposed."""
    return campaigns.change(campaign_of(asked.campaign_id), asked.text)


@OPERATIONS.add(
    "施策の続きを作る", "outreach.plan", "POST campaigns/{campaign_id}/follow", command="campaign follow", status=201, answer=A_CAMPAIGN,
    event="outreach.drawn_up", trace=lambda asked, row: Trace(row.subject, {"parent": asked.campaign_id}),
)  # fmt: skip
def follow(asked: CampaignTextIn, actor: Actor) -> Campaign:
    """An adaptive campaign after one with results (Thompson sampling, no letter below 10 %)."""
    return campaigns.follow(campaign_of(asked.campaign_id), asked.text, actor=actor)


@OPERATIONS.add(
    "施策の承認を求める", "outreach.plan", "POST campaigns/{campaign_id}/propose", command="campaign propose", answer=A_CAMPAIGN,
    event="outreach.proposed", trace=lambda asked, row: Trace(row.subject),
)  # fmt: skip
def ask_approval(asked: CampaignReasonIn, actor: Actor) -> Campaign:
    """Another person approves it."""
    return campaigns.ask_approval(campaign_of(asked.campaign_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "対象者を割り付ける", "outreach.plan", "POST campaigns/{campaign_id}/assign", command="campaign assign", answer=A_CAMPAIGN,
    event="outreach.assigning", trace=lambda asked, row: Trace(row.subject, {"seed": row.seed}), work=Work("割り付け", progress=_assigned),
)  # fmt: skip
def assign(asked: OneCampaign, actor: Actor) -> Campaign:
    """Choose people and draw what each gets, within strata, with known probability."""
    return campaigns.assign(campaign_of(asked.campaign_id))


@OPERATIONS.add(
    "受診者の一覧を入れる", "outreach.load", "POST campaigns/{campaign_id}/examined", command="campaign examined",
    answer=Answer(ExaminedOut, lambda row: {"rows": row.rows, "members": row.members}, {"rows": "一覧の人", "members": "うち対象者"}),
    event="outreach.results_taken", trace=lambda asked, row: Trace(f"campaign:{asked.campaign_id}", {"rows": row.rows, "members": row.members}),
)  # fmt: skip
def take_examined(asked: ExaminedIn, actor: Actor) -> results.Loaded:
    """Who was examined, complete up to a day; before printing and again at the end."""
    data = asked.file.read(LARGEST)
    return results.take(
        campaign_of(asked.campaign_id),
        data,
        asked.until,
        renamed=renaming_of(data, "outreach.examined", results.COLUMNS),
    )


@OPERATIONS.add(
    "印刷の前に受診した人を除く", "outreach.plan", "POST campaigns/{campaign_id}/withdraw", command="campaign withdraw", answer=A_CAMPAIGN,
    event="outreach.withdrawn", trace=lambda asked, row: Trace(row.subject),
)  # fmt: skip
def withdraw(asked: OneCampaign, actor: Actor) -> Campaign:
    """On the day before printing, in every arm by the same rule."""
    return campaigns.withdraw(campaign_of(asked.campaign_id))


@OPERATIONS.add(
    "対象者の一覧を取り出す", "outreach.persons", "GET campaigns/{campaign_id}/members", command="campaign members",
    answer=Answer(media_type="application/octet-stream"), event="outreach.list_taken", trace=lambda asked, file: Trace(f"campaign:{asked.campaign_id}", {"form": asked.form}), step_up=True,
)  # fmt: skip
def members_table(asked: CampaignFileIn, actor: Actor) -> Download:
    """Everybody with arm, stratum, the probability of the assignment, and whether to write to them as it stands now; numbers of persons,
    no names."""
    row = campaign_of(asked.campaign_id)
    purposes.require_holds(row.purpose)
    head = ("宛名番号", "群", "割り付けの確率", "層", "除いたわけ", "手紙を作った", "送る")
    return write([Table("対象者", head, _member_rows(row))], f"campaign-{row.pk}", asked.form, accept=True)


def _member_rows(row: Campaign) -> Iterator[list[Any]]:
    """Of who came under protection since, the stratum may say where they live. 送る: nobody before those examined are withdrawn."""
    arms, strata = row.plan.arms, [" ".join(one.values()) or "全体" for one in row.strata]
    hidden, unwilling = (
        campaigns.protected_now(row),
        choosing.opted_out(row.purpose) | campaigns.moved_now(row)[0],
    )
    cleared = row.state not in (Campaign.State.APPROVED, Campaign.State.ASSIGNED)
    for member in row.members.order_by("pk").iterator(chunk_size=2_000):
        stratum = policy.HIDDEN if member.number in hidden else strata[member.stratum]
        withdrawn, printed = member.get_withdrawn_display(), "はい" if member.printed else "いいえ"
        left = member.withdrawn or member.number in hidden or number_key(member.number) in unwilling
        send = "はい" if cleared and member.arm and not left else "いいえ"
        yield [member.number, arms[member.arm], member.probability, stratum, withdrawn, printed, send]


@OPERATIONS.add(
    "施策の結果を見る", "outreach.plan", "POST campaigns/{campaign_id}/look", command="campaign look", answer=A_CAMPAIGN,
    event="outreach.looked", trace=lambda asked, row: Trace(row.subject, {"looks": row.report["looks"]}),
)  # fmt: skip
def look(asked: OneCampaign, actor: Actor) -> Campaign:
    """The one planned look at what the letters did."""
    return results.look(campaign_of(asked.campaign_id))


@OPERATIONS.add(
    "施策の結果の表を取り出す", "outreach.view", "GET campaigns/{campaign_id}/report", command="campaign report",
    answer=Answer(media_type="application/octet-stream"), event="outreach.report_taken", trace=lambda asked, file: Trace(f"campaign:{asked.campaign_id}"), step_up=True,
)  # fmt: skip
def report_table(asked: CampaignFileIn, actor: Actor) -> Download:
    """Arms and every estimate with its interval."""
    row = campaign_of(asked.campaign_id)
    if not row.report:
        raise Conflict("結果は、まだありません。")
    return write(queries.report_tables(row.report), f"campaign-{row.pk}-report", asked.form, accept=True)


@OPERATIONS.add(
    "一人の割り付けを調べる", "outreach.persons", "GET persons/{resident_number}", command="campaign person",
    answer=Answer(list[MembershipOut], columns={"name": "施策", "arm": "群", "withdrawn": "除いたわけ"}),
    event="outreach.person_seen", trace=lambda asked, rows: Trace(f"resident:{narrow(asked.resident_number).strip()}", {"campaigns": len(rows)}),
)  # fmt: skip
def person(asked: OutreachPersonIn, actor: Actor) -> list[dict[str, Any]]:
    """Why somebody got, or did not get, a letter. Who looked at whom is recorded."""
    key = number_key(asked.resident_number)
    alike = Member.objects.filter(number__iendswith=key).select_related("campaign").order_by("-pk")
    rows = [row for row in alike if number_key(row.number) == key]
    if not rows:
        raise Missing("その宛名番号の人は、どの施策にもいません。番号を確かめてください。")
    return [
        {
            "campaign": row.campaign_id, "name": row.campaign.name, "arm": row.campaign.plan.arms[row.arm], "probability": row.probability,
            "withdrawn": row.get_withdrawn_display(), "printed": row.printed,
        }
        for row in rows
    ]  # fmt: skip


@OPERATIONS.add(
    "要る人数を計算する", "outreach.view", "GET size", command="campaign size", answer=Answer(SizeOut, columns={"letters": "手紙を送る人", "control": "対照群"})
)  # fmt: skip
def size(asked: SizeIn, actor: Actor) -> dict[str, int]:
    """How many people an experiment needs to find a difference (80 % power, 5 % level)."""
    try:
        found = sizes.needed(asked.before / 100, asked.more / 100, asked.ratio)
    except ValueError as error:
        raise Conflict("割合は0%と100%の間で、差は0でないようにしてください。") from error
    return {"letters": found.per_arm, "control": found.control}
