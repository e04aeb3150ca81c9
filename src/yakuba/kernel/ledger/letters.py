"""Letters to the applicant of one case: what is missing (補正依頼), and that it is refused (却下通知).

They look as the town's Word file says (`kernel.letters`), or as the file that the house gives to begin with. Each is read
back before it counts, and is kept as it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseLetter
from yakuba.kernel.ledger.queries import unconfirmed_of, values_of
from yakuba.kernel.ledger.sight import KIND, Sight
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.letters import glyphs, queries, verify, wording
from yakuba.kernel.letters.letter import Addressee, Letter
from yakuba.kernel.letters.printing import NothingFits, print_file
from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.word.starting import Block, Words, asking, opening
from yakuba.kernel.letters.written import layout
from yakuba.kernel.meter.noting import note
from yakuba.kernel.protection.policy import require_released
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.registry import LetterKind
from yakuba.kernel.townsettings import value
from yakuba.kernel.values import calendar, shown

KIND_OF = {Status.RETURNED: "ledger.correction", Status.REFUSED: "ledger.refusal"}
LIKELY = {"name": ("applicant_name", "name"), "postal_code": ("postal_code",), "address": ("address",)}
INTRO = {
    "ledger.correction": "ご申請について、次のところを補っていただく必要があります。",
    "ledger.refusal": "ご申請について、審査の結果、次の理由により認められませんので、お知らせします。",
}


@dataclass(frozen=True)
class Draft:
    """What a person has filled in or checked. text: what is to be corrected, or why it is refused."""

    addressee: Addressee
    number: str
    day: date
    text: str


def kind_for(case: Case) -> LetterKind | None:
    """The letter that belongs to where the case stands; None where there is none."""
    code = KIND_OF.get(Status(case.status))
    return queries.kind_of(code) if code else None


def likely(case: Case, seen: Sight) -> dict[str, str]:
    """Name, postal code and address of who probably applied, as far as the person sees them, to be checked; and the reason
    that was noted last. What nobody has confirmed stays empty (`left_empty`): a letter to a wrong address is read by
    somebody else."""
    stored, unconfirmed = values_of(case), unconfirmed_of(case)
    found = {}
    for kind, codes in LIKELY.items():
        fields = case.procedure.definition.fields
        first = [one.code for one in fields if one.type == kind]
        if seen.hidden and kind != "name":
            found[kind] = ""
            continue
        code = next((one for one in (*codes, *first) if stored.get(one)), "")
        text = "" if code in unconfirmed else stored.get(code, "")
        found[kind] = shown(kind, text).lstrip("〒") if text else ""
    events = CaseEvent.objects.filter(case=case, kind=f"ledger.{case.status}").order_by("-at", "-pk")
    last = events.first()
    return found | {"text": str(last.details.get("reason", "")) if last else ""}


def left_empty(case: Case) -> list[str]:
    """The labels of the values that would say who applied, and that nobody has confirmed."""
    unconfirmed = unconfirmed_of(case)
    fields = case.procedure.definition.fields
    return [one.label for one in fields if one.type in LIKELY and one.code in unconfirmed]


def make(case: Case, draft: Draft, *, actor: User) -> CaseLetter:
    """Print the letter, read it back, keep it. Raises Conflict where the case has moved on, Invalid for what cannot be
    printed."""
    kind = kind_for(case)
    if kind is None:
        raise Conflict(f"受付は「{LABELS[Status(case.status)]}」なので、出す通知がありません。")
    require_released(actor, KIND, case.pk)
    used = queries.in_use(kind.code, draft.day)
    pdf = _printed(case, kind, draft, used.number if used else 0)
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if row.status != case.status:
            raise Conflict("作っているあいだに、受付が先へ進みました。画面を開き直してください。")
        kept = store(StoredFile.Kind.OUTPUT, "letter.pdf", "application/pdf", pdf, actor=actor)
        letter: CaseLetter = CaseLetter.objects.create(
            case=row,
            kind=kind.code,
            number=draft.number,
            day=draft.day,
            template=used.number if used else 0,
            pdf=kept,
            made_by=actor,
        )
        note("ledger.letters", f"letter:{letter.pk}")
        add_event(row, "ledger.letter_made", user=actor, note=f"{kind.label}　{draft.number}")
        record(
            "ledger.letter_made", subject=f"case:{row.pk}", actor=actor, kind=kind.code, sha256=kept.sha256
        )
    return letter


def _printed(case: Case, kind: LetterKind, draft: Draft, number: int) -> bytes:
    template = queries.written(kind.code, number) if number else queries.house(kind)
    single = _single(case, kind, draft)
    if lacks := template.lacking("".join(single.values())):
        raise Invalid(
            f"印刷できない文字 {glyphs.told(lacks)} があります。別の字にするか、書体を入れてもらってください。"
        )
    one = Letter(case.receipt_number, draft.addressee, Values(single))
    try:
        printed = print_file([one], layout(template, f"case-{case.pk}"))
    except NothingFits as error:
        raise Invalid("文が長くて1枚に収まりません。短くしてください。") from error
    marks = [one.mark for one in printed.letters]
    if found := verify.verify(printed.pdf, marks, shows={case.receipt_number: [case.receipt_number]}):
        raise Unavailable(
            f"読み返したところ、紙面が正しくありません。{found[0].reason}もう一度作ってください。"
        )
    return printed.pdf


def _single(case: Case, kind: LetterKind, draft: Draft) -> dict[str, str]:
    town = str(case.municipality.name)
    mayor, desk, appeal = (str(value(f"letters.{name}")) for name in ("mayor", "desk", "appeal"))
    to = draft.addressee
    return {
        "宛名": to.name,
        "郵便番号": to.postal_code,
        "住所": to.address,
        "受付番号": case.receipt_number,
        "手続": case.procedure.title,
        "文書番号": draft.number,
        "日付": calendar.written(draft.day),
        "名義": mayor or f"{town}長",
        "件名": kind.label,
        "前文": INTRO[kind.code],
        "本文": draft.text,
        "問い合わせ先": desk or town,
        "教示": appeal or wording.appeal(town),
    }


def correction() -> list[Block]:
    """What a Word file for a letter that asks for a correction begins with."""
    return _beginning([])


def refusal() -> list[Block]:
    """The same for a refusal, which tells how to contest it."""
    return _beginning([Words("{教示}", size=8, after=0)])


def is_procedure(procedure: str) -> bool:
    """These letters go with every procedure."""
    return True


def _beginning(more: list[Block]) -> list[Block]:
    facts = (("手続", "{手続}"), ("受付番号", "{受付番号}"))
    return [*opening(facts), Words("{本文}", after=10), *asking(), *more]
