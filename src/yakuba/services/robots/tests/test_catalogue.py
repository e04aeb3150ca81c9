"""The catalogue in a town: every template becomes drafts and nothing that runs; words of the town, a newer version, the
draft that is tried and approved as any other; and what towns of a group see of one another."""

from __future__ import annotations

from typing import Any

import pytest

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.bundles import queries as definitions
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions.bundle import Definition, as_text, packed
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.actions import publishing, runs
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.engine import catalogue as engine
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, Scenario, SharedTemplate, TakenTemplate
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.catalogue import Entry
from yakuba.services.robots.tests import ready, town
from yakuba.services.robots.tests.office import Office, Shift

pytestmark = pytest.mark.first(8)

CODE = "overtime"
SECRETS = {"利用者番号": "70001", "パスワード": "himitsu-no-kotoba"}


def put_into_use(person: Any) -> None:
    bundles.publish(definitions.tried(), actor=person)


def a_case(template: engine.ReadyTemplate, serial: int) -> Any:
    procedure = Procedure.objects.get(code=template.procedure_code)
    row = ready.row(template, serial)
    case = ledger.open_case(procedure, row.receipt_number)
    for field, value in row.values.items():
        ledger.record_value(case, field, value, trusted=True, source={})
    ledger.move(case, Status.READY)
    return case


@pytest.fixture
def taken(in_yakuba_city: Any, clerk: Any) -> TakenTemplate:
    """One template taken, with its procedure in use."""
    row = actions.take(queries.entry(CODE), actor=clerk).row
    put_into_use(clerk)
    return row


@pytest.fixture
def system(in_yakuba_city: Any, clerk: Any) -> Any:
    return set_system("庶務システム", "http://127.0.0.1:8199", 5.0, SECRETS, actor=clerk)


def newer(old: str = "秒", new: str = "秒", version: int = 2) -> Entry:
    """The same template in a later version, with one text changed."""
    text = ready.TEMPLATES[CODE].text.replace("版: 1", f"版: {version}", 1).replace(old, new)
    return Entry(engine.read(text), taken=TakenTemplate.objects.filter(code=CODE).first())


@pytest.mark.parametrize("code", ready.TEMPLATES)
def test_each_becomes_drafts_and_nothing_that_runs(code: str, in_yakuba_city: Any, clerk: Any) -> None:
    done = actions.take(queries.entry(code), actor=clerk)
    assert not done.was_there
    (draft,) = DefinitionVersion.objects.all()
    assert (draft.kind, draft.state) == ("procedure", DefinitionVersion.State.TRIED)
    assert not Procedure.objects.exists()
    assert not Scenario.objects.exists()
    assert not Recording.objects.exists()
    assert next(one.text for one in queries.todo(done.row) if not one.done) == "手続の下書きを使い始める"
    assert queries.steps_of(queries.template_of(done.row), done.row).entry
    put_into_use(clerk)
    assert Procedure.objects.get().definition.baseline_source == engine.NOT_MEASURED
    assert queries.todo(done.row)[0].done


def test_once_more_says_that_it_was_taken(taken: TakenTemplate, clerk: Any) -> None:
    again = actions.take(queries.entry(CODE), actor=clerk)
    assert again.was_there
    assert again.row.pk == taken.pk
    assert TakenTemplate.objects.count() == 1
    assert DefinitionVersion.objects.count() == 1


def test_who_takes_it_at_the_same_time_is_told(taken: TakenTemplate, clerk: Any, monkeypatch: Any) -> None:
    entry = queries.entry(CODE)
    unseen = TakenTemplate.objects.none()
    monkeypatch.setattr(TakenTemplate.objects, "select_for_update", lambda of: unseen, raising=False)
    with pytest.raises(Conflict, match="同時に"):
        actions.take(entry, actor=clerk)
    assert TakenTemplate.objects.count() == 1


