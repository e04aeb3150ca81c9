"""The finished PDF tells whose page is whose: shuffled, dropped, doubled, exchanged and foreign pages are found."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

import pypdfium2
import pytest
from django.template import engines
from typer.testing import CliRunner

from yakuba.kernel.letters import cli, mailing, press, printing
from yakuba.kernel.letters.letter import Addressee, Layout, Letter, Mark, read_mark, seal
from yakuba.kernel.letters.verify import Kind, own_list, verify
from yakuba.kernel.letters.wording import appeal, filled, unknown_fields
from yakuba.kernel.tables import files

TEMPLATE = """{% load letters %}<style>@page { size: A4; margin: 0 }
section { position: relative; break-after: page; padding: 20mm; font: 12pt "Noto Sans CJK JP" }</style>
{% for letter in letters %}<section id="{{ letter.mark.anchor }}"><p>{{ letter.addressee.name }} 様</p>
<p>{{ letter.text }}</p>{% letter_mark letter.mark %}</section>{% endfor %}"""


@dataclass(frozen=True)
class Body:
    text: str


def variants(body, frame):
    yield {"text": body.text}
    yield {"text": body.text[:800]}


def letters(count: int, first: int = 1) -> list[Letter]:
    return [
        Letter(
            f"08-{number:03}",
            Addressee(f"渡辺{number}", "100-0001", f"東町{number}"),
            Body(f"ID 08-{number:03}"),
        )
        for number in range(first, first + count)
    ]


@pytest.fixture(autouse=True)
def template(monkeypatch):
    made = engines["django"].from_string(TEMPLATE)
    monkeypatch.setattr(press, "render_to_string", lambda _, context: made.render(context))
    monkeypatch.setattr(printing, "get_template", lambda _: made)


def printed(some: list[Letter], name: str = "print-1") -> printing.Printed:
    return printing.print_file(some, Layout("letter.html", None, variants, name))


def rearranged(pdf: bytes, order: list[int], other: bytes = b"") -> bytes:
    whole, source = pypdfium2.PdfDocument.new(), pypdfium2.PdfDocument(pdf)
    for number in order:
        taken, at = (source, number) if number >= 0 else (pypdfium2.PdfDocument(other), -1 - number)
        whole.import_pages(taken, [at])
    buffer = io.BytesIO()
    whole.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def five():
    made = printed(letters(5))
    return made.pdf, [one.mark for one in made.letters]


def kinds(pdf: bytes, marks: list[Mark], **more) -> list[tuple[Kind, int]]:
    return [(one.kind, one.page) for one in verify(pdf, marks, **more)]


def test_a_print_as_it_was_made_is_proved(five):
    pdf, marks = five
    assert verify(pdf, marks, shows={mark.recipient: [mark.recipient] for mark in marks}) == []
    assert own_list(pdf) == marks


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([1, 0, 2, 3, 4], [(Kind.MISPLACED, 1), (Kind.MISPLACED, 2)]),
        ([0, 1, 2, 4], [(Kind.MISPLACED, 4), (Kind.MISSING, 0)]),
        ([0, 1, 2, 3], [(Kind.MISSING, 0)]),
        ([0, 1, 1, 2, 3, 4], [(Kind.DOUBLED, 3), *[(Kind.MISPLACED, page) for page in (4, 5, 6)]]),
        ([0, 1, 1, 3, 4], [(Kind.DOUBLED, 3), (Kind.MISSING, 0)]),
        ([4, 3, 2, 1, 0], [(Kind.MISPLACED, page) for page in (1, 2, 4, 5)]),
    ],
)
def test_pages_shuffled_dropped_and_doubled_are_found(five, order, found):
    pdf, marks = five
    assert kinds(rearranged(pdf, order), marks) == found


def test_a_page_of_another_print_and_a_page_without_a_mark_are_found(five):
    pdf, marks = five
    other = printed(letters(5), "print-2").pdf
    assert kinds(rearranged(pdf, [0, 1, -3, 3, 4], other), marks) == [(Kind.FOREIGN, 3), (Kind.MISSING, 0)]
    white = pypdfium2.PdfDocument.new()
    white.new_page(595, 842)
    buffer = io.BytesIO()
    white.save(buffer)
    found = kinds(rearranged(pdf, [0, 1, -1, 3, 4], buffer.getvalue()), marks)
    assert found == [(Kind.UNREADABLE, 3), (Kind.MISSING, 0)]


def test_a_page_that_lacks_what_must_stand_on_it_is_found(five):
    pdf, marks = five
    shows = {marks[1].recipient: ["100-0002"]}
    assert kinds(pdf, marks, shows=shows) == [(Kind.CONTENT, 2)]


def test_code_and_text_that_disagree_are_found(monkeypatch):
    from yakuba.kernel.letters.templatetags import letters as tag

    drawn = tag._drawn
    monkeypatch.setattr(tag, "_drawn", lambda text: drawn(text.replace("08-002", "08-003")))
    made = printed(letters(3))
    found = kinds(made.pdf, [one.mark for one in made.letters])
    assert found == [(Kind.DISAGREES, 2), (Kind.MISSING, 0)]


def test_a_letter_that_fits_on_no_page_is_left_out_and_the_others_are_numbered_without_it():
    some = letters(4)
    some[1] = Letter("08-long", Addressee("長" * 9_000, "", ""), some[1].body)
    made = printed(some)
    assert made.misfits == ("08-long",)
    assert [one.mark.total for one in made.letters] == [3, 3, 3]
    assert verify(made.pdf, [one.mark for one in made.letters]) == []


def test_a_letter_that_is_too_long_is_printed_in_its_smaller_form():
    made = printed([*letters(2), Letter("x", Addressee("甲", "", ""), Body("い" * 9_000))])
    assert (made.misfits, len(pypdfium2.PdfDocument(made.pdf))) == ((), 3)


def test_where_nothing_fits_nothing_is_printed():
    with pytest.raises(printing.NothingFits):
        printed([Letter("x", Addressee("長" * 9_000, "", ""), Body(""))])


def test_two_letters_to_one_recipient_are_refused():
    with pytest.raises(ValueError, match="same recipient"):
        printed(letters(2) + letters(1))


@pytest.mark.parametrize("recipient", ["0800000142", "あ:い/う 1", "a%b"])
def test_a_mark_reads_back_as_it_was_written(recipient):
    mark = Mark("print:1", recipient, 12, 300, seal(recipient, Addressee("甲", "1", "乙")))
    assert read_mark(str(mark)) == mark
    assert str(mark).isascii()


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_the_mailing_file_and_the_pdf_prove_each_other(five, tmp_path, encoding):
    made = printed(letters(5))
    data = files.written([mailing.table("宛名", made.letters)], encoding, accept=True).read()
    (tmp_path / "letters.pdf").write_bytes(made.pdf)
    (tmp_path / "mailing.csv").write_bytes(data)
    words = ["verify", str(tmp_path / "letters.pdf"), "--mailing", str(tmp_path / "mailing.csv")]
    assert CliRunner().invoke(cli.app, words).exit_code == 0
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig" if encoding == "utf-8" else encoding))))
    names = [row[3] for row in rows[1:]]
    for row, name in zip(rows[1:], names[::-1], strict=True):
        row[3] = name  # one column sorted alone
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    (tmp_path / "mailing.csv").write_bytes(buffer.getvalue().encode(encoding))
    answer = CliRunner().invoke(cli.app, [*words, "--json"])
    assert answer.exit_code == 1
    assert [one["line"] for one in json.loads(answer.stdout)["mailing"]] == [2, 3, 5, 6]


def test_without_its_list_a_pdf_is_compared_with_what_its_pages_say(five, tmp_path):
    pdf, _ = five
    (tmp_path / "letters.pdf").write_bytes(rearranged(pdf, [0, 2, 3, 4]))
    answer = CliRunner().invoke(cli.app, ["verify", str(tmp_path / "letters.pdf"), "--json"])
    assert answer.exit_code == 1
    assert [one["kind"] for one in json.loads(answer.stdout)["findings"]][-1] == "missing"


def test_texts_with_fields():
    assert unknown_fields("{氏名}様 {住所}", ["氏名"]) == ["住所"]
    assert unknown_fields("{氏名}様 {", ["氏名"]) == ["{"]
    assert filled("{氏名}様 {氏名}", {"氏名": "{住所}"}) == "{住所}様 {住所}"
    assert "3か月以内" in appeal("やくば市")
