"""Similar cases looked up, and what a person decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.outreach.actions import purposes
from yakuba.services.outreach.engine import neighbours
from yakuba.services.outreach.engine.columns import number_key
from yakuba.services.outreach.engine.risk import NoModel
from yakuba.services.outreach.models import CareLook, Purpose, TownTable
from yakuba.services.outreach.queries import choosing

KINDS = ("number", "flag")
NOT_COMPARED = ("number", "year", "name", "postal", "address", "birth", "unused")


@transaction.atomic
def look_up(
    table: TownTable, purpose: Purpose, number: str, features: Sequence[str], plan: str, outcome: str, *, actor: Actor
) -> CareLook:  # fmt: skip
    """What happened to people who were much like this one. Raises Missing, Invalid, Conflict where a class is not approved."""
    specs = {one.heading: one for one in table.specs if one.role not in NOT_COMPARED}
    if unknown := [one for one in (*features, outcome, *([plan] if plan else [])) if one not in specs]:
        raise Invalid(f"「{unknown[0][:30]}」という列は使えません。使えるのは {'、'.join(specs)} です。")
    if not features or outcome in features:
        raise Invalid("比べる列を選んでください。その後どうなったかの列は、比べる列に入れません。")
    if specs[outcome].kind not in KINDS:
        raise Invalid("その後どうなったかの列は、数か「はい・いいえ」の列にしてください。")
    purposes.require_classes(purpose, table.specs, [*features, outcome, *([plan] if plan else [])])
    used = list(dict.fromkeys([*features, outcome, *([plan] if plan else [])]))
    year = max(int(one) for one in table.years) if table.years else table.year
    columns, numbers = choosing.rows_of(table, used, year)
    plain = narrow(number).strip()
    plain = next((one for one in numbers if number_key(one) == number_key(plain)), "")
    if not plain:
        raise Missing("この宛名番号の人は、表にいません。番号を確かめてください。")
    asked = neighbours.Asked(tuple(specs[one] for one in dict.fromkeys(features)), plan, specs[outcome])
    try:
        result = neighbours.similar(columns, numbers.index(plain), asked)
    except NoModel as error:
        raise Invalid(str(error)) from error
    _hide(result, table, year, plain)
    row: CareLook = CareLook.objects.create(
        number=plain, table=table, purpose=purpose, asked={"features": list(features), "plan": plan, "outcome": outcome}, result=result, created_by=known(actor)
    )  # fmt: skip
    return row


def _hide(result: dict[str, Any], table: TownTable, year: int, number: str) -> None:
    """What says where a person under protection lives is not shown beside the others."""
    roles = {one: table.heading(one) for one in ("name", "birth", "address")}
    columns, numbers = choosing.rows_of(table, [one for one in roles.values() if one], year)
    person = choosing.Chosen(columns, numbers)
    person.keep([one == number for one in numbers], "")
    if choosing.protected(person, roles):
        places = policy.places()
        for one in result["differences"]:
            if places.has("", label=one["column"]) or one["column"] == table.heading("district"):
                one["own"] = policy.HIDDEN


@transaction.atomic
def decide(look: CareLook, decision: str, *, actor: Actor) -> CareLook:
    """A person says what was decided and why. Raises Invalid, Conflict."""
    row: CareLook = CareLook.objects.select_for_update(of=("self",)).get(pk=look.pk)
    if row.decided_at:
        raise Conflict("もう決めてあります。考え直すときは、もう一度調べてください。")
    if not decision.strip():
        raise Invalid("決めたことと、わけを書いてください。")
    if likely_in(decision):
        raise Invalid(purposes.MY_NUMBER)
    row.decision, row.decided_at, row.decided_by = decision.strip()[:2000], timezone.now(), known(actor)
    row.save()
    return row
