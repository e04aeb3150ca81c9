"""Every page through Django's client: who may open it, what it says, and that each button does its work."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.robots.actions import runs
from yakuba.services.robots.contracts import EvidenceKind, RowState
from yakuba.services.robots.models import Row, RowPicture, Run, RunState, System
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, Shift

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def page(office, client, clerk):
    """`page(name, *args, **data)`: the answer as the person with every permission; POST when data is given."""
    client.force_login(clerk)

    def ask(name, /, *args, query="", **data):
        address = reverse(f"robots:{name}", args=args) + query
        return client.post(address, data) if data else client.get(address, follow=True)

    return ask


@pytest.fixture
def finished(office):
    """A run with one entered and one undecided row, each with a picture."""
    run = office.start(2)
    Shift(run, before={Case.objects.last().receipt_number: 2}).work()
    for row in Row.objects.filter(run=run):
        file = store(StoredFile.Kind.EVIDENCE, "x.png", "image/png", PNG)
        RowPicture.objects.create(
            row=row, file=file, kind=EvidenceKind.COMPLETION.value, taken_at=timezone.now()
        )
    return run


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def addresses(run: Run) -> list[str]:
    scenario, row = run.scenario_id, Row.objects.filter(run=run).last()
    picture = RowPicture.objects.filter(row=row).get().pk
    named = [
        ("index",),
        ("load",),
        ("scenario", scenario),
        ("version", scenario, 1),
        ("register", scenario),
        ("start", scenario),
        ("systems",),
        ("system_new",),
        ("system", run.scenario.system_id),
        ("runs",),
        ("run", run.pk),
        ("undecided",),
        ("row", row.pk),
        ("decide", row.pk),
        ("picture", picture),
    ]
    return [reverse(f"robots:{name}", args=args) for name, *args in named]


def buttons(run: Run) -> list[str]:
    row = Row.objects.filter(run=run).last()
    named = [(name, run.pk) for name in ("pause", "resume", "stop", "retry")]
    named += [("row_retry", row.pk), ("look_up", row.pk)]
    named += [(name, run.scenario_id) for name in ("lane_prove", "lane_use", "lane_leave")]
    return [reverse(f"robots:{name}", args=args) for name, *args in named]


# Who may


def test_every_page_opens_for_who_may(finished, client, clerk):
    client.force_login(clerk)
    for address in addresses(finished):
        assert client.get(address, follow=True).status_code == 200, address


def test_without_the_role_every_page_and_button_is_refused(finished, client, newcomer):
    client.force_login(newcomer)
    for address in addresses(finished):
        assert client.get(address).status_code == 403, address
    for address in buttons(finished):
        assert client.post(address).status_code == 403, address


def test_another_town_sees_nothing(finished, client, neighbour):
    client.force_login(neighbour)
    general = {
        reverse(f"robots:{name}") for name in ("index", "load", "systems", "system_new", "runs", "undecided")
    }
    for address in addresses(finished):
        answer = client.get(address, follow=True)
        if address in general:
            assert answer.status_code == 200
            assert "コミュニティバス" not in text_of(answer), address
            assert SYSTEM not in text_of(answer), address
        else:
            assert answer.status_code == 404, address
    for address in buttons(finished):
        assert client.post(address, {"first_row": 1}).status_code == 404, address
    finished.refresh_from_db()
    assert finished.state == RunState.DONE


def test_who_may_only_look_cannot_press_or_decide(finished, client, make_staff, yakuba_city):
    client.force_login(make_staff(yakuba_city, "robots.view"))
    row = Row.objects.filter(run=finished).last()
    assert client.get(reverse("robots:row", args=[row.pk])).status_code == 200
    for address in [*buttons(finished), reverse("robots:decide", args=[row.pk])]:
        assert client.post(address).status_code == 403, address
    assert client.get(reverse("robots:start", args=[finished.scenario_id])).status_code == 403
    for name, args in (("index", []), ("run", [finished.pk]), ("row", [row.pk]), ("systems", [])):
        text = text_of(client.get(reverse(f"robots:{name}", args=args)))
        assert not re.search(r'<form method="post" action="/robots|>判断する<|登録する</a>', text), name


def test_buttons_refuse_a_mere_visit(finished, page, client):
    for address in buttons(finished):
        assert client.get(address).status_code == 405, address


# Register and systems


def test_the_steps_are_shown_in_words(page, office):
    text = text_of(page("scenario", office.scenario.pk))
    for words in (
        "欄「受付番号」",
        "「申請日」（和暦略）",
        "ボタン「登録」",
        "この操作だけが登録する",
        "登録済みの「パスワード」",
    ):
        assert words in text


def test_loading_a_wrong_file_names_the_lines(page):
    answer = page("load", text=town.scenario_text(PROCEDURE).replace("ボタン: 検索", "ボタソ: 検索"))
    assert answer.status_code == 422
    assert re.search(r"\d+行目.*ボタソ", text_of(answer))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "ファイルを選ぶか"),
        (b"\x93\xfa\x96\x7b", "UTF-8"),
        (b"%PDF-1.7\n\xff", "UTF-8"),
        (b"a: [", "行目"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(page, client, tmp_path, content, sentence):
    file = tmp_path / "scenario.yaml"
    file.write_bytes(content)
    with file.open("rb") as stream:
        answer = client.post(reverse("robots:load"), {"file": stream, "text": ""})
    assert answer.status_code == 422
    assert sentence in text_of(answer) or "空" in text_of(answer)


def test_the_register_can_be_changed(page, office, make_staff, yakuba_city):
    successor = make_staff(yakuba_city, "robots.run")
    page(
        "register",
        office.scenario.pk,
        owner=str(office.person.pk),
        successor=str(successor.pk),
        review_on="2028-03-31",
        in_use="on",
    )
    office.scenario.refresh_from_db()
    assert (office.scenario.successor, office.scenario.review_on) == (successor, date(2028, 3, 31))
    same = page(
        "register",
        office.scenario.pk,
        owner=str(office.person.pk),
        successor=str(office.person.pk),
        review_on="2028-03-31",
        in_use="on",
    )
    assert "別の人" in text_of(same)
    page("register", office.scenario.pk, owner=str(office.person.pk), successor="", review_on="2028-03-31")
    assert "休止中" in text_of(page("start", office.scenario.pk))


def test_secrets_go_in_and_never_come_out(page, office):
    system = System.objects.get(name=SYSTEM)
    form = {"base_url": "http://127.0.0.1:8199", "settle_seconds": "5"}
    page("system", system.pk, **form, secret_0="xyzzy-password")
    for name, args in (("system", [system.pk]), ("systems", []), ("scenario", [office.scenario.pk])):
        text = text_of(page(name, *args))
        assert "xyzzy-password" not in text
        assert not any(secret in text for secret in town.SECRETS.values())
    assert "登録済み" in text_of(page("systems"))


def test_a_host_that_is_not_allowed_is_named(page):
    answer = page("system_new", name="外", base_url="http://example.com", settle_seconds="5")
    assert answer.status_code == 422
    assert "example.com:80 への接続は許可されていません" in text_of(answer)


# Running


def test_beside_an_unticked_rehearsal_stands_that_it_registers(page, office):
    office.ready_cases(1)
    text = text_of(page("start", office.scenario.pk))
    assert "つけなければ、本番として登録します" in text
    assert "登録はしません" not in text


def test_what_is_said_of_a_run_that_waits_is_true(page, office):
    run = office.start(2)
    job = Job.objects.get(key=run.job_key)
    standing_worker()
    assert "ワーカーの手が空きしだい始まります" in text_of(page("run", run.pk))
    other = Job.objects.create(name="robots.run", key="other", lane=job.lane, state="running", ticket="o")
    assert "同じ相手への仕事は一つずつ動きます" in text_of(page("run", run.pk))
    other.delete()
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(seconds=50))
    assert "相手システムの失敗が続いたため、しばらく間をおいています" in text_of(page("run", run.pk))
    Row.objects.update(state=RowState.RETRY.value)
    assert "やり直す時刻を待っています（2行）" in text_of(page("run", run.pk))


def test_start_and_watch_a_run(page, office):
    office.ready_cases(3)
    assert "3<small>件" in text_of(page("start", office.scenario.pk))
    answer = page("start", office.scenario.pk, limit="2", dry_run="on")
    run = Run.objects.get()
    assert answer.url == reverse("robots:run", args=[run.pk])
    assert (run.dry_run, run.rows.count(), Job.objects.filter(name="robots.run").count()) == (True, 2, 1)
    text = text_of(page("run", run.pk))
    assert 'hx-trigger="every 2s"' in text
    assert "ワーカーが動いていません" in text
    assert page("start", office.scenario.pk, limit="0").status_code == 422


def test_the_buttons_beside_a_run(page, office):
    office.ready_cases(2)
    run = runs.start(office.scenario, actor=office.person)
    page("pause", run.pk, sent="1")
    assert "再開する" in text_of(page("run", run.pk))
    page("resume", run.pk, first_row="2")
    run.refresh_from_db()
    assert (run.state, run.first_row) == (RunState.ACTIVE, 2)
    page("resume", run.pk, first_row="x")
    page("stop", run.pk, sent="1")
    text = text_of(page("run", run.pk))
    assert "もう一度流す（2件）" in text
    page("retry", run.pk, sent="1")
    run.refresh_from_db()
    assert run.state == RunState.ACTIVE
    assert set(Case.objects.values_list("status", flat=True)) == {Status.ENTERING}


# Deciding


# Home
