"""Names and their kana: what one says about the other, and kanji that look alike."""

from __future__ import annotations

import pytest

from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine import readings
from yakuba.services.reading.engine.crosschecks import check
from yakuba.services.reading.engine.library import FormLibrary

from .decisions import decided, evidence, read


@pytest.mark.parametrize("name", ["神田花子", "\ufa19田花子"])
def test_a_kanji_with_a_second_code_point_is_looked_at(library: FormLibrary, name: str) -> None:
    """The model knows one 神 and is sure of it on paper with either; registers hold both."""
    found = decided(library, "bus-pass", read("name", "name", name), read("kana", "kana", "カンダハナコ"))
    assert found["name"].decision is Decision.DOUBTFUL
    assert {Reason.LOOKALIKE, Reason.VARIANT_KANJI} & {*found["name"].reasons}


@pytest.mark.parametrize(
    "kana", ["ワタナベンズ", "ワタナベツズ", "ワタナベジズ", "ワタナベ", "ワタナベシズカズ", "シズ"]
)
def test_kana_of_which_a_part_is_no_reading_confirm_nothing(library: FormLibrary, kana: str) -> None:
    found = decided(library, "bus-pass", read("name", "name", "渡辺静"), read("kana", "kana", kana))
    assert found["kana"].reasons == (Reason.KANA_MISMATCH,)
    assert {r.confirmed_by for r in found.values()} == {()}


@pytest.mark.parametrize("kana", ["ワタナベシズ", "ワタナベシズカ"])
def test_kana_of_which_the_whole_is_a_reading_confirm_the_name(library: FormLibrary, kana: str) -> None:
    found = decided(library, "bus-pass", read("name", "name", "渡辺静"), read("kana", "kana", kana))
    assert found["kana"].decision is Decision.TRUSTED
    assert found["name"].reasons == (Reason.LOOKALIKE,)  # 靜


@pytest.mark.parametrize(
    ("name", "kana", "fits"),
    [
        ("森滝美江", "モリタキミエ", True),  # 美江 is put together from 美 and 江
        ("塩谷一恵", "シオヤカズエ", True),
        ("島田広士", "シマタヒロシ", False),  # シマダ is the surname's reading: a lost dot
        ("富田三智雄", "トミダミチオ", False),
        ("細川健司", "ホソカワケンシ", False),
        ("高原慶彦", "ダカハラヨシヒコ", False),
        ("三村光郎", "ミムラエツロウ", False),
    ],
)
def test_single_kanji_confirm_only_what_no_dictionary_reading_is_mistaken_for(
    library: FormLibrary, name: str, kana: str, fits: bool
) -> None:
    procedure = library.procedures["bus-pass"]
    found = check(procedure, {"name": read("name", "name", name), "kana": read("kana", "kana", kana)})
    assert bool(found["kana"].confirmed_by) == fits
    assert (Reason.KANA_MISMATCH in found["kana"].reasons) != fits


def test_the_kana_of_a_foreign_name_are_the_name_itself(library: FormLibrary) -> None:
    for name in ("クリスティーナ・ダ シルバ", "クリスティーナ ダ シルバ"):
        for kana, fits in (("クリスティーナダシルバ", True), ("クリスティーナダシルハ", False)):
            found = check(
                library.procedures["bus-pass"],
                {"name": read("name", "name", name), "kana": read("kana", "kana", kana)},
            )
            assert (found["kana"].confirmed_by == ["name"]) is fits


def test_where_blanks_count_a_person_looks_since_they_are_not_read(library: FormLibrary) -> None:
    name, kana = read("name", "name", "マリアクララ"), read("kana", "kana", "マリアクララ")
    assert decided(library, "bus-pass", name, kana)["name"].reasons == (Reason.BLANKS_UNREAD,)
    code = read("postal_code", "postal_code", "1000013")
    for block, reasons in (("1-2-3101", (Reason.BLANKS_UNREAD,)), ("1-2-301", ())):
        address = read("address", "address", "千代田区霞が関" + block)
        assert decided(library, "bus-pass", code, address)["address"].reasons == reasons


@pytest.mark.parametrize(
    ("name", "kana", "weak", "passes"),
    [
        ("梅沢花子", "ウメサワハナコ", 2, False),
        ("梅沢花子", "ウメサワハナコ", 0, True),
        ("秋田花子", "アキタハナコ", 2, False),
        ("田中真幸", "タナカマサキ", 4, False),
        ("田中真幸", "タナカマサキ", 3, True),
    ],
)
def test_whether_a_reading_has_a_dot_only_the_picture_says(
    library: FormLibrary, name: str, kana: str, weak: int, passes: bool
) -> None:
    """ウメザワ is as good a reading of 梅沢, though the dictionary has only ウメサワ."""
    characters = tuple(0.8 if i == weak else 0.99 for i in range(len(kana)))
    own = evidence(characters=characters, posterior=0.75)
    found = decided(library, "bus-pass", read("name", "name", name), read("kana", "kana", kana, own))
    assert found["kana"].confirmed_by == ("name",)
    assert (found["kana"].decision is Decision.TRUSTED) is passes


