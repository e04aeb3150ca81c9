"""A model is used only when it is what its paper says."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from yakuba.kernel.modelfolders import ModelRefused, PackageModel, find, folders, once, package_file
from yakuba.kernel.modelfolders.packages import version_of

WEIGHTS = b"weights"
PAPER = """model: {name}
task: reading.lines
title: 文字認識
version: "1"
licence: Apache-2.0
source: 試験のために作った
files: {{weights.onnx: "{digest}"}}
"""


def model(place, name="small", digest=None, paper=PAPER):
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "weights.onnx").write_bytes(WEIGHTS)
    text = paper.format(name=name, digest=digest or hashlib.sha256(WEIGHTS).hexdigest())
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_model_is_found_and_its_file_given(tmp_path):
    folder = model(tmp_path)
    (tmp_path / "no model").mkdir()
    found = find("reading.lines", [tmp_path])
    assert (found.name, found.licence, found.fault) == ("small", "Apache-2.0", "")
    assert found.file("weights.onnx") == folder / "weights.onnx"
    with pytest.raises(ModelRefused, match=r"other\.onnx はありません"):
        found.file("other.onnx")


def test_a_towns_own_model_comes_before_the_shipped_one(tmp_path):
    model(tmp_path / "shipped", "shipped")
    model(tmp_path / "town", "own")
    assert find("reading.lines", [tmp_path / "town", tmp_path / "shipped"]).name == "own"


def test_what_is_wrong_is_told_and_the_next_one_taken(tmp_path):
    model(tmp_path / "town", "own", digest="0" * 64)
    with pytest.raises(ModelRefused, match="SHA-256 と違います"):
        find("reading.lines", [tmp_path / "town"])
    model(tmp_path / "shipped", "shipped")
    assert find("reading.lines", [tmp_path / "town", tmp_path / "shipped"]).name == "shipped"
    with pytest.raises(ModelRefused, match=r"「minutes\.speech」のモデルがありません"):
        find("minutes.speech", [tmp_path / "town"])


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (PAPER.replace("licence: Apache-2.0\n", ""), "licence がありません"),
        ("- a list", "model、task"),
        ("model: [", "読めません"),
        (PAPER.replace("weights.onnx", "../weights.onnx"), "フォルダの中に直接"),
        (PAPER.replace("weights.onnx", "missing.onnx"), "がありません"),
        (PAPER.replace('{{weights.onnx: "{digest}"}}', "weights.onnx"), "ファイル名: SHA-256"),
    ],
)
def test_a_bad_description_is_told(tmp_path, paper, reason):
    model(tmp_path, paper=paper)
    assert reason in folders([tmp_path])[0].fault


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = model(tmp_path)
    (folder / "weights.onnx").rename(tmp_path / "elsewhere")
    (folder / "weights.onnx").symlink_to(tmp_path / "elsewhere")
    assert "直接置いて" in folders([tmp_path])[0].fault


def test_a_file_exchanged_later_is_noticed(tmp_path):
    folder = model(tmp_path)
    found = find("reading.lines", [tmp_path])
    (folder / "weights.onnx").write_bytes(b"WEIGHTS")
    os.utime(folder / "weights.onnx", ns=(1, 1))
    with pytest.raises(ModelRefused, match="SHA-256 と違います"):
        found.file("weights.onnx")


def test_a_model_is_loaded_once_for_all_threads(tmp_path):
    model(tmp_path)
    found, calls = find("reading.lines", [tmp_path]), []
    barrier = threading.Barrier(4)

    def ask():
        barrier.wait()
        once(found, lambda one: calls.append(one) or object())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_model_in_a_package_is_described_as_one_in_a_folder():
    path = Path(pytest.__file__)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    whole = PackageModel("pytest", path.name, digest, "reading.lines", "読む", "MIT", "部品").described()
    assert (whole.title, whole.licence, whole.files, whole.fault) == (
        "読む",
        "MIT",
        ((path.name, digest),),
        "",
    )
    assert whole.version == version_of("pytest") != ""
    other = PackageModel("pytest", path.name, "0" * 64, "reading.lines", "読む", "MIT", "部品").described()
    assert "確かめた版と違います" in other.fault
    gone = PackageModel("no_such_package", "x", "", "reading.lines", "読む", "MIT", "部品").described()
    assert (gone.version, "入っていません" in gone.fault) == ("", True)


def test_packages():
    with pytest.raises(ModelRefused, match="入っていません"):
        package_file("no_such_package", "x", "")
    with pytest.raises(ModelRefused, match="違います"):
        package_file("pytest", "__init__.py", "0" * 64)
