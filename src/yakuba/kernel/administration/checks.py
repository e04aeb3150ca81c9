"""The self-checks of the house, run for the page and for `yakuba check`."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection

from django.conf import settings
from django.db import connection

from yakuba.kernel.administration import model_list
from yakuba.kernel.administration.held import held_beyond_the_zone
from yakuba.kernel.audit import head
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.jobs.work import workers_heard
from yakuba.kernel.outbound import ProfileUnreadable
from yakuba.kernel.outbound.permission import contradicted
from yakuba.kernel.registry import CheckResult, Manifest, manifests, resolve
from yakuba.kernel.tenancy import rowsecurity

log = logging.getLogger("yakuba.checks")
FREE_SHARE = 0.05


def run(unused: Collection[str]) -> list[tuple[str, list[CheckResult]]]:
    """What every part and room but the `unused` finds for the active municipality: label -> results. A check that
    itself breaks is a result that says so."""
    chosen = [one for one in manifests() if one.self_check and one.name not in unused]
    return [(one.label, _results(one)) for one in chosen]


def _results(manifest: Manifest) -> list[CheckResult]:
    try:
        return list(resolve(manifest.self_check)())
    except Exception as error:  # whatever breaks in one check, the others are told
        log.exception("the self-check of %s broke", manifest.name)
        return [
            CheckResult(
                "点検そのもの",
                False,
                f"点検が途中で止まりました（{type(error).__name__}）。記録（ログ）を見てください。",
            )
        ]


def house() -> list[CheckResult]:
    """A worker that works, room on the disk, jobs that gave up, and the end of the audit record."""
    failed = Job.objects.filter(state=State.FAILED).count()
    problems = head.problems()
    return [
        _result(
            "ワーカー",
            workers_heard().exists(),
            "動いているワーカーがありません。yakuba up か yakuba worker を動かしてください。",
        ),
        _result(
            "ディスクの空き",
            disk_has_room(),
            "空きが5%を切りました。古い控えを移してください。",
        ),
        CheckResult(
            "失敗した仕事",
            not failed,
            f"{failed}件あります。管理の「仕事と失敗」で理由を見てください。" if failed else "",
            counts=True,
        ),
        _result("監査記録の終わり", not problems, " ".join(problems)),
        *_optional(),
        *_zone(),
        *_second_wall(),
    ]


def _optional() -> list[CheckResult]:
    """What is on this machine in a version that will not do. What is not there stops nothing: the rooms that want it say so
    in their own check."""
    faults = [one.fault for _, several in model_list.optional(()) for one in several if one.fault]
    return [_result("入れると使える部品", not faults, " ".join(faults))]


def _second_wall() -> list[CheckResult]:
    """Whether PostgreSQL itself keeps the towns apart; SQLite cannot."""
    if connection.vendor != "postgresql":
        return []
    return [
        _result(
            "データベースの役割",
            not rowsecurity.is_passed_by(),
            "接続に使う役割がスーパーユーザーか、BYPASSRLSを持っています。データベースが自治体を分ける二つ目の壁が効きません。"
            f"管理者が ALTER ROLE {connection.settings_dict['USER']} NOSUPERUSER NOBYPASSRLS を行ってください"
            "（その役割しか管理者がいないときは、docs/operate/scale-out.md のとおり、別の役割を作ります）。",
        ),
        _result(
            "自治体の壁",
            not (lacking := rowsecurity.lacking()),
            f"行単位セキュリティのない表が{len(lacking)}個あります（{'、'.join(lacking[:3])}）。yakuba prepare を実行してください。",
        ),
    ]


def _zone() -> list[CheckResult]:
    """Nothing where there is no deployment profile."""
    if settings.YAKUBA.deployment is None:
        return []
    try:
        wrong = [
            *(f"{one.host}:{one.port} は YAKUBA_OUTBOUND_HOSTS だけにあります。" for one in contradicted()),
            *held_beyond_the_zone(),
        ]
    except ProfileUnreadable as error:
        wrong = [str(error)]
    return [_result("配置プロファイル（三層）", not wrong, " ".join(wrong))]


def disk_has_room() -> bool:
    """Whether enough of the data folder's disk is free."""
    usage = shutil.disk_usage(settings.YAKUBA.data_dir)
    return usage.free / usage.total > FREE_SHARE


def _result(label: str, ok: bool, advice: str) -> CheckResult:
    return CheckResult(label, ok, "" if ok else advice)
