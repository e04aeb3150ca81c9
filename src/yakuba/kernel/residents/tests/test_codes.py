"""The code that a resident is given and types again."""

from yakuba.kernel.residents import codes


def test_a_code_is_read_however_it_is_typed():
    code = codes.new_code()
    assert len(code) == 12
    assert codes.read(codes.shown(code).lower()) == code
    assert codes.read("ｏｉＬ－1") == "0111"
    assert codes.derived(b"key", "one") == codes.derived(b"key", "one") != codes.derived(b"key", "two")
