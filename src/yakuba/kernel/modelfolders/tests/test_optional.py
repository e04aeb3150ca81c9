"""What the house works without is found without being loaded, and said with what brings it."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from yakuba.kernel.modelfolders import Kind, OptionalPart, look

PACKAGE = OptionalPart("yakuba_example", Kind.PACKAGE, "見本の部品", "見本が動く", "MIT", least="2.1")
PROGRAM = OptionalPart(
    "yakuba-example",
    Kind.PROGRAM,
    "見本のプログラム",
    "見本が動く",
    "MIT",
    debian=("example", "example-data"),
)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """`installed("2.10")` puts the package there, which breaks when it is imported."""

    def put(version: str) -> None:
        (tmp_path / "yakuba_example.py").write_text("raise RuntimeError('imported')")
        folder = tmp_path / "yakuba_example-0.dist-info"
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: yakuba_example\nVersion: {version}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    return put


def test_a_package_is_found_with_its_version_and_not_imported(installed):
    installed("2.10")
    found = look(PACKAGE)
    assert (found.is_there, found.version, found.lack) == (True, "2.10", "")
    assert "yakuba_example" not in sys.modules


def test_a_package_that_is_too_old_is_a_fault_and_one_that_is_not_there_is_none(installed):
    absent = look(PACKAGE)
    assert (absent.is_there, absent.version, absent.fault) == (False, "", "")
    assert "見本の部品がありません。make setup" in absent.lack
    installed("2.9.1")
    assert look(PACKAGE).fault == "", "2.9 is newer than 2.1"
    installed("2.0.7")
    assert "2.0.7 は古くて使えません（2.1 以上）" in look(PACKAGE).fault


def test_a_program_is_found_on_the_path_or_where_it_must_be_and_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert "apt-get install example example-data" in look(PROGRAM).lack
    program = tmp_path / "yakuba-example"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    assert not look(PROGRAM).is_there, "nobody may run it"
    program.chmod(0o755)
    assert look(PROGRAM).place == str(program)
    assert look(PROGRAM, str(program)).lack == ""
    named = replace(PROGRAM, setting="YAKUBA_EXAMPLE")
    assert "YAKUBA_EXAMPLE に場所を設定してください" in look(named, str(tmp_path / "none")).lack
    assert not (tmp_path / "ran").exists()


def test_libraries_and_fonts_are_found_too():
    assert look(replace(PROGRAM, kind=Kind.LIBRARY, name="c")).is_there
    assert not look(replace(PROGRAM, kind=Kind.LIBRARY, name="yakuba-example")).is_there
    assert look(replace(PROGRAM, kind=Kind.FONT, name="ja")).is_there
    assert not look(replace(PROGRAM, kind=Kind.FONT, name="tlh")).is_there
