"""A text made by a model server, or by the built-in way: looked at before it is sent, checked before it is shown, noted
without any of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.queries import cases
from yakuba.kernel.ledger.sight import sight
from yakuba.kernel.modelservers import Message, ModelServer, ModelServerFailed, at_work, server_for
from yakuba.kernel.personaldata import hiding
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Missing, attempt
from yakuba.services.drafting.contracts import BuiltIn, DataClass
from yakuba.services.drafting.engine import extracting, grounding, instructions, outlining, prompting
from yakuba.services.drafting.models import Template, Use, UseRecord
from yakuba.services.drafting.queries import governance

NAMES = (
    "name",
    "kana",
    "address",
    "phone",
    "insurance_number",
)  # types of fields whose values are hidden first


@dataclass(frozen=True)
class Asked:
    """What is to be made. text: what nobody sees is out of it already; more: words to be hidden besides; receipt: number of a
    case whose names are hidden first, or empty."""

    use: Use
    template: Template
    data_class: DataClass
    text: str
    more: tuple[str, ...] = ()
    receipt: str = ""


@dataclass(frozen=True)
class Shown:
    """What would be sent, to be looked at. seal: of exactly that; alarms: phrases that speak to a model."""

    hidden: hiding.Hidden
    seal: str
    alarms: list[str]


@dataclass(frozen=True)
class Made:
    """text: with the words put back; pieces: the same, with numbers and names marked that the source has not; way: what made
    it; failed: why the server did not; unknown: tokens that stand for nothing."""

    text: str
    pieces: list[tuple[str, bool]]
    way: str
    failed: str
    unknown: list[str]
    by_server: bool


def look(asked: Asked, *, actor: User) -> Shown:
    """Hide what is personal. Raises Forbidden, Invalid, Missing."""
    _require(asked, actor)
    if len(asked.text) > prompting.LONGEST:
        prompting.question("", asked.text)  # refuses it
    hidden = hiding.hidden(asked.text, [*_names_of(asked.receipt, actor), *asked.more])
    seal = hashlib.sha256(f"{asked.template.pk}\0{hidden.text}".encode()).hexdigest()
    return Shown(hidden, seal, instructions.suspicious(asked.text))


def make(asked: Asked, seal: str, *, actor: User) -> Made:
    """Send what was looked at, and nothing else; where no server does it, the built-in way. Raises Conflict where the text is
    no longer the one that was shown."""
    shown = look(asked, actor=actor)
    if seal != shown.seal:
        raise Conflict("確かめたあとで文が変わりました。伏せた文をもう一度確かめてください。")
    server, failed, answered = server_for("chat"), None, None
    way = at_work("chat")
    if server is not None:
        answered, failed = attempt(_answered, server, asked, shown)
    text, unknown = answered or ("", [])
    by_server = bool(text)
    if not by_server:
        text = _built_in(asked)
    spans = grounding.unfounded(text, asked.text) if by_server else []
    made = Made(
        text,
        grounding.pieces(text, spans),
        way.label if by_server else "内蔵の方法",
        str(failed or ""),
        unknown,
        by_server,
    )
    _note(asked, shown, made, len(spans), actor)
    return made


def _require(asked: Asked, actor: User) -> None:
    if not governance.has_accepted(actor):
        raise Forbidden("先に、AIの約束を読んで承知してください。")
    if not asked.use.is_open:
        raise Invalid(f"「{asked.use}」は、いまは使えません。責任者に聞いてください。")
    if not governance.allows(asked.use, asked.data_class):
        most = DataClass(asked.use.data_class).label
        raise Invalid(
            f"「{asked.use}」に入れてよいのは、{most}までです。ほかの使い方を選ぶか、責任者に聞いてください。"
        )


def _names_of(receipt: str, actor: User) -> list[str]:
    """Names, addresses and numbers of a case, as the person may see them. Raises Missing."""
    if not receipt:
        return []
    case = cases(receipt_number=receipt).first() if allowed(actor, "ledger.view") else None
    if case is None:
        raise Missing(f"受付番号{receipt}の受付がありません。番号を確かめてください。")
    record("drafting.case_asked", subject=f"case:{case.pk}", actor=actor)
    definition, seen = case.procedure.definition, sight(actor, case)
    fields = {one.code: one for one in definition.fields if one.type in NAMES}
    found = []
    for value in case.values.all():
        item = fields.get(value.field)
        if item is not None and value.value and not seen.hides(item):
            found += [value.value, item.shown(value.value)]
    return found


def _answered(server: ModelServer, asked: Asked, shown: Shown) -> tuple[str, list[str]]:
    """What the server wrote, words put back. Raises ModelServerFailed, also for what may not be shown."""
    question = prompting.question(asked.template.instruction, shown.hidden.text)
    messages = [Message("system", question.system), Message("user", question.user)]
    written = server.answer(messages, prompting.Written, temperature=0.2)
    if fault := prompting.fault_of(written, question, grounded=asked.template.grounded):
        raise ModelServerFailed(fault, remedy="内蔵の方法の結果を使うか、もう一度頼んでください。")
    return hiding.restored(prompting.text_of(written), shown.hidden.items)


def _built_in(asked: Asked) -> str:
    """What rules make of the text; empty where they make nothing."""
    kind = BuiltIn(asked.template.built_in)
    if kind is BuiltIn.SHORT:
        return extracting.shortened(asked.text).text
    if kind is BuiltIn.SUMMARY:
        return "\n".join(f"{one.text}（{one.line}行目）" for one in extracting.summary(asked.text))
    if kind is BuiltIn.QUESTIONS:
        return outlining.written(outlining.questions_and_answers(asked.text), answered=True).strip()
    if kind is BuiltIn.QUESTIONNAIRE:
        return outlining.written(outlining.questionnaire(asked.text), answered=False).strip()
    return ""


@transaction.atomic
def _note(asked: Asked, shown: Shown, made: Made, unfounded: int, actor: User) -> None:
    UseRecord.objects.create(
        who=actor,
        use=asked.use,
        template=asked.template.label,
        way=made.way[:160],
        failed=made.failed[:300],
        characters=len(shown.hidden.text) if made.by_server or made.failed else 0,
        answered=len(made.text),
        hidden=len(shown.hidden.items),
        alarms=len(shown.alarms),
        unfounded=unfounded,
    )
