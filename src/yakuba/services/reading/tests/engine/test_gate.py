"""What one field says about another, and what the gate makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yakuba.services.reading.contracts import Decision, Evidence, FieldReading, Reason
from yakuba.services.reading.engine import postal, readings
from yakuba.services.reading.engine.crosschecks import check
from yakuba.services.reading.engine.gate import _TEXT, decide
from yakuba.services.reading.engine.library import FormLibrary

CLEAR = Evidence(
    views=4,
    agreeing=4,
    characters=(0.99,) * 30,
    posterior=0.99,
    cells_agree=True,
    cell_floor=0.99,
    rivals=(),
    second=1.0,
)


def read(field: str, type_: str, value: str, evidence: Evidence = CLEAR) -> FieldReading:
    return FieldReading(
        field, field, type_, 1, value, value, 0.9, Decision.DOUBTFUL, (), "", (), evidence=evidence
    )


def decided(library: FormLibrary, procedure: str, *fields: FieldReading) -> dict[str, FieldReading]:
    return {r.field: r for r in decide(library.procedures[procedure], fields)}


def evidence(**changes: object) -> Evidence:
    return Evidence(**{**CLEAR.__dict__, **changes})  # type: ignore[arg-type]


def test_every_reason_has_a_sentence() -> None:
    assert set(_TEXT) == set(Reason)
    assert all(text.endswith("。") for text in _TEXT.values())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agreeing": 3}, Reason.VIEWS_DISAGREE),
        ({"views": 2, "agreeing": 2, "second": 0.4}, Reason.VIEWS_DISAGREE),
        ({"views": 2, "agreeing": 2, "characters": (0.98,) * 11}, Reason.VIEWS_DISAGREE),
        ({"characters": (0.99, 0.4)}, Reason.LOW_CONFIDENCE),
        ({"posterior": 0.1}, Reason.LOW_CONFIDENCE),
        ({"cells_agree": False}, Reason.CELLS_DISAGREE),
        ({"cells_agree": None}, Reason.CELLS_UNCLEAR),
        ({"cell_floor": 0.2}, Reason.CELLS_UNCLEAR),
        ({"second": 0.001}, Reason.READERS_DISAGREE),
        ({"second": None}, Reason.READERS_DISAGREE),
        ({"print_found": 0.5}, Reason.PRINT_MISSING),
        ({"flags": (Reason.STRUCK_OUT,)}, Reason.STRUCK_OUT),
    ],
)
def test_digits_that_nothing_confirms_need_everything(
    library: FormLibrary, changes: dict[str, object], reason: Reason
) -> None:
    trusted = decided(library, "bus-pass", read("phone", "phone", "09012345678"))["phone"]
    assert (trusted.decision, trusted.reasons) == (Decision.TRUSTED, ())
    doubtful = decided(library, "bus-pass", read("phone", "phone", "09012345678", evidence(**changes)))[
        "phone"
    ]
    assert (doubtful.decision, doubtful.reasons) == (Decision.DOUBTFUL, (reason,))


@pytest.mark.parametrize(
    "seen",
    [
        Reason.STRUCK_OUT,
        Reason.OUTSIDE_BOX,
        Reason.COLOURED_INK,
        Reason.FAINT_INK,
        Reason.LABEL_DIFFERS,
        Reason.SEVERAL_LINES,
    ],
)
def test_what_was_seen_on_the_paper_counts_however_well_the_value_is_confirmed(
    library: FormLibrary, seen: Reason
) -> None:
    """A struck-out name is still the name that its reading says, and a struck-out total still the sum."""
    written = {
        "bus-pass": (
            ("receipt_number", "receipt_number", "0832714446"),
            ("name", "name", "佐藤花子"),
            ("kana", "kana", "サトウハナコ"),
            ("postal_code", "postal_code", "1000013"),
            ("address", "address", "千代田区霞が関1-2-3"),
        ),
        "resident-tax-change": (
            ("tax_total", "number", "120000"),
            ("tax_collected", "number", "50000"),
            ("tax_uncollected", "number", "70000"),
        ),
        "nursery-admission": (("wish_1", "text", "青葉保育園"),),
    }
    for procedure, values in written.items():
        clear = decided(library, procedure, *(read(*value) for value in values))
        assert all(one.confirmed_by for one in clear.values())
        assert {one.decision for one in clear.values()} == {Decision.TRUSTED}
        flagged = decided(library, procedure, *(read(*value, evidence(flags=(seen,))) for value in values))
        assert {one.reasons for one in flagged.values()} == {(seen,)}


def test_an_empty_field_is_blank_only_when_nothing_speaks_against_it(library: FormLibrary) -> None:
    nothing = Evidence()
    found = decided(
        library,
        "nursery-admission",
        read("father_name", "name", "", nothing),
        read("phone", "phone", "", nothing),
        read("mother_days", "number", "", Evidence(flags=(Reason.FAINT_INK,))),
    )
    assert found["father_name"].decision is Decision.BLANK
    assert found["phone"].reasons == (Reason.REQUIRED_BLANK,)
    assert found["mother_days"].reasons == (Reason.FAINT_INK,)


@pytest.mark.parametrize(
    "seen",
    [
        {"flags": (Reason.FAINT_INK,)},
        {"flags": (Reason.OUTSIDE_BOX,)},
        {"flags": (Reason.COLOURED_INK,)},
        {"flags": (Reason.MARK_UNCLEAR,)},
        {"flags": (Reason.LABEL_DIFFERS,)},
        {"print_found": 0.5},
    ],
)
def test_an_optional_field_is_blank_only_with_evidence_as_any_value(
    library: FormLibrary, seen: dict[str, object]
) -> None:
    fields = (("mother_name", "name"), ("mother_days", "number"), ("sibling_together", "choice"))
    for code, type_ in fields:
        assert not library.procedures["nursery-admission"].by_code[code].required
        nothing = decided(library, "nursery-admission", read(code, type_, "", Evidence()))[code]
        assert (nothing.decision, nothing.reasons) == (Decision.BLANK, ())
        found = decided(library, "nursery-admission", read(code, type_, "", Evidence(**seen)))[code]  # type: ignore[arg-type]
        assert found.decision is Decision.DOUBTFUL
        assert len(found.reasons) == 1


def test_a_postal_code_confirms_its_town_but_not_the_block(library: FormLibrary) -> None:
    address = "千代田区霞が関1-2-3"
    weak_town = evidence(characters=(0.75,) * 7 + (0.99,) * 5)
    weak_block = evidence(characters=(0.99,) * 11 + (0.8,))
    code = read("postal_code", "postal_code", "1000013", evidence(cells_agree=None, cell_floor=0.0))
    fine = decided(library, "bus-pass", code, read("address", "address", address, weak_town))
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    unsure = decided(library, "bus-pass", code, read("address", "address", address, weak_block))
    assert unsure["address"].reasons == (Reason.LOW_CONFIDENCE,)
    wrong = decided(library, "bus-pass", code, read("address", "address", "中央区築地1-2-3"))
    assert {r.reasons for r in wrong.values()} == {(Reason.POSTAL_MISMATCH,)}
    unknown = decided(
        library,
        "bus-pass",
        read("postal_code", "postal_code", "0000000"),
        read("address", "address", address),
    )
    assert Reason.POSTAL_UNKNOWN in unknown["postal_code"].reasons


def test_an_address_that_ends_in_a_hyphen_goes_on_somewhere(library: FormLibrary) -> None:
    code = read("postal_code", "postal_code", "1000013", evidence(cells_agree=None, cell_floor=0.0))
    for ending in ("1-2-", "1-"):
        found = decided(library, "bus-pass", code, read("address", "address", f"千代田区霞が関{ending}"))
        assert found["address"].reasons == (Reason.IMPLAUSIBLE,)


def test_the_code_of_an_office_is_that_of_its_place() -> None:
    """Of 22,000 offices the list has another kind of entry."""
    office = postal.check("6048571", "京都市中京区寺町通御池上る上本能寺前町488")
    assert (office.known, office.town, office.contradicts) == (True, True, False)
    assert postal.check("0608621", "札幌市中央区北1条西6-1-2").town
    assert postal.check("0608621", "札幌市北区北24条西6-1-2").contradicts
    assert "札幌市中央区北1条西" in postal.starts("0608621")


def test_postal_codes_know_how_people_write_addresses() -> None:
    assert postal.check("1000013", "東京都千代田区霞が関1-2-3").town
    assert postal.check("1000013", "千代田区霞ヶ関1-2-3").town
    assert not postal.check("1000013", "千代田区永田町1-2-3").town
    assert not postal.check("9999999", "千代田区").known


@pytest.mark.parametrize(
    ("code", "address", "prefix"),
    [
        ("6048091", "京都市中京区寺町通御池下る下本能寺前町488番地", "京都市中京区"),
        ("6008216", "京都府京都市下京区烏丸通七条下る東塩小路町721-1", "京都府京都市下京区"),
        ("6048091", "中京区寺町通御池下る下本能寺前町488番地", "中京区"),
        ("6048091", "京都市中京区下本能寺前町488番地", "京都市中京区下本能寺前町"),
        ("0010024", "札幌市北区北24条西15丁目1-1", "札幌市北区北24条西"),
        ("0010024", "札幌市北区北二十四条西十五丁目1-1", "札幌市北区北二十四条西"),
        ("0010024", "札幌市北区北24西15", "札幌市北区北24西"),
        ("0708019", "旭川市神居九条1丁目", "旭川市神居九条"),
        ("3010004", "竜ヶ崎市馴馬町1", ""),
        ("3010004", "茨城県龍ケ崎市馴馬町1", "茨城県龍ケ崎市馴馬町"),
        ("1310045", "墨田區押上1-1-2", "墨田"),
        ("5200801", "大津市ニオの浜1", "大津市"),
        ("1066108", "港区六本木6-10-1六本木ヒルズ森タワー8階", "港区六本木"),
        ("1066108", "港区六本木6-10-1 六本木ヒルズ森タワー8F", "港区六本木"),
        ("3691203", "寄居町大字寄居1", "寄居町大字寄居"),
        ("7600017", "髙松市番町四丁目1-10", ""),
        ("5180465", "名張市赤目町丈六四丁目4-8", "名張市赤目町丈六"),
    ],
)
def test_a_postal_code_knows_the_spellings_of_its_place(code: str, address: str, prefix: str) -> None:
    found = postal.check(code, address)
    assert (found.town, found.contradicts) == (True, False)
    assert address[: found.prefix] == prefix  # what the list spells otherwise, only the picture confirms


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("1000013", "千代田区永田町1"),
        ("6048091", "京都市中京区寺町通御池上る上本能寺前町488番地"),
        ("6048091", "京都市下京区寺町通下本能寺前町1"),
        ("0010023", "札幌市北区北24条西15丁目1-1"),
        ("0010024", "札幌市北区北24条東15丁目1-1"),
        ("1066108", "港区六本木6-10-1六本木ヒルズ森タワー9階"),
        ("1066108", "港区赤坂6-10-1六本木ヒルズ森タワー8階"),
        ("6240937", "京都府舞鶴市西神崎372-16"),
    ],
)
def test_a_postal_code_goes_on_contradicting_another_place(code: str, address: str) -> None:
    assert postal.check(code, address).contradicts


def test_a_building_that_is_not_named_says_nothing() -> None:
    found = postal.check("1066108", "港区六本木6-10-1")
    assert (found.known, found.town, found.contradicts) == (True, False, False)


def test_the_starts_of_an_address_are_spelled_as_people_write() -> None:
    assert {"札幌市北区北24条西", "札幌市北区北二十四条西"} <= set(postal.starts("0010024"))
    assert "港区六本木" in postal.starts("1066108")
    assert "石井町" not in postal.starts("6391113")
    assert "大和郡山市櫟枝町" in postal.starts("6391113")


def test_a_place_name_in_another_form_is_judged_by_its_picture(library: FormLibrary) -> None:
    code = read("postal_code", "postal_code", "7600017")
    found = decided(library, "bus-pass", code, read("address", "address", "髙松市番町四丁目1-10"))
    assert found["address"].reasons == (Reason.VARIANT_KANJI,)


@pytest.mark.parametrize(
    ("code", "address", "weak"),
    [
        ("1860004", "國立市中1-1-1", 0),
        ("6048091", "京都市中京区寺町通御池下る下本能寺前町488", 8),
        ("5200801", "大津市ニオの浜1", 4),
    ],
)
def test_what_the_list_does_not_spell_so_needs_a_clear_picture(
    library: FormLibrary, code: str, address: str, weak: int
) -> None:
    number = read("postal_code", "postal_code", code)
    clear = evidence(characters=(0.99,) * len(address))
    fine = decided(library, "bus-pass", number, read("address", "address", address, clear))
    assert fine["address"].decision is Decision.TRUSTED
    characters = tuple(0.8 if i == weak else 0.99 for i in range(len(address)))
    unsure = decided(
        library, "bus-pass", number, read("address", "address", address, evidence(characters=characters))
    )
    assert unsure["address"].reasons == (Reason.LOW_CONFIDENCE,)


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
    ("field", "type_", "note"),
    [
        ("father_employer", "text", "後日提出"),
        ("father_employer", "text", "別紙のとおり"),
        ("mother_name", "name", "同上"),
        ("address", "address", "上に同じ"),
        ("father_employer", "text", "なし"),
        ("father_employer", "text", "特に無し"),
        ("father_name", "name", "なし"),  # each of its kana is a reading of itself
        ("applicant_kana", "kana", "ナシ"),
        ("father_employer", "text", "緑町商店又は若葉商店"),
    ],
)
def test_a_note_in_the_place_of_a_value_is_no_value(
    library: FormLibrary, field: str, type_: str, note: str
) -> None:
    found = decided(library, "nursery-admission", read(field, type_, note))[field]
    assert found.decision is Decision.DOUBTFUL
    assert Reason.IMPLAUSIBLE in found.reasons


@pytest.mark.parametrize(
    ("value", "rivals", "candidates"),
    [("なレ", (), ()), ("なん", ("", "しツ"), ()), ("たし", ("なに", ""), ()), ("燕し", (), ("無し",))],
)
def test_a_word_for_no_value_that_was_read_a_little_otherwise_asks(
    library: FormLibrary, value: str, rivals: tuple[str, ...], candidates: tuple[str, ...]
) -> None:
    own = evidence(views=4, agreeing=4, characters=(0.999,) * 2, posterior=0.999, second=0.999, rivals=rivals)
    reading = replace(read("father_employer", "text", value, own), candidates=candidates)
    assert decided(library, "nursery-admission", reading)["father_employer"].reasons == (Reason.IMPLAUSIBLE,)
    shop = read("father_employer", "text", "花王", replace(own, rivals=()))
    assert decided(library, "nursery-admission", shop)["father_employer"].decision is Decision.TRUSTED


@pytest.mark.parametrize(("character", "passes"), [(0.95, True), (0.8, False)])
def test_an_entry_of_a_list_passes_only_where_each_of_its_characters_was_clear(
    library: FormLibrary, character: float, passes: bool
) -> None:
    own = evidence(views=2, agreeing=2, characters=(character, *[0.99] * 4), posterior=0.75)
    found = decided(library, "nursery-admission", read("wish_1", "text", "東山保育園", own))["wish_1"]
    assert found.confirmed_by == ("lexicon",)
    assert (found.decision is Decision.TRUSTED) is passes  # else it may be 束山, which is on no list


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


@pytest.mark.parametrize(("second", "passed"), [(0.99, True), (0.97, False)])
def test_text_that_nothing_confirms_needs_both_recognisers_sure(
    library: FormLibrary, second: float, passed: bool
) -> None:
    alone = read("employer_name", "text", "南部産業", evidence(characters=(1.0,) * 4, second=second))
    found = decided(library, "resident-tax-change", alone)["employer_name"]
    assert (found.decision is Decision.TRUSTED) == passed
    assert found.reasons == (() if passed else (Reason.READERS_DISAGREE,))


def test_kanji_that_look_alike_go_to_a_person(library: FormLibrary) -> None:
    kana = read("kana", "kana", "タカハシハナコ")
    for name, reason in (("高橋花子", Reason.LOOKALIKE), ("髙橋花子", Reason.VARIANT_KANJI)):
        assert decided(library, "bus-pass", read("name", "name", name), kana)["name"].reasons == (reason,)
    rival = evidence(rivals=("大", "", "", ""), characters=(0.9,) * 4, posterior=0.9)
    both = decided(
        library, "bus-pass", read("name", "name", "太田花子", rival), read("kana", "kana", "オオタハナコ")
    )
    assert both["name"].decision is Decision.DOUBTFUL


def test_sums_confirm_or_contradict_all_their_parts(library: FormLibrary) -> None:
    weak = evidence(characters=(0.75,) * 6, posterior=0.65, cells_agree=None)
    names = ("tax_total", "tax_collected", "tax_uncollected")
    fine = decided(
        library,
        "resident-tax-change",
        *(read(n, "number", v, weak) for n, v in zip(names, ("120000", "50000", "70000"), strict=True)),
    )
    assert {r.decision for r in fine.values()} == {Decision.TRUSTED}
    wrong = decided(
        library,
        "resident-tax-change",
        *(read(n, "number", v) for n, v in zip(names, ("120000", "50000", "10000"), strict=True)),
    )
    assert {r.reasons for r in wrong.values()} == {(Reason.SUM_MISMATCH,)}


def test_a_closed_list_and_a_range_are_kept(library: FormLibrary) -> None:
    found = decided(
        library,
        "nursery-admission",
        read("wish_1", "text", "青葉保育園"),
        read("wish_2", "text", "青空保育園"),
        read("mother_days", "number", "9"),
        read("child_birth", "date", "1999-01-01"),
    )
    assert found["wish_1"].decision is Decision.TRUSTED
    assert found["wish_2"].reasons == (Reason.NOT_IN_LEXICON,)
    assert found["mother_days"].reasons == found["child_birth"].reasons == (Reason.OUT_OF_RANGE,)


def test_readings_come_from_the_dictionary() -> None:
    assert readings.supported("山田太郎", "ヤマダタロウ")
    assert not readings.supported("山田太郎", "ヤマダジロウ")
    assert "ナカジマハナコ" in readings.other_readings("中島花子", "ナカシマハナコ")
    assert readings.is_known("鈴木結衣")
    assert not readings.is_known("鈴木結衣衣衣衣衣")
    assert readings.supported("山﨑花子", "ヤマザキハナコ")
