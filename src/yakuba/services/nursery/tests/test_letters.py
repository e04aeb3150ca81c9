"""Letters: what the fonts cannot print is told and held back, and pages that are laid out are kept."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from django.template.loader import get_template
from django.urls import reverse

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path
from yakuba.kernel.letters import press as letter_press
from yakuba.kernel.letters import printing
from yakuba.kernel.letters.glyphs import Glyphs, told
from yakuba.kernel.letters.models import LetterPart
from yakuba.kernel.letters.press import FAMILIES
from yakuba.services.nursery.actions import notices as actions
from yakuba.services.nursery.adapters import letters
from yakuba.services.nursery.adapters.letters import TEMPLATE
from yakuba.services.nursery.engine.telling import notices
from yakuba.services.nursery.models import NoticePrint
from yakuba.services.nursery.queries.refusal import NotPossible
from yakuba.services.nursery.tests.letters import letter

FRAME = notices.default_frame("やくば市", date(2027, 2, 5))
OTHER_KANJI = "\ufa19"  # a compatibility kanji, which Unicode's normal form takes for another one
MISSING = "\U00030000"  # in no font of Debian's
OUTSIDE = "\ue757"  # 外字: each font has a sign of its own there
VARIANT = "葛\U000e0100"
NO_VARIANT = "山\U000e01ef"


@pytest.fixture(scope="module")
def glyphs() -> Glyphs:
    return Glyphs()


@pytest.mark.parametrize(
    "text",
    [
        "山田太郎",
        "𠮷田",
        "髙橋﨑",
        OTHER_KANJI,
        VARIANT,
        "か\u309a",
        "が\u3099",
        "ｶﾞ①㈱〒",
        "Nguyễn Văn Ằ",
        "東 京\n",
        "　",
    ],
)
def test_what_the_fonts_have_is_not_told(glyphs, text):
    assert glyphs.lacking(text) == []


@pytest.mark.parametrize(
    "text",
    [
        MISSING,
        OUTSIDE,
        NO_VARIANT,
        "\ud842",
        "\x00",
        "\u202e",
        "\U0001f3e0",
        "\ufffe",
        "\u200b",
        "\u3164",  # Hangul fillers and other letters that draw nothing
        "\u115f",
        "\u1160",
        "\uffa0",
        "\u2800",
        "\u034f",
        "\u17b4",
        "\u2023",  # signs that another font of the machine may have, and draws in its own way
        "\u2041",
    ],
)
def test_what_they_lack_is_told_character_by_character(glyphs, text):
    assert glyphs.lacking(f"山{text}田") == [text]
    assert "U+" in told(glyphs.lacking(text))


def test_a_variation_selector_without_its_kanji_is_told(glyphs):
    assert glyphs.lacking("\U000e0100山") == ["\U000e0100"]


def test_the_fonts_that_are_trusted_are_those_of_the_template():
    source = get_template(TEMPLATE).template.source
    named = re.search(r"font-family: ([^;]+), sans-serif;", source)
    assert named
    assert tuple(name.strip('" ') for name in named[1].split(",")) == FAMILIES
    assert source.count("font-family") == 1


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return texts


def made(desk) -> NoticePrint:
    row = actions.start(desk.round, actor=desk.person)
    actions.make(row.pk, lambda *_: None)
    return NoticePrint.objects.get(pk=row.pk)


def test_a_letter_that_cannot_be_printed_is_told_by_name_and_held_back(full, client, clerk):
    for child, name in (
        ("0800000129", f"山{MISSING}花子"),
        ("0800000226", f"{OUTSIDE}田"),
        ("0800000323", "𠮷田"),
    ):
        row = full.child(child)
        row.facts["applicant_name"] = name
        row.save()
    full.adopted()
    row = made(full)
    assert (row.state, row.count, len(row.addresses)) == (NoticePrint.State.DONE, 1, 1)
    assert "0800000323" in pages_of(b"".join(actions.take_print(full.round, actor=full.person).pieces()))[0]
    first, second = sorted(row.held_back, key=lambda one: one["place"])
    assert "0800000129" in first["place"]
    assert "宛名の" in first["reason"]
    assert "U+30000" in first["reason"]
    assert "U+E757" in second["reason"]
    client.force_login(clerk)
    page = client.get(reverse("nursery:notices", args=[full.round.pk])).content.decode()
    assert "作らなかった通知が2通あります" in page
    assert "U+30000" in page


@pytest.mark.parametrize(
    "values",
    [{"address": "やくば市" + "東町" * 80}, {"applicant_name": "長" * 1900}, {"applicant_name": "W" * 90}],
)
def test_a_letter_whose_addressee_would_not_be_seen_is_held_back_and_the_others_made(full, values):
    row = full.child("0800000129")
    row.facts |= values
    row.save()
    full.adopted()
    done = made(full)
    assert (done.state, done.count) == (NoticePrint.State.DONE, 2)
    (held,) = done.held_back
    assert "0800000129" in held["place"]
    assert "封筒の窓" in held["reason"]


NAME = "RATTANACHAISRISUPHANTHONGCHAROENPORNSIRI"


@pytest.mark.parametrize(
    "values",
    [
        {"guardian": NAME},
        {"guardian": "W" * 40, "address": "ＷＷ－１" * 14},
        {"guardian": "、".join("字" * 18), "address": "WWM（）" * 12},
        {"address": "やくば市" + "東町" * 45, "guardian": "保護者"},
    ],
)
def test_what_fits_the_window_is_seen_in_it(values):
    """By the page itself: the last letter of the window, 様, lies in it, and so does every letter of a long name."""
    one = replace(letter(1), **values)
    assert notices.fits_the_window(one)
    document = pypdfium2.PdfDocument(to_pdf([one], FRAME, draft=False))
    page, high = document[0], 297 / 25.4 * 72
    text = page.get_textpage()
    at = text.get_text_range().index("様")
    _, bottom, _, _ = text.get_charbox(at)
    seen = text.get_text_bounded(
        left=0, right=(22 + 90) / 25.4 * 72, bottom=high - (14 + 48) / 25.4 * 72, top=high
    )
    assert bottom >= high - (14 + 48) / 25.4 * 72
    assert one.guardian in "".join(seen.split())
    document.close()


def test_texts_around_the_reasons_that_cannot_be_printed_fail_and_say_why(full):
    full.adopted()
    actions.state_texts(full.round, {"mayor": f"やくば市長 {MISSING}"})
    row = made(full)
    assert row.state == NoticePrint.State.FAILED
    assert "U+30000" in row.problems[0]["reason"]


def to_pdf(some, frame, *, draft, told=None, shelf=None) -> bytes:
    layout = letters.layout(frame, draft=draft, name="p1")
    return printing.print_file([letters.letter(one) for one in some], layout, told=told, shelf=shelf).pdf


class Memory:
    """A shelf that remembers what was laid out."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.put_here: list[int] = []

    def get(self, digest):
        return self.kept.get(digest)

    def put(self, digest, content, pages):
        self.kept[digest] = content
        self.put_here.append(pages)