def test_from_the_template_to_a_robot_with_an_owner_and_an_approval(
    taken: TakenTemplate, system: Any, clerk: Any, make_staff: Any, yakuba_city: Any
) -> None:
    template = queries.template_of(taken)
    case = a_case(template, 1)
    with pytest.raises(Conflict, match="接続先"):
        actions.open_draft(taken, case, actor=clerk)
    actions.set_words(taken, system, {"欄「氏名」": "お名前（漢字）"}, actor=clerk)
    recording = actions.open_draft(taken, case, actor=clerk)
    assert actions.open_draft(taken, case, actor=clerk).pk == recording.pk
    assert "{欄: お名前（漢字）, 値: '{氏名}'}" in drafts.text_of(recording.draft)
    assert recording.draft["システム"]["住所"] == system.base_url
    run = publishing.try_out(recording, actor=clerk)
    assert not Scenario.objects.get().in_use
    Shift(run).work()
    with pytest.raises(Conflict):
        runs.start(Scenario.objects.get(), actor=clerk)
    recording.refresh_from_db()
    asked = publishing.propose(recording, actor=clerk, reason="")
    approver = make_staff(yakuba_city, "robots.approve", "robots.view")
    approvals.approve(asked, actor=approver)
    scenario = Scenario.objects.get()
    assert (scenario.in_use, scenario.owner) == (True, clerk)
    taken.refresh_from_db()
    assert all(one.done for one in queries.todo(taken))


def test_no_draft_is_opened_before_every_place_is_filled(
    taken: TakenTemplate, system: Any, clerk: Any
) -> None:
    taken.text = taken.text.replace('値: "{所属}"', '値: "｛課の番号｝"')
    taken.system = system
    taken.save()
    case = a_case(ready.TEMPLATES[CODE], 1)
    with pytest.raises(Conflict, match="課の番号"):
        actions.open_draft(taken, case, actor=clerk)
    actions.set_words(taken, system, {"課の番号": "0417"}, actor=clerk)
    assert "0417" in drafts.text_of(actions.open_draft(taken, case, actor=clerk).draft)


def test_the_target_asks_for_the_secrets_of_what_was_taken(taken: TakenTemplate, clerk: Any) -> None:
    bare = set_system("庶務システム", "http://127.0.0.1:8199", 5.0, {}, actor=clerk)
    assert register.wanted_secrets(bare) == []
    actions.set_words(taken, bare, {}, actor=clerk)
    assert register.missing_secrets(bare) == ["パスワード", "利用者番号"]
    taken.refresh_from_db()
    todo = {one.text: one for one in queries.todo(taken)}
    assert "利用者番号" in todo["接続先に秘密を登録する"].why


def test_a_newer_version_keeps_the_town_s_words_and_what_it_measured(
    taken: TakenTemplate, clerk: Any
) -> None:
    actions.set_words(taken, None, {"欄「氏名」": "お名前", "ボタン「確認画面へ」": "次へ"}, actor=clerk)
    procedure = Procedure.objects.get()
    procedure.document["baseline"] = {"minutes_per_case": 7.5, "kind": "measured", "source": "10件を計測"}
    procedure.save()
    more = "    - {code: reason, "
    entry = newer(more, f"    - {{code: place, label: 勤務の場所, type: text}}\n{more}")
    taken.refresh_from_db()
    assert entry.is_newer
    told = queries.difference(taken, entry.template)
    assert any(mark == "+" and "勤務の場所" in line for mark, line in told)
    row = actions.take(entry, actor=clerk).row
    assert (row.version, row.words) == (2, {"欄「氏名」": "お名前", "ボタン「確認画面へ」": "次へ"})
    assert not queries.todo(row)[0].done, "the procedure lacks the new field until its draft is in use"
    put_into_use(clerk)
    stands = Procedure.objects.get()
    assert "place" in stands.definition.by_code
    assert stands.definition.minutes_by_hand == 7.5
    assert queries.todo(row)[0].done


