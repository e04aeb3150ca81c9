"""Postal codes and addresses: what one says about the other."""

from __future__ import annotations

import pytest

from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine import postal
from yakuba.services.reading.engine.library import FormLibrary

from .decisions import decided, evidence, read


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
