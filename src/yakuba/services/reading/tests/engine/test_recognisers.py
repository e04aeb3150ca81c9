"""The house's recogniser, its weights, and the second one that it is held against."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.kernel.modelfolders import ModelRefused
from yakuba.kernel.values import Script
from yakuba.services.reading.adapters import recognisers
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision, FieldReading, Reason
from yakuba.services.reading.engine.alphabets import alphabet
from yakuba.services.reading.engine.foreign import Watcher
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page
from yakuba.services.reading.engine.recognition import Recogniser, decode, support

from .conftest import Paper

CHARACTERS = ("", "5", "3", "9", "-", " ")


def output(*rows: str) -> NDArray[np.float32]:
    """One step for each character, of which the recogniser is all but sure; "" is the blank."""
    return np.array([[0.995 if c == row else 0.001 for c in CHARACTERS] for row in rows], np.float32)


def test_a_bar_between_two_equal_digits_is_white_and_takes_neither_away() -> None:
    read = output("5", "3", "-", "3", "9")
    read[2, CHARACTERS.index("3")] = 0.01
    assert decode(read, alphabet(Script.DIGITS, CHARACTERS, gaps="-")).text == "5339"
    masked_out = decode(read, alphabet(Script.DIGITS, CHARACTERS))
    assert masked_out.text == "539"


def test_only_where_digits_alone_may_stand_bars_are_white(recogniser: PpOcr) -> None:
    assert recogniser.gaps
    assert recogniser.second
    assert recogniser.second.gaps == ""
    for script in (Script.TEXT, Script.DATE_LINE):
        letters = alphabet(script, recogniser.characters, gaps=recogniser.gaps)
        assert letters.encode("1-2") is not None


def test_the_weights_are_used_only_as_their_paper_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, name = recognisers.own_model()
    assert name == "役場の認識器 2026.11"
    copy = shutil.copytree(weights.parent, tmp_path / "recogniser")
    (copy / weights.name).write_bytes(weights.read_bytes()[:-1] + b"x")
    monkeypatch.setattr(recognisers, "PLACE", tmp_path)
    with pytest.raises(ModelRefused, match="SHA-256"):
        recognisers.recogniser()


def test_forms_of_kanji_that_the_shipped_one_lacks_are_told_apart(recogniser: PpOcr, bus: Paper) -> None:
    bus.image.paste(255, (0, 0, *bus.image.size))
    bus.write("髙﨑眞惠", (20, 30), 40, "lm")
    letters = alphabet(Script.NAME, recogniser.characters)
    assert decode(recogniser.probabilities([bus.pixels[:60, :220]])[0], letters).text == "髙﨑眞惠"


def test_support_is_how_sure_the_other_one_is() -> None:
    letters = alphabet(Script.DIGITS, CHARACTERS)
    rows = np.array([[0, 0.2, 0.8, 0, 0, 0], [1, 0, 0, 0, 0, 0]], np.float32)
    read = decode(rows, letters)
    assert (read.text, support(read, "3", letters)) == ("3", pytest.approx(0.8))
    assert support(read, "5", letters) == pytest.approx(0.25)
    assert support(read, "7", letters) is None  # a character that it does not know


@dataclass(frozen=True)
class Another:
    """A recogniser whose 7s are 1s."""

    of: Recogniser
    name: str = "別の認識器"
    gaps: str = ""
    second: Recogniser | None = None
    watcher: Watcher | None = None

    @property
    def characters(self) -> tuple[str, ...]:
        return self.of.characters

    def probabilities(self, images: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        outputs = self.of.probabilities(images)
        for read in outputs:
            for seven, one in ("71", "７１"):
                read[:, self.characters.index(one)] += read[:, self.characters.index(seven)]
                read[:, self.characters.index(seven)] = 0.0
        return outputs


@dataclass(frozen=True)
class Pair:
    """A recogniser with another second."""

    of: Recogniser
    second: Recogniser | None
    watcher: Watcher | None = None

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def gaps(self) -> str:
        return self.of.gaps

    @property
    def characters(self) -> tuple[str, ...]:
        return self.of.characters

    def probabilities(self, images: list[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        return self.of.probabilities(images)


def phone_of(library: FormLibrary, reader: Recogniser, paper: Paper) -> FieldReading:
    found = read_page(paper.pixels, library, reader).field("phone")
    assert found is not None
    return found


@pytest.mark.slow
def test_what_two_recognisers_read_otherwise_goes_to_a_person_with_both_readings(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    bus.comb("phone", "09012345678")
    assert recogniser.second
    same = phone_of(library, recogniser, bus)
    assert (same.value, same.decision) == ("09012345678", Decision.TRUSTED)
    assert (same.evidence.reader, same.evidence.second_reader) == (recogniser.name, "PP-OCRv6")
    other = phone_of(library, Pair(recogniser, Another(recogniser.second)), bus)
    assert (other.value, other.reasons) == ("09012345678", (Reason.READERS_DISAGREE,))
    assert other.candidates[0] == "09012345618"
    assert other.evidence.second_reader == "別の認識器"
    alone = phone_of(library, Pair(recogniser, None), bus)
    assert alone.reasons == (Reason.READERS_DISAGREE,)  # nobody was asked: not confirmed
