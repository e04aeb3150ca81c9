"""Pages, PDF, API and command line of the reform room on real ledger events."""

import io
import json

import pypdfium2
import pytest
from django.test import Client

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reform import queries

DOCUMENT = {
    "procedure": "bus-pass",
    "title": "コミュニティバス乗車券申請",
    "version": 1,
    "baseline": {"minutes_per_case": 4, "kind": "estimated", "source": "見本の見積もり"},
    "fields": [{"code": "receipt_number", "label": "受付番号", "type": "receipt_number"}],
}


@pytest.fixture
def finished_case(yakuba_city, clerk):
    with active_municipality(yakuba_city):
        case = ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
        ledger.add_event(case, "reading.read", seconds=30)
        ledger.add_event(case, "ledger.value_confirmed", user=clerk, seconds=60)
        for status in (Status.READY, Status.ENTERING, Status.ENTERED):
            ledger.move(case, status)
    return case


def test_the_page_says_what_was_saved(client: Client, clerk, finished_case):
    client.force_login(clerk)
    text = client.get("/reform/").content.decode()
    assert "1件で、職員の時間が3分減りました（75.0%）" in text
    assert "<svg" in text
    assert "測っていない時間が入っています：前の時間に見積もりがあります。" in text


def test_without_cases_the_page_says_so(client: Client, clerk, yakuba_city):
    client.force_login(clerk)
    assert "まだない" in client.get("/reform/").content.decode()


def test_the_pdf_holds_the_same_figures(client: Client, clerk, finished_case):
    client.force_login(clerk)
    answer = client.get("/reform/report.pdf")
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "75.0%" in text
    assert "やくば市" in text


def test_a_stated_baseline_replaces_the_one_of_the_file(client: Client, clerk, finished_case, yakuba_city):
    client.force_login(clerk)
    wrong = client.post(
        "/reform/procedures/bus-pass/", {"minutes_per_case": "-1", "kind": "measured", "source": "x"}
    )
    assert "field__error" in wrong.content.decode()
    right = {"minutes_per_case": "10", "kind": "measured", "source": "30件をストップウォッチで測った"}
    assert client.post("/reform/procedures/bus-pass/", right).status_code == 302
    with active_municipality(yakuba_city):
        (effect,) = queries.effects()
    assert (effect.baseline.minutes_per_case, effect.baseline.kind) == (10.0, "measured")


def test_who_may_only_look_cannot_state_a_baseline(client: Client, make_staff, yakuba_city, finished_case):
    client.force_login(make_staff(yakuba_city, "reform.view"))
    assert client.get("/reform/procedures/bus-pass/").status_code == 200
    data = {"minutes_per_case": "1", "kind": "measured", "source": "x"}
    assert client.post("/reform/procedures/bus-pass/", data).status_code == 403


def test_the_neighbour_sees_nothing_of_it(client: Client, neighbour, finished_case):
    client.force_login(neighbour)
    assert client.get("/reform/procedures/bus-pass/").status_code == 404
    assert "コミュニティバス" not in client.get("/reform/").content.decode()


def test_the_api_needs_the_scope(client: Client, clerk, finished_case):
    _, weak = ApiToken.issue(clerk, "弱い", ["ledger.view"])
    _, strong = ApiToken.issue(clerk, "強い", ["reform.view"])

    def call(token):
        return client.get("/api/v1/reform/effects", headers={"Authorization": f"Bearer {token}"})

    assert call("でたらめ".encode().hex()).status_code == 401
    refused = call(weak)
    assert (refused.status_code, refused["Content-Type"].split(";")[0]) == (403, "application/problem+json")
    assert json.loads(call(strong).content)["total"]["saved"] == 3.0


def test_the_command_prints_json(finished_case):
    from typer.testing import CliRunner

    from yakuba.config.command import build

    result = CliRunner().invoke(build(), ["reform", "effect", "--json", "--municipality", "990019"])
    assert json.loads(result.stdout)["procedures"][0]["rate"] == 0.75
