"""Pictures and films of strangers, opened in a process of its own."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from yakuba.demo import drawn
from yakuba.kernel.files import apart
from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine import frames
from yakuba.services.vision.tests.pictures import BEGIN, archive, film, jpeg


def opened(content: bytes, first: int = 0):
    return list(apart.read(frames.archive_pictures, content, first=first, number=20))


def test_one_bad_picture_never_loses_the_others():
    picture = drawn.jpeg(drawn.road(1, 2), BEGIN, (35.6, 138.5))
    files = {"b/2.jpg": jpeg(), "a/1.jpg": picture, "a/bad.jpg": b"nonsense", "c.jpg": picture[:900], "__MACOSX/x.jpg": b"", "d/.DS_Store": b"x", "z.heic": b"\0\0\0\x18ftypheic"}  # fmt: skip
    found = opened(archive(files))
    assert [one.head["name"] for one in found] == ["a/1.jpg", "a/bad.jpg", "b/2.jpg", "c.jpg", "z.heic"]
    assert [("not_read" in one.head) for one in found] == [False, True, False, True, True]
    assert "HEIC" in found[4].head["not_read"]
    head = found[0].head
    assert (head["width"], head["height"]) == (960, 540)
    assert len(found[0].body) == 960 * 540 * 3
    assert head["latitude"] == pytest.approx(35.6)
    assert head["taken"] == "2026-04-01T09:00:00"
    assert opened(archive(files), first=4)[0].head["index"] == 4


def test_a_picture_that_claims_to_be_huge_and_a_locked_one_are_told():
    bomb = io.BytesIO()
    Image.new("1", (40_000, 30_000)).save(bomb, "PNG")
    content = bytearray(archive({"bomb.png": bomb.getvalue(), "tiny.jpg": jpeg((8, 8))}))
    told = [one.head["not_read"] for one in opened(bytes(content))]
    assert "大きすぎます" in told[0]
    assert "小さすぎ" in told[1]
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1  # the mark of a locked entry
    assert any("パスワード" in one.head.get("not_read", "") for one in opened(bytes(content)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive at all" * 50])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(Invalid):
        apart.answer(frames.archive_names, content)


def test_too_many_files_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number in range(frames.MOST_PICTURES + 1):
            packed.writestr(f"{number}.jpg", b"")
    with pytest.raises(Invalid, match="多すぎ"):
        apart.answer(frames.archive_names, out.getvalue())


def test_frames_of_a_film_are_read_at_their_moments():
    content = film(8)
    assert apart.answer(frames.film_facts, content).head["seconds"] == pytest.approx(8)
    wanted = [0.0, 2.0, 5.0, 7.4, 99.0]
    found = list(apart.read(frames.film_frames, content, moments=wanted, first=0))
    assert [one.head["seconds"] for one in found] == wanted[:4]
    shades = [one.body[0] for one in found]
    assert shades == sorted(shades)
    assert shades[1] == pytest.approx(30, abs=3)
    again = list(apart.read(frames.film_frames, content, moments=wanted, first=2))
    assert [one.head["index"] for one in again] == [2, 3]
    assert [one.body[0] for one in again] == pytest.approx(shades[2:4], abs=1)


@pytest.mark.parametrize("cut", [0, 30, 400])
def test_what_is_no_film_is_refused(cut):
    with pytest.raises(Invalid):
        apart.answer(frames.film_facts, (b"\0\0\0\x18ftypmp42" + b"\0" * 500)[:cut] or b"x")