@pytest.mark.slow
def test_parts_that_lie_on_the_shelf_are_not_laid_out_again(monkeypatch):
    monkeypatch.setattr(printing, "SMALLEST_PART", 2)
    some = [letter(number) for number in range(1, 8)]
    shelf, heard = Memory(), []

    class Killed(Exception):
        pass

    def told_of(done, total):
        heard.append(done)
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        to_pdf(some, FRAME, draft=False, told=told_of, shelf=shelf)
    assert shelf.put_here == [2, 2]
    heard.clear()
    pdf = to_pdf(some, FRAME, draft=False, told=lambda done, _: heard.append(done), shelf=shelf)
    assert shelf.put_here == [2, 2, 2, 1]
    assert heard[0] == 4
    assert [one.child in page for one, page in zip(some, pages_of(pdf), strict=True)] == [True] * 7
    changed = [replace(some[0], guardian="別の人"), *some[1:]]
    to_pdf(changed, FRAME, draft=False, shelf=shelf)
    assert shelf.put_here == [2, 2, 2, 1, 2]  # only the part that says something else
    to_pdf(some, FRAME, draft=True, shelf=shelf)
    assert len(shelf.put_here) == 9


def test_a_killed_letter_run_goes_on_where_it_was_and_says_so(
    full, monkeypatch, client, clerk, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    monkeypatch.setattr(printing, "SMALLEST_PART", 1)
    full.adopted()
    row = actions.start(full.round, actor=full.person)

    class Killed(BaseException):
        pass

    def told_of(done, total, note):
        if note.endswith("紙面を作っています") and done >= 2:
            raise Killed

    with pytest.raises(Killed):
        actions.make(row.pk, told_of)
    assert LetterPart.objects.count() == 2
    laid_out, notes = [], []
    printed = letter_press.Press.printed
    monkeypatch.setattr(
        letter_press.Press,
        "printed",
        lambda self, some, told: laid_out.append(len(some)) or printed(self, some, told),
    )
    client.force_login(clerk)

    def look(done, total, note):
        notes.append(note)
        if done == 2:
            page = client.get(reverse("nursery:notices", args=[full.round.pk])).content.decode()
            assert "途中で止まったため、続きから作っています（2回目）" in page
            assert "できていた2枚はそのまま使います" in page

    with django_capture_on_commit_callbacks(execute=True):
        actions.make(row.pk, look)
    assert laid_out == [1]
    assert not any("途中で止まった" in note for note in notes), "the job says so itself"
    done = NoticePrint.objects.get(pk=row.pk)
    assert (done.state, done.count, done.attempts, done.kept) == ("done", 3, 2, 2)
    assert not LetterPart.objects.exists()
    assert StoredFile.objects.get() == done.pdf
    assert [path for path in blob_path(done.pdf).parents[1].rglob("*") if path.is_file()] == [
        blob_path(done.pdf)
    ]
    assert len(pages_of(b"".join(actions.take_print(full.round, actor=full.person).pieces()))) == 3


KILLED = """
import os, signal, sys
import django; django.setup()
from pathlib import Path
from datetime import date
from yakuba.kernel.letters import printing
from yakuba.services.nursery.adapters import letters
from yakuba.services.nursery.engine.telling import notices
from yakuba.services.nursery.tests.letters import letter

class Folder:
    def get(self, digest):
        file = Path(sys.argv[1], digest)
        return file.read_bytes() if file.exists() else None
    def put(self, digest, content, pages):
        Path(sys.argv[1], digest).write_bytes(content)
        print(pages, flush=True)
        if sys.argv[2] == "die":
            os.kill(os.getpid(), signal.SIGKILL)

printing.IN_A_PART, printing.SMALLEST_PART = 2, 2
layout = letters.layout(notices.default_frame("やくば市", date(2027, 2, 5)), draft=False, name="p1")
some = [letters.letter(letter(number)) for number in range(1, 7)]
if __name__ == "__main__":
    printing.print_file(some, layout, shelf=Folder())
"""


@pytest.mark.slow
def test_parts_outlive_a_kill(tmp_path):
    """With processes of their own beside it: each life of the process keeps one part at least, none is made twice."""
    said = []
    for how in ("die", "die", "live"):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), how],
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "yakuba.config.settings", "YAKUBA_DATA_DIR": str(tmp_path / "data")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == (0 if how == "live" else -signal.SIGKILL), done.stderr
        said.append(done.stdout.split())
    assert said == [["2"], ["2"], ["2"]]


