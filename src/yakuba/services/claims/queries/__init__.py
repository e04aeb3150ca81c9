"""Reads of the room, always of the active municipality."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Value, When
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.registry import CheckResult, Failure, FirstStep, QueueState, RunningWork, queued
from yakuba.services.claims.engine.precision import Precision
from yakuba.services.claims.engine.tables import kinds
from yakuba.services.claims.models import (
    MEMBERS,
    CheckRun,
    CheckTable,
    ClaimFile,
    Declaration,
    DeclarationFile,
    Finding,
    InquiryLetter,
    RuleSet,
)

SEVERITY_ORDER = ("return", "ask", "look")


def files() -> QuerySet[Any]:
    """What was handed in, the newest first."""
    return ClaimFile.objects.select_related("created_by").order_by("-pk")


def tables() -> QuerySet[Any]:
    """Masters, check tables and eligibility, by kind and edition."""
    return CheckTable.objects.select_related("created_by").order_by("kind", "-since", "-pk")


def masters_of(month: int) -> list[CheckTable]:
    """Masters that say what codes were called in a month, the newest edition of each kind last; for a month before every edition
    the first one, since a name is better than none."""
    rows = CheckTable.objects.filter(state=CheckTable.State.DONE).exclude(kind=MEMBERS).select_related("part")
    found: dict[str, list[CheckTable]] = {}
    for row in rows.order_by("since", "pk"):
        if kinds()[row.kind].group == "masters":
            found.setdefault(row.kind, []).append(row)
    return [
        row
        for editions in found.values()
        for row in ([one for one in editions if one.since <= month] or editions[:1])
    ]


def rule_sets() -> QuerySet[Any]:
    """The town's rules, the newest version first."""
    return RuleSet.objects.select_related("created_by", "published_by").order_by("-version")


def published() -> RuleSet | None:
    """The rules that hold."""
    row: RuleSet | None = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED).first()
    return row


def runs() -> QuerySet[Any]:
    """Checks and trials, the newest first."""
    return CheckRun.objects.select_related("rules", "created_by").order_by("-pk")


def months() -> dict[int, int]:
    """Month of treatment → claims that were taken in, the newest first."""
    found: dict[int, int] = {}
    for row in ClaimFile.objects.filter(state=ClaimFile.State.DONE).values_list("months", flat=True):
        for month, count in row.items():
            found[int(month)] = found.get(int(month), 0) + count
    return dict(sorted(found.items(), reverse=True))


def findings() -> QuerySet[Any]:
    """All findings, in the order in which they were found."""
    return Finding.objects.select_related("file", "letter", "judged_by").order_by("pk")


def waiting_findings(rule: str = "") -> QuerySet[Any]:
    """What nobody has looked at, as the queue gives it out."""
    order = Case(
        *(When(severity=one, then=Value(at)) for at, one in enumerate(SEVERITY_ORDER)),
        default=Value(9),
        output_field=IntegerField(),
    )
    rows = Finding.objects.filter(outcome=Finding.Outcome.OPEN)
    if rule:
        rows = rows.filter(rule=rule)
    return rows.annotate(order=order).order_by("order", F("points").desc(nulls_last=True), "pk")


def next_finding(after: int = 0, rule: str = "") -> Finding | None:
    """The next one in the queue behind that one, which may be judged meanwhile; behind the last one the first that is open."""
    rows = waiting_findings(rule)
    left = Finding.objects.filter(pk=after).first()
    row: Finding | None = (rows.filter(_behind(left)).first() if left else None) or rows.first()
    return row


def _behind(one: Finding) -> Q:
    """What comes behind a finding in the queue."""
    order = SEVERITY_ORDER.index(one.severity)
    same, later = Q(severity=one.severity), Q(severity__in=SEVERITY_ORDER[order + 1 :])
    if one.points is None:
        return later | same & Q(points=None, pk__gt=one.pk)
    return later | same & (Q(points=None) | Q(points__lt=one.points) | Q(points=one.points, pk__gt=one.pk))


