"""From character probabilities to strings: CTC decoding with the characters a field may hold.

A recogniser gives for every time step of a line image the probability of each character and of the blank. The
probability of a string is the sum over all alignments (Graves et al., ICML 2006); the best strings are found by a
prefix beam search (Hannun et al., arXiv 1408.2873), which is exact where the beam is wide enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .alphabets import Alphabet

BEAM = 6
SMALLEST = 1e-4  # symbols less likely than this at a step are not followed


class Recogniser(Protocol):
    """What reads a line image. `characters[0]` is the CTC blank."""

    characters: tuple[str, ...]

    def probabilities(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """For each greyscale line image (0 = black) softmax output `[time steps, len(characters)]`."""
        ...


@dataclass(frozen=True)
class Decoded:
    """One image read.

    text: the best string.  posterior: its probability, 0..1.  floor: the lowest probability of one of its
    characters, 0..1 (1 for an empty string).  alternatives: other strings with their probability, best first.
    centres: where each character stands, as a share of the image width (0..1).
    """

    text: str
    posterior: float
    floor: float
    alternatives: tuple[tuple[str, float], ...] = ()
    centres: tuple[float, ...] = ()
    rivals: tuple[str, ...] = ()
    """For each character those others that got at least 0.1 % where it was read."""


def decode(probabilities: NDArray[np.float32], alphabet: Alphabet) -> Decoded:
    """The likeliest string over `alphabet` for one recogniser output `[T, C]`."""
    folded = alphabet.fold(probabilities)
    ranked = _beam(folded)
    best, posterior = ranked[0]
    floor, centres, rivals = _characters(folded, best, alphabet)
    return Decoded(
        _spell(best, alphabet),
        posterior,
        floor,
        tuple((_spell(other, alphabet), share) for other, share in ranked[1:4] if share > SMALLEST),
        centres,
        rivals,
    )


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
) -> tuple[float, tuple[float, ...], tuple[str, ...]]:
    """(lowest character probability, centres, rivals) along the best alignment of `symbols`."""
    if not symbols:
        return 1.0, (), ()
    spans = _align(folded, symbols)
    if spans is None:
        return 0.0, (), ()
    floor, centres, rivals = 1.0, [], []
    for symbol, (start, stop) in zip(symbols, spans, strict=True):
        peak = start + int(folded[start:stop, symbol].argmax())
        floor = min(floor, float(folded[peak, symbol]))
        centres.append((peak + 0.5) / len(folded))
        others = folded[start:stop].max(axis=0)
        others[[0, symbol]] = 0.0
        rivals.append("".join(alphabet.symbols[int(o) - 1] for o in np.flatnonzero(others > 1e-3)))
    return floor, tuple(centres), tuple(rivals)


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
