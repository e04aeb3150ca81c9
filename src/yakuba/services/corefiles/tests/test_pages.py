"""The room through its pages, its API and its commands."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.corefiles import queries
from yakuba.services.corefiles.actions import files, layouts
from yakuba.services.corefiles.engine.results import Result
from yakuba.services.corefiles.models import CoreFile, FileLayout
from yakuba.services.corefiles.tests.examples import LAYOUT, RECEIPTS


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def text(answer) -> str:
    return answer.content.decode()


def test_a_clerk_puts_a_layout_together_on_the_page(page, procedure):
    chosen = page.get(reverse("corefiles:new_layout"), {"procedure": "seal-card"})
    assert "氏名の順番" in text(chosen)
    asked = {f"at-{n}": "" for n in range(11)}
    sent = asked | {
        "code": "inkan", "title": "印鑑取込", "form": "CSV", "encoding": "Shift_JIS", "head": "on",
        "at-3": "1", "heading-3": "誕生日", "format-3": "和暦7桁", "at-1": "2", "heading-1": "", "width-1": "20",
    }  # fmt: skip
    address = reverse("corefiles:new_layout") + "?procedure=seal-card"
    assert "順番" in text(page.post(address, sent | {"at-3": "", "at-1": ""}))
    assert not FileLayout.objects.exists()
    page.post(address, sent)
    columns = FileLayout.objects.get().layout.columns
    assert [(one.heading, one.field, one.formats, one.width) for one in columns] == [
        ("誕生日", "birth", ("和暦7桁",), 0),
        ("氏名", "name", (), 20),
    ]


def test_the_way_from_layout_to_result_without_javascript(page, cases, layout):
    shown = text(page.get(reverse("corefiles:layout", args=[layout.code])))
    assert "ファイルにできる受付が3件あります" in shown
    assert "4020402" in shown, "the first lines as they will stand there"
    made = page.post(reverse("corefiles:make", args=[layout.code]), follow=True)
    assert "受付3件が入っています" in text(made)
    number = CoreFile.objects.get().pk
    content = page.get(reverse("corefiles:content", args=[number]))
    assert f'filename="seal-renkei-{number}.csv"' in content["Content-Disposition"]
    assert content.content.decode("cp932").count("\r\n") == 4
    address = reverse("corefiles:results", args=[number])
    table = f"申請番号,登録番号,エラー\n{RECEIPTS[0]},T-1,\n{RECEIPTS[1]},,住所がない\n0899999999,T-9,\n"
    looked = page.post(address, {"file": SimpleUploadedFile("r.csv", table.encode("cp932"))}, follow=True)
    done = page.post(address, form_of(looked) | {"column-0": "申請番号", "take": "1"}, follow=True)
    assert "この連携ファイルで取り込みを待っていません" in text(done)
    assert "取り込まれなかった受付が1件" in text(page.get(reverse("corefiles:index"), follow=True))
    page.post(reverse("corefiles:settle", args=[number]))
    assert Case.objects.filter(status=Status.ENTERED).count() == 2
    refused = queries.refused().get()
    page.post(reverse("corefiles:refused"), {"bulk": "0", "row": [refused.pk]})
    assert "ファイルにできる受付が1件" in text(page.get(reverse("corefiles:layout", args=[layout.code])))


def test_a_file_is_undone_on_its_page_with_a_reason(page, cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    address = reverse("corefiles:undo", args=[made.pk])
    assert page.post(address, {"reason": ""}).status_code == 422
    assert "入力待ちに戻りました" in text(page.post(address, {"reason": "列がちがう"}, follow=True))
    assert set(Case.objects.values_list("status", flat=True)) == {Status.READY}


def test_the_cases_of_a_large_file_come_a_page_at_a_time(page, cases, layout, clerk, monkeypatch):
    monkeypatch.setattr("yakuba.services.corefiles.pages.files.CASES_SHOWN", 2)
    address = reverse("corefiles:file", args=[files.make(layout, actor=clerk).pk])
    first, second = (text(page.get(address, {"page": n})) for n in (1, 2))
    assert [RECEIPTS[n] in first for n in range(3)] == [True, True, False]
    assert [RECEIPTS[n] in second for n in range(3)] == [False, False, True]


def test_a_layout_is_changed_as_text_with_its_faults_by_line(page, layout):
    address = reverse("corefiles:edit_layout", args=[layout.code])
    wrong = page.post(address, {"text": LAYOUT.replace("kind", "kynd")})
    assert wrong.status_code == 422
    assert "「kind」の間違い" in text(wrong)
    page.post(address, {"text": LAYOUT + "  - 見出し: 空き\n    値: ''\n"})
    layout.refresh_from_db()
    assert layout.version == 2


def version_in(answer) -> str:
    return re.search(r'name="version" value="(\d+)"', text(answer))[1]


def test_of_two_who_change_a_layout_the_second_sees_it_and_loses_nothing(page, layout):
    address = reverse("corefiles:edit_layout", args=[layout.code])
    seen = version_in(page.get(address))
    page.post(address, {"text": LAYOUT + "  - 見出し: 空き\n    値: ''\n", "version": seen})
    mine = LAYOUT + "  - 見出し: 予備\n    値: ''\n"
    refused = page.post(address, {"text": mine, "version": seen})
    assert refused.status_code == 422
    assert "第2版にしました" in text(refused)
    assert "見出し: 予備" in text(refused)
    layout.refresh_from_db()
    assert "空き" in layout.text
    page.post(address, {"text": mine, "version": version_in(refused)})
    layout.refresh_from_db()
    assert (layout.version, "予備" in layout.text) == (3, True)


def test_values_are_shown_to_who_sees_the_ledger_alone(cases, layout, make_staff, in_yakuba_city):
    client = Client()
    client.force_login(make_staff(in_yakuba_city, "corefiles.view", "corefiles.make"))
    shown = text(client.get(reverse("corefiles:layout", args=[layout.code])))
    assert "ファイルにできる受付が3件あります" in shown
    assert "試験一郎" not in shown


def test_programs_and_commands_do_the_same(page, cases, layout, clerk, tmp_path):
    token = ApiToken.issue(clerk, "x", ["corefiles.view", "corefiles.make"], proved=True)[1]
    headers = {"Authorization": f"Bearer {token}"}
    assert page.get("/api/v1/corefiles/layouts", headers=headers).json()[0]["waiting"] == 3
    made = page.post("/api/v1/corefiles/layouts/seal-renkei/files", headers=headers).json()
    assert made["cases"] == 3
    content = page.get(f"/api/v1/corefiles/files/{made['id']}/content", headers=headers)
    assert RECEIPTS[0] in content.content.decode("cp932")
    assert page.post("/api/v1/corefiles/layouts/seal-renkei/files", headers=headers).status_code == 409
    app, run = build(), CliRunner()
    table = tmp_path / "results.csv"
    table.write_text(f"受付番号,登録番号\n{RECEIPTS[0]},N-1\n0899999999,N-2\n", encoding="utf-8")
    who = ["--user", clerk.username]
    partly = run.invoke(app, ["corefiles", "results", str(made["id"]), str(table), *who])
    assert partly.exit_code == 1
    assert "0899999999" in partly.stderr
    table.write_bytes(b"")
    nothing = run.invoke(app, ["corefiles", "results", str(made["id"]), str(table), *who])
    assert nothing.exit_code != 0
    assert "空" in nothing.stderr
    settled = run.invoke(app, ["corefiles", "settle", str(made["id"]), *who, "--json"])
    assert json.loads(settled.stdout)["state"] == "settled"
    unknown = run.invoke(app, ["corefiles", "retire-layout", "nothing", *who])
    assert unknown.exit_code == 2
    assert "seal-renkei" in unknown.stderr


def test_a_bundle_hands_a_layout_over(layout, clerk):
    (definition,) = queries.collect("seal-card")
    layouts.withdraw("seal-renkei", clerk)
    assert queries.collect("seal-card") == []
    layouts.publish(definition, clerk)
    assert queries.layouts().get().text == LAYOUT


def test_home_tells_of_what_waits(page, cases, layout, clerk):
    made = files.make(layout, actor=clerk)
    assert "結果を待つ連携ファイル" in text(page.get("/"))
    files.settle(made, [Result(RECEIPTS[0], refused="x")], actor=clerk)
    assert "基幹システムに取り込まれなかった受付" in text(page.get("/"))
