"""The residents' part and the inside as two installations, in processes, folders and databases of their own."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, PngImagePlugin
from running_house import Visitor
from two_houses import IN_TOWN, REPORTS, Resident, new_pair

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


DONE = """
    from yakuba.services.fieldwork import facade
    from yakuba.services.fieldwork.models import Report
    report = Report.objects.get()
    print(report.number, report.photos.count(), report.from_outside.count())
    facade.finish(report.pk, "穴を埋めました。", actor=None)
"""


def test_a_report_is_one_inside_and_its_reporter_reads_what_was_done(pair):
    pair.inside.python(IN_TOWN + REPORTS)
    browser, place = Visitor(pair.outside.port), "/report/990019/"
    said = {
        "key": "a-key-that-a-phone-made-1", "category": "road", "description": "秘密の橋の穴", "name": "秘密川桜子",
        "latitude": "35.6005", "longitude": "138.5005",
    }  # fmt: skip
    with pair.web():
        assert browser.get(place).status == 404  # before anything is published
        pair.pull()
        assert browser.get(place).status == 200
        first, again = browser.post(f"{place}send/", said), browser.post(f"{place}send/", said)
        number, secret = re.findall(r'<dd class="number">([^<]+)</dd>', first.text)
        assert number in again.text
        assert remains(pair.outside.folder, "秘密川", "秘密の橋") == []
        pair.pull()
        told = pair.inside.python(IN_TOWN + DONE).split()
        assert told[-3:] == [number, "0", "1"]
        pair.pull()
        page = browser.post(f"{place}status/", {"number": number, "secret": secret}).text
        assert "穴を埋めました" in page
        assert remains(pair.outside.folder, "穴を埋めました") == []
        ticket = re.search(r'name="ticket" value="([^"]+)"', page).group(1)
        answer = browser.post(f"{place}reopen/", {"ticket": ticket, "text": "まだ残っています"})
        assert "もう一度の連絡を受け取りました" in answer.text
        pair.pull()
        pair.pull()
        page = browser.post(f"{place}status/", {"number": number, "secret": secret}).text
        assert "対応しています" in page
        assert "まだ残っています" in page
