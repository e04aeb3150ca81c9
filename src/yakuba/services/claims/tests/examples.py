"""One object of every kind that an address of this room names."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.services.claims import facade
from yakuba.services.claims.models import (
    CheckRun,
    CheckTable,
    ClaimFile,
    Declaration,
    Finding,
    InquiryLetter,
    RuleSet,
)

MONTH = 202604
DECLARATIONS = "宛名番号,氏名,年分,提出日,申告の種類,所得,税額\n{number},{name},2025,2026/2/20,確定申告,100,10\n{number},{name},2025,2026/3/1,確定申告,200,20\n"


def claims(count: int = 12, seed: int = 1, month: int = MONTH) -> bytes:
    """A small claim file."""
    return facade.sample_claims(count, seed, month)


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A claim file that was checked, a letter, a declaration. The secret word is a person's name in them."""
    content = claims(seed=secrets.randbelow(10**6)).replace(
        "見本　".encode("cp932"), known["secret_word"].encode("cp932")
    )
    facade.take_in(f"{known['secret_word']}.uke", content, actor=clerk)
    facade.take_table("act.csv", facade.sample_masters()["act"], "act", MONTH, actor=clerk)
    facade.sample_rules([MONTH], maker=None, publisher=clerk)
    facade.check([MONTH], actor=clerk)
    finding = Finding.objects.order_by("pk")[0]
    pdf = store(StoredFile.Kind.OUTPUT, "inquiry.pdf", "application/pdf", b"%PDF-1.7", actor=clerk)
    letter = InquiryLetter.objects.create(
        institution=finding.institution,
        addressee=known["secret_word"],
        day=date(2026, 6, 1),
        pdf=pdf,
        created_by=clerk,
    )
    told = DECLARATIONS.format(number="1234", name=known["secret_word"])
    facade.take_declarations("declarations.csv", told.encode(), date(2026, 3, 16), actor=clerk)
    return {
        "claim_file_id": ClaimFile.objects.order_by("-pk")[0].pk,
        "check_table_id": CheckTable.objects.order_by("pk")[0].pk,
        "claim_rules_id": RuleSet.objects.order_by("-pk")[0].pk,
        "check_run_id": CheckRun.objects.order_by("-pk")[0].pk,
        "finding_id": finding.pk,
        "inquiry_letter_id": letter.pk,
        "declaration_id": Declaration.objects.order_by("pk")[0].pk,
        "table_kind": "drug_disease",
        "months": 202604,
        "corporate_number": "7000012050002",
    }
