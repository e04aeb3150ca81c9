"""Rooms switched off, jobs, storage, self-checks, audit and settings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.administration import checks
from yakuba.kernel.administration.pages.house import shown_value
from yakuba.kernel.audit.chain import record
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.registry import CheckResult
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.transfers.models import Transfers
from yakuba.services.robots.adapters import launch

ROOMS = "administration:rooms"


def test_a_room_that_is_not_used_is_not_there_and_comes_back_as_it_was(admin, in_yakuba_city, clerk):
    admin.post(reverse(ROOMS), {"room": "reform", "stop": "1"})
    token = ApiToken.issue(clerk, "x", ["reform.view"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    home = admin.get("/").content.decode()
    assert reverse("reform:effects") not in home
    assert "業務改革" not in admin.get(reverse("search"), {"text": "効果"}).content.decode()
    for name in ("reform:effects", "reform:promises", "reform:effects-pdf"):
        assert admin.get(reverse(name)).status_code == 404, name
        assert admin.post(reverse(name)).status_code == 404, name
    assert Client().get("/api/v1/reform/effects", headers=headers).status_code == 404
    admin.post(reverse(ROOMS), {"room": "reform", "use": "1"})
    assert admin.get(reverse("reform:effects")).status_code == 200
    assert Client().get("/api/v1/reform/effects", headers=headers).status_code == 200
    names = AuditEvent.objects.filter(subject="room:reform").values_list("name", flat=True)
    assert set(names) == {"administration.room_switched_off", "administration.room_switched_on"}


def test_a_room_switched_off_shows_no_queue_on_the_home_page(admin, in_yakuba_city):
    assert "確認待ちの値" in admin.get("/").content.decode()
    admin.post(reverse(ROOMS), {"room": "reading", "stop": "1"}, follow=True)
    home = admin.get("/").content.decode()
    assert "確認待ちの値" not in home
    assert "帳票読取" not in home


def test_the_neighbours_rooms_are_theirs_to_switch(admin, in_yakuba_city, neighbour):
    admin.post(reverse(ROOMS), {"room": "reform", "stop": "1"})
    other = Client()
    other.force_login(neighbour)
    assert other.get(reverse("reform:effects")).status_code == 200


@pytest.mark.parametrize("room", ["ledger", "accounts", "nowhere", ""])
def test_only_rooms_can_be_switched_off(admin, in_yakuba_city, room):
    assert admin.post(reverse(ROOMS), {"room": room, "stop": "1"}).status_code == 404
    assert not UnusedRoom.objects.exists()


def job(state: State, **more: object) -> Job:
    number = Job.objects.count()
    return Job.objects.create(
        name="robots.look_up",
        key=f"example-{number}",
        lane="reading",
        ticket=f"t{number}",
        state=state,
        **more,
    )


def test_a_job_is_called_what_staff_call_it_and_its_key_stands_in_the_details(admin, in_yakuba_city, clerk):
    day = date(2027, 4, 1)
    transfers = Transfers.objects.create(day=day, moves=[], planned_by=clerk)
    row = enqueue("transfers.carry_out", key=f"transfers-{transfers.pk}", transfers_id=transfers.pk)
    assert str(row) == "人事異動を行う 令和9年4月1日(木)"
    page = admin.get(reverse("administration:jobs"), follow=True).content.decode()
    told, details = page.split("<tbody>")[1].split("<details>", 1)
    assert "令和9年4月1日" in told
    assert row.key not in told
    assert f"{row.name} {row.key}" in details
    transfers.delete()
    assert str(row) == "人事異動を行う"


def test_jobs_are_listed_narrowed_tried_again_and_cancelled(admin, in_yakuba_city):
    failed, waiting = job(State.FAILED, error="紙が読めません。"), job(State.WAITING)
    page = admin.get(reverse("administration:jobs"), {"state": "failed"}).content.decode()
    assert "紙が読めません。" in page
    assert waiting.key not in page
    admin.post(reverse("work-retry", args=[failed.pk]))
    admin.post(reverse("work-cancel", args=[waiting.pk]))
    assert (failed.refreshed().state, waiting.refreshed().state) == (State.WAITING, State.CANCELLED)
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"jobs.retried", "jobs.cancelled"} <= names


def test_several_jobs_are_tried_again_at_once_and_each_refusal_is_told(admin, in_yakuba_city):
    failed, done = [job(State.FAILED), job(State.FAILED)], job(State.DONE)
    rows = [row.pk for row in [*failed, done]]
    page = admin.post(reverse("administration:jobs"), {"bulk": "0", "row": rows}, follow=True)
    assert [row.refreshed().state for row in failed] == [State.WAITING, State.WAITING]
    assert "「もう一度動かす」を2件に行いました。" in page.content.decode()
    assert "失敗も中止もしていないので" in page.content.decode()


def test_a_job_that_is_done_is_neither_cancelled_nor_tried_again(admin, in_yakuba_city):
    done = job(State.DONE)
    for name in ("work-cancel", "work-retry"):
        admin.post(reverse(name, args=[done.pk]))
        assert done.refreshed().state == State.DONE
    assert not AuditEvent.objects.filter(name__startswith="jobs.").exists()


def test_many_jobs_are_paged(admin, in_yakuba_city):
    for _ in range(60):
        job(State.DONE)
    assert "全60件のうち1～50件目" in admin.get(reverse("administration:jobs"), follow=True).content.decode()
    answer = admin.get(reverse("administration:jobs"), {"page": 2, "state": "done"})
    assert "51～60件目" in answer.content.decode()


def test_a_self_check_that_breaks_is_told_and_hides_no_other(admin, in_yakuba_city, monkeypatch):
    def broken():
        raise RuntimeError("secret detail")

    monkeypatch.setattr("yakuba.services.reading.queries.home.self_check", broken)
    html = admin.get(reverse("administration:checks")).content.decode()
    assert "点検が途中で止まりました" in html
    assert "secret detail" not in html
    assert "ロボットの動作環境" in html


def test_the_command_checks_the_same_and_ends_with_one_where_something_is_wrong(in_yakuba_city):
    done = CliRunner().invoke(build(), ["check", "--json"])
    rows = json.loads(done.stdout.splitlines()[0])
    assert {row["part"] for row in rows} >= {"管理", "帳票読取", "ロボット"}
    assert done.exit_code == (0 if all(row["ok"] for row in rows) else 1)
    assert all(row["advice"] for row in rows if not row["ok"])
    assert any(not row["ok"] and "ワーカー" in row["label"] for row in rows), "no worker runs in a test"


def test_the_models_stand_on_their_page_with_licence_and_sha256(admin, in_yakuba_city):
    html = admin.get(reverse("administration:models")).content.decode()
    assert "役場の認識器" in html
    assert "PP-OCRv6" in html
    assert html.count("Apache-2.0") >= 3
    assert "使えないモデル" not in html
    assert "文章を作る</dt><dd>内蔵の方法" in html
    admin.post(reverse(ROOMS), {"room": "reading", "stop": "1"})
    assert "役場の認識器" not in admin.get(reverse("administration:models")).content.decode()


def test_a_model_that_is_not_the_one_is_told_on_page_and_by_command(admin, in_yakuba_city, monkeypatch):
    monkeypatch.setattr("yakuba.services.reading.adapters.recognisers.SHIPPED_SHA256", "0" * 64)
    html = admin.get(reverse("administration:models")).content.decode()
    assert "使えないモデルが1個あります" in html
    assert "確かめた版と違います" in html
    done = CliRunner().invoke(build(), ["models", "--json"])
    rows = json.loads(done.stdout.splitlines()[0])
    assert [row["model"] for row in rows if row["fault"]] == ["rapidocr"]
    assert all(len(digest) == 64 for row in rows for digest in row.get("files", {}).values())
    assert done.exit_code == 1
    assert "役場の認識器" in CliRunner().invoke(build(), ["models"]).stdout


def test_what_may_be_added_to_the_machine_stands_on_page_and_command_and_an_old_one_is_told(
    admin, in_yakuba_city, monkeypatch
):
    html = admin.get(reverse("administration:models")).content.decode()
    assert "ロボット：ロボットが画面に入力し、操作を録画する" in html
    assert "通知：通知、報告書、会議録をPDFにする" in html
    assert "管理：PostgreSQLのデータベースの控えを取り、戻す" in html
    missing = replace(launch.CHROMIUM, debian=("chromium-example",))
    monkeypatch.setattr(launch, "CHROMIUM", missing)
    monkeypatch.setattr(launch, "DRIVER", replace(launch.DRIVER, least="999"))
    monkeypatch.setattr(settings.YAKUBA, "chromium", Path("/nowhere"))
    html = admin.get(reverse("administration:models")).content.decode()
    assert "apt-get install chromium-example" in html
    assert "古くて使えません（999 以上）" in html
    done = CliRunner().invoke(build(), ["models", "--json"])
    rows = {row["optional"]: row for row in json.loads(done.stdout.splitlines()[0]) if "optional" in row}
    assert (rows["chromium"]["there"], rows["chromium"]["fault"]) == (False, ""), (
        "nothing stops for want of it"
    )
    assert rows["playwright"]["fault"]
    assert done.exit_code == 1
    assert "ない  ロボット：ブラウザー" in CliRunner().invoke(build(), ["models"]).stdout
    (wrong,) = [one for one in checks.house() if one.label == "入れると使える部品"]
    assert "playwright" in wrong.advice
    admin.post(reverse(ROOMS), {"room": "robots", "stop": "1"})
    assert "chromium-example" not in admin.get(reverse("administration:models")).content.decode()


def test_the_command_checks_every_municipality_and_tells_once_what_is_the_same(yakuba_city, monkeypatch):
    other = Municipality.objects.create(code="990027", name="となり町")
    well, own = CheckResult("同じ", True, ""), CheckResult("ここだけ", False, "直します。")
    monkeypatch.setattr(
        checks, "run", lambda unused: [("管理", [well, *([own] if current_municipality() == other else [])])]
    )
    done = CliRunner().invoke(build(), ["check"])
    lines = done.stdout.splitlines()
    assert lines == ["よし  管理：同じ", "団体コード 990027", "直す  管理：ここだけ", "      直します。"]
    assert done.exit_code == 1
    told = json.loads(CliRunner().invoke(build(), ["check", "--json"]).stdout.splitlines()[0])
    assert [(row["municipality"], row["ok"]) for row in told] == [
        (yakuba_city.code, True),
        ("990027", True),
        ("990027", False),
    ]


def test_where_there_is_no_municipality_the_command_says_what_to_do(db):
    done = CliRunner().invoke(build(), ["check"])
    assert "yakuba accounts municipality" in done.output
    assert done.exit_code == 1


def test_rooms_that_are_not_used_are_not_checked(in_yakuba_city):
    assert "ロボット" not in dict(checks.run({"robots"}))


@pytest.fixture
def kept_apart(transactional_db, settings, tmp_path):
    """The heads of the chains lie in a folder of the test's own, from the first event on."""
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    _ = settings.YAKUBA.encryption_key


