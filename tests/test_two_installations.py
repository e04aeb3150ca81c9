"""The residents' part and the inside as two installations, in processes, folders and databases of their own."""

from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin
from two_houses import IN_TOWN, Resident, new_pair

NAME = "秘密川桜子"


def picture() -> bytes:
    """A picture with a comment that must not come through."""
    content, said = io.BytesIO(), PngImagePlugin.PngInfo()
    said.add_text("Comment", "a comment of the camera")
    Image.new("RGB", (300, 200), (10, 120, 200)).save(content, "PNG", pnginfo=said)
    return content.getvalue()


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return new_pair(tmp_path_factory.mktemp("pair"))


def remains(folder, *words: str) -> list[str]:
    """Files of a folder in which one of the words stands as it is."""
    sought = [word.encode(code) for word in words for code in ("utf-8", "utf-16-le", "cp932")]
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and any(one in path.read_bytes() for one in sought):
            found.append(str(path.relative_to(folder)))
    return found


def test_an_application_is_a_case_inside_once_and_nothing_of_it_stays_outside(pair):
    resident = Resident(pair.outside)
    with pair.web():
        assert pair.pull().returncode == 0  # what is published
        draft = resident.begin()
        resident.fill(draft, NAME)
        assert resident.attach(draft, picture()).status == 302
        number, secret = resident.send(draft)
        assert "受付済" in resident.look(number, secret)
        assert remains(pair.outside.folder, "秘密川", "1956-04-01", "a comment of the camera") == []
        pair.pull()
        pair.pull()
        (case,) = pair.cases()
        assert (case["number"], case["status"]) == (number, "received")
        assert case["values"]["name"] == NAME
        assert int(case["values"]["age"]) > 60
        page = resident.look(number, secret)
        assert "受付済" in page
        asked = (
            IN_TOWN
            + f"""
    from yakuba.services.intake import facade
    facade.ask_correction("{number}", "生年月日を確かめてください。", actor=None)
"""
        )
        pair.inside.python(asked)
        pair.pull()
        page = resident.look(number, secret)
        assert "訂正待ち" in page
        assert "生年月日を確かめてください" in page
        assert "返事を受け取りました" in resident.press(page, "answer", answer="昭和31年4月2日の誤りでした。")
        assert remains(pair.outside.folder, "昭和31年4月2日", "生年月日を確かめて") == []
        pair.pull()
        assert [one["status"] for one in pair.cases()] == ["received"]
        page = resident.look(number, secret)
        assert "昭和31年4月2日の誤りでした" in page
        assert "取下げを受け取りました" in resident.press(page, "withdraw", sure="1")
        pair.pull()
        assert [one["status"] for one in pair.cases()] == ["withdrawn"]
        assert "取り下げられました" in resident.look(number, secret)
