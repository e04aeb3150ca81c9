"""Templates of the group that nobody wrote in good faith: nobody else's list falls, and no word of a town becomes a step, a
verb or an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.bundles import queries as definitions
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.engine import catalogue, drafts
from yakuba.services.robots.models import SharedTemplate, TakenTemplate
from yakuba.services.robots.operations import catalogue as operations
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.queries.catalogue import Entry
from yakuba.services.robots.tests import ready
from yakuba.services.robots.tests.office import Office

TEXT = ready.TEMPLATES["overtime"].text
ENTRY = "    - 開く: /overtime/entry"


def stands(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


def _from(heading: str, instead: str) -> str:
    """Everything below a heading as something else."""
    return TEXT.partition(f"\n{heading}:")[0] + f"\n{heading}: {instead}\n" + (
        "\nシナリオ:" + TEXT.partition("\nシナリオ:")[2] if heading == "手続" else ""
    )  # fmt: skip


HOSTILE: dict[str, Callable[[], str]] = {
    "fields are a number": lambda: _from("手続", "{version: 1, fields: 3}"),
    "fields are texts": lambda: _from("手続", "{version: 1, fields: [a, b]}"),
    "no fields": lambda: _from("手続", "{version: 1}"),
    "the steps are a list": lambda: _from("シナリオ", "[1, 2]"),
    "the target is a list": lambda: _from("シナリオ", "{システム: [1], 入力: [開く: /a]}"),
    "a section is a number": lambda: _from("シナリオ", "{システム: {ログイン画面: {見出し: a}}, 照会: 3, 結果: [1]}"),
    "nested": lambda: _from("シナリオ", "{入力: " + "[" * 3000 + "]" * 3000 + "}"),
    "anchors": lambda: stands(ENTRY, "    - &a {開く: /a}\n    - *a"),
    "another address": lambda: stands("  システム:\n", "  システム:\n    住所: http://evil.example\n"),
    "a place for the address": lambda: stands("  システム:\n", '  システム:\n    "｛a｝": http://evil.example\n'),
    "a place for the verb": lambda: stands(ENTRY, '    - "｛a｝": {ボタン: 登録}'),
    "a place for a step": lambda: stands(ENTRY, '    - "｛a｝"'),
    "another host": lambda: stands(ENTRY, "    - 開く: //evil.example/"),
    "a call": lambda: stands(ENTRY, "    - 呼び出す: {シナリオ: よその, 版: 1}"),
    "unseen signs": lambda: stands("名称: ", "名称: \u202e\u0007"),
    "a huge word": lambda: stands("名称: ", "名称: " + "あ" * 200_000),
}  # fmt: skip


@pytest.fixture
def put(office: Office, yakuba_city: Any, neighbour_town: Any) -> Callable[[str], str]:
    """Puts a text into the group as if やくば市 shared it; gives the key by which となり町 would see it."""
    actions.set_group("北部の集まり", [yakuba_city, neighbour_town])

    def into_group(text: str) -> str:
        SharedTemplate(scenario=office.scenario, code="overtime", text=text, shared_by=office.person).save()
        return f"{yakuba_city.code}.overtime"

    return into_group


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_breaks_nobody_s_list_and_is_not_taken(
    name: str, put: Any, client: Any, neighbour: Any, neighbour_town: Any
) -> None:
    key = put(HOSTILE[name]())
    client.force_login(neighbour)
    listed = client.get(reverse("robots:templates"), {"text": "超過勤務", "sort": ""})
    assert "職員の超過勤務の入力" in listed.content.decode()
    assert client.get(reverse("robots:template", args=[key])).status_code < 500
    with active_municipality(neighbour_town):
        assert operations.list_templates(neighbour, text="超過勤務")
        with pytest.raises(Refused):
            operations.import_template(neighbour, template=key)
        assert not TakenTemplate.objects.exists()
        assert not DefinitionVersion.objects.exists()


def test_what_a_newer_release_reads_no_more_is_told_and_stops_nothing_else(
    client: Any, clerk: Any, in_yakuba_city: Any
) -> None:
    good = actions.take(queries.entry("payment"), actor=clerk).row
    bad = actions.take(queries.entry("overtime"), actor=clerk).row
    TakenTemplate.objects.filter(pk=bad.pk).update(text=TEXT.replace("分野:", "昔の分野:"))
    told = {one["id"]: one["left"] for one in operations.list_taken(clerk)}
    assert told[good.pk]
    assert "読めません" in told[bad.pk][0]
    client.force_login(clerk)
    assert client.get(reverse("robots:taken", args=[good.pk])).status_code == 200
    assert client.get(reverse("robots:taken", args=[bad.pk])).status_code < 500
    bundles.publish(definitions.tried(), actor=clerk)
    newer = Entry(catalogue.read(stands("版: 1", "版: 2")), taken=TakenTemplate.objects.get(pk=bad.pk))
    assert ("+", "手続: overtime") in queries.difference(newer.taken, newer.template)
    assert actions.take(newer, actor=clerk).row.version == 2


WORDS = [
    "a, 値: x}\n    - 押す: {ボタン: 登録",
    '"}',
    "': x",
    "- 押す",
    "# 消える",
    "&a *a !!python/object:os.system",
    "...",
    "---",
    "登録する\u2028押す",
    "{{氏名}}",
    "はい",
    "012",
    "null",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_town_stays_a_word(word: str) -> None:
    template = ready.TEMPLATES["overtime"]
    key = "欄「氏名」"
    if catalogue.fault_of(template, key, word):
        return
    usual = catalogue.scenario_document(template, {}, system="庶務", address="http://h.example")
    said = catalogue.scenario_document(template, {key: word}, system="庶務", address="http://h.example")
    read = drafts.document_of(drafts.text_of(said))
    assert read == said
    assert [[*one] for one in read["入力"]] == [[*one] for one in usual["入力"]]
    assert word in [one["入力"]["欄"] for one in read["入力"] if "入力" in one]


@pytest.mark.parametrize(
    "word", ["/evil.example/x", "\\evil.example", "@evil.example/", "{氏名}", "https://evil.example"]
)
def test_no_word_leads_to_another_host(word: str) -> None:
    template = catalogue.read(stands(ENTRY, "    - 開く: /｛場所｝"))
    assert catalogue.missing(template, {}) == ["場所"]
    if catalogue.fault_of(template, "場所", word):
        return
    try:
        scenario = catalogue.checked(template, {"場所": word})
    except DefinitionRefused:
        return
    opened = [str(one.path.parts[0]) for one in scenario.entry if hasattr(one, "path")]
    assert opened[0] == f"/{word}", "behind the address of the target, which is put before it as it is"
    assert not opened[0].startswith("//")


def test_a_place_of_a_word_s_key_is_not_that_word(in_yakuba_city: Any, clerk: Any) -> None:
    """A template whose place is called as the key of a word of the screen would have one answer for two questions."""
    with pytest.raises((DefinitionRefused, Invalid)):
        catalogue.read(stands(ENTRY, "    - 開く: /｛欄「氏名」｝"))
