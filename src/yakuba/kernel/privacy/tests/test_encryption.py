"""A blob opens only under its municipality's key and its own name."""

import pytest

from yakuba.kernel.privacy.encryption import WrongKey, decrypt, encrypt
from yakuba.kernel.tenancy import active_municipality


def test_a_blob_opens_only_where_it_belongs(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        blob = encrypt("a", "申請書".encode())
        assert decrypt("a", blob) == "申請書".encode()
        assert "申請書".encode() not in blob
        for name, changed in (("b", blob), ("a", blob[:-1]), ("a", b""), ("a", blob[:12] + b"x" + blob[13:])):
            with pytest.raises(WrongKey):
                decrypt(name, changed)
    with active_municipality(neighbour_town), pytest.raises(WrongKey):
        decrypt("a", blob)
