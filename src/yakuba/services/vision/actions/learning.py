"""The town's own heads: taught by the staff's answers, measured on pictures held out, switched on by a second person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.heads import FEATURES, Figure, HeldOut, train
from yakuba.services.vision.models import TownHead
from yakuba.services.vision.queries.answers import LEARNING
from yakuba.services.vision.queries.learning import KIND, labelled, subject_of

MOST = 20_000  # labels, the newest


def teach(purpose: Purpose, *, actor: Actor) -> TownHead:
    """A new version from all the labels there are. It does nothing before it is switched on. Raises Invalid, Conflict."""
    if purpose not in LEARNING:
        raise Invalid(f"「{purpose.label}」では学習できません。")
    rows = list(
        labelled(purpose)
        .order_by("-pk")
        .values_list("feature", "truth", "answer", "found", "analysis", "taken_at")[:MOST]
    )
    wide = len(FEATURES)
    usable = [one for one in rows if len(one[0]) == 4 * wide]
    if not usable:
        raise Conflict("判断の付いた写真がまだありません。「写真を見る」で判断を付けてください。")
    features = np.stack([np.frombuffer(bytes(one[0]), dtype="<f4") for one in usable])
    before = [str(one[3].get("before", one[2])) for one in usable]
    groups = [f"{one[4]}:{timezone.localdate(one[5]) if one[5] else ''}" for one in usable]
    head, held_out = train(features, [one[1] for one in usable], groups, before=before)
    with transaction.atomic():
        last = TownHead.objects.filter(purpose=purpose).aggregate(last=Max("version"))["last"] or 0
        row: TownHead = TownHead.objects.create(
            purpose=purpose, version=last + 1, content=head.to_plain(), labels=len(usable), figures=_figures(held_out),
            made_by=known(actor),
        )  # fmt: skip
    return row


def _figures(held_out: HeldOut) -> dict[str, Any]:
    told = {name: _figure(getattr(held_out, name)) for name in ("before", "after", "sure")}
    return told | {
        "asked": held_out.asked, "calibration_error": held_out.calibration_error, "better": held_out.better, "sentence": held_out.sentence,
    }  # fmt: skip


def _figure(one: Figure) -> dict[str, Any]:
    return asdict(one) | {"share": one.share}


def propose(row: TownHead, reason: str, *, actor: User) -> Approval:
    """Ask a second person to switch it on. Raises Conflict."""
    row.refresh_from_db()
    if row.state != TownHead.State.TRAINED:
        raise Conflict(f"{row}は「{row.get_state_display()}」なので、起案できません。")
    summary = f"{row}（判断{row.labels:,}枚から）\n{row.figures.get('sentence', '')}"
    return approvals.propose(KIND, subject_of(row), actor=actor, summary=summary, reason=reason)


def switched_on(approval: Approval, actor: User) -> None:
    """A second person approved: it is at work for what is looked at from now on; the one before is put away."""
    number = int(approval.subject.partition(":")[2])
    purpose = TownHead.objects.filter(pk=number).values("purpose")
    locked = TownHead.objects.select_for_update().filter(purpose__in=purpose).order_by("pk")
    row = next((one for one in locked if one.pk == number), None)  # all: two at once would both be at work
    if row is None or row.state != TownHead.State.TRAINED:
        raise approvals.ApprovalRefused("この学習は、もう使えない状態です。")
    TownHead.objects.filter(purpose=row.purpose, state=TownHead.State.LIVE).update(
        state=TownHead.State.PUT_AWAY
    )
    row.state, row.live_at = TownHead.State.LIVE, timezone.now()
    row.save(update_fields=["state", "live_at"])
    record("vision.head_live", subject=subject_of(row), actor=actor)


@transaction.atomic
def put_away(row: TownHead) -> TownHead:
    """It is used no longer; the house's own rules decide again. Raises Conflict."""
    found = TownHead.objects.select_for_update().get(pk=row.pk)
    if found.state != TownHead.State.LIVE:
        raise Conflict(f"{found}は使われていません。")
    found.state = TownHead.State.PUT_AWAY
    found.save(update_fields=["state"])
    return found