def rule_rows() -> list[dict[str, Any]]:
    """Each rule that holds or that found something: how much, what became of it, precision with its denominator, and what
    stands out. `silent`: found nothing in the last check; `capped`, `mostly_wrong`."""
    last = CheckRun.objects.filter(trial=False, state=CheckRun.State.DONE).order_by("-pk").first()
    counts: dict[str, dict[str, Any]] = dict(last.counts) if last else {}
    sums = {
        row["rule"]: row
        for row in Finding.objects.values("rule").annotate(
            all=Count("pk"), right=Count("pk", filter=Q(outcome="right")), wrong=Count("pk", filter=Q(outcome="wrong")),
            asked=Count("pk", filter=Q(outcome="asked")), label=Min("label"),
        )
    }  # fmt: skip
    found = []
    for code in sorted(counts.keys() | sums.keys()):
        said, kept = counts.get(code, {}), sums.get(code, {})
        precision = Precision(kept.get("right", 0), kept.get("wrong", 0))
        found.append(
            {
                "code": code, "label": said.get("label") or kept.get("label", ""), "severity": said.get("severity", ""),
                "claims": said.get("claims", 0), "findings": said.get("findings", 0), "kept": kept.get("all", 0), "asked": kept.get("asked", 0),
                "precision": precision, "capped": bool(said.get("capped")), "silent": bool(last) and code in counts and not said.get("findings"),
                "mostly_wrong": precision.is_mostly_wrong,
            }
        )  # fmt: skip
    return found


def letters() -> QuerySet[Any]:
    """Letters to institutions, the newest first."""
    return (
        InquiryLetter.objects.select_related("created_by").annotate(number_of=Count("found")).order_by("-pk")
    )


def declarations() -> QuerySet[Any]:
    """Declarations of people who filed several, those that a person decides first."""
    return Declaration.objects.select_related("batch", "decided_by").order_by(
        "resident", "year", "filed", "pk"
    )


def declaration_files() -> QuerySet[Any]:
    """Tables of declarations, the newest first."""
    return DeclarationFile.objects.order_by("-pk")


def group_of(row: Declaration) -> list[Declaration]:
    """All declarations of the same person and year."""
    return list(declarations().filter(resident=row.resident, year=row.year))


def waiting(user: Any) -> QueueState:
    """Findings that nobody has looked at."""
    rows = Finding.objects.filter(outcome=Finding.Outcome.OPEN)
    return queued(rows, "found_at", reverse("claims:queue"), "点検する")


def waiting_declarations(user: Any) -> QueueState:
    """Declarations that a person decides."""
    asked = Declaration.objects.filter(verdict=Declaration.Verdict.ASK)
    return queued(asked, "taken_at", reverse("claims:declarations") + "?verdict=ask", "決める")


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """Files that could not be taken in and checks that could not be made."""
    if not allowed(user, "claims.load"):
        return []
    found = []
    for model, name, what in ((ClaimFile, "claims:file", "請求ファイル"), (CheckTable, "claims:table", "表")):
        for row in model.objects.filter(state="failed").order_by("-pk")[:most]:
            found.append(_failure(f"{what}「{row.name}」を取り込めませんでした", row, name))
    for run in CheckRun.objects.filter(state=CheckRun.State.FAILED).order_by("-pk")[:most]:
        found.append(_failure(f"{run}ができませんでした", run, "claims:run"))
    return found[:most]


def _failure(title: str, row: Any, name: str) -> Failure:
    reason = row.reason.splitlines()[0] if row.reason else ""
    return Failure(title, reason, reverse(name, args=[row.pk]), "理由を見る", row.created_at)


def running(user: Any) -> list[RunningWork]:
    """Files that are being read and checks that are being made."""
    if not allowed(user, "claims.view"):
        return []
    found = []
    if allowed(user, "claims.load"):
        for row in ClaimFile.objects.filter(state="waiting").order_by("pk"):
            work = work_of("claims.take_in", row.job_key)
            found.append(
                work.on_home(f"請求ファイル「{row.name}」の取り込み", reverse("claims:file", args=[row.pk]))
            )
    for run in CheckRun.objects.filter(state=CheckRun.State.WAITING).order_by("pk"):
        work = work_of("claims.check", run.job_key)
        found.append(work.on_home(str(run), reverse("claims:run", args=[run.pk])))
    return found


def self_check() -> list[CheckResult]:
    """Whether rules hold, and whether rules are mostly wrong."""
    wrong = [row["label"] for row in rule_rows() if row["mostly_wrong"]]
    checked = not ClaimFile.objects.exists() or published() is not None
    return [
        CheckResult(
            "点検の規則",
            checked,
            ""
            if checked
            else "請求ファイルがありますが、公開した点検の規則がありません。規則を試して公開してください。",
        ),
        CheckResult(
            "外れの多い点検の規則",
            not wrong,
            f"ほとんど外れている規則があります：{'、'.join(wrong[:5])}。規則を直してください。"
            if wrong
            else "",
        ),
    ]


def first_step(user: Any) -> FirstStep | None:
    """What is to be done first where there is nothing yet."""
    if ClaimFile.objects.exists() or not allowed(user, "claims.load"):
        return None
    return FirstStep(
        "レセプトの請求ファイルを取り込むと、点検できます。", reverse("claims:load"), "請求ファイルを入れる"
    )
