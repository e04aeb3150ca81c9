"""The four promises as this installation measures them, for the active municipality."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse

from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import verify
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.binomial import upper_bound
from yakuba.kernel.ledger.models import UNASKED, Case, CaseEvent, CaseValue
from yakuba.kernel.ledger.queries import counts_by_status, entered
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.ui.wording import grouped, percent
from yakuba.services.reform.adapters.figures import published
from yakuba.services.reform.contracts import Figure, Promise


def promises() -> list[Promise]:
    """All four, in the order in which the house states them."""
    known = published(Path(settings.YAKUBA.samples_dir).parent)
    return [_silently_wrong(known), _twice(known), _lost(known), _nobody_in()]


def _silently_wrong(known: Mapping[str, float]) -> Promise:
    passed_now, asked = _passed_and_asked()
    looked = CaseEvent.objects.filter(kind="ledger.value_confirmed", details__passed=True)
    looked = looked.exclude(case__status=Status.WITHDRAWN)
    told = looked.aggregate(seen=Count("pk"), wrong=Count("pk", filter=Q(details__changed=True)))
    seen, wrong = told["seen"], told["wrong"]
    passed = passed_now + seen  # what a person looked at later had passed all the same
    bound = upper_bound(wrong, seen)  # of values that nobody looked at again nothing is known
    figures = [
        _count("人が見ずに通った値", passed, "個"),
        _count("職員が確かめた値・確かめる値", asked - seen, "個"),
        _count("通ったあとで職員が見直した値", seen, "個"),
        _count("そのうち誤りだった値", wrong, "個"),
    ]
    if bound is not None:
        note = "見直した数と誤りの数から計算した上限（95%信頼、片側）。疑わしい値から見直すほど高めに出ます。"
        figures.append(Figure("見直した値の誤りの割合", f"{percent(bound, 3)}以下", note))
    return Promise(
        "黙って間違えない",
        "だれにも確かめずに使う値・行・通知は正しい。その誤りの上限を示し、見張り続ける。",
        (
            "読み取った値は、確かさの関門を通ったものだけを使い、ほかは職員に聞きます。",
            "あとで誤りと分かった値は「訂正」に残り、同じ原因の値を並べて見直します。",
        ),
        tuple(figures),
        _published_reading(known),
    )


def _passed_and_asked() -> tuple[int, int]:
    """Values that a machine read and nobody was asked about, and the others of `ledger.queries.asked_values`; of withdrawn
    cases none.

    All values of the town are counted in an index, and then taken off what is seldom: those of withdrawn cases, and those
    that nobody confirms. Their cases and sources would be read for each value otherwise."""
    read_or_said = ~Q(origin=CaseValue.Origin.REGISTER)
    by_machine = Q(origin=CaseValue.Origin.READING, trusted=True)
    counts = {"all": Count("*"), "passed": Count("origin", filter=by_machine)}
    every = CaseValue.objects.filter(read_or_said)
    # By the numbers of the town's own cases alone: SQLite would rather read all values of the town.
    withdrawn = CaseValue.all_municipalities.filter(
        case__in=Case.objects.filter(status=Status.WITHDRAWN).values("pk")
    )
    of, gone = every.aggregate(**counts), withdrawn.filter(read_or_said).aggregate(**counts)
    unasked = Q(trusted=False, **{f"source__{UNASKED}__isnull": False})
    nobodys = every.filter(unasked).count() - withdrawn.filter(read_or_said).filter(unasked).count()
    passed = of["passed"] - gone["passed"]
    return passed, of["all"] - gone["all"] - nobodys - passed


def _twice(known: Mapping[str, float]) -> Promise:
    rows = entered()
    events = CaseEvent.objects.filter(kind=f"ledger.{Status.ENTERED}")
    again = events.values("case").annotate(times=Count("pk")).filter(times__gt=1).count()
    numbers = rows.exclude(target_number="").values("procedure", "target_number")
    shared = numbers.annotate(cases=Count("pk")).filter(cases__gt=1).count()
    hand = CaseEvent.objects.filter(kind="ledger.entered_by_hand").count()
    undecided = Case.objects.filter(status=Status.UNDECIDED).count()
    return Promise(
        "二度しない",
        "庁舎の外に及ぶことは、止まっても固まっても時計が狂っても、一度だけ起きる。",
        (
            "ロボットは登録の前に意思を記録し、結果が分からないときは照会してから進みます。分からなければ職員に渡します。",
            "登録番号は受付ごとに1つで、2つの受付が同じ番号を持つことはできません。",
        ),
        (
            _count("入力済みの受付", rows.count(), "件", _cases(Status.ENTERED)),
            _count("二度入力済みになった受付", again, "件"),
            _count("2つの受付が持つ登録番号", shared, "件"),
            _count("職員が手で入力した受付", hand, "件"),
            _count("職員の判断を待つ受付", undecided, "件", _cases(Status.UNDECIDED)),
        ),
        _published_entering(known, "entered_twice", "二度入った行"),
    )


def _lost(known: Mapping[str, float]) -> Promise:
    counts = counts_by_status()
    figures = [_count("受け付けた申請", sum(counts.values()), "件", reverse("ledger:cases") + "?clear=1")]
    figures += [
        _count(LABELS[status], counts[status], "件", _cases(status))
        for status in Status
        if counts.get(status)
    ]
    return Promise(
        "失わない",
        "受け取ったものは、残っているか、処理されたか、できないと告げられたかのどれかになる。",
        (
            "受付は必ずどれか1つの状態にあり、表にある道筋でだけ進みます。取り下げには理由が残ります。",
            "読めないファイルや用紙は、理由を付けて「うまくいかなかったもの」「困っている用紙」に並びます。",
        ),
        tuple(figures),
        _published_entering(known, "entered_lost", "失われた行"),
    )


def _nobody_in() -> Promise:
    links, problems = verify()
    problems += head.problems()  # that the end is there, the chain alone cannot tell
    named = dict(
        AuditEvent.objects.filter(
            name__in=("accounts.refused", "accounts.login_failed", "ledger.case_viewed")
        )
        .values("name")
        .annotate(number=Count("pk"))
        .values_list("name", "number")
    )
    state = "つながっています" if not problems else f"問題が{len(problems)}件あります"
    return Promise(
        "入れない",
        "権限のない人には、何も見えない。あることさえ分からない。",
        (
            "だれがいつ何を見て何をしたかは、書き換えると分かる監査記録に残ります。",
            "権限は役割に付き、ほかの自治体の情報は検索にも件数にも出ません。",
        ),
        (
            Figure("監査記録の鎖", state, "".join(problems[:3])),
            _count("監査記録", links, "件"),
            _count("受付の閲覧", named.get("ledger.case_viewed", 0), "回"),
            _count("断った操作", named.get("accounts.refused", 0), "回"),
            _count("ログインの失敗", named.get("accounts.login_failed", 0), "回"),
        ),
    )


def _published_reading(known: Mapping[str, float]) -> tuple[Figure, ...]:
    found = []
    if {"misleading_silent", "misleading_judged"} <= known.keys():
        silent, judged = known["misleading_silent"], known["misleading_judged"]
        bound = known.get("misleading_bound_95")
        note = "" if bound is None else f"割合の上限 {percent(bound, 2)}（95%）"
        label = "まぎらわしく書いた用紙で、黙って通った誤り"
        found.append(Figure(label, f"{grouped(int(silent))}個／{grouped(int(judged))}個", note))
    if "passed_share" in known:
        found.append(Figure("見本の申請書で、人が見ずに通った値の割合", percent(known["passed_share"])))
    return tuple(found)


def _published_entering(known: Mapping[str, float], key: str, label: str) -> tuple[Figure, ...]:
    if not {"entered_rows", key} <= known.keys():
        return ()
    value = f"{grouped(int(known[key]))}行／{grouped(int(known['entered_rows']))}行"
    return (Figure(f"強制終了・停止・時計の狂いを加えた試験で、{label}", value),)


def _count(label: str, number: int, unit: str, url: str = "") -> Figure:
    return Figure(label, f"{grouped(number)}{unit}", url=url)


def _cases(status: Status) -> str:
    return f"{reverse('ledger:cases')}?status={status}"
