"""Readings judged against what can stand in a field at all: a closed list, or the dictionary's readings of a name.

An entry may confirm what was read, or it may be proposed. The recogniser's free reading of ｵﾀﾞﾆ may be ｵﾀﾆ with 0.6 and
ｵﾀﾞﾆ with 0.3; when only the latter is a reading of 小谷, it is the likelier one by Bayes' rule, with prior odds that
something unlisted was written. But people do write what is on no list: 束山保育園 is not 東山保育園. So an entry that
differs from what was read is `proposed`, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .alphabets import Alphabet, large_here, one_shape
from .recognition import Decoded, probability

UNLISTED_IN_LIST = 0.02  # prior odds that a field with a closed list holds something else
UNLISTED_READING = 0.1  # that a name is read in a way no dictionary has
PUT_RIGHT = 0.5  # probability noted for a character that the postal code put right
FARTHEST = 0.5  # of the length: candidates farther from the free reading are not considered
CONTEST = 0.1  # an entry this likely beside the one that was read: the picture has not decided between them


def resolve(
    views: Sequence[Decoded], candidates: Iterable[str], alphabet: Alphabet, unlisted: float
) -> list[Decoded]:
    """The views, with the likeliest candidate as a proposal where it beats a free reading that is none of them, and
    contested where another candidate is nearly as likely as the one that was read."""
    known = list(dict.fromkeys(candidates))
    return [_resolved(view, known, alphabet, unlisted) for view in views]


def _resolved(view: Decoded, candidates: Sequence[str], alphabet: Alphabet, unlisted: float) -> Decoded:
    if view.folded is None or not view.text:
        return view
    reach = max(1, round(FARTHEST * len(view.text)))
    chances = {
        c: probability(view.folded, c, alphabet) for c in candidates if distance(c, view.text) <= reach
    }
    if view.text in chances:
        own = chances.pop(view.text)
        return replace(view, contested=max(chances.values(), default=0.0) > CONTEST * own)
    best = max(chances, key=lambda text: chances[text], default="")
    free = unlisted * view.posterior
    if not best or chances[best] <= free:
        return view
    if chances[best] > CONTEST * view.posterior and (kept := _without_bars(view.text, best)):
        own = chances.pop(best)
        same = _kept(view, best, kept, min(1.0, view.posterior + own))
        return replace(same, contested=max(chances.values(), default=0.0) > CONTEST * own)
    total = sum(chances.values()) + free
    share = chances.pop(best) / total
    others = sorted({**chances, view.text: free}.items(), key=lambda other: -other[1])
    return replace(
        view,
        text=best,
        posterior=share,
        characters=(share,) * len(best),
        alternatives=tuple((text, chance / total) for text, chance in others if chance > 1e-4 * total)[:4],
        rivals=(),
        proposed=True,
    )


def _without_bars(read: str, entry: str) -> list[int]:
    """Positions in `read` that make up `entry`, where they differ only by bars, for which a wide gap is taken, and by
    small kana where no small one can stand (タナカョシコ); else none."""
    kept: list[int] = []
    for at, character in enumerate(read):
        wanted = entry[len(kept) : len(kept) + 1]
        if wanted and wanted in (character, large_here(read, at)):
            kept.append(at)
        elif character != "ー":
            return []
    return kept if len(kept) == len(entry) else []


def _kept(view: Decoded, text: str, positions: Sequence[int], posterior: float) -> Decoded:
    return replace(
        view,
        text=text,
        posterior=posterior,
        characters=tuple(view.characters[at] for at in positions),
        rivals=tuple(view.rivals[at] for at in positions),
    )


def resolve_start(views: Sequence[Decoded], starts: Sequence[str]) -> list[Decoded]:
    """The views with the beginning of their texts put right where it is all but one of `starts`: the place names
    of a postal code. A character is put right only where the recogniser saw the right one as possible too, and the
    view is a proposal unless the two characters have one shape."""
    return [_with_start(view, starts) for view in views]


def _with_start(view: Decoded, starts: Sequence[str]) -> Decoded:
    if any(view.text.startswith(start) for start in starts):
        return view
    for start in starts:
        wrong = [i for i, (own, right) in enumerate(zip(view.text, start, strict=False)) if own != right]
        if len(view.text) < len(start) or len(wrong) > max(1, len(start) // 4):
            continue
        other = [i for i in wrong if not one_shape(start[i], view.text[i])]
        if all(start[i] in view.rivals[i] for i in other):
            chances = tuple(PUT_RIGHT if i in wrong else c for i, c in enumerate(view.characters))
            text = start + view.text[len(start) :]
            return replace(view, text=text, characters=chances, proposed=bool(other))
    return view


def distance(one: str, other: str) -> int:
    """Levenshtein distance in characters."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