def test_a_newer_version_whose_options_alone_differ_makes_a_draft(taken: TakenTemplate, clerk: Any) -> None:
    entry = newer("holiday: 休日", "holiday: 休日（週休日を含む）")
    row = actions.take(entry, actor=clerk).row
    assert not queries.todo(row)[0].done
    put_into_use(clerk)
    assert Procedure.objects.get().definition.field("kind").options["holiday"] == "休日（週休日を含む）"
    assert queries.todo(row)[0].done


def test_a_newer_version_of_the_steps_alone_makes_no_draft_of_the_procedure(
    taken: TakenTemplate, clerk: Any
) -> None:
    row = actions.take(newer("ボタン: 確認画面へ", "ボタン: 次の画面へ"), actor=clerk).row
    assert DefinitionVersion.objects.count() == 1
    assert queries.todo(row)[0].done


def test_an_older_version_takes_nothing_back(taken: TakenTemplate, clerk: Any) -> None:
    actions.take(newer(version=3), actor=clerk)
    assert actions.take(newer(version=2), actor=clerk).was_there
    assert TakenTemplate.objects.get().version == 3


def test_a_procedure_of_the_town_s_own_is_not_written_over(in_yakuba_city: Any, clerk: Any) -> None:
    document = town.definition("bus-pass") | {"procedure": CODE}
    ledger.load_procedure(document)
    with pytest.raises(Conflict, match="項目がひな形と違う"):
        actions.take(queries.entry(CODE), actor=clerk)
    assert not TakenTemplate.objects.exists()
    assert not DefinitionVersion.objects.exists()


@pytest.mark.parametrize("version", ["1", "2"])
def test_another_draft_of_the_procedure_is_not_written_over(
    version: str, in_yakuba_city: Any, clerk: Any
) -> None:
    document = town.definition("bus-pass") | {"procedure": CODE, "version": int(version)}
    own = Definition("procedure", CODE, version, "町の手続", as_text(document))
    bundles.try_out(bundles.draft(packed(CODE, [own]), actor=clerk), actor=clerk)
    with pytest.raises(Conflict, match="取り下げてから"):
        actions.take(queries.entry(CODE), actor=clerk)
    assert bytes(DefinitionVersion.objects.get().content) == packed("", [own])
    assert not TakenTemplate.objects.exists()
    bundles.withdraw(DefinitionVersion.objects.get(), actor=clerk)
    assert not actions.take(queries.entry(CODE), actor=clerk).was_there


def test_a_newer_version_takes_the_place_of_the_draft_of_the_older(in_yakuba_city: Any, clerk: Any) -> None:
    actions.take(queries.entry(CODE), actor=clerk)
    row = actions.take(newer("holiday: 休日", "holiday: 休日（週休日を含む）"), actor=clerk).row
    put_into_use(clerk)
    assert Procedure.objects.get().definition.field("kind").options["holiday"] == "休日（週休日を含む）"
    assert queries.todo(row)[0].done


