"""Advisors, requests, occasions and cases are written. The limit of the supported body holds while it is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.maps.places import place
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.characters import compose
from yakuba.kernel.values.municipality_codes import is_code
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.models import Advisor, Case, Request, Visit, VisitMember
from yakuba.services.sharing.queries import advisors as queries


@transaction.atomic
def save_advisor(given: Mapping[str, Any], row: Advisor | None = None) -> Advisor:
    """An advisor, new or changed. Raises Invalid."""
    roles = {one.name for one in engine.standard().roles}
    if lost := [one for one in given["roles"] if one not in roles]:
        raise Invalid(
            f"役割「{lost[0]}」はスキル標準にありません。{'、'.join(sorted(roles))} から選んでください。"
        )
    if lost := [one for one in given["fields"] if one not in engine.FIELDS]:
        raise Invalid(f"分野「{lost[0]}」はありません。{'、'.join(engine.FIELDS)} から選んでください。")
    if not given["fields"]:
        raise Invalid("分野を一つ以上選んでください。")
    found = row or Advisor()
    for name, value in given.items():
        setattr(found, name, value)
    found.save()
    return found


@transaction.atomic
def ask(given: Mapping[str, Any], *, actor: Actor) -> Request:
    """A request. A body that is no municipality needs somebody's recommendation. Raises Invalid."""
    if not given["municipal"] and not given["recommender"].strip():
        raise Invalid(
            "地方公共団体でない団体の依頼には、総合通信局か地方公共団体の推薦が要ります。推薦する団体を書いてください。"
        )
    if given["municipal"] and not given["body_code"]:
        raise Invalid("地方公共団体の団体コードを書いてください。距離と、年度の上限を数えるのに使います。")
    code = given["body_code"]
    if code and not is_code(code):
        raise Invalid(
            f"「{code}」は団体コードではありません。検査数字まで6けたで書いてください。", place="団体コード"
        )
    given = {**given, "body": " ".join(compose(given["body"]).split())}
    if code and given["municipal"] and (there := place(code)) is not None and there.name not in given["body"] and given["body"] not in there.full_name:  # fmt: skip
        raise Invalid(f"団体コード{code}は{there.full_name}です。団体の名前と合っているか確かめてください。")
    if not given["fields"]:
        raise Invalid("分野を一つ以上選んでください。")
    found: Request = Request.objects.create(**given, asked_by=known(actor))
    return found


@transaction.atomic
def book(request: Request, on: date, online: bool, minutes: int, team: Sequence[Advisor], override: str, *, actor: Actor) -> Visit:  # fmt: skip
    """An occasion with its team. Raises Invalid, and Conflict where the body's limit does not allow it."""
    row: Request = Request.objects.get(pk=request.pk)
    team = list({one.pk: one for one in team}.values())
    if not team:
        raise Invalid("アドバイザーを一人以上選んでください。")
    if online and not 0 < minutes <= engine.MOST_MINUTES:
        raise Invalid("オンラインの時間を、分で書いてください（1から600まで）。")
    if gone := [one.name for one in team if not one.active]:
        raise Conflict(f"{'、'.join(gone)}は、いま頼めません。")
    year = cells.fiscal_year(f"{on:%Y-%m}")
    # Whoever books for the same body at the same time waits for the other.
    same = {"body_code": row.body_code} if row.municipal else {}  # a name is written in more than one way
    list(Request.objects.select_for_update().filter(municipal=row.municipal, **same).order_by("pk"))
    row.refresh_from_db()
    if row.state == Request.State.REPORTED:
        raise Conflict("報告した依頼です。次の派遣は、新しい依頼として受けてください。")
    told, may_override = engine.refusal(queries.used(row.subject_body, year), minutes, online=online)
    if told and not (may_override and override.strip()):
        remedy = "混ぜるときは、確かめた相手と理由を「混ぜる理由」に書いてください。" if may_override else ""
        raise Conflict(told, remedy=remedy)
    visit: Visit = Visit.objects.create(
        request=row, body=row.subject_body, on=on, year=year, online=online, minutes=minutes if online else 0,
        override=override.strip()[:300] if told else "", booked_by=known(actor),
    )  # fmt: skip
    VisitMember.objects.bulk_create([VisitMember(visit=visit, advisor=one) for one in team])
    if row.state == Request.State.OPEN:
        row.state = Request.State.ARRANGED
        row.save(update_fields=["state"])
    return visit


@transaction.atomic
def cancel(visit: Visit) -> Request:
    """An occasion that did not take place. Raises Conflict once it was reported."""
    row: Request = Request.objects.select_for_update().get(pk=visit.request_id)
    if row.state == Request.State.REPORTED:
        raise Conflict("報告したあとでは、派遣を取り消せません。")
    visit.delete()
    if not row.visits.exists():
        row.state = Request.State.OPEN
        row.save(update_fields=["state"])
    return row


@transaction.atomic
def report(request: Request, text: str, effect: str) -> Request:
    """What was done and what came of it. Raises Conflict before any occasion took place."""
    row: Request = Request.objects.select_for_update().get(pk=request.pk)
    if not row.visits.filter(on__lte=timezone.localdate()).exists():
        raise Conflict("まだ派遣が終わっていません。終わってから報告してください。")
    row.report, row.effect, row.state = text.strip(), effect.strip(), Request.State.REPORTED
    row.save()
    return row


@transaction.atomic
def save_case(given: Mapping[str, Any], row: Case | None = None) -> Case:
    """A case, new or changed. Raises Conflict where it is published."""
    found = row or Case()
    if found.published_at is not None:
        raise Conflict("公開した事例は変えられません。先に公開を取り下げてください。")
    for name, value in given.items():
        setattr(found, name, value)
    found.save()
    return found


@transaction.atomic
def case_of(request: Request) -> Case:
    """A draft of a case from a report. Raises Conflict."""
    if request.state != Request.State.REPORTED:
        raise Conflict("報告してから、事例にしてください。")
    drawn = {
        "title": f"{request.body}：{'、'.join(request.fields)}"[:120], "body": request.body, "population": queries.population(request.body_code),
        "field": request.fields[0], "text": request.report, "effect": request.effect, "source": "支援の報告",
    }  # fmt: skip
    found: Case
    found, _ = Case.objects.get_or_create(request=request, defaults=drawn)
    return found


@transaction.atomic
def publish(case: Case, published: bool) -> Case:
    """Everybody who may read cases finds it, or not any more."""
    row: Case = Case.objects.select_for_update().get(pk=case.pk)
    if published == (row.published_at is not None):
        raise Conflict("もうそうなっています。画面を開き直してください。")
    row.published_at = timezone.now() if published else None
    row.save(update_fields=["published_at"])
    return row
