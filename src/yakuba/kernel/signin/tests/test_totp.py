"""The codes of a telephone, against the vectors of RFC 6238 (appendix B)."""

from __future__ import annotations

import pytest

from yakuba.kernel.signin import totp

KEYS = {"sha1": b"1234567890" * 2, "sha256": (b"1234567890" * 4)[:32], "sha512": (b"1234567890" * 7)[:64]}
VECTORS = (
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
)


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), VECTORS)
def test_the_rfcs_vectors(seconds, sha1, sha256, sha512):
    counter = totp.counter_at(seconds)
    for digest, code in (("sha1", sha1), ("sha256", sha256), ("sha512", sha512)):
        assert totp.code_of(KEYS[digest], counter, digits=8, digest=digest) == code


def test_a_clock_may_be_one_step_off_and_no_more():
    key, now = KEYS["sha1"], 1111111111
    counter = totp.counter_at(now)
    for step in range(-3, 4):
        found = totp.counter_of(key, totp.code_of(key, counter + step), now)
        assert found == (counter + step if abs(step) <= totp.DRIFT else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\udc80"[:0] + "00000"])
def test_what_is_no_code_is_none(code):
    assert totp.counter_of(KEYS["sha1"], code, 59) is None


def test_the_address_says_who_and_where():
    said = totp.address(b"\0" * 20, "花子@x", "Yakuba")
    assert said.startswith("otpauth://totp/Yakuba%3A%E8%8A%B1%E5%AD%90%40x?secret=" + "A" * 32)
    assert " " not in said
