"""The catalogue on its pages: who may, what is found, what is seen before it is taken or handed over."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.models import Recording, RecordingState, SharedTemplate, TakenTemplate
from yakuba.services.robots.operations import catalogue as operations
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.tests.office import Office
from yakuba.services.robots.tests.test_catalogue import (
    CODE,
    a_case,
    newer,
    office_with_group,
    put_into_use,
    system,
    taken,
)

__all__ = ["office_with_group", "system", "taken"]  # fixtures

pytestmark = pytest.mark.first(8)


@pytest.mark.parametrize(
    ("lacking", "do"),
    [
        ("robots.view", lambda person: operations.list_templates(person)),
        ("robots.manage", lambda person: operations.import_template(person, template=CODE)),
        ("robots.manage", lambda person: operations.set_template_words(person, taken_id=1)),
        ("robots.record", lambda person: operations.open_template(person, taken_id=1, receipt_number="1")),
        (
            "robots.share",
            lambda person: operations.share_scenario(
                person, scenario=1, title="a", section="その他", description="b"
            ),
        ),
        ("robots.share", lambda person: operations.unshare_template(person, shared_id=1)),
    ],
)
def test_each_asks_for_its_own_permission(
    lacking: str, do: Any, make_staff: Any, yakuba_city: Any, in_yakuba_city: Any
) -> None:
    from yakuba.kernel.registry import permission_names

    person = make_staff(yakuba_city, *(one for one in permission_names() if one != lacking))
    with pytest.raises(PermissionDenied):
        do(person)


def test_the_list_is_searched_and_narrowed(client: Any, clerk: Any, in_yakuba_city: Any) -> None:
    client.force_login(clerk)
    page = reverse("robots:templates")

    def shown(**asked: str) -> str:
        return client.get(page, {"sort": "", **asked}).content.decode()

    assert "ふるさと納税の受付" in shown()
    assert "36件" in shown()
    found = shown(text="通勤 距離")
    assert "通勤手当の距離の測定" in found
    assert "ふるさと納税の受付" not in found
    assert "通勤手当の距離の測定" in shown(state="gap")
    assert "職員の超過勤務の入力" not in shown(state="gap")
    assert "児童手当の認定請求の入力" in shown(section="子育て")
    assert "児童手当の認定請求の入力" not in shown(section="地方税")
    assert "該当するひな形はありません" in shown(text="ないもの")


def test_a_clerk_takes_one_by_one_press_and_fills_it(client: Any, clerk: Any, system: Any) -> None:
    client.force_login(clerk)
    page = client.get(reverse("robots:template", args=["commute-distance"])).content.decode()
    assert "足りないもの" in page
    assert "一つのシナリオは一つの接続先だけを操作します" in page
    answer = client.post(reverse("robots:template_import", args=[CODE]), follow=True)
    assert "まだ何も動きません" in answer.content.decode()
    again = client.post(reverse("robots:template_import", args=[CODE]), follow=True)
    assert "もう取り込んであります" in again.content.decode()
    row = TakenTemplate.objects.get()
    put_into_use(clerk)
    where = reverse("robots:taken_words", args=[row.pk])
    n = next(n for n, (slot, _) in enumerate(queries.slots_of(row)) if slot.key == "欄「氏名」")
    sent = {"version": "1", "system": str(system.pk), f"word-{n}": "あ" * 300}
    refused = client.post(where, sent)
    assert refused.status_code == 422
    assert "欄「氏名」の言葉は" in refused.content.decode()
    assert client.post(where, sent | {f"word-{n}": "お名前"}).status_code == 302
    row.refresh_from_db()
    assert (row.words, row.system) == ({"欄「氏名」": "お名前"}, system)
    case = a_case(queries.template_of(row), 1)
    opened = client.post(
        reverse("robots:taken_open", args=[row.pk]), {"receipt_number": case.receipt_number}, follow=True
    )
    assert opened.status_code == 200
    assert Recording.objects.get().state == RecordingState.DRAFT
    assert "お名前" in opened.content.decode()


def test_words_typed_before_a_newer_version_was_taken_are_not_mixed_up(
    client: Any, clerk: Any, taken: TakenTemplate
) -> None:
    client.force_login(clerk)
    actions.take(newer(), actor=clerk)
    client.post(reverse("robots:taken_words", args=[taken.pk]), {"version": "1", "word-0": "x"})
    assert TakenTemplate.objects.get().words == {}


def test_a_newer_version_is_shown_before_it_is_taken(
    client: Any, clerk: Any, taken: TakenTemplate, monkeypatch: Any
) -> None:
    entry = newer("勤務年月日", "勤務日")
    monkeypatch.setattr(queries, "shipped", lambda: {CODE: entry.template})
    client.force_login(clerk)
    page = client.get(reverse("robots:template", args=[CODE])).content.decode()
    assert "新しい版（第2版）で変わるところ" in page
    assert "欄: 勤務日," in page
    assert "新しい版があります" in client.get(reverse("robots:taken", args=[taken.pk])).content.decode()


def test_what_is_handed_over_is_seen_before_it_is_sent(client: Any, office_with_group: Office) -> None:
    client.force_login(office_with_group.person)
    where = reverse("robots:share", args=[office_with_group.scenario.pk])
    assert "2団体に見えます：やくば市、となり町" in client.get(where).content.decode()
    sent = {"title": "乗車券の登録", "section": "その他", "description": "乗車券の申請を登録します。"}
    seen = client.post(where, sent)
    assert "渡すもの" in seen.content.decode()
    assert not SharedTemplate.objects.exists()
    refused = client.post(where, sent | {"title": "やくば市の乗車券", "send": "1"})
    assert refused.status_code == 422
    assert "氏名らしい文字があります" in refused.content.decode()
    assert client.post(where, sent | {"send": "1"}).status_code == 302
    row = SharedTemplate.objects.get()
    client.post(reverse("robots:shared_withdraw", args=[row.pk]))
    assert not SharedTemplate.objects.exists()
