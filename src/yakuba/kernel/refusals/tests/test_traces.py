"""What is kept of an error tells a technician where, and nobody what it stumbled over."""

import errno

from yakuba.kernel.refusals.traces import without_words

ADDRESS = "やくば市隠里町9丁目8番7号"


def stumble() -> None:
    try:
        int(ADDRESS)
    except ValueError as error:
        error.add_note(ADDRESS)
        raise LookupError(f"no such place: {ADDRESS}") from error


def caught(stumbles) -> str:
    try:
        stumbles()
    except Exception as error:
        return without_words(error)
    raise AssertionError


def test_it_says_where_and_of_what_kind_and_not_what():
    told = caught(stumble)
    assert "LookupError" in told
    assert "ValueError" in told
    assert "in stumble" in told
    assert ADDRESS not in told


def test_numbers_that_say_more_are_kept():
    def full() -> None:
        raise OSError(errno.ENOSPC, ADDRESS, ADDRESS)

    assert caught(full).endswith("OSError [ENOSPC]")


def test_a_circle_of_causes_ends():
    first, second = ValueError(ADDRESS), KeyError(ADDRESS)
    first.__cause__, second.__cause__ = second, first
    assert without_words(first).count("Error") == 2
