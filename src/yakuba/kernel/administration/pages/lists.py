"""The administrator's lists: people, roles, tokens, jobs, the audit record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.accounts.queries import staff
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs import steering
from yakuba.kernel.jobs.models import FINISHED, Job, State
from yakuba.kernel.lists import (
    Bulk,
    Cell,
    Column,
    DayFilter,
    Filter,
    Listing,
    Nothing,
    Search,
    shortened,
    status,
)
from yakuba.kernel.registry import audit_sentences, manifests
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.ui import wording

LONGEST_RIGHTS = 160  # characters of what a role or a token may
JOB_KINDS = {
    State.WAITING: "waiting",
    State.RUNNING: "running",
    State.PAUSED: "stopped",
    State.DONE: "success",
    State.FAILED: "error",
    State.CANCELLED: "neutral",
}


def _people() -> QuerySet[User]:
    rows = staff().select_related("department").prefetch_related("roles")
    return rows.order_by("-is_active", "username")


def _named(rows: QuerySet[User], text: str) -> QuerySet[User]:
    return rows.filter(
        Q(username__icontains=text) | Q(display_name__icontains=text) | Q(department__name__icontains=text)
    )


PEOPLE = Listing(
    "administration.people",
    "職員",
    "職員",
    columns=(
        Column(
            "username",
            "職員ID",
            lambda row: Cell(row.username, url=reverse("administration:person", args=[row.pk])),
            ("username",),
        ),
        Column("name", "氏名", str, ("display_name", "username")),
        Column("department", "課", lambda row: str(row.department or ""), ("department__name", "username")),
        Column(
            "roles",
            "役割",
            lambda row: "、".join(str(one) for one in row.roles.all()) or "なし（何も開けません）",
        ),
        Column(
            "state",
            "状態",
            lambda row: status("success", "使える") if row.is_active else status("neutral", "止めた"),
            ("is_active", "username"),
        ),
    ),
    rows=_people,
    nothing=Nothing("職員はまだいません"),
    search=Search(_named, label="職員ID・氏名・課"),
    filters=(
        Filter(
            "department",
            "課",
            lambda: [(str(one.pk), one.name) for one in Department.objects.order_by("name")],
        ),
        Filter(
            "role",
            "役割",
            lambda: [(str(one.pk), one.name) for one in Role.objects.order_by("name")],
            lambda rows, one: rows.filter(roles=one),
        ),
        Filter(
            "active",
            "状態",
            lambda: [("yes", "使える"), ("no", "止めた")],
            lambda rows, one: rows.filter(is_active=one == "yes"),
        ),
    ),
    lead="だれがログインでき、何ができるか。",
    actions=(("職員を加える", reverse_lazy("administration:person-new")),),
)


def _demanded(row: Role) -> str:
    return "パスキー" if row.passkey else "求める" if row.second_factor else ""


def _rights(names: Sequence[str]) -> Cell:
    labels = {one.name: one.label for manifest in manifests() for one in manifest.permissions}
    return shortened("、".join(labels.get(name, name) for name in names), LONGEST_RIGHTS)


ROLES = Listing(
    "administration.roles",
    "役割",
    "役割",
    columns=(
        Column(
            "name",
            "役割",
            lambda row: Cell(row.name, url=reverse("administration:role", args=[row.pk])),
            ("name",),
        ),
        Column("people", "人数", lambda row: row.people, ("people", "name"), number=True),
        Column("rights", "できること", lambda row: _rights(row.permissions)),
        Column("second", "二つ目の確認", _demanded),
    ),
    rows=lambda: Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True))),
    nothing=Nothing("役割がまだありません", "下のおすすめから作れます。"),
    sort="name",
    actions=(("役割を作る", reverse_lazy("administration:role-new")),),
)


def _stop_token(row: ApiToken) -> Sequence[Cell]:
    url = reverse("administration:token-revoke", args=[row.pk])
    return (Cell("止める", url=url, about=row.name, button=True, sends=True),) if row.valid else ()


TOKENS = Listing(
    "administration.tokens",
    "APIトークン",
    "APIトークン",
    columns=(
        Column("name", "用途", lambda row: row.name, ("name",)),
        Column("user", "だれの権限", lambda row: str(row.user), ("user__username",)),
        Column("scopes", "許すこと", lambda row: _rights(row.scopes)),
        Column(
            "until",
            "期限",
            lambda row: timezone.localdate(row.expires_at) if row.valid else status("neutral", "使えない"),
            ("expires_at",),
        ),
        Column("used", "最後に使った日時", lambda row: row.last_used_at, ("last_used_at",)),
        Column("work", "操作", _stop_token, filed=False),
    ),
    rows=lambda: (
        ApiToken.objects.filter(user__municipality=current_municipality())
        .select_related("user")
        .order_by("-created_at")
    ),
    nothing=Nothing("APIトークンはまだありません", "ほかのプログラムからYakubaを使うときに発行します。"),
    remembered=False,
)


def _job_buttons(row: Job) -> Sequence[Cell]:
    if row.state in (State.FAILED, State.CANCELLED):
        label, name = "もう一度動かす", "work-retry"
    elif row.state not in FINISHED:
        label, name = "中止する", "work-cancel"
    else:
        return ()
    url = reverse(name, args=[row.pk])
    return (Cell(label, url=url, about=f"{row.label} {row.key}", button=True, sends=True),)


def _job(row: Job) -> Sequence[Cell]:
    """What it is, and what it works on for those whose work it is: who only keeps the house running sees no case. The
    names that programs know it by only for who looks into it."""
    about = Cell(row.about, small=True, behind=f"{row.name} {row.key}", needs=row.permission)
    return (Cell(row.label), about)


def _why(row: Job) -> Cell:
    needs = row.permission if row.error else ""
    return Cell(row.error, behind=row.technical_error, needs=needs)


def _progress(row: Job) -> str:
    done, total = wording.grouped(row.progress_done), wording.grouped(row.progress_total)
    return f"{done}／{total}" if row.progress_total else ""


JOBS = Listing(
    "administration.jobs",
    "仕事と失敗",
    "仕事",
    columns=(
        Column("job", "仕事", _job, ("name", "key")),
        Column(
            "state",
            "状態",
            lambda row: status(JOB_KINDS[State(row.state)], row.get_state_display()),
            ("state",),
        ),
        Column("progress", "進み", _progress),
        Column("started", "始めた時", lambda row: row.started_at, ("started_at",)),
        Column("error", "理由", _why),
        Column("work", "操作", _job_buttons, filed=False),
    ),
    rows=lambda: Job.objects.order_by("-pk"),
    nothing=Nothing("仕事はまだありません", "読み取りやロボットを動かすと、ここに出ます。"),
    search=Search(
        lambda rows, text: rows.filter(key__icontains=text),
        label="システム上の名前",
        help="「くわしく」に出る名前。例：run-12",
    ),
    filters=(
        Filter("state", "状態", lambda: State.choices),
        Filter(
            "name",
            "種類",
            lambda: [
                (one, Job(name=one).label)
                for one in Job.objects.order_by("name").values_list("name", flat=True).distinct()
            ],
        ),
    ),
    bulk=(
        Bulk("もう一度動かす", steering.try_again, "job", permission="jobs.manage"),
        Bulk("中止する", steering.cancel, "job", permission="jobs.manage"),
    ),
    lead="画面の後ろで動いている長い仕事です。新しいものから並びます。",
)


def _midnight(day: date, days: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))


EVENTS = Listing(
    "administration.audit",
    "監査記録",
    "記録",
    columns=(
        Column(
            "number",
            "番号",
            lambda row: Cell(row.sequence, shown=str(row.sequence)),
            ("sequence",),
            number=True,
        ),
        Column("at", "日時", lambda row: row.at),
        Column("person", "職員", lambda row: str(row.actor or "プログラム"), ("actor__username", "sequence")),
        Column(
            "event", "出来事", lambda row: audit_sentences().get(row.name, row.name), ("name", "sequence")
        ),
        Column("subject", "対象", lambda row: row.subject, ("subject", "sequence")),
    ),
    rows=lambda: AuditEvent.objects.select_related("actor"),
    nothing=Nothing("記録はまだありません"),
    search=Search(
        lambda rows, text: rows.filter(subject=text), label="対象", help="例：case:12", also="subject"
    ),
    filters=(
        Filter(
            "event",
            "出来事",
            lambda: sorted(audit_sentences().items(), key=lambda one: one[1]),
            lambda rows, one: rows.filter(name=one),
        ),
        Filter(
            "person",
            "職員",
            lambda: [(one.username, str(one)) for one in staff().order_by("username")],
            lambda rows, one: rows.filter(actor__username=one),
        ),
        DayFilter("first", "この日から", "{}から", lambda rows, day: rows.filter(at__gte=_midnight(day))),
        DayFilter(
            "last", "この日まで", "{}まで", lambda rows, day: rows.filter(at__lt=_midnight(day, days=1))
        ),
    ),
    sort="-number",
    lead="だれが、いつ、何をしたか。書き換えると分かるように、鍵のある鎖でつながっています。",
)
