"""One object of every kind that an address of this room names, and a small group of bodies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import User
from yakuba.services.sharing.actions import advisors, closing, costs, registers
from yakuba.services.sharing.engine.tables import HeadcountRow, UseRow
from yakuba.services.sharing.models import (
    Advisor,
    Amount,
    Bill,
    Closing,
    ClosingDraft,
    CostGroup,
    CostItem,
    Price,
    ReceivedBill,
)
from yakuba.services.sharing.queries import definitions
from yakuba.services.sharing.queries.computing import compute

BODIES = (("990019", "やくば市"), ("990027", "となり町"), ("990035", "まつかぜ町"))
DAY = date(2026, 1, 1)


def key(**given: Any) -> dict[str, Any]:
    """A key as the action takes it."""
    usual = {"equal": Decimal(0), "population": Decimal(0), "use": Decimal(0), "counted_on": None, "use_kind": "", "without_use": "equal", "source": "協定第3条"}  # fmt: skip
    return usual | given


def a_group(code: str = "kyodo", title: str = "共同利用", **given: Any) -> CostGroup:
    """Three bodies with populations."""
    usual = {"agreement": "見本の協定", "biller": "", "pay_to": "", "rounding": "half_up", "by_days": False, "shows_all": True}  # fmt: skip
    row = costs.set_group({"code": code, "title": title} | usual | given)
    for body, name in BODIES:
        costs.set_body(row, body, name, date(2026, 4, 1), None)
    people = (31_400, 9_200, 8_100)
    rows = [HeadcountRow(body, DAY, number, "見本の数字") for (body, _), number in zip(BODIES, people, strict=True)]  # fmt: skip
    costs.load_headcounts(row, rows)
    return row


def an_item(group: CostGroup, code: str = "fee", **given: Any) -> CostItem:
    """A cost by population, unless another key is given."""
    row = costs.set_item(group, code, "利用料", "運用費", 10)
    costs.set_key(row, "2026-04", key(**(given or {"population": Decimal(100), "counted_on": DAY})))
    return row


def use(group: CostGroup, month: str, kind: str, *amounts: int) -> None:
    """What the bodies used, in their order."""
    rows = [UseRow(body, month, kind, Decimal(amount)) for (body, _), amount in zip(BODIES, amounts, strict=True)]  # fmt: skip
    costs.load_uses(group, rows)


def closed(group: CostGroup, month: str, actor: User, replaces: Closing | None = None) -> Closing:
    """The month, closed as the second person's approval does it."""
    found = compute(group, month, replaces)
    assert not found.problems, found.problems
    draft = ClosingDraft.objects.create(
        group=group, month=month, digest=found.digest, replaces=replaces, proposed_by=actor, state="done", reason="見本" if replaces else ""
    )  # fmt: skip
    return closing._close(found, draft, proof.give_for_good(actor))


def an_advisor(name: str = "見本さん", **given: Any) -> Advisor:
    """An advisor of one field."""
    usual = {"affiliation": "", "roles": ["エンジニア"], "fields": ["窓口"], "code": "", "online": True, "lecturer": False, "topics": "", "most": 10, "contact": "", "active": True}  # fmt: skip
    return advisors.save_advisor({"name": name} | usual | given)


def a_request(**given: Any) -> dict[str, Any]:
    """A request as the action takes it."""
    usual = {"kind": "advice", "body": "となり町", "body_code": "990027", "municipal": True, "recommender": "", "fields": ["窓口"], "role": "", "online": False, "wanted": "書かない窓口"}  # fmt: skip
    return usual | given


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A group with a closed month and a month that is not. The secret word stands in its names."""
    word = known["secret_word"]
    group = a_group("example", f"{word}の取り決め")
    item = an_item(group)
    costs.add_amount(item, "2026-04", 1_000, word, actor=clerk)
    done = closed(group, "2026-04", clerk)
    amount: Amount = costs.add_amount(item, "2026-05", 500, word, actor=clerk)
    bill = Bill.objects.filter(closing=done).first()
    received = ReceivedBill.objects.filter(number__startswith="example-").first()
    assert bill is not None
    assert received is not None
    price = Price.objects.create(
        code="990019", name=word, population=1, year=2026, kind=word, months=12, yen=1, source=word, entered_by=clerk
    )  # fmt: skip
    entry = registers.write(
        definitions.kind("agreement"), f"{word}の協定", {"partners": word, "subject": "共同利用", "step": "協議中"}, word, False, None, actor=clerk
    )  # fmt: skip
    advisor = an_advisor(f"{word}さん")
    support = advisors.ask(a_request(wanted=word, body=f"{word}町", body_code="990027"), actor=clerk)
    visit = advisors.book(support, date(2026, 5, 1), False, 0, [advisor], "", actor=clerk)
    case = advisors.save_case({"title": word, "body": word, "population": 5, "field": "窓口", "text": word, "effect": "", "source": word})  # fmt: skip
    return {
        "price_id": price.pk, "register_entry_id": entry.pk, "advisor_id": advisor.pk, "support_id": support.pk, "advisor_visit_id": visit.pk,
        "shared_case_id": case.pk, "register_code": "agreement", "grant_code": "rpa-grant",
        "cost_group_id": group.pk, "cost_item_id": item.pk, "amount_id": amount.pk, "closing_id": done.pk, "bill_id": bill.pk,
        "received_bill_id": received.pk,
    }  # fmt: skip
