"""From character probabilities to strings: CTC decoding with the characters a field may hold.

A recogniser gives for every time step of a line image the probability of each character and of the blank. The
probability of a string is the sum over all alignments (Graves et al., ICML 2006); the best strings are found by a
prefix beam search (Hannun et al., arXiv 1408.2873), which is exact where the beam is wide enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .alphabets import Alphabet
from .foreign import Watcher

BEAM = 6
SMALLEST = 1e-4  # symbols less likely than this at a step are not followed
RIVAL = 1e-3  # another character with at least this chance is remembered as a rival


class Recogniser(Protocol):
    """What reads a line image. `characters[0]` is the CTC blank.

    name: what it is called beside a value.  gaps: characters that it gives for the white between two digits.
    second: another recogniser, which is asked where this one may be sure and wrong.  watcher: what sees strokes that are
    not a character's own.
    """

    @property
    def name(self) -> str: ...
    @property
    def characters(self) -> tuple[str, ...]: ...
    @property
    def gaps(self) -> str: ...
    @property
    def second(self) -> Recogniser | None: ...
    @property
    def watcher(self) -> Watcher | None: ...

    def probabilities(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """For each greyscale line image (0 = black) softmax output `[time steps, len(characters)]`."""
        ...


@dataclass(frozen=True)
class Decoded:
    """One image read.

    text: the best string.  posterior: its probability, 0..1.  characters: the probability of each character
    where it was read, 0..1.  alternatives: other strings with their probability, best first.  rivals: for each
    character those others that got at least 0.1 % there.  folded: the probabilities it was read from.
    proposed: the text is not what was read but what a list, a dictionary or a postal code has instead of it.
    contested: another text that may stand there, too, is nearly as likely.
    """

    text: str
    posterior: float
    characters: tuple[float, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    rivals: tuple[str, ...] = ()
    folded: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)
    proposed: bool = False
    contested: bool = False

    @property
    def floor(self) -> float:
        """The lowest probability of a character, 0..1; 1 for an empty string."""
        return min(self.characters, default=1.0)


def decode(probabilities: NDArray[np.float32], alphabet: Alphabet) -> Decoded:
    """The likeliest string over `alphabet` for one recogniser output `[T, C]`."""
    folded = alphabet.fold(probabilities)
    ranked = _beam(folded)
    best, posterior = ranked[0]
    characters, rivals = _characters(folded, best, alphabet)
    return Decoded(
        _spell(best, alphabet),
        posterior,
        characters,
        tuple((_spell(other, alphabet), share) for other, share in ranked[1:4] if share > SMALLEST),
        rivals,
        folded,
    )


def probability(folded: NDArray[np.float32], text: str, alphabet: Alphabet) -> float:
    """Probability of `text`, 0..1, summed over all alignments (the forward recursion of CTC); 0 when the
    alphabet cannot spell it."""
    symbols = alphabet.encode(text)
    if symbols is None or not symbols:
        return 0.0
    states = np.zeros(2 * len(symbols) + 1, np.int64)
    states[1::2] = symbols
    skip = np.zeros(len(states), np.float64)
    skip[3::2] = states[3::2] != states[1:-2:2]
    steps = folded[:, states].astype(np.float64)
    forward = np.zeros(len(states))
    forward[:2] = steps[0, :2]
    for step in steps[1:]:
        grown = forward.copy()
        grown[1:] += forward[:-1]
        grown[2:] += skip[2:] * forward[:-2]
        forward = grown * step
    return float(min(1.0, forward[-1] + forward[-2]))


def support(read: Decoded, text: str, alphabet: Alphabet) -> float | None:
    """How sure a recogniser that read `read` is of `text`, 0..1: of what it reads itself its least sure character, of
    another text its probability as a share of that; None where it does not know one of the characters."""
    if read.folded is None or alphabet.encode(text) is None:
        return None
    if read.text == text:
        return read.floor
    return min(1.0, probability(read.folded, text, alphabet) / max(read.posterior, SMALLEST))


def _spell(symbols: tuple[int, ...], alphabet: Alphabet) -> str:
    return "".join(alphabet.symbols[symbol - 1] for symbol in symbols)


def _beam(folded: NDArray[np.float32]) -> list[tuple[tuple[int, ...], float]]:
    """Best symbol strings with their total probability, best first; symbol 0 is the blank."""
    # prefix → (probability that it ends in a blank, that it ends in its last symbol)
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for step in folded:
        likely = [int(symbol) for symbol in np.flatnonzero(step > SMALLEST) if symbol]
        blank = float(step[0])
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for prefix, (in_blank, in_symbol) in beam.items():
            total = in_blank + in_symbol
            repeat = in_symbol * float(step[prefix[-1]]) if prefix else 0.0
            _add(grown, prefix, total * blank, repeat)
            for symbol in likely:
                start = in_blank if prefix and symbol == prefix[-1] else total
                _add(grown, (*prefix, symbol), 0.0, start * float(step[symbol]))
        beam = dict(sorted(grown.items(), key=lambda item: -sum(item[1]))[:BEAM])
    return [(prefix, min(1.0, sum(parts))) for prefix, parts in beam.items()]


def _add(
    beam: dict[tuple[int, ...], tuple[float, float]],
    prefix: tuple[int, ...],
    in_blank: float,
    in_symbol: float,
) -> None:
    known = beam.get(prefix, (0.0, 0.0))
    beam[prefix] = (known[0] + in_blank, known[1] + in_symbol)


def _characters(
    folded: NDArray[np.float32], symbols: tuple[int, ...], alphabet: Alphabet
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """(probability, rivals) of each character along the best alignment of `symbols`."""
    spans = _align(folded, symbols) if symbols else []
    if spans is None:
        return tuple(0.0 for _ in symbols), tuple("" for _ in symbols)
    chances, rivals = [], []
    for symbol, (start, stop) in zip(symbols, spans, strict=True):
        chances.append(float(folded[start:stop, symbol].max()))
        others = folded[start:stop].max(axis=0)
        others[[0, symbol]] = 0.0
        rivals.append("".join(alphabet.symbols[int(o) - 1] for o in np.flatnonzero(others > RIVAL)))
    return tuple(chances), tuple(rivals)


def _align(folded: NDArray[np.float32], symbols: tuple[int, ...]) -> list[tuple[int, int]] | None:
    """Viterbi: the steps `[start, stop)` that each symbol takes; None when there are too few steps."""
    steps = len(folded)
    states = [0]
    for symbol in symbols:
        states += [symbol, 0]
    log = np.log(folded[:, states] + 1e-12)
    score = np.full(len(states), -np.inf)
    score[:2] = log[0, :2]
    back = np.zeros((steps, len(states)), np.int8)
    skip = np.array(
        [i >= 2 and states[i] != 0 and states[i] != states[i - 2] for i in range(len(states))], np.bool_
    )
    for step in range(1, steps):
        one = np.concatenate([[-np.inf], score[:-1]])
        two = np.where(skip, np.concatenate([[-np.inf, -np.inf], score[:-2]]), -np.inf)
        choices = np.stack([score, one, two])
        back[step] = choices.argmax(axis=0)
        score = choices.max(axis=0) + log[step]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    if not np.isfinite(score[state]):
        return None
    path = [state]
    for step in range(steps - 1, 0, -1):
        state -= int(back[step, state])
        path.append(state)
    path.reverse()
    spans = []
    for position in range(len(symbols)):
        taken = [step for step, at in enumerate(path) if at == 2 * position + 1]
        spans.append((taken[0], taken[-1] + 1))
    return spans