def test_the_audit_record_is_narrowed_and_verified(admin, in_yakuba_city, clerk, kept_apart, settings):
    record("ledger.exported", actor=clerk)
    record("reform.report_made")
    url = reverse("administration:audit")
    rows = admin.get(url, {"event": "ledger.exported"}).context["list"].objects
    assert [row.name for row in rows] == ["ledger.exported"]
    assert not admin.get(url, {"last": "R1.5.1"}).context["list"].objects
    wrong = admin.get(url, {"first": "いつか"})
    assert "いつか" in wrong.content.decode()
    assert "field__error" in wrong.content.decode()
    assert len(wrong.context["list"].objects) > 1, "what cannot be read narrows nothing"
    assert len(admin.get(url, {"person": clerk.username}).context["list"].objects) >= 1
    listed = AuditEvent.objects.filter(name="audit.listed").count()
    admin.get(url)
    assert AuditEvent.objects.filter(name="audit.listed").count() == listed, "only the way to the list"
    assert (
        "書き換えも欠けもありませんでした"
        in admin.post(reverse("administration:audit-verify")).content.decode()
    )
    (settings.YAKUBA.data_dir / "audit" / "990019.json").unlink()
    assert "頭の控えがありません" in admin.post(reverse("administration:audit-verify")).content.decode()


def test_the_digest_on_paper_is_the_one_of_the_command(admin, in_yakuba_city, kept_apart):
    record("reform.report_made")
    digest = admin.get(reverse("administration:audit-digest")).context["paper"].digest
    assert CliRunner().invoke(build(), ["audit", "verify", "--digest", digest]).exit_code == 0


def test_storage_counts_only_the_own_town(admin, in_yakuba_city, neighbour):
    rows = {
        row["label"]: row["rows"] for row in admin.get(reverse("administration:storage")).context["tables"]
    }
    assert rows["職員"] == 1


def test_settings_show_no_secret(admin, in_yakuba_city, settings, monkeypatch):
    html = admin.get(reverse("administration:settings")).content.decode()
    assert "YAKUBA_PORT" in html
    assert settings.YAKUBA.signing_key not in html
    assert (
        shown_value("master_key", "ab" * 32) == shown_value("secret_key", "x") == "（設定済み。表示しません）"
    )
    assert (shown_value("https", False), shown_value("debug", True)) == ("0", "1")
    shown = shown_value("database_url", "postgresql://yakuba:hidden@db:5432/yakuba")
    assert shown == "postgresql://db/yakuba"
