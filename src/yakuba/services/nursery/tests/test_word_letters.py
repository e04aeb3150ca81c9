"""Notices in a town's own Word file: one kind may be, another as the house has it, each page proved all the same."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from docx.shared import Mm

from yakuba.kernel.letters import actions as templates
from yakuba.kernel.letters import printing, queries, verify
from yakuba.kernel.letters.tests.word_files import picture, saved
from yakuba.kernel.registry import letter_kinds
from yakuba.services.nursery.actions import notices as actions
from yakuba.services.nursery.adapters import letters, word_letters
from yakuba.services.nursery.engine.telling import notices
from yakuba.services.nursery.models import NoticePrint
from yakuba.services.nursery.tests.letters import letter
from yakuba.services.nursery.tests.test_letters import FRAME, MISSING, VARIANT, made, pages_of


def a_word_file(kind: str, said: str) -> bytes:
    """The notice with a sentence and a seal of the town's own."""
    document = docx.Document(io.BytesIO(queries.beginning(letter_kinds()[kind])))
    document.add_paragraph(said)
    document.add_picture(picture(), width=Mm(15))
    return saved(document)


def in_use(kind: str, said: str, actor):
    row = templates.take(letter_kinds()[kind], "様式.docx", a_word_file(kind, said), actor=actor)
    assert row.faults == []
    templates.use(row, timezone.localdate(), actor=actor)
    return row


def print_file(desk) -> bytes:
    return b"".join(actions.take_print(desk.round, actor=desk.person).pieces())


def printed(desk) -> list[str]:
    return pages_of(print_file(desk))


@pytest.mark.slow
def test_one_kind_is_printed_by_the_towns_word_file_and_the_others_as_before(full, client, clerk):
    full.adopted()
    in_use("nursery.held", "やくば市の一文（{児童氏名}）", full.person)
    client.force_login(clerk)
    page = client.get(reverse("nursery:notices", args=[full.round.pk])).content.decode()
    assert "保育所等利用保留通知書　第1版" in page
    row = made(full)
    assert (row.state, row.count, row.held_back) == (NoticePrint.State.DONE, 3, [])
    pages = printed(full)
    own = ["やくば市の一文" in page for page in pages]
    assert sorted(own) == [False, False, True], "two children have a seat"
    for page, line, ours in zip(pages, row.addresses, own, strict=True):
        assert line[5] in page
        assert line[6] == ("保留" if ours else "承諾")
    document = print_file(full)
    marks = verify.own_list(document)
    assert len(marks) == 3
    assert verify.verify(document, marks) == []
    assert row.texts["templates"] == {"nursery.held": 1}


@pytest.mark.slow
def test_a_print_looks_throughout_as_it_was_begun_and_what_is_printed_stays(full):
    full.adopted()
    first = in_use("nursery.held", "はじめの様式", full.person)
    started = actions.start(full.round, actor=full.person)
    second = in_use("nursery.held", "つぎの様式", full.person)
    templates.withdraw(first, actor=full.person)
    actions.make(started.pk, lambda *_: None)
    assert any("はじめの様式" in page for page in printed(full))
    kept = print_file(full)
    templates.withdraw(second, actor=full.person)
    assert print_file(full) == kept
    made(full)
    assert not any("の様式" in page for page in printed(full))


@pytest.mark.slow
def test_a_file_that_is_used_later_counts_by_the_notices_day(full):
    full.adopted()
    row = templates.take(
        letter_kinds()["nursery.held"],
        "様式.docx",
        a_word_file("nursery.held", "新年度の様式"),
        actor=full.person,
    )
    later = timezone.localdate() + timedelta(20)
    templates.use(row, later, actor=full.person)
    made(full)
    assert not any("新年度の様式" in page for page in printed(full))
    actions.state_texts(full.round, {"date": later.isoformat()})
    made(full)
    assert any("新年度の様式" in page for page in printed(full))


@pytest.mark.slow
def test_a_letter_that_the_fonts_of_the_word_file_cannot_print_is_held_back(full):
    for child, name in (("0800000226", f"山{MISSING}花子"), ("0800000323", f"{VARIANT}城")):
        row = full.child(child)
        row.facts["applicant_name"] = name
        row.save()
    full.adopted()
    in_use("nursery.held", "一文", full.person)
    row = made(full)
    (held,) = row.held_back
    assert "U+30000" in held["reason"]
    assert row.count == 2


@pytest.mark.slow
def test_reasons_that_do_not_fit_are_printed_smaller_and_then_fewer():
    kind = letter_kinds()["nursery.held"]
    from yakuba.kernel.letters.checking import check
    from yakuba.kernel.letters.written import WordTemplate

    template = WordTemplate(kind.code, 1, check(queries.beginning(kind), kind).document)
    one = letter(1)
    reasons = tuple(
        notices.Reason(f"第{number}希望", "青葉保育園", "かなわず", "指数の高い方で定員に達しました。" * 3)
        for number in range(1, 61)
    )
    long = notices.Notice(**{**vars(one), "reasons": reasons})
    layout = letters.layout(FRAME, draft=False, name="p1", words={notices.Kind.HELD: template})
    done = printing.print_file([letters.letter(long)], layout)
    (page,) = pages_of(done.pdf)
    assert letters.ELSEWHERE in "".join(page.split())
    assert "第1希望" in page
    assert "第60希望" not in page


@pytest.mark.slow
def test_word_letters_are_laid_out_in_several_processes_and_proved(monkeypatch):
    """Pictures, too, get to the processes."""
    from yakuba.kernel.letters.checking import check
    from yakuba.kernel.letters.written import WordTemplate

    kind = letter_kinds()["nursery.held"]
    document = check(a_word_file(kind.code, "一文"), kind).document
    layout = letters.layout(
        FRAME, draft=False, name="p1", words={notices.Kind.HELD: WordTemplate(kind.code, 1, document)}
    )
    monkeypatch.setattr(printing, "IN_A_PART", 3)
    monkeypatch.setattr(printing, "SMALLEST_PART", 2)
    done = printing.print_file([letters.letter(letter(number)) for number in range(1, 7)], layout)
    assert verify.verify(done.pdf, [one.mark for one in done.letters]) == []
    pdf = pypdfium2.PdfDocument(done.pdf)
    reds = [
        sum(
            count
            for count, color in page.render(scale=1).to_pil().convert("RGB").getcolors(100_000)
            if color == (255, 0, 0)
        )
        for page in pdf
    ]
    pdf.close()
    assert all(red > 1_000 for red in reds), "the seal is on every page"


@pytest.mark.slow
def test_the_first_word_file_of_every_kind_says_all_that_the_notice_says():
    """What a town begins with needs no mending, and has every field but the two that say a thing twice."""
    from yakuba.kernel.letters.checking import check
    from yakuba.kernel.letters.word.model import Merge, pieces

    for code, kind in letter_kinds().items():
        if not code.startswith("nursery."):
            continue
        checked = check(queries.beginning(kind), kind)
        assert checked.faults == ()
        used = {one.name for one in pieces(checked.document.parts) if isinstance(one, Merge)}
        left = {field.name for field in kind.fields} - used
        assert left <= {"申込者氏名", "園", "クラス"}
        assert {field.name for field in kind.fields} == set(
            word_letters.values(letter(1), FRAME).single
        ) | set(word_letters.HEAD)
