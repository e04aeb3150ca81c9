"""Decoding: what a CTC output says once the field's characters are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.kernel.values import Script
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.engine.alphabets import Alphabet, alphabet, shapes_in_context
from yakuba.services.reading.engine.recognition import Decoded, decode, probability
from yakuba.services.reading.engine.resolve import distance, resolve, resolve_start

from .conftest import Paper

CHARACTERS = ("", "0", "1", "O", "ア", " ")


def output(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


def brute_force(probabilities: NDArray[np.float32], letters: Alphabet) -> dict[str, float]:
    """Probability of every string, by going through every path."""
    folded = letters.fold(probabilities)
    found: dict[str, float] = {}
    for path in itertools.product(range(folded.shape[1]), repeat=len(folded)):
        chance = float(np.prod([folded[step, symbol] for step, symbol in enumerate(path)]))
        kept = [symbol for symbol, _ in itertools.groupby(path) if symbol]
        text = "".join(letters.symbols[symbol - 1] for symbol in kept)
        found[text] = found.get(text, 0.0) + chance
    return found


def test_beam_search_and_forward_sum_agree_with_going_through_all_paths() -> None:
    rng = np.random.default_rng(7)
    letters = Alphabet("01ア", CHARACTERS)
    raw = rng.random((5, len(CHARACTERS))).astype(np.float32) ** 3
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    truth = brute_force(probabilities, letters)
    best = max(truth, key=lambda text: truth[text])
    decoded = decode(probabilities, letters)
    assert decoded.text == best
    assert decoded.posterior == pytest.approx(truth[best], rel=0.05)  # the beam is narrow, so nearly exact
    for text in ("0", "01", "00", "ア1"):
        assert probability(letters.fold(probabilities), text, letters) == pytest.approx(truth[text], rel=1e-4)


def test_characters_of_the_same_shape_are_folded_and_others_count_against() -> None:
    letters = Alphabet("01", CHARACTERS)
    same = decode(output([0.0, 0.4, 0.0, 0.6, 0.0, 0.0]), letters)
    assert (same.text, round(same.posterior, 2)) == ("0", 1.0)
    other = decode(output([0.0, 0.3, 0.0, 0.0, 0.7, 0.0]), letters)
    assert (other.text, round(other.posterior, 2)) == ("0", 0.3)


def test_a_gap_is_a_blank() -> None:
    letters = Alphabet("01", CHARACTERS)
    rows = output([0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0])
    assert decode(rows, letters).text == "00"


def test_no_field_type_allows_the_blank_as_a_character(recogniser: PpOcr) -> None:
    for type_ in ("digits", "kana", "name", "address", "text", "date_line"):
        letters = alphabet(type_, recogniser.characters)
        assert "" not in letters.symbols
        everything = np.zeros((1, len(recogniser.characters)), np.float32)
        everything[0, 0] = 1.0
        assert letters.fold(everything).sum() == pytest.approx(1.0)


def test_the_bundled_model_reads_a_line(recogniser: PpOcr, bus: Paper) -> None:
    bus.image.paste(255, (0, 0, *bus.image.size))
    bus.write("山田太郎", (20, 30), 40, "lm")
    picture = bus.pixels[:60, :220]
    found = decode(recogniser.probabilities([picture])[0], alphabet("name", recogniser.characters))
    assert found.text == "山田太郎"
    assert found.floor > 0.9
    assert len(found.characters) == len(found.rivals) == 4


def test_results_do_not_hang_on_the_batch(recogniser: PpOcr, bus: Paper) -> None:
    crops = [
        bus.template.image[y : y + 60, 300 : 300 + w] for y, w in ((840, 90), (840, 700), (40, 92), (650, 33))
    ]
    together = recogniser.probabilities(crops)
    for crop, row in zip(crops, together, strict=True):
        assert np.allclose(recogniser.probabilities([crop])[0], row, atol=1e-5)
    assert recogniser.probabilities([]) == []


def test_a_closed_list_proposes_an_entry_and_never_decides_for_it() -> None:
    characters = ("", "青", "葉", "若", "空", "莱")
    letters = Alphabet("青葉若空莱", characters)
    unsure = decode(output([0, 0.98, 0, 0.02, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0.3, 0, 0, 0.7]), letters)
    assert unsure.text == "青莱"
    (settled,) = resolve([unsure], ["青葉", "若葉"], letters, 0.02)
    assert (settled.text, settled.proposed) == ("青葉", True)
    assert settled.posterior > 0.9
    assert settled.alternatives[0][0] == "青莱"  # what was read stays among the candidates
    sure = decode(output([0, 0.98, 0, 0.02, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0.0001, 0, 0.9999, 0]), letters)
    (kept,) = resolve([sure], ["青葉", "若葉"], letters, 0.02)
    assert (kept.text, kept.proposed) == (
        "青空",
        False,
    )  # something else was written: it is not bent to the list


@pytest.mark.parametrize(("young", "contested"), [(0.02, False), (0.3, True)])
def test_an_entry_that_was_read_keeps_its_own_certainty_and_is_contested_by_another(
    young: float, contested: bool
) -> None:
    characters = ("", "青", "葉", "若", "空", "莱")
    letters = Alphabet("青葉若空莱", characters)
    rows = output([0, 0.6, 0, young, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0.99, 0, 0, 0.01])
    read = decode(rows, letters)
    (found,) = resolve([read], ["青葉", "若葉"], letters, 0.02)
    assert (found.text, found.characters, found.posterior) == ("青葉", read.characters, read.posterior)
    assert (found.proposed, found.contested) == (False, contested)


@pytest.mark.parametrize(
    ("written", "start", "text", "proposed"),
    [("町田市桜手", "町田市桜木", "町田市桜木", True), ("町田市ニ木", "町田市二木", "町田市二木", False)],
)
def test_a_postal_code_proposes_its_town_and_puts_right_only_what_has_one_shape(
    written: str, start: str, text: str, proposed: bool
) -> None:
    rivals = tuple("木" if character == "手" else "" for character in written)
    view = Decoded(written + "1-2", 0.8, (0.9,) * 8, (), (*rivals, "", "", ""))
    (found,) = resolve_start([view], [start])
    assert (found.text, found.proposed) == (text + "1-2", proposed)


def test_of_a_closed_list_a_character_of_one_shape_is_the_listed_one() -> None:
    characters = ("", "み", "ど", "り", "リ", "緑", "綠", "縁")
    words = frozenset(["みどり", "緑"])
    row = [0.0, 0.0, 0.0, 0.45, 0.55, 0.0, 0.0, 0.0]
    rows = output([0, 0.99, 0, 0, 0, 0, 0, 0], [0, 0, 0.99, 0, 0, 0, 0, 0], row)
    assert decode(rows, alphabet(Script.TEXT, characters)).text == "みどリ"
    read = decode(rows, alphabet(Script.TEXT, characters, words))
    assert (read.text, read.characters[2]) == ("みどり", pytest.approx(1.0))
    old = output([0, 0, 0, 0, 0, 0.5, 0.49, 0.01])
    assert decode(old, alphabet(Script.TEXT, characters, words)).characters == (pytest.approx(0.99),)
    other = output([0, 0, 0, 0, 0, 0.2, 0.1, 0.7])
    assert (
        decode(other, alphabet(Script.TEXT, characters, words)).text == "縁"
    )  # another shape is another character


def test_a_list_with_both_characters_of_one_shape_keeps_them_apart() -> None:
    letters = alphabet(Script.TEXT, ("", "り", "リ"), frozenset(["り", "リ"]))
    assert decode(output([0, 0.4, 0.6]), letters).text == "リ"


@pytest.mark.parametrize(
    ("read", "reading", "bar", "proposed"),
    [
        ("カワーカ", "カワカ", 0.52, False),  # a wide gap
        ("カワーカ", "カワカ", 0.99, True),
        ("カョカ", "カヨカ", 0.7, False),
        ("キョカ", "キヨカ", 0.7, True),  # both can stand
        ("カーカ", "カアカ", 0.52, True),
    ],
)
def test_a_bar_or_a_small_kana_where_none_can_stand_makes_no_other_reading(
    read: str, reading: str, bar: float, proposed: bool
) -> None:
    characters = ("", *"カキワヨョアー")
    letters = Alphabet(characters[1:], characters)
    rows = [[0.0] * len(characters) for _ in range(2 * len(read))]
    other = {"ョ": "ヨ", "ー": "ア" if "ア" in reading else ""}
    for at, character in enumerate(read):
        rows[2 * at][characters.index(character)] = bar if character in other else 1.0
        if character in other:
            rows[2 * at][characters.index(other[character])] += 1 - bar
        rows[2 * at + 1][0] = 1.0
    view = decode(output(*rows), letters)
    assert view.text == read
    (found,) = resolve([view], [reading], letters, 0.005)
    assert (found.text, found.proposed, len(found.characters)) == (reading, proposed, len(reading))


def test_distance_counts_edits() -> None:
    assert [distance("青葉", other) for other in ("青葉", "青空", "青", "", "若葉園")] == [0, 1, 1, 2, 2]


def test_shapes_follow_their_neighbours() -> None:
    assert shapes_in_context("コ一ポ青葉") == "コーポ青葉"
    assert shapes_in_context("丁目一番") == "丁目一番"