def test_the_command_tells_what_was_held_back_and_that_it_was_begun_again(full, command):
    row = full.child("0800000129")
    row.facts["applicant_name"] = f"山{MISSING}花子"
    row.save()
    full.adopted()
    started = actions.start(full.round, actor=full.person)
    NoticePrint.objects.filter(pk=started.pk).update(attempts=1)
    code, _, said = command("notices", full.round.pk, "--make", "--user", full.person.username)
    assert code == 0, said
    assert "途中で止まったため" in said
    assert "作らなかった通知 1通" in said
    assert "U+30000" in said.replace("\n", "")


def test_a_letter_that_fits_on_no_page_costs_itself_alone(full):
    row = full.child("0800000129")
    row.name = "長" * 79
    row.save()
    full.adopted()
    endless = "{児童氏名}" * 50
    actions.state_texts(full.round, {"after_held": endless, "after_granted": endless})
    done = made(full)
    assert (done.state, done.count) == (NoticePrint.State.DONE, 2), done.problems
    (held,) = done.held_back
    assert "0800000129" in held["place"]
    assert "1枚に収まらない" in held["reason"]


def test_a_text_with_a_field_is_filled_for_each_child_and_an_unknown_field_is_told(full):
    full.adopted()
    with pytest.raises(NotPossible, match=r"児童名"):
        actions.state_texts(full.round, {"intro_held": "{児童名}さん"})
    with pytest.raises(NotPossible, match="ありません"):
        actions.state_texts(full.round, {"desk": "{児童氏名}さん"})
    texts = {"intro_held": "{児童氏名}さん（{受付番号}）の結果です。", "document_number": "や第{受付番号}号"}
    actions.state_texts(full.round, texts | {"intro_granted": texts["intro_held"]})
    done = made(full)
    pages = pages_of(b"".join(actions.take_print(full.round, actor=full.person).pieces()))
    for page, line in zip(pages, done.addresses, strict=True):
        assert f"（{line[5]}）の結果です" in page
        assert f"や第{line[5]}号" in page


def test_the_print_file_is_read_back_and_an_exchanged_page_is_no_result(full, monkeypatch):
    full.adopted()
    whole = printing.print_file

    def exchanged(*args, **more):
        printed = whole(*args, **more)
        source, made_of = pypdfium2.PdfDocument(printed.pdf), pypdfium2.PdfDocument.new()
        made_of.import_pages(source, [1, 0, 2])
        buffer = io.BytesIO()
        made_of.save(buffer)
        return replace(printed, pdf=buffer.getvalue())

    monkeypatch.setattr(printing, "print_file", exchanged)
    row = made(full)
    assert (row.state, row.pdf) == (NoticePrint.State.FAILED, None)
    assert "1ページに" in row.problems[0]["reason"]