@pytest.mark.parametrize(
    ("name", "kana", "weak", "rivals", "passes"),
    [
        ("梅沢花子", "ウメサワハナコ", 2, "ザ", False),
        ("梅沢花子", "ウメサワハナコ", 2, "セナ", True),  # no trace of a dot
        ("平塚三佳", "ヒラツカミカ", 2, "ッ", True),
        ("平塚三佳", "ヒラツカミカ", 2, "ッヅ", False),
        ("田中花子", "タナカハナコ", 0, "ダ", True),  # no family says ダナカ
        ("田中花子", "タナカハナコ", 3, "バ", True),  # nor a given name バナコ
        ("田中花子", "タナカハナコ", 2, "ガ", False),
    ],
)
def test_a_dot_is_in_question_where_the_picture_has_a_trace_of_it_inside_a_word(
    library: FormLibrary, name: str, kana: str, weak: int, rivals: str, passes: bool
) -> None:
    characters = tuple(0.8 if i == weak else 0.99 for i in range(len(kana)))
    seen = tuple(rivals if i == weak else "" for i in range(len(kana)))
    own = evidence(characters=characters, posterior=0.75, rivals=seen)
    found = decided(library, "bus-pass", read("name", "name", name), read("kana", "kana", kana, own))
    assert (found["kana"].decision is Decision.TRUSTED) is passes


def test_kana_confirm_a_name_or_contradict_it(library: FormLibrary) -> None:
    weak = evidence(characters=(0.75,) * 4, posterior=0.65)
    fine = decided(
        library,
        "bus-pass",
        read("name", "name", "佐藤花子", weak),
        read("kana", "kana", "サトウハナコ", weak),
    )
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    wrong = decided(
        library, "bus-pass", read("name", "name", "佐藤花了"), read("kana", "kana", "サトウハナコ")
    )
    assert {r.reasons for r in wrong.values()} == {(Reason.KANA_MISMATCH,)}
    voiced = decided(
        library, "bus-pass", read("name", "name", "中島花子"), read("kana", "kana", "ナカシマハナコ", weak)
    )
    assert voiced["kana"].reasons == (Reason.LOW_CONFIDENCE,)


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),
        ({"views": 2, "agreeing": 2}, True),
        ({"characters": (0.98, *[0.99] * 3)}, False),
        ({"rivals": ("髙", "", "", "")}, False),
        ({"rivals": ("", "", "", "化")}, True),
        ({"second": 0.4}, False),  # PP-OCRv6 has no 髙: what it reads there is another kanji
        ({"rivals": ()}, False),
    ],
)
def test_look_alike_kanji_pass_only_where_no_doubt_is_left(
    library: FormLibrary, changes: dict[str, object], passed: bool
) -> None:
    own = evidence(**{"characters": (0.99,) * 4, "rivals": ("", "", "", ""), **changes})
    name, kana = read("name", "name", "高橋花子", own), read("kana", "kana", "タカハシハナコ")
    found = decided(library, "bus-pass", name, kana)["name"]
    assert (found.decision is Decision.TRUSTED, Reason.LOOKALIKE in found.reasons) == (passed, not passed)
    old = read("name", "name", "神田花子", own)
    kana = read("kana", "kana", "カンダハナコ")
    assert Reason.LOOKALIKE in decided(library, "bus-pass", old, kana)["name"].reasons  # one shape for two


def test_kanji_that_look_alike_go_to_a_person(library: FormLibrary) -> None:
    kana = read("kana", "kana", "タカハシハナコ")
    for name, reason in (("高橋花子", Reason.LOOKALIKE), ("髙橋花子", Reason.VARIANT_KANJI)):
        assert decided(library, "bus-pass", read("name", "name", name), kana)["name"].reasons == (reason,)
    rival = evidence(rivals=("大", "", "", ""), characters=(0.9,) * 4, posterior=0.9)
    both = decided(
        library, "bus-pass", read("name", "name", "太田花子", rival), read("kana", "kana", "オオタハナコ")
    )
    assert both["name"].decision is Decision.DOUBTFUL


def test_readings_come_from_the_dictionary() -> None:
    assert readings.supported("山田太郎", "ヤマダタロウ")
    assert not readings.supported("山田太郎", "ヤマダジロウ")
    assert "ナカジマハナコ" in readings.other_readings("中島花子", "ナカシマハナコ")
    assert readings.is_known("鈴木結衣")
    assert not readings.is_known("鈴木結衣衣衣衣衣")
    assert readings.supported("山﨑花子", "ヤマザキハナコ")
