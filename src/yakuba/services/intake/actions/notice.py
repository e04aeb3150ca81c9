"""The letter to a person in whose name somebody who proved nothing handed a 戸籍届 in. It goes to that person, never to whoever
stood there."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.ledger.models import Case, CaseLetter
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.letters import glyphs, verify
from yakuba.kernel.letters import queries as letters
from yakuba.kernel.letters.letter import Addressee, Letter
from yakuba.kernel.letters.printing import NothingFits, print_file
from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.written import layout
from yakuba.kernel.meter.noting import note
from yakuba.kernel.protection.policy import require_released
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.townsettings import value
from yakuba.kernel.values import calendar
from yakuba.services.intake.queries import acting as queries

INTRO = "あなたのお名前で、次の届出がありました。届け出た人の本人確認ができませんでしたので、お知らせします。"
BODY = (
    "お心当たりのないときは、下の問い合わせ先にご連絡ください。お心当たりがあれば、何もなさらなくて結構です。"
)


def make(
    case: Case, name: str, postal_code: str, address: str, number: str, day: date | None, *, actor: User
) -> CaseLetter:
    """Print it, read it back, keep it. Raises Conflict where no such letter is due, Invalid for what cannot be printed, and
    PlaceHidden under 支援措置 without another person's word."""
    _require_due(case)
    require_released(actor, KIND, case.pk)
    day = day or timezone.localdate()
    kind = letters.kind_of(queries.LETTER)
    used = letters.in_use(queries.LETTER, day)
    template = letters.written(queries.LETTER, used.number) if used else letters.house(kind)
    town = str(case.municipality.name)
    single = {
        "宛名": name,
        "郵便番号": postal_code,
        "住所": address,
        "受付番号": case.receipt_number,
        "手続": case.procedure.title,
        "文書番号": number,
        "日付": calendar.written(day),
        "名義": str(value("letters.mayor")) or f"{town}長",
        "件名": kind.label,
        "前文": INTRO,
        "本文": BODY,
        "問い合わせ先": str(value("letters.desk")) or town,
    }
    if lacks := template.lacking("".join(single.values())):
        raise Invalid(f"印刷できない文字 {glyphs.told(lacks)} があります。別の字にしてください。")
    one = Letter(case.receipt_number, Addressee(name, postal_code, address), Values(single))
    pdf = _printed(one, template, f"intake-case-{case.pk}")
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        _require_due(row)
        kept = store(StoredFile.Kind.OUTPUT, "letter.pdf", "application/pdf", pdf, actor=actor)
        letter: CaseLetter = CaseLetter.objects.create(
            case=row,
            kind=queries.LETTER,
            number=number,
            day=day,
            template=used.number if used else 0,
            pdf=kept,
            made_by=actor,
        )
        note("ledger.letters", f"letter:{letter.pk}")
        add_event(row, "ledger.letter_made", user=actor, note=f"{kind.label}　{number}")
        record(
            "ledger.letter_made",
            subject=f"case:{row.pk}",
            actor=actor,
            kind=queries.LETTER,
            sha256=kept.sha256,
        )
    return letter


def _require_due(case: Case) -> None:
    found = queries.standing(case)
    if found is None or not found.letter_due:
        raise Conflict("この受付には、本人への通知は要らないか、もう作ってあります。")


def _printed(one: Letter, template: object, name: str) -> bytes:
    try:
        printed = print_file([one], layout(template, name))  # type: ignore[arg-type]
    except NothingFits as error:
        raise Invalid("文が長くて1枚に収まりません。宛名と住所を確かめてください。") from error
    marks = [each.mark for each in printed.letters]
    if found := verify.verify(printed.pdf, marks, shows={one.recipient: [one.recipient]}):
        raise Unavailable(
            f"読み返したところ、紙面が正しくありません。{found[0].reason}もう一度作ってください。"
        )
    return printed.pdf


def start() -> list[object]:
    """What a town's own Word file begins with."""
    from yakuba.kernel.ledger.letters import correction

    return list(correction())


def sent_for(procedure: str) -> bool:
    """Whether it is sent for cases of that procedure: where the rules in force say that it is a 戸籍届."""
    from yakuba.services.intake.queries.rules import acting

    found = acting(procedure)
    return bool(found and found[0].register)
