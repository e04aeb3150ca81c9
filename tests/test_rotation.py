"""Another master key while work goes on: all that was there opens, whoever is killed, and old backups keep their old key."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from typer.testing import CliRunner

from yakuba.config.backup import keys as kept
from yakuba.config.environment import Environment
from yakuba.config.masterkey import rotating
from yakuba.config.masterkey.commands import app
from yakuba.kernel.audit import house
from yakuba.kernel.privacy import keys
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tenancy.models import Municipality


@pytest.fixture
def old(db, settings, tmp_path) -> bytes:
    """The master key of an installation in a folder of its own."""
    settings.YAKUBA = Environment(data_dir=tmp_path / "data")
    return bytes(settings.YAKUBA.encryption_key)


def another_process() -> None:
    """What a process that begins now has in hand."""
    settings.YAKUBA.__dict__.pop("encryption_key", None)
    keys.tell_others()


def rotate(*words: str) -> Any:
    return CliRunner().invoke(app, ["rotate", *words])


def test_all_opens_under_the_new_key_and_the_old_one_lies_apart(old, in_yakuba_city, tmp_path):
    blob, record_key = encrypt("a", b"x"), keys.town_key("audit")
    done = rotate("--old", str(tmp_path / "old"), "--keys", str(tmp_path / "new"))
    assert done.exit_code == 0, done.output
    another_process()
    assert (decrypt("a", blob), keys.town_key("audit")) == (b"x", record_key)
    new = settings.YAKUBA.encryption_key
    assert new != old
    assert (kept.master(tmp_path / "old"), kept.master(tmp_path / "new")) == (old, new)
    assert (tmp_path / "old" / "master.key").stat().st_mode & 0o077 == 0
    assert not settings.YAKUBA.next_master_file.exists()
    (event,) = house.events()
    assert (event.name, event.details["before"], event.details["now"]) == (
        house.ROTATED,
        keys.name_of(old),
        keys.name_of(new),
    )
    assert house.verify()[0] == 1


def test_who_works_on_with_the_old_key_in_hand_opens_and_makes_towns(old, in_yakuba_city, tmp_path):
    blob = encrypt("a", b"x")
    rotate("--forget-old")
    settings.YAKUBA.__dict__["encryption_key"] = old  # a worker that began before
    keys.tell_others()
    assert decrypt("a", blob) == b"x"
    Municipality.objects.create(code="990043", name="ためし町")
    made = keys.town_key("data", "990043")
    another_process()
    assert keys.town_key("data", "990043") == made


@pytest.mark.parametrize("at", ["_wrap", "_settle"])
def test_killed_before_and_behind_the_wrapping_it_is_taken_up(old, in_yakuba_city, at, monkeypatch, tmp_path):
    blob, held = encrypt("a", b"x"), getattr(rotating, at)
    calls: list[int] = []

    def killed(*given: Any) -> Any:
        calls.append(1)
        if (
            at == "_settle" and len(calls) == 1
        ):  # the first one looks whether an older rotation is to be ended
            return held(*given)
        raise RuntimeError("killed")

    monkeypatch.setattr(rotating, at, killed)
    assert str(rotate("--old", str(tmp_path / "old")).exception) == "killed"
    another_process()
    assert decrypt("a", blob) == b"x"
    monkeypatch.setattr(rotating, at, held)
    assert rotate("--old", str(tmp_path / "old")).exit_code == 0
    another_process()
    assert decrypt("a", blob) == b"x"
    assert settings.YAKUBA.encryption_key != old == kept.master(tmp_path / "old")
    assert keys.wrapped_under() == keys.name_of(settings.YAKUBA.encryption_key)
    assert [event.name for event in house.events()] == [house.ROTATED]


def test_it_is_not_changed_while_a_backup_is_taken_nor_without_a_word_about_the_old_one(old, in_yakuba_city):
    with rotating.unchanged():
        assert "控えを取っているか" in rotate("--forget-old").output
    assert "--forget-old" in rotate().output
    assert settings.YAKUBA.encryption_key == old


def test_a_key_of_the_environment_is_changed_by_giving_both(old, in_yakuba_city, settings, tmp_path):
    blob, new = encrypt("a", b"x"), os.urandom(32)
    for given, said in ((old.hex(), "「新しい鍵,今の鍵」"), (f"{new.hex()},{old.hex()}", "包み直しました")):
        settings.YAKUBA = Environment(data_dir=tmp_path / "data", master_key=given)
        assert said in rotate().output
    settings.YAKUBA = Environment(data_dir=tmp_path / "data", master_key=new.hex())
    keys.tell_others()
    assert decrypt("a", blob) == b"x"


def test_a_folder_with_another_key_is_not_written_over(old, in_yakuba_city, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "master.key").write_text("ab" * 32)
    with pytest.raises(Refused, match="ほかの鍵があります"):
        rotating.rotate(tmp_path / "old", None)
    another_process()
    assert settings.YAKUBA.encryption_key == old
