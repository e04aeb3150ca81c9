"""What people decide about findings, and letters to institutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.letters import glyphs, queries, verify
from yakuba.kernel.letters.letter import Addressee, Letter
from yakuba.kernel.letters.printing import NothingFits, print_file
from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.word.starting import Block, Words, asking, opening
from yakuba.kernel.letters.written import layout
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.values import calendar
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.claims.actions.protecting import KIND
from yakuba.services.claims.models import Finding, InquiryLetter

LETTER = "claims.inquiry"
MOST_IN_A_LETTER = 15
MY_NUMBER = "個人番号（マイナンバー）に見える番号が入っています。消してから、もう一度押してください。"
INTRO = "次のレセプトについて、内容の確認をお願いします。お手数ですが、右の欄のことをお知らせください。"


@transaction.atomic
def judge(finding: Finding, outcome: str, note: str, *, actor: Actor, seen: str = "") -> Finding:
    """What it turned out to be; it can be changed, and stays when it is found again. seen: its outcome as it was looked at.
    Raises Invalid, and Conflict where somebody decided meanwhile."""
    row: Finding = Finding.objects.select_for_update().get(pk=finding.pk)
    if seen and row.outcome not in (seen, outcome):
        raise Conflict(
            f"開いている間に、ほかの職員が「{row.get_outcome_display()}」と決めました。まだ何も変えていません。見比べて、変えるならもう一度押してください。"
        )
    if outcome not in Finding.Outcome.values:
        raise Invalid("結果は、正しい指摘、誤った指摘、照会中 のどれかにしてください。")
    if outcome == Finding.Outcome.WRONG and not note.strip():
        raise Invalid("誤った指摘としたわけを書いてください。規則を直すときに読みます。")
    if likely_in(note):
        raise Invalid(MY_NUMBER)
    row.outcome, row.note = outcome, note.strip()[:300]
    opened = outcome == Finding.Outcome.OPEN
    row.judged_at, row.judged_by = (None, None) if opened else (timezone.now(), known(actor))
    row.save()
    return row


@dataclass(frozen=True)
class Draft:
    """To whom a letter goes, as a person filled in or checked it."""

    addressee: Addressee
    number: str
    day: date
    question: str


def ask(findings: Sequence[Finding], draft: Draft, *, actor: User) -> InquiryLetter:
    """Print the letter, read it back, keep it; its findings are asked about. Raises Invalid, Conflict, PlaceHidden."""
    if not findings:
        raise Invalid("照会する指摘がありません。")
    if likely_in(draft.question):
        raise Invalid(MY_NUMBER)
    if len(findings) > MOST_IN_A_LETTER:
        raise Invalid(
            f"一通に書けるのは{MOST_IN_A_LETTER}件までです（今は{len(findings)}件）。分けて作ってください。"
        )
    if len({one.institution for one in findings}) > 1:
        raise Invalid("医療機関の違う指摘は、一通にまとめられません。")
    for one in findings:
        policy.require_released(actor, KIND, one.pk)
    used = queries.in_use(LETTER, draft.day)
    pdf = _printed(findings, draft, used.number if used else 0)
    with transaction.atomic():
        rows = list(Finding.objects.select_for_update().filter(pk__in=[one.pk for one in findings]))
        if any(one.letter_id for one in rows):
            raise Conflict("もう照会した指摘が入っています。画面を開き直してください。")
        kept = store(StoredFile.Kind.OUTPUT, "inquiry.pdf", "application/pdf", pdf, actor=actor)
        letter: InquiryLetter = InquiryLetter.objects.create(
            institution=findings[0].institution, addressee=draft.addressee.name, number=draft.number, day=draft.day, pdf=kept,
            created_by=actor,
        )  # fmt: skip
        now = timezone.now()
        for one in rows:
            one.letter, one.outcome, one.judged_at, one.judged_by = letter, Finding.Outcome.ASKED, now, actor
            one.save()
        record(
            "claims.asked",
            subject=f"claimletter:{letter.pk}",
            actor=actor,
            findings=len(rows),
            sha256=kept.sha256,
        )
    return letter


def _printed(findings: Sequence[Finding], draft: Draft, number: int) -> bytes:
    kind = queries.kind_of(LETTER)
    template = queries.written(kind.code, number) if number else queries.house(kind)
    single = _single(findings, draft)
    if lacks := template.lacking("".join(single.values())):
        raise Invalid(
            f"印刷できない文字 {glyphs.told(lacks)} があります。別の字にするか、書体を入れてもらってください。"
        )
    recipient = findings[0].institution
    try:
        printed = print_file(
            [Letter(recipient, draft.addressee, Values(single))], layout(template, f"claims-{findings[0].pk}")
        )
    except NothingFits as error:
        raise Invalid("文が長くて1枚に収まりません。指摘を分けるか、文を短くしてください。") from error
    marks = [one.mark for one in printed.letters]
    if found := verify.verify(printed.pdf, marks, shows={recipient: [recipient]}):
        raise Unavailable(
            f"読み返したところ、紙面が正しくありません。{found[0].reason}もう一度作ってください。"
        )
    return printed.pdf


def _single(findings: Sequence[Finding], draft: Draft) -> dict[str, str]:
    town = str(current_municipality().name)
    to = draft.addressee
    lines = [
        f"{at}. {one.month // 100}年{one.month % 100}月診療分　レセプト{one.claim}　{one.name}　{one.message}"
        for at, one in enumerate(findings, start=1)
    ]
    return {
        "宛名": to.name, "郵便番号": to.postal_code, "住所": to.address, "医療機関コード": findings[0].institution, "文書番号": draft.number,
        "日付": calendar.written(draft.day), "名義": str(value("letters.mayor")) or f"{town}長", "件名": "レセプトの内容について（照会）",
        "前文": INTRO, "指摘": "\n".join(lines), "尋ねること": draft.question, "問い合わせ先": str(value("letters.desk")) or town,
    }  # fmt: skip


def beginning() -> list[Block]:
    """What a Word file for the inquiry begins with."""
    return [
        *opening([("医療機関コード", "{医療機関コード}")]), Words("{指摘}", after=10), Words("{尋ねること}", after=10), *asking()
    ]  # fmt: skip
