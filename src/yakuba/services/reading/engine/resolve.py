"""Readings judged against what can stand in a field at all: a closed list, or the dictionary's readings of a name.

The recogniser's free reading of ｵﾀﾞﾆ may be ｵﾀﾆ with 0.6 and ｵﾀﾞﾆ with 0.3. When only one of them is a reading of
小谷, the image and the dictionary together say more than each alone. The share of a candidate is Bayes' rule over
all candidates and the free reading, which gets the prior odds that something unlisted was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .alphabets import Alphabet, one_shape
from .recognition import Decoded, probability

UNLISTED_IN_LIST = 0.02  # prior odds that a field with a closed list holds something else
UNLISTED_READING = 0.1  # that a name is read in a way no dictionary has
PUT_RIGHT = 0.5  # probability noted for a character that the postal code put right
FARTHEST = 0.5  # of the length: candidates farther from the free reading are not considered


def resolve(
    views: Sequence[Decoded], candidates: Iterable[str], alphabet: Alphabet, unlisted: float
) -> list[Decoded]:
    """The views with their texts replaced by the likeliest candidate where it beats the free reading.

    A resolved view's probabilities are the candidate's share of all that was considered, 0..1.
    """
    known = list(dict.fromkeys(candidates))
    return [_resolved(view, known, alphabet, unlisted) for view in views]


def _resolved(view: Decoded, candidates: Sequence[str], alphabet: Alphabet, unlisted: float) -> Decoded:
    if view.folded is None or not view.text:
        return view
    near = [c for c in candidates if distance(c, view.text) <= max(1, round(FARTHEST * len(view.text)))]
    if not near:
        return view
    chances = {c: probability(view.folded, c, alphabet) for c in near}
    if view.text not in chances:
        chances[view.text] = unlisted * view.posterior
    total = sum(chances.values())
    best = max(chances, key=lambda text: chances[text])
    if best not in near or total <= 0:
        return view
    share = chances[best] / total
    others = tuple(
        (text, chance / total)
        for text, chance in sorted(chances.items(), key=lambda item: -item[1])
        if text != best and chance > 1e-4 * total
    )
    return replace(
        view, text=best, posterior=share, characters=(share,) * len(best), alternatives=others[:4], rivals=()
    )


def resolve_start(views: Sequence[Decoded], starts: Sequence[str]) -> list[Decoded]:
    """The views with the beginning of their texts put right where it is all but one of `starts`: the place names
    of a postal code. A character is put right only where the recogniser saw the right one as possible too."""
    return [_with_start(view, starts) for view in views]


def _with_start(view: Decoded, starts: Sequence[str]) -> Decoded:
    if any(view.text.startswith(start) for start in starts):
        return view
    for start in starts:
        wrong = [i for i, (own, right) in enumerate(zip(view.text, start, strict=False)) if own != right]
        if len(view.text) < len(start) or len(wrong) > max(1, len(start) // 4):
            continue
        if all(start[i] in view.rivals[i] or one_shape(start[i], view.text[i]) for i in wrong):
            chances = tuple(PUT_RIGHT if i in wrong else c for i, c in enumerate(view.characters))
            return replace(view, text=start + view.text[len(start) :], characters=chances)
    return view


def distance(one: str, other: str) -> int:
    """Levenshtein distance in characters."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
