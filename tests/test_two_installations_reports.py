"""Residents' reports in two installations when things go wrong: sent twice at once, killed, restored."""

from __future__ import annotations

import io
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from PIL import Image
from running_house import Visitor
from two_houses import IN_TOWN, REPORTS, kept, kill, new_pair, put_back, start_pull, wait_for

pytestmark = pytest.mark.slow
PLACE = "/report/990019/"
HELD = """
    import json
    from yakuba.kernel.ledger.models import CaseValue
    from yakuba.services.fieldwork.models import Report
    said = dict(CaseValue.objects.filter(field="description").values_list("case_id", "value"))
    print(json.dumps([[r.number, said.get(r.case_id, ""), r.photos.count()] for r in Report.objects.order_by("pk")]))
"""
LEFT = """
    from yakuba.kernel.files.models import StoredFile
    from yakuba.services.fieldwork.models import PostedReport, ReportPhoto
    print(ReportPhoto.objects.count(), StoredFile.objects.filter(media_type="image/jpeg").count(), PostedReport.objects.count())
"""


def picture(shade: int) -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").point(lambda one: (one + shade) % 256).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def send(house, key: str, words: str, photo: bytes = b"") -> tuple[str, str]:
    """What a phone does: number and secret, once more until it has them."""
    fields = {
        "key": key, "category": "road", "description": words, "latitude": "35.6005", "longitude": "138.5005", "sure": "1",
    }  # fmt: skip
    edge = "edge-of-the-parts"
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    )
    if photo:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body += head.encode() + photo + b"\r\n"
    body += f"--{edge}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            answer = Visitor(house.port)._ask("POST", f"{PLACE}send/", body, kind)
            if found := re.findall(r'<dd class="number">([^<]+)</dd>', answer.text):
                return found[0], found[1]
            assert answer.status in (429, 502, 503), answer.text
        time.sleep(0.3)
    raise AssertionError("it was never taken")


def held(pair) -> list[list]:
    """Number, words and photographs of each report inside."""
    return json.loads(pair.inside.python(IN_TOWN + HELD).splitlines()[-1])


@pytest.fixture
def pair(tmp_path):
    made = new_pair(tmp_path)
    made.inside.python(IN_TOWN + REPORTS)
    return made


def test_reports_are_one_each_whatever_is_sent_twice_killed_or_restored(pair, tmp_path):
    process = pair.outside.start("web")
    try:
        wait_for(pair.outside, process)
        pair.pull()
        # The same report from many at once: one number, one parcel, and no picture stays behind.
        with ThreadPoolExecutor(6) as threads:
            same = {
                one.result()
                for one in [
                    threads.submit(send, pair.outside, "k" * 30, "六人", picture(0)) for _ in range(6)
                ]
            }
        assert len(same) == 1
        assert pair.outside.python(IN_TOWN + LEFT).split()[-3:] == ["0", "0", "1"]
        # Killed in the middle: the phone sends again until it has its number.
        given = {"六人": same.pop()}
        with ThreadPoolExecutor(3) as threads:
            waiting = {
                f"途中{number}": threads.submit(
                    send, pair.outside, f"{number}" * 30, f"途中{number}", picture(number)
                )
                for number in range(1, 4)
            }
            for pause in (0.3, 0.9):
                time.sleep(pause)
                kill(process)
                process = pair.outside.start("web")
                wait_for(pair.outside, process)
            given |= {words: one.result() for words, one in waiting.items()}
        # The inside is killed while it takes them up.
        for pause in (2.0, 4.0):
            pull = start_pull(pair.inside)
            time.sleep(pause)
            kill(pull)
        pair.pull()
        found = held(pair)
        assert sorted(words for _, words, _ in found) == sorted(given)
        assert {photos for _, _, photos in found} == {1}
        assert {words: number for number, words, _ in found} == {
            words: number for words, (number, _) in given.items()
        }
        # The outside goes back behind what it gave; the same phones send again, one of them another thing with its old key.
        before = kept(pair.outside, tmp_path / "before")
        late = send(pair.outside, "z" * 30, "控えのあと")
        pair.pull()
        kill(process)
        put_back(pair.outside, before)
        process = pair.outside.start("web")
        wait_for(pair.outside, process)
        other = send(pair.outside, "z" * 30, "別のもの")
        newest = send(pair.outside, "y" * 30, "三つめ")
        again = send(pair.outside, "1" * 30, "途中1", picture(1))
        assert again == given["途中1"]
        assert other[0] == late[0]  # the outside cannot know
        pair.pull()
        pair.pull()
        found = held(pair)
        assert sorted(words for _, words, _ in found) == sorted([*given, "控えのあと", "別のもの", "三つめ"])
        assert len({number for number, _, _ in found}) == len(found)
        numbers = {words: number for number, words, _ in found}
        browser = Visitor(pair.outside.port)
        for words, (number, secret) in {"三つめ": newest, "別のもの": other, **given}.items():
            page = browser.post(f"{PLACE}status/", {"number": number, "secret": secret}).text
            assert numbers[words] in page, page
    finally:
        kill(process)
