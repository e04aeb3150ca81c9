"""Every hostile file at the door of its kind: refused with a sentence, or taken without what is hostile in it; nothing of the
house dies, waits for ever or fetches anything, and the next honest file goes on."""

from __future__ import annotations

import http.server
import io
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hostile import MARK, URL, Hostile, corpus, opening
from hostile.archives import bundle
from hostile.logs import good as parquet
from hostile.pdfs import pdf
from hostile.sounds import wave
from hostile.texts import names
from hostile.words import docx
from hostile.workbooks import xlsx

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.uploads import bare_name, pages, take_upload

pytestmark = pytest.mark.usefixtures("in_yakuba_city")

FILES = corpus.corpus(URL % 9)  # nobody listens there; a test makes them anew for a server that does
EVERY = 34  # one of so many goes into every run, each kind of door among them; the others are slow
files_of = cache(corpus.corpus)


def _marks(at, one):
    if one.heavy:  # takes the seconds that a file may take, and more for what is attached to it
        return pytest.mark.full
    return () if at % EVERY == 0 else pytest.mark.slow


NUMBERED = [pytest.param(at, id=str(one), marks=_marks(at, one)) for at, one in enumerate(FILES)]
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
TOLD_BESIDE_PIXELS = (
    b"Exif",
    b"http://ns.adobe.com",
    b"ICC_PROFILE",
    b"tEXt",
    b"zTXt",
    b"iTXt",
    b"eXIf",
    b"iCCP",
)
HONEST = {
    door: Hostile(door, "honest", name, make)
    for door, name, make in (
        ("scan", "a.pdf", pdf),
        ("table", "a.xlsx", xlsx),
        ("word", "a.docx", docx),
        ("log", "a.parquet", parquet),
        ("bundle", "a.zip", bundle),
        ("sound", "a.wav", wave),
    )
}
SENTENCE = re.compile(r"[ぁ-んァ-ヶ一-龠]{2}.*。", re.DOTALL)


@pytest.fixture(scope="module")
def asked():
    """A server that hears whoever fetches something: its address, and what was asked of it."""
    heard = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_PUT = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield URL % server.server_port, heard
    server.shutdown()
    server.server_close()


def test_there_are_more_than_three_hundred_and_no_two_are_alike():
    assert len(FILES) > 300
    assert len({str(one) for one in FILES}) == len(FILES)
    counted = Counter(one.door for one in FILES)
    assert min(counted[door] for door in opening.DOORS) >= 20


@pytest.mark.parametrize("at", NUMBERED)
def test_it_is_refused_with_a_sentence_or_taken_without_what_is_hostile(asked, at, tmp_path, monkeypatch):
    url, heard = asked
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # tests in other processes open files as well
    one = files_of(url)[at]
    before = _left_behind()
    found = opening.opened(one)
    assert all(SENTENCE.search(told) for told in found.sentences), found.sentences
    told = "\n".join(found.sentences)
    if one.says and (found.sentences or not one.either):
        assert re.search(one.says, told), (one, told, found.through[:1])
    elif not one.either:
        assert found.through, told
    else:
        assert found.through or found.sentences
    if one.door not in {"table", "bundle"}:  # there texts are taken as the texts that they are
        assert not any(MARK in content for content in found.through), one
    if one.door == "scan":
        assert all(content.startswith(PICTURES) for content in found.through)
        assert not [sign for sign in TOLD_BESIDE_PIXELS for content in found.through if sign in content]
    assert MARK.decode() not in told
    assert heard == []
    assert _left_behind() == before
    again = opening.opened(HONEST[one.door])
    assert (again.sentences, bool(again.through)) == ([], True), "the next honest file goes on"


def _left_behind():
    """Processes that nobody has waited for, and folders."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return children, sorted(Path(tempfile.gettempdir()).glob("apart-*"))


MEASURE = """
import sys
from pathlib import Path
from yakuba.kernel.bundles.opening import definitions
from yakuba.kernel.letters.word import apart
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.reading import rows

path = Path(sys.argv[1])
try:
    if path.suffix == ".xlsx":
        with path.open("rb") as file:
            for _ in rows(file, ("番号", "氏名"), []):
                pass
    elif path.suffix == ".docx":
        apart.lines(path.read_bytes())
    else:
        definitions(path.read_bytes())
except Refused:
    pass
# Not ru_maxrss: a new program begins with what the one that started it had.
(line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(line.split()[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "table-excel-shared-text-in-every-cell",
        "table-excel-bomb-in-the-sheet",
        "word-bomb-in-the-text",
        "bundle-bomb",
    ],
)
def test_the_houses_own_process_stays_small(tmp_path, name):
    (one,) = (one for one in FILES if str(one) == name)
    path = tmp_path / one.file_name
    path.write_bytes(one.make())
    asked = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 160  # MB, of which the program itself is about 70


@pytest.mark.first(3)
@pytest.mark.parametrize("name", names())
def test_a_name_leads_nowhere(name):
    kept = take_upload(name, io.BytesIO(pdf()))
    assert kept.name == bare_name(name)[-255:]
    assert kept.name.strip(".")
    assert kept.name.isprintable() or "\u3000" in kept.name
    assert not set("/\\\0\r\n\u202e") & set(kept.name)
    assert len(list(pages(kept))) == 1
    assert StoredFile.objects.count() == 1
