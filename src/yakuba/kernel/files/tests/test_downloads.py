"""A large file reaches whoever takes it along without ever being in memory."""

import io
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of, pieces_of, store
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.operations.printing import write
from yakuba.kernel.privacy.encryption import PIECE, WrongKey
from yakuba.kernel.tenancy import active_municipality

MB = 1024 * 1024
LARGE = 200 * MB
ROOM = 4 * MB  # a few pieces, and what Python itself takes meanwhile


def peak(work: Callable[[], object]) -> int:
    """The most bytes that Python held at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def large_file():
    file = nameless_file()
    file.truncate(LARGE)
    return file


def pieces() -> Iterator[bytes]:
    return (bytes(MB) for _ in range(LARGE // MB))


def swallow(download: Download) -> None:
    answer = download.answer()
    assert sum(map(len, answer)) == LARGE
    answer.close()


@pytest.mark.parametrize("content", [large_file, pieces])
def test_a_large_file_is_sent_and_written_without_being_held(content, yakuba_city, tmp_path):
    with active_municipality(yakuba_city):
        assert peak(lambda: swallow(Download("a.pdf", "application/pdf", content()))) < ROOM
        out = tmp_path / "a.pdf"
        write(
            Download("b.pdf", "application/pdf", b"%PDF"), tmp_path / "b.pdf"
        )  # what it imports is no file's
        assert peak(lambda: write(Download("a.pdf", "application/pdf", content()), out)) < ROOM
    assert out.stat().st_size == LARGE


def test_a_large_encrypted_file_is_kept_and_taken_without_being_held(yakuba_city):
    kept = []
    with active_municipality(yakuba_city):
        with large_file() as file:
            kind = StoredFile.Kind.OUTPUT
            assert peak(lambda: kept.append(store(kind, "a.pdf", "application/pdf", file))) < ROOM
        (row,) = kept
        assert row.size == LARGE
        assert peak(lambda: swallow(Download("a.pdf", "application/pdf", pieces_of(row)))) < ROOM


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])
def test_what_is_kept_comes_back_in_one_piece_or_in_several(size, yakuba_city):
    content = bytes(number % 251 for number in range(size))
    with active_municipality(yakuba_city):
        for given in (content, io.BytesIO(content)):
            row = store(StoredFile.Kind.OUTPUT, "a", "application/pdf", given)
            assert (row.size, b"".join(pieces_of(row)), content_of(row)) == (size, content, content)


def test_a_file_is_proved_before_its_first_piece_is_told(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        row = store(StoredFile.Kind.OUTPUT, "a", "application/pdf", bytes(2 * PIECE))
        whole = blob_path(row).read_bytes()
        for changed in (whole[:-1], whole[:-1] + b"x", whole[:20], b""):
            blob_path(row).write_bytes(changed)
            with pytest.raises(WrongKey):
                pieces_of(row)
        blob_path(row).write_bytes(whole)
        told = pieces_of(row)
    with active_municipality(neighbour_town):  # the pieces are asked for when the request is over
        assert sum(map(len, told)) == 2 * PIECE


def test_the_answer_is_an_attachment_that_no_browser_opens_by_guessing():
    for content in (b"a,b", io.BytesIO(b"a,b"), iter([b"a", b",b"])):
        answer = Download("a.csv", "text/csv", content).answer()
        assert b"".join(answer) == b"a,b"
        assert answer["Content-Disposition"] == 'attachment; filename="a.csv"'
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
        assert answer["Content-Type"] == "text/csv"
