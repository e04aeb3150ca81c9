"""A process that a file has taken over may say something wrong and nothing else: whatever it says instead of what was asked, the
house refuses the file with a sentence, and goes on."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from test_hostile_files import SENTENCE

from yakuba.kernel.bundles.opening import definitions
from yakuba.kernel.files import apart, opening, uploads
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.tests import liar
from yakuba.kernel.files.tests.liar import SAYS
from yakuba.kernel.files.tests.pdf_files import form
from yakuba.kernel.files.texts import words_of
from yakuba.kernel.letters.word import apart as word
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.tables.reading import rows
from yakuba.services.drafting.engine import documents
from yakuba.services.reading.adapters import scans
from yakuba.services.worklogs.actions import imports

pytestmark = pytest.mark.usefixtures("in_yakuba_city")


def frame(head: object, body: bytes = b"") -> bytes:
    told = {**head, "size": len(body)} if isinstance(head, dict) else head
    return json.dumps(told).encode() + b"\n" + body


END = frame({"end": True})
DEEP = b"[" * 60_000
REFUSED = {"refused": "Invalid", "sentence": 1, "place": [], "remedy": None}
CELLS = {"": "Cell", "blocks": 7}
PAGE = {"media_type": "application/pdf", "pages": 1}
# What no caller can make anything of; ended as if all were well.
LIES = {
    "nothing": b"",
    "no-head": b"\n",
    "a-list": frame([1]),
    "a-deep-list": DEEP + b"\n",
    "endless-size": b'{"size": Infinity}\n',
    "no-size": b"{}\n",
    "a-size-below-nothing": b'{"size": -1}\n',
    "a-size-of-1e99": b'{"size": 1e99}\n',
    "a-line-without-end": b"x" * 500_000,
    "an-empty-head": frame({}) + END,
    "rubbish": frame({}, b"\xff\xfe\0") + END,
    "null": frame({}, b"null") + END,
    "deep": frame({}, DEEP) + END,
    "a-number": frame({"shape": [3, "x"]}, b"5") + END,
    "a-refusal-that-is-none": frame({**REFUSED, "problems": 3}) + END,
    "a-refusal-of-endless-lines": frame({**REFUSED, "problems": [[float("inf"), "", ""]]}) + END,
    "a-document-of-nothing": frame({}, b'{"document": {"": "Document"}, "faults": [], "notes": []}') + END,
    "a-class-that-is-none": frame({}, b'{"document": {"": "Popen"}, "faults": [], "notes": []}') + END,
    "fields-of-another-kind": frame({}, json.dumps({"document": {"": "Document", "blocks": [CELLS]}, "faults": [], "notes": []}).encode()) + END,
    "a-sheet-that-is-none": frame({"sheet": 1, "at": "x", "more": 1, "fault": "x"}) + END,
    "records-that-are-none": frame({"sheet": 1, "at": 0, "more": 0, "fault": 0}, b"[[1]]") + END,
    "a-file-before-its-definition": frame({"file": "x"}) + END,
    "a-definition-of-nothing": frame({"definition": 5}) + END,
    "another-kind-of-file": frame({**PAGE, "media_type": "text/html"}) + END,
    "pages-below-nothing": frame({**PAGE, "pages": -1}) + END,
    "more-pages-than-there-may-be": frame({**PAGE, "pages": 10**30}) + END,
    "an-attachment-first": frame({"attachment": "a"}, b"x") + END,
}  # fmt: skip


def _table(content: bytes) -> None:
    problems: list[object] = []
    assert list(rows(io.BytesIO(content), ("番号", "氏名"), problems)) == []
    raise Invalid("".join(map(str, problems)))


def _log(content: bytes) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        imports.as_table(io.BytesIO(b"PAR1" + content), Path(folder)) as table,
    ):
        problems: list[object] = []
        assert list(rows(table, ("時刻", "PC"), problems)) == []
        raise Invalid("".join(map(str, problems)))


def _picture(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        scans.picture(Path(file.name))


CALLERS = {
    "lines": word.lines,
    "document": word.document,
    "bundle": definitions,
    "table": _table,
    "log": _log,
    "draft": lambda content: documents.read("a.docx", content),
    "picture": _picture,
    "scan": lambda content: uploads.take_upload("a.pdf", io.BytesIO(content)),
}


@pytest.fixture
def taken_over(monkeypatch):
    monkeypatch.setattr(apart, "PROGRAM", liar.__name__)
    monkeypatch.setattr(opening, "PROGRAM", liar.__name__)


@pytest.mark.first(1)
@pytest.mark.parametrize("caller", CALLERS)
def test_whatever_it_says_the_file_is_refused(taken_over, caller):
    for name, lie in LIES.items():
        with pytest.raises(Refused) as refused:
            CALLERS[caller](b"PK\3\4" + SAYS + lie)
            pytest.fail(f"{caller} took {name}")
        assert SENTENCE.search(str(refused.value)), (name, refused.value)
    assert StoredFile.objects.count() == 0


@pytest.mark.slow
def test_words_of_a_pdf_may_be_any_and_nothing_else(taken_over):
    for name, lie in LIES.items():
        with suppress(Refused):
            assert isinstance(words_of(SAYS + lie), str), name


def test_it_tells_of_no_more_pages_than_there_are(monkeypatch):
    kept = uploads.take_upload("a.pdf", io.BytesIO(form("")))
    lie = b"".join(frame({"page": at, "refused": "damaged_page"}) for at in range(50))
    monkeypatch.setattr(opening, "PROGRAM", liar.__name__)
    monkeypatch.setattr(uploads, "pieces_of", lambda row: [SAYS + lie + END])
    assert [page.index for page in uploads.pages(kept)] == [0]


def test_it_attaches_no_more_than_there_is_room_for(taken_over, settings):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"upload_max_bytes": 1000})
    said = SAYS + frame(PAGE) + SAYS + frame({"attachment": "a"}, b"x" * 20) + SAYS + END
    with pytest.raises(uploads.UploadRefused, match="壊れている"):
        uploads.take_upload("a.pdf", io.BytesIO(said))


def test_it_tells_no_more_than_the_house_may_have_in_memory(taken_over):
    said = SAYS + SAYS + frame({"picture": "a"}, b"x" * 2_000_000) + SAYS + END
    with pytest.raises(Refused, match="時間またはメモリ"):
        word.document(said)
