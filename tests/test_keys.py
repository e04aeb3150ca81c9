"""The key of what is kept: made once, never made anew beside data that another key encrypted."""

import pytest
import typer

from yakuba.config.environment import Environment, KeyMissing
from yakuba.config.setup import prepare


def test_a_key_is_made_once_and_kept(tmp_path):
    first = Environment(data_dir=tmp_path).encryption_key
    assert len(first) == 32
    assert Environment(data_dir=tmp_path).encryption_key == first


def test_no_new_key_is_made_beside_encrypted_files(tmp_path):
    environment = Environment(data_dir=tmp_path)
    key = environment.encryption_key.hex()
    kept = tmp_path / "files" / "990019" / "ab" / "abcdef"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"encrypted")
    (tmp_path / "master.key").unlink()
    with pytest.raises(KeyMissing, match=r"控えから master\.key を戻す"):
        _ = Environment(data_dir=tmp_path).encryption_key
    assert not (tmp_path / "master.key").exists()
    assert Environment(data_dir=tmp_path, master_key=key).encryption_key.hex() == key


def test_an_installation_with_towns_does_not_start_without_its_key(yakuba_city, settings, tmp_path, capsys):
    settings.YAKUBA = Environment(data_dir=tmp_path)
    settings.STATIC_ROOT = tmp_path / "static"
    with pytest.raises(typer.Exit) as refused:
        prepare()
    assert refused.value.exit_code == 2
    assert "master.key" in capsys.readouterr().err
    assert not (tmp_path / "master.key").exists()


def test_a_new_installation_gets_its_key_before_anything_is_kept(db, settings, tmp_path):
    settings.YAKUBA = Environment(data_dir=tmp_path)
    settings.STATIC_ROOT = tmp_path / "static"
    prepare()
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
