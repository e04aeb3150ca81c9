"""Requests by post (郵送請求): an envelope is opened once, the orders that pay are taken, whatever is above the fee goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import workdays
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event, confirm_value, open_case, record_value
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.intake.actions import acting, fees
from yakuba.services.intake.actions.numbers import next_number
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.engine.fees import orders
from yakuba.services.intake.engine.people import read_roles
from yakuba.services.intake.models import FeeEntry, MoneyOrder, PostalRequest
from yakuba.services.intake.queries import fees as queries
from yakuba.services.intake.queries.acting import UNSTATED, is_unstated, standing

ANSWERED_WITHIN = 3  # workdays after it arrived, as the page proposes it
LONGEST, MOST_STAMPS = 300, 100_000
MOST_DAYS = timedelta(days=3_660)  # between today and the day of issue, beyond which a year was mistyped
Fate = MoneyOrder.Fate


@dataclass(frozen=True)
class Envelope:
    """What came. given: with order values and days of issue; name: of the person whom it is about, as the request says it."""

    arrived_on: date
    name: str = ""
    stamps: int = 0
    envelope: bool = False
    note: str = ""
    orders: Sequence[tuple[int, date, bool]] = ()


def due_by(arrived_on: date) -> date:
    """Until when it should go back."""
    return workdays.after(arrived_on, ANSWERED_WITHIN)


@transaction.atomic
def register(
    procedure: Procedure, envelope: Envelope, given: Given | None, once: str, *, actor: Actor
) -> PostalRequest:
    """A case of an envelope; the same however often the button is pressed. Raises Invalid, ValueRefused."""
    fees.book()
    fees.require_mark(once)
    row: PostalRequest | None = (
        PostalRequest.objects.select_related("case__procedure").filter(once=once).first()
    )
    if row is not None:
        return row
    _require(envelope)
    fees.require_no_number(envelope.note, envelope.name)
    today = timezone.localdate()
    case = open_case(procedure, next_number(today), Status.RECEIVED)
    _values(case, envelope.name, actor)
    row = PostalRequest.objects.create(
        once=once,
        case=case,
        arrived_on=envelope.arrived_on,
        due_on=due_by(envelope.arrived_on),
        stamps=envelope.stamps,
        envelope=envelope.envelope,
        note=envelope.note.strip(),
        taken_by=known(actor),
    )
    for yen, issued_on, written in envelope.orders:
        MoneyOrder.objects.create(request=row, yen=yen, issued_on=issued_on, written=written)
    if given is not None:
        acting.state(case, given, actor=actor)
    add_event(case, "intake.came_by_post", user=known(actor), orders=len(envelope.orders))
    record("intake.post_opened", subject=f"case:{case.pk}", actor=actor, orders=len(envelope.orders))
    return row


@transaction.atomic
def settle(row: PostalRequest, once: str, *, actor: Actor) -> FeeEntry | None:
    """Take the orders that pay what is due, and put the others on the return list; nothing above the fee is kept. None where not
    one can be used. Raises Conflict where nothing is due yet or it was done by somebody else."""
    here = fees.book()
    row = (
        PostalRequest.objects.select_for_update(of=("self",)).select_related("case__procedure").get(pk=row.pk)
    )
    if (written := fees.written_before(once, row.case, FeeEntry.Kind.RECEIVED)) is not None:
        return written
    account = queries.account(row.case)
    if not any(one.kind == FeeEntry.Kind.DUE for one in account.entries):
        raise Conflict("先に、この受付の手数料（何を何枚か、減免）を記録してください。")
    if row.sent_on is not None:
        raise Conflict("この郵送請求は、もう返してあります。")
    held = list(
        row.orders.exclude(fate=Fate.KEPT)
    )  # those that were to go back lie here too, and a fee may have changed
    found = orders.fit(queries.engine_orders(held), max(0, account.open), timezone.localdate())
    if row.settled_at is not None and not found.kept:
        raise Conflict("小為替は、もう分けてあります。直すときは、受け取りの行を取り消してください。")
    paid = sum(one.yen for one in held if one.pk in found.kept)
    entry = fees.add_order_line(here, row.case, paid, once, actor=actor) if paid else None
    for one in held:
        one.fate = Fate.KEPT if one.pk in found.kept else Fate.BACK
        one.entry = entry if one.pk in found.kept else None
        one.save(update_fields=["fate", "entry"])
    row.settled_at = timezone.now()
    row.save(update_fields=["settled_at"])
    record(
        "intake.orders_settled", subject=f"case:{row.case_id}", actor=actor, kept=len(found.kept),
        back=len(found.returned), short=found.short,
    )  # fmt: skip
    return entry


@transaction.atomic
def add_orders(row: PostalRequest, more: Sequence[tuple[int, date, bool]], *, actor: Actor) -> PostalRequest:
    """Orders that came after somebody was asked for more. Raises Invalid, Conflict."""
    fees.book()
    row = (
        PostalRequest.objects.select_for_update(of=("self",)).select_related("case__procedure").get(pk=row.pk)
    )
    if row.sent_on is not None:
        raise Conflict("この郵送請求は、もう返してあります。")
    if row.orders.count() + len(more) > orders.MOST:
        raise Invalid(f"小為替は{orders.MOST}枚までです。")
    _require_orders(more)
    for yen, issued_on, written in more:
        MoneyOrder.objects.create(request=row, yen=yen, issued_on=issued_on, written=written)
    row.settled_at = None
    row.save(update_fields=["settled_at"])
    record("intake.post_opened", subject=f"case:{row.case_id}", actor=actor, orders=len(more))
    return row


@transaction.atomic
def send(row: PostalRequest, *, actor: Actor) -> PostalRequest:
    """The envelope goes back with what was asked for and what is on the return list. Raises Conflict where orders still lie here,
    or money is lacking."""
    fees.book()
    row = (
        PostalRequest.objects.select_for_update(of=("self",)).select_related("case__procedure").get(pk=row.pk)
    )
    if row.sent_on is not None:
        return row
    if row.orders.filter(fate=Fate.HELD).exists():
        raise Conflict("まだ分けていない小為替があります。先に「小為替を分ける」を押してください。")
    _require_paid(row.case)
    _require_asker(row.case)
    row.sent_on = timezone.localdate()
    row.save(update_fields=["sent_on"])
    record("intake.post_sent", subject=f"case:{row.case_id}", actor=actor)
    return row


def _require_paid(case: Case) -> None:
    open_ = queries.account(case).open
    if open_ > 0:
        raise Conflict(
            f"手数料が{open_:,}円足りません。届くのを待つか、請求されたものを渡さずに返すときは、手数料と受け取りの行を"
            "取り消し、小為替を分け直してから返してください。"
        )


def _require_asker(case: Case) -> None:
    """Nothing leaves while it is open who asked: whoever sent the envelope may be the one from whom a person is protected."""
    now = standing(case)
    if now is None and is_unstated(case):
        raise Conflict(UNSTATED)
    if now is not None and now.waits:
        raise Conflict(
            f"足りないものを待っています：{'。'.join(now.lacking)}。届いたら「申請した人」に記録します。"
            "そろわないまま返すときは、そこに理由を書きます。"
        )


def procedure_of(code: str) -> Procedure:
    """Raises Missing."""
    row: Procedure | None = Procedure.objects.filter(code=code).first()
    if row is None:
        raise Missing("手続を選んでください。")
    return row


def request_of(number: int) -> PostalRequest:
    """Raises Missing."""
    row = queries.requests().filter(pk=number).first()
    if row is None:
        raise Missing("その郵送請求はありません。一覧から選び直してください。")
    return row


def _require(envelope: Envelope) -> None:
    today = timezone.localdate()
    if not today - timedelta(days=366) <= envelope.arrived_on <= today:
        raise Invalid("届いた日は、今日までの日（1年以内）で書いてください。")
    if not 0 <= envelope.stamps <= MOST_STAMPS or len(envelope.note) > LONGEST:
        raise Invalid(
            f"切手は{MOST_STAMPS:,}円まで、ほかに入っていたものは{LONGEST}文字までで書いてください。"
        )
    if len(envelope.orders) > orders.MOST:
        raise Invalid(f"小為替は{orders.MOST}枚までです。")
    _require_orders(envelope.orders)


def _require_orders(given: Sequence[tuple[int, date, bool]]) -> None:
    if wrong := next((yen for yen, _, _ in given if yen not in orders.VALUES), 0):
        values = "、".join(f"{one:,}" for one in orders.VALUES)
        raise Invalid(f"{wrong:,}円の定額小為替はありません。あるのは {values} 円です。")
    today = timezone.localdate()
    for _, issued_on, _ in given:
        if not today - MOST_DAYS <= issued_on <= today + MOST_DAYS:
            raise Invalid(
                f"小為替の発行日 {issued_on.isoformat()} を確かめてください。年が違っていませんか。"
            )


def _values(case: Case, name: str, actor: Actor) -> None:
    """The receipt number, and the name where the procedure has one place for it: the rest is entered by hand."""
    definition = case.procedure.definition
    if RECEIPT_NUMBER in definition.by_code:
        record_value(
            case, RECEIPT_NUMBER, case.receipt_number, trusted=True, source={"post": True},
            origin=CaseValue.Origin.PERSON,
        )  # fmt: skip
    roles = read_roles((), definition, definition.title)
    field = roles[0].fields.get("name", "") if roles else ""
    person = known(actor)
    if name.strip() and field and person is not None:
        value = definition.by_code[field].canonical(name.strip())
        confirm_value(case, field, value, actor=person, seconds=0.0, insist=True)
