"""A municipality's keys are its own, open under the master key that wraps them, and are gone when they are destroyed."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.db import transaction

from yakuba.kernel.privacy import keys
from yakuba.kernel.privacy.encryption import WrongKey, decrypt, encrypt
from yakuba.kernel.privacy.models import WrappedKey
from yakuba.kernel.tenancy.models import Municipality

CODE = "990019"


def test_every_municipality_has_keys_of_its_own_for_every_purpose(yakuba_city, neighbour_town):
    every = {
        keys.town_key(purpose, town.code)
        for purpose in keys.PURPOSES
        for town in (yakuba_city, neighbour_town)
    }
    assert len(every) == 2 * len(keys.PURPOSES)
    wrapped = bytes(WrappedKey.objects.get(pk=CODE).wrapped)
    assert len(wrapped) == keys.WRAPPED_BYTES
    assert not any(key in wrapped for key in every)


def test_what_an_older_release_encrypted_opens_before_and_after_its_key_is_wrapped(in_yakuba_city):
    """The migration leaves a row with nothing wrapped; the old keys were HKDF's of the master key and the code."""
    WrappedKey.objects.filter(pk=CODE).update(wrapped=b"", master="", derived=True)
    keys.tell_others()
    old = keys.derived(settings.YAKUBA.encryption_key, f"yakuba:{CODE}")
    assert keys.town_key("data") == old
    blob, record_key = encrypt("a", b"old"), keys.town_key("audit")
    assert record_key == keys.derived(settings.YAKUBA.encryption_key, f"yakuba:audit:{CODE}")
    keys.wrap_plain()
    keys.tell_others()
    assert WrappedKey.objects.get(pk=CODE).wrapped
    assert (decrypt("a", blob), keys.town_key("audit")) == (b"old", record_key)


def test_another_master_key_opens_the_same_keys_and_the_one_before_none(in_yakuba_city, monkeypatch):
    blob, new, old = encrypt("a", b"x"), os.urandom(32), settings.YAKUBA.encryption_key
    assert keys.rewrap(new) == WrappedKey.objects.count()
    assert decrypt("a", blob) == b"x", "who has opened the keys works on"
    keys.tell_others()
    with pytest.raises(WrongKey):
        decrypt("a", blob)
    monkeypatch.setitem(settings.YAKUBA.__dict__, "encryption_key", new)
    assert decrypt("a", blob) == b"x"
    assert keys.wrapped_under() == keys.name_of(new) != keys.name_of(old)


def test_wrapped_keys_of_two_municipalities_cannot_change_places(in_yakuba_city, neighbour_town):
    theirs = WrappedKey.objects.get(pk=neighbour_town.code)
    WrappedKey.objects.filter(pk=CODE).update(wrapped=theirs.wrapped)
    keys.tell_others()
    with pytest.raises(WrongKey):
        encrypt("a", b"x")


def test_what_was_destroyed_opens_nowhere_and_is_not_made_anew(in_yakuba_city):
    blob = encrypt("a", b"x")
    assert keys.destroy(CODE) is False
    assert decrypt("a", blob) == b"x", "held until the others are told"
    keys.tell_others()
    for try_ in (lambda: decrypt("a", blob), lambda: encrypt("a", b"y")):
        with pytest.raises(keys.KeyDestroyed, match="鍵がありません"):
            try_()


def test_keys_of_a_town_that_was_rolled_back_are_held_by_nobody(db):
    found = []
    for _ in range(2):
        with transaction.atomic():
            Municipality.objects.create(code="990043", name="ためし町")
            found.append(keys.town_key("data", "990043"))
            transaction.set_rollback(True)
    assert found[0] != found[1]
    with transaction.atomic():
        Municipality.objects.create(code="990043", name="ためし町")
        assert keys.town_key("data", "990043") not in found
