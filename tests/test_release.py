"""The files of a release: what is in them, and that every part may be used."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import bill_of_materials as bill  # noqa: E402
import write_release  # noqa: E402


@pytest.fixture(scope="module")
def parts() -> list[bill.Part]:
    return [*bill.python_parts(), *bill.model_parts()]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("a release is made from a clone")
    out = tmp_path_factory.mktemp("release")
    write_release.write(out, changed=True)
    return out


def test_every_part_may_be_used(parts: list[bill.Part]) -> None:
    assert bill.not_permitted(parts) == []
    assert {one.name for one in parts} >= set(bill.REASONS)  # no reason outlives its part


def test_every_package_of_the_lock_is_a_part_with_its_hashes(parts: list[bill.Part]) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(re.findall(r"^\S+==", lock, re.MULTILINE)) == len([one for one in parts if one.address])
    assert sum(len(one.sha256) for one in parts if one.address) == lock.count("--hash=sha256:")


def test_models_that_come_along_are_parts(parts: list[bill.Part]) -> None:
    assert {one.name for one in parts if one.kind == "machine-learning-model"} == {
        "reading-recogniser",
        "reading-foreign-strokes",
        "vision-cracks",
    }


@pytest.mark.parametrize(
    ("expression", "fine"),
    [
        ("MIT", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND AGPL-3.0-only", False),
        ("GPL-2.0-or-later OR MIT", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("CC-BY-NC-4.0", False),
        ("", False),
    ],
)
def test_what_is_permissive(expression: str, fine: bool) -> None:
    assert bill.is_permissive(expression) is fine


def _package(folder: Path, metadata: str, text: str = "") -> Distribution:
    info = folder / "part-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: part\nVersion: 1\n{metadata}\n")
    (info / "LICENSE").write_text(text)
    (info / "RECORD").write_text("part-1.dist-info/LICENSE,,\npart-1.dist-info/METADATA,,\n")
    return Distribution.at(info)


@pytest.mark.parametrize(
    ("metadata", "text", "licence"),
    [
        ("License-Expression: MIT AND Zlib", "", "MIT AND Zlib"),
        ("Classifier: License :: OSI Approved :: MIT License", "", "MIT"),
        (
            "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: Apache Software License",
            "",
            "Apache-2.0",
        ),
        ("License: AGPL-3.0", "", "AGPL-3.0"),
        (
            "Classifier: License :: OSI Approved :: BSD License",
            "Redistributions of source code must retain …",
            "BSD-2-Clause",
        ),
        (
            "License: BSD",
            "Redistributions of source code must\nretain … Neither the name of",
            "BSD-3-Clause",
        ),
        ("License: BSD", "all rights reserved", ""),
        ("", "", ""),
    ],
)
def test_a_licence_is_what_the_package_says(tmp_path: Path, metadata: str, text: str, licence: str) -> None:
    assert bill.licence_of(_package(tmp_path, metadata, text)) == licence


def test_an_unknown_licence_stops_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = bill.Part("strange", "1", "library", "Elastic-2.0", "pkg:pypi/strange@1")
    monkeypatch.setattr(bill, "python_parts", lambda: [strange])
    with pytest.raises(ValueError, match="strange"):
        write_release.write(tmp_path / "out", changed=True)
    assert not (tmp_path / "out").exists()


def test_the_files_are_those_of_the_sums_and_the_archive_is_the_commit(release: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=release, check=True)
    (packed,) = release.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        names = archive.getnames()
    top = packed.name.removesuffix(".tar.gz")
    assert {f"{top}/Makefile", f"{top}/requirements.lock", f"{top}/deploy/Containerfile"} <= set(names)
    committed = write_release.git("ls-tree", "-r", "--name-only", "-z", "HEAD").decode().split("\0")
    assert {f"{top}/{one}" for one in committed if one} <= set(names)
    assert packed.read_bytes() == write_release.archive(top)  # to the byte


def test_the_bill_names_every_part_once_and_says_where_it_is_from(release: Path) -> None:
    document = json.loads(next(release.glob("*.cdx.json")).read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    references = [one["bom-ref"] for one in document["components"]]
    assert len(references) == len(set(references)) > 100
    assert document["dependencies"] == [{"ref": "yakuba", "dependsOn": references}]
    assert all(one["licenses"] for one in document["components"])
    rows = next(release.glob("*.parts.tsv")).read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(references) + 1


def test_the_same_parts_give_the_same_bill(parts: list[bill.Part]) -> None:
    made = datetime(2026, 11, 30, tzinfo=UTC)
    assert bill.cyclonedx("1", made, parts) == bill.cyclonedx("1", made, parts)
    other = bill.cyclonedx("1", made, parts[1:])
    assert other["serialNumber"] != bill.cyclonedx("1", made, parts)["serialNumber"]
