"""The fewest families that hit every core: no matching has fewer blocking families than that.

Cores only ever become more, so a set that misses one will always miss it: each set is looked at once, and a search
for sets of one size goes on where it stopped. Sets of families are the bits of an int.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_

from yakuba.services.nursery.engine.matching import cp_sat

LARGER = 4  # sets of so many families and more are found by CP-SAT
LINEAR = 2  # such problems are settled by linear programming, seldom without
Cores = Sequence[int]


# A set of families is one integer: a core of a city's thousands is met, united and counted in a few dozen machine words.
def bits(families: frozenset[int]) -> int:
    """The families as bits."""
    return sum(1 << family for family in families)


def members(families: int) -> list[int]:
    """The families whose bits are set, in order."""
    found = []
    while families:
        lowest = families & -families
        found.append(lowest.bit_length() - 1)
        families ^= lowest
    return found


def sets(
    cores: Cores, size: int, liking: Mapping[int, int], tick: Callable[[], None]
) -> Iterator[frozenset[int]]:
    """All sets of up to `size` families that have a member in every core, those first that are liked best.

    cores may grow while this runs; what misses a core that is known by then is left out. Each set comes once, and
    none that contains another that came. liking: family → 0 … 9, 0 where missing. tick: called now and then, may
    raise to stop.
    """
    return _sets(cores, 0, 0, size, liking, tick)


def _sets(
    cores: Cores, chosen: int, forbidden: int, size: int, liking: Mapping[int, int], tick: Callable[[], None]
) -> Iterator[frozenset[int]]:
    """Those that contain `chosen` and nobody who is forbidden, with up to `size` more."""
    tick()
    missed = [core & ~forbidden for core in cores if not core & chosen]
    if not missed:
        yield frozenset(members(chosen))
        # Whoever asked about the set may have learned a core that it misses: then it is not finished with.
        missed = [core & ~forbidden for core in cores if not core & chosen]
    # Cores apart want a family each: where there are more of them than may still be chosen, no set comes of this one.
    if not missed or apart(missed) > size:
        return
    if size == 1:
        yield from _last(cores, chosen, forbidden, liking)
        return
    # One of each core has to be in the set: of the smallest, there are the fewest to try.
    smallest = min(missed, key=int.bit_count)
    for family in _by_liking(smallest, liking):
        yield from _sets(cores, chosen | 1 << family, forbidden, size - 1, liking, tick)
        forbidden |= (
            1 << family
        )  # all sets with it have come: the later ones do without, so that none comes twice


def _last(cores: Cores, chosen: int, forbidden: int, liking: Mapping[int, int]) -> Iterator[frozenset[int]]:
    """With one more family: it must be in all cores that the chosen miss."""
    left, seen = ~forbidden, 0
    while True:
        # Whoever was handed the last one may have learned more cores by it.
        while seen < len(cores):
            if not cores[seen] & chosen:
                left &= cores[seen]
            seen += 1
        if not left:
            return
        family = _by_liking(left, liking)[0]
        left &= ~(1 << family)
        yield frozenset(members(chosen | 1 << family))


def _by_liking(families: int, liking: Mapping[int, int]) -> list[int]:
    return sorted(members(families), key=lambda family: -liking.get(family, 0))


def apart(cores: Cores) -> int:
    """How many cores have no member in common with another of them, at least: each needs a family of its own. More
    than are looked for when one is empty, for that is never hit."""
    # From the small ones on, each that meets none before. The most there are would take as long to find as the answer
    # itself (set packing is NP-hard); for a lower bound any of them will do.
    taken = count = 0
    for core in sorted(cores, key=int.bit_count):
        if not core:
            return LARGER + 1
        if not core & taken:
            taken |= core
            count += 1
    return count


def one_set(cores: Cores, size: int, seconds: float) -> frozenset[int] | None:
    """A set of up to `size` families with a member in every core, by CP-SAT; None when there is none.

    TimeoutError: not known within `seconds`. KeyboardInterrupt: Ctrl-C while CP-SAT worked.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    families = _not_outdone(cores)
    chosen = {family: model.new_bool_var(str(family)) for family in families}
    for core in cores:
        model.add_bool_or([chosen[family] for family in members(core) if family in chosen])
    model.add(sum(chosen.values()) <= size)
    solver = cp_sat.solved(model, seconds, LINEAR)
    if solver is None:
        return None
    return frozenset(family for family in families if solver.value(chosen[family]))


def repaired(cores: Cores, chosen: frozenset[int], liking: Mapping[int, int]) -> frozenset[int] | None:
    """The set with one family exchanged so that it has a member in every core; None when that cannot be done."""
    for family in sorted(chosen, key=lambda family: (liking.get(family, 0), family)):
        rest = bits(chosen - {family})
        left = reduce(and_, (core for core in cores if not core & rest), -1)
        # -1 is no set: the others hit every core without this one, and nobody has to stand in its place.
        if left > 0:
            return chosen - {family} | {_by_liking(left, liking)[0]}
    return None


def _not_outdone(cores: Cores) -> list[int]:
    """Families of which some such set can be made: none is in the same cores as another of them, or in fewer."""
    inside: defaultdict[int, int] = defaultdict(int)  # family → its cores as bits
    for at, core in enumerate(cores):
        for family in members(core):
            inside[family] |= 1 << at
    # Who stands in the same cores is the same to this question: the first of them, by number, speaks for all, so that the
    # answer does not hang on the order of a dictionary.
    first = {kind: family for family, kind in sorted(inside.items(), reverse=True)}
    kinds = sorted(first, key=int.bit_count, reverse=True)
    best: list[int] = []
    for kind in kinds:
        if not any(kind & other == kind for other in best):
            best.append(kind)
    return sorted(first[kind] for kind in best)