def test_words_that_cannot_stand_there_change_nothing(taken: TakenTemplate, clerk: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.set_words(taken, None, {"欄「氏名」": "あ" * 300, "欄「どこ」": "x"}, actor=clerk)
    assert len(refused.value.problems) == 2
    taken.refresh_from_db()
    assert taken.words == {}


# The group


@pytest.fixture
def office_with_group(office: Office, neighbour_town: Any, yakuba_city: Any) -> Office:
    actions.set_group("北部の集まり", [yakuba_city, neighbour_town])
    return office


def shared_by(office: Office, **said: str) -> SharedTemplate:
    told = {"title": "乗車券の登録", "section": "その他", "description": "乗車券の申請を登録します。"} | said
    return actions.share(office.scenario, actor=office.person, **told)


def test_the_group_sees_structure_and_no_value_secret_or_address(office_with_group: Office) -> None:
    office = office_with_group
    version = office.scenario.versions.get()
    version.text = version.text.replace(
        '  - 選ぶ: {欄: 受取方法, 値: "{受取方法}"}',
        '  - 入力: {欄: 課の番号, 値: "0417 やくば係"}\n  - 選ぶ: {欄: 受取方法, 値: "{受取方法}"}\n'
        "  - 確かめる: {文字: やくば市交通政策課 電話03-1234-5678}",
    )
    version.save()
    text = shared_by(office).text
    for own in ("127.0.0.1", "総合住民情報システム", "やくば", "0417", "03-1234", "himitsu"):
        assert own not in text, own
    template = engine.read(text)
    assert {one.key for one in engine.slots(template) if one.must} == {"文字1", "決まった値2"}
    assert "baseline" not in text
    assert "lexicon" not in text


def test_another_town_of_the_group_takes_it_and_keeps_its_copy(
    office_with_group: Office, neighbour: Any, neighbour_town: Any
) -> None:
    row = shared_by(office_with_group)
    key = f"{row.municipality.code}.{row.code}"
    with active_municipality(neighbour_town):
        entry = queries.entry(key)
        assert (entry.town, entry.from_group) == ("やくば市", True)
        mine = actions.take(entry, actor=neighbour).row
        put_into_use(neighbour)
        assert Procedure.objects.get().code == "bus-pass"
    actions.unshare(row, actor=office_with_group.person)
    with active_municipality(neighbour_town):
        with pytest.raises(Missing):
            queries.entry(key)
        assert queries.steps_of(queries.template_of(mine), mine).entry


def test_who_is_in_no_group_or_another_sees_nothing(
    office_with_group: Office, neighbour_town: Any, yakuba_city: Any
) -> None:
    row = shared_by(office_with_group)
    key = f"{row.municipality.code}.{row.code}"
    for towns in ([yakuba_city], []):
        actions.set_group("北部の集まり", towns)
        with active_municipality(neighbour_town):
            assert not [one for one in queries.entries() if one.from_group]
            with pytest.raises(Missing):
                queries.entry(key)
    actions.set_group("北部の集まり", [yakuba_city])
    actions.set_group("南部の集まり", [neighbour_town])
    with active_municipality(neighbour_town), pytest.raises(Missing):
        queries.entry(key)
    assert queries.entry(key).from_group, "the town's own"


def test_without_a_group_nothing_is_shared(office: Office) -> None:
    with pytest.raises(Conflict, match="集まりに入っていません"):
        shared_by(office)
    assert not SharedTemplate.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"title": "やくば市の乗車券"},
        {"description": "担当は山田太郎、電話は03-1234-5678。"},
        {"description": "見本は受付番号0800000129。"},
        {"section": "宇宙"},
    ],
)
def test_words_that_tell_the_town_or_a_person_are_refused(office_with_group: Office, said: Any) -> None:
    with pytest.raises(Invalid):
        shared_by(office_with_group, **said)
    assert not SharedTemplate.objects.exists()


def test_options_with_short_figures_are_handed_over_and_long_ones_are_not(office_with_group: Office) -> None:
    procedure = office_with_group.scenario.procedure
    (category,) = [one for one in procedure.document["fields"] if one["code"] == "category"]
    category["options"]["returned"] = "125cc以下"
    procedure.save()
    office_with_group.scenario.refresh_from_db()
    assert "125cc以下" in shared_by(office_with_group).text
    category["options"]["returned"] = "番号12345"
    procedure.save()
    office_with_group.scenario.refresh_from_db()
    with pytest.raises(Invalid):
        shared_by(office_with_group)


def test_the_same_again_is_no_new_version_and_a_change_is(office_with_group: Office) -> None:
    assert shared_by(office_with_group).version == 1
    assert shared_by(office_with_group).version == 1
    assert shared_by(office_with_group, title="乗車券の申請の登録").version == 2


# The pages
