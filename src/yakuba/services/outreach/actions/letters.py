"""The letters of a campaign as one PDF, each page proved to be its addressee's, with the list that goes with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.letters import glyphs, mailing, queries, verify
from yakuba.kernel.letters.letter import Addressee, Letter
from yakuba.kernel.letters.printing import Printed, print_file
from yakuba.kernel.letters.shelf import PrintShelf
from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.word.starting import Block, asking, opening
from yakuba.kernel.letters.written import layout
from yakuba.kernel.refusals import Conflict, Refused, Unavailable
from yakuba.kernel.tables.spreadsheets import Table, write_csv
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.values import calendar
from yakuba.services.outreach.actions import campaigns, purposes, working
from yakuba.services.outreach.actions.working import Told
from yakuba.services.outreach.engine.columns import age_on, number_key
from yakuba.services.outreach.engine.plan import AGE, Plan, filled
from yakuba.services.outreach.engine.rules import shown
from yakuba.services.outreach.models import Campaign, InvitationPrint, Member
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.queries import choosing

JOB, LETTER = "outreach.print", "outreach.invitation"
PROTECTED = "支援措置の対象なので作りません。"
UNWILLING = "勧奨を望まないと申し出たので作りません。"
MOVED = "宛名の登録簿にもういない（転出か死亡）ので作りません。"
MISFIT = "文が長くて1枚に収まりません。"


@transaction.atomic
def start(campaign: Campaign, *, actor: Actor) -> InvitationPrint:
    """Let a worker print. Raises Conflict before who was examined is withdrawn."""
    row = campaigns.locked(campaign, Campaign.State.WITHDRAWN, Campaign.State.PRINTED)
    purposes.require_holds(row.purpose)
    if not row.plan.by_letter:
        raise Conflict("この施策は手紙を作りません（送り方：一覧だけ）。一覧を取り出してください。")
    if row.prints.filter(state=InvitationPrint.State.WAITING).exists():
        raise Conflict("手紙は、いま作っています。")
    made: InvitationPrint = InvitationPrint.objects.create(
        campaign=row, state=InvitationPrint.State.WAITING, created_by=known(actor)
    )
    enqueue(JOB, key=made.job_key, invitation_print_id=made.pk)
    return made


def work(number: int, told: Told = working.quiet) -> None:
    """Print, read back, keep."""
    made = (
        InvitationPrint.objects.select_related("campaign__table", "campaign__purpose")
        .filter(pk=number)
        .first()
    )
    if made is None or made.state != InvitationPrint.State.WAITING:
        return
    campaign, plan = made.campaign, made.campaign.plan
    purposes.require_holds(campaign.purpose)
    left: list[list[str]] = []
    used = queries.in_use(LETTER, plan.print_day)
    kind = queries.kind_of(LETTER)
    template = queries.written(kind.code, used.number) if used else queries.house(kind)
    letters, people = _letters(campaign, plan, template.lacking, left)
    if not letters:
        raise Conflict("手紙を作る人がいません。")
    shelf = PrintShelf(f"outreach-{made.pk}", made.created_by)
    printed = print_file(
        letters,
        layout(template, f"outreach-{made.pk}"),
        told=lambda done, total: told(done, total, "手紙"),
        shelf=shelf,
    )
    marks = [one.mark for one in printed.letters]
    if found := verify.verify(printed.pdf, marks, shows={mark.recipient: [mark.recipient] for mark in marks}):
        raise Unavailable(
            f"読み返したところ、{found[0].page}頁が正しくありません。{found[0].reason}もう一度作ってください。"
        )
    left += [[masked(people[one].number), MISFIT] for one in printed.misfits]
    _keep(made, printed, people, left)
    shelf.clear()


def _keep(
    made: InvitationPrint, printed: Printed, people: Mapping[str, Member], left: list[list[str]]
) -> None:
    content = io.BytesIO()
    write_csv(_mailing(printed, people, made.campaign.plan), content, "utf-8")
    with transaction.atomic():
        if not working.still_waiting(made):
            return
        made.pdf = store(
            StoredFile.Kind.OUTPUT, "invitations.pdf", "application/pdf", printed.pdf, actor=made.created_by
        )
        made.mailing = store(
            StoredFile.Kind.OUTPUT, "invitations.csv", "text/csv", content.getvalue(), actor=made.created_by
        )
        made.letters, made.left, made.state, made.reason = (
            len(printed.letters),
            left,
            InvitationPrint.State.DONE,
            "",
        )
        made.save()
        numbers = [people[one.mark.recipient].pk for one in printed.letters]
        for start_ in range(0, len(numbers), 500):
            Member.objects.filter(pk__in=numbers[start_ : start_ + 500]).update(printed=True)
        Campaign.objects.filter(pk=made.campaign_id).exclude(state=Campaign.State.REPORTED).update(
            state=Campaign.State.PRINTED
        )
        record(
            "outreach.printed",
            subject=made.campaign.subject,
            actor=made.created_by,
            letters=made.letters,
            sha256=made.pdf.sha256,
        )


def _mailing(printed: Printed, people: Mapping[str, Member], plan: Plan) -> Table:
    texts = {"文面": [plan.messages[people[one.mark.recipient].arm - 1].name for one in printed.letters]}
    return mailing.table("差込", printed.letters, texts)


def _letters(
    campaign: Campaign, plan: Plan, lacking: Callable[[str], list[str]], left: list[list[str]]
) -> tuple[list[Letter], dict[str, Member]]:
    """The letters in the order of postal code and number, and whose each is."""
    table = campaign.table
    if table is None:
        raise Conflict(choosing.GONE)
    roles = {one: table.heading(one) for one in ("name", "postal", "address", "birth")}
    columns, numbers = choosing.rows_of(
        table, [*plan.columns, *(one for one in roles.values() if one)], plan.year
    )
    place = {number: at for at, number in enumerate(numbers)}
    hidden, unwilling = campaigns.protected_now(campaign), choosing.opted_out(campaign.purpose)
    gone, _ = campaigns.moved_now(campaign)
    found: list[tuple[str, Letter, Member]] = []
    for member in campaign.members.filter(withdrawn="", arm__gt=0).order_by("pk").iterator(chunk_size=2_000):
        if member.number in hidden:
            left.append([masked(member.number), PROTECTED])
            continue
        if number_key(member.number) in unwilling:
            left.append([masked(member.number), UNWILLING])
            continue
        if number_key(member.number) in gone:
            left.append([masked(member.number), MOVED])
            continue
        person = {name: values[place[member.number]] for name, values in columns.items()}
        letter = _letter(member, plan, person, roles)
        if lacks := lacking("".join(letter.body.single.values())):
            left.append([masked(member.number), f"印刷できない文字 {glyphs.told(lacks)} があります。"])
            continue
        found.append((letter.addressee.postal_code, letter, member))
    found.sort(key=lambda one: (one[0], one[2].number))
    return [one[1] for one in found], {one[1].recipient: one[2] for one in found}


def _letter(member: Member, plan: Plan, person: Mapping[str, Any], roles: Mapping[str, str]) -> Letter:
    message = plan.messages[member.arm - 1]
    texts = {name: shown(one) for name, one in person.items()}
    birth = person.get(roles["birth"])
    if birth:
        texts[AGE] = str(age_on(birth, plan.decided))
    to = Addressee(texts[roles["name"]], texts.get(roles["postal"], ""), texts[roles["address"]])
    recipient = f"K{member.campaign_id}-{member.pk}"
    return Letter(
        recipient,
        to,
        Values(
            _single(
                to, filled(message.subject, texts), filled(message.body, texts), recipient, plan.print_day
            )
        ),
    )


def _single(to: Addressee, subject: str, body: str, recipient: str, day: date) -> dict[str, str]:
    town = str(current_municipality().name)
    return {
        "宛名": to.name, "郵便番号": to.postal_code, "住所": to.address, "整理番号": recipient, "日付": calendar.written(day),
        "文書番号": "",
        "名義": str(value("letters.mayor")) or f"{town}長", "件名": subject, "前文": body, "問い合わせ先": str(value("letters.desk")) or town,
    }  # fmt: skip


def beginning() -> list[Block]:
    """What a Word file for the invitation begins with."""
    return [*opening([("整理番号", "{整理番号}")]), *asking()]


def require_may_leave(made: InvitationPrint) -> None:
    """Raises Conflict where somebody in this print has come under protection, wants no letters or has left the town since, or the
    purpose has ended."""
    campaign = made.campaign
    if campaign.table is None or campaign.table.part is None:
        raise Conflict(choosing.GONE)
    purposes.require_holds(campaign.purpose)
    inside = _inside(made)
    if inside & choosing.keys_of(campaigns.protected_now(campaign)):
        raise Conflict("作った後に支援措置の対象になった人の手紙が入っています。作り直してください。")
    if inside & choosing.opted_out(campaign.purpose):
        raise Conflict("作った後に勧奨を望まないと申し出た人の手紙が入っています。作り直してください。")
    if inside & campaigns.moved_now(campaign)[0]:
        raise Conflict("作った後に転出したか亡くなった人の手紙が入っています。作り直してください。")


def _inside(made: InvitationPrint) -> set[str]:
    """Whose letters are in this print, by `number_key`: as its list says, which has the mark of each. Where it says nothing, whoever got any."""
    members = made.campaign.members.filter(arm__gt=0, printed=True)
    marks, _ = mailing.read_marks(content_of(made.mailing)) if made.mailing else ([], [])
    places = {int(one.recipient.rpartition("-")[2]) for one in marks if one.print == f"outreach-{made.pk}"}
    if places:
        members = made.campaign.members.filter(arm__gt=0)
    return {
        number_key(number)
        for pk, number in members.values_list("pk", "number").iterator(chunk_size=2_000)
        if not places or pk in places
    }


def give_up(refusal: Refused, *, invitation_print_id: int) -> None:
    """The job will not go on."""
    working.give_up(InvitationPrint, invitation_print_id, refusal)


def take_up(*, invitation_print_id: int) -> None:
    """The job is to begin anew."""
    working.take_up(InvitationPrint, invitation_print_id)
