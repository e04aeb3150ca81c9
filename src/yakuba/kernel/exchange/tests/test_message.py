"""What travels: sealed, signed, whole or told where it breaks."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.exchange import message, sealing
from yakuba.kernel.exchange.message import BUNDLE, Broken, Forged, NoMessage, part_of

SIGN, SEAL = sealing.new_keys()
OTHER_SIGN, OTHER_SEAL = sealing.new_keys()


def written(*contents: bytes) -> bytes:
    parts = [part_of(BUNDLE, one, number=n) for n, one in enumerate(contents)]
    return b"".join(message.written({"town": "990019"}, parts, {"a": OTHER_SIGN, "b": SIGN}))


def read(content: bytes, key: bytes = SIGN):
    found = message.opened(io.BytesIO(content), [sealing.signing_public_of(key)])
    return found.head, [body for _, body in found.parts()]


def test_it_comes_as_it_went() -> None:
    head, bodies = read(written(b"one", b"", b"three\n" * 1000))
    assert head["town"] == "990019"
    assert bodies == [b"one", b"", b"three\n" * 1000]


def test_nobody_else_signed_it() -> None:
    stranger, _ = sealing.new_keys()
    with pytest.raises(Forged):
        read(written(b"one"), stranger)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_byte_that_changed_is_noticed(place: int, by: int) -> None:
    whole = bytearray(written(b"one" * 40, b"two" * 40))
    whole[place % len(whole)] ^= by
    try:
        _, bodies = read(bytes(whole))
    except (NoMessage, Forged, Broken):
        return
    assert bodies == [b"one" * 40, b"two" * 40]  # in the signature that nobody asked for


@given(st.integers(0, 10_000))
def test_where_it_was_cut_off_the_parts_before_are_whole(place: int) -> None:
    whole = written(b"one" * 40, b"two" * 40)
    got = []
    try:
        found = message.opened(io.BytesIO(whole[: place % len(whole)]), [sealing.signing_public_of(SIGN)])
        for _, body in found.parts():
            got.append(body)
    except (NoMessage, Forged, Broken):
        assert got in ([], [b"one" * 40])
    else:
        raise AssertionError("it was not noticed")


@given(st.binary(max_size=300))
def test_anything_else_is_none(content: bytes) -> None:
    with pytest.raises((NoMessage, Forged)):
        read(content)
    with pytest.raises((NoMessage, Forged)):
        read(message.MAGIC + content)


@given(st.binary(max_size=2_000))
def test_a_seal_opens_for_its_key_and_purpose_alone(content: bytes) -> None:
    sealed = sealing.seal(content, sealing.public_of(SEAL), "purpose")
    assert sealing.unseal(sealed, SEAL, "purpose") == content
    for key, info, blob in (
        (OTHER_SEAL, "purpose", sealed),
        (SEAL, "another", sealed),
        (SEAL, "purpose", sealed[:-1]),
        (SEAL, "purpose", b""),
    ):
        with pytest.raises(sealing.NotForUs):
            sealing.unseal(blob, key, info)


def test_the_fingerprint_is_of_everything() -> None:
    facts = {"town": "990019", "part": "inside", "sign": "a", "seal": "b"}
    assert len(sealing.fingerprint(facts).replace("-", "")) == 30
    others = {sealing.fingerprint(facts | {name: "x"}) for name in facts}
    assert len(others | {sealing.fingerprint(facts)}) == 5
