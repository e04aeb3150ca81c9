"""What leaves the room on paper and in files is read back."""

from __future__ import annotations

import csv
import io
import multiprocessing
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from yakuba.kernel.letters import printing
from yakuba.kernel.letters.letter import marked
from yakuba.kernel.letters.printing import NothingFits
from yakuba.kernel.tables import files
from yakuba.services.nursery.adapters import letters
from yakuba.services.nursery.contracts import Outcome
from yakuba.services.nursery.engine.telling import notices
from yakuba.services.nursery.engine.telling.explaining import explain
from yakuba.services.nursery.engine.telling.notices import Kind, Reason
from yakuba.services.nursery.tests.small_rounds import draw, some_matching

FRAME = notices.frame(
    {"document_number": "や第12号", "desk": "こども課\n電話 0123"},
    notices.default_frame("やくば市", date(2027, 2, 5)),
)
MY_NUMBER = "123456789018"


def to_pdf(made, frame, *, draft, told=None, shelf=None) -> bytes:
    layout = letters.layout(frame, draft=draft, name="p1")
    return printing.print_file([letters.letter(one) for one in made], layout, told=told, shelf=shelf).pdf


@pytest.fixture(scope="module")
def written():
    """The notices of a small round whose applications carry more than a notice may tell."""
    selection = draw(3, families=8)
    households = []
    for at, household in enumerate(selection.applications.households):
        children = []
        for child in household.children:
            facts = {
                "postal_code": f"99900{at % 3:02d}",
                "address": f"やくば市東町{at}-17",
                "applicant_name": f"保護者{at}",
                "my_number": MY_NUMBER,
            }
            children.append(replace(child, facts=facts))
        households.append(replace(household, children=tuple(children)))
    selection = replace(selection, applications=replace(selection.applications, households=households))
    said = explain(selection, some_matching(selection, 1))
    everyone, _ = notices.write(selection, said)
    some = [[one.child for one in everyone if one.kind is kind][:2] for kind in Kind]
    return notices.write(selection, said, [child for row in some for child in row])


@pytest.fixture(scope="module")
def printed(written):
    """The print file's pages, and what was told of the progress."""
    heard = []
    pdf = to_pdf(written[0], FRAME, draft=False, told=lambda done, total: heard.append((done, total)))
    return pages_of(pdf), heard


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_bounded().replace("\r\n", "") for page in document]
    document.close()
    return texts


def test_the_print_file_has_one_page_a_child_in_the_order_of_the_mailing_file(written, printed):
    made, problems = written
    assert not problems
    assert {notice.kind for notice in made} == set(Kind)
    pages, heard = printed
    assert heard[-1] == (len(made), len(made))
    table = letters.mailing(marked([letters.letter(one) for one in made], "p1"))
    rows = list(csv.DictReader(io.StringIO(files.written([table], "utf-8").read().decode("utf-8-sig"))))
    assert len(pages) == len(rows) == len(made)
    assert [row["郵便番号"] for row in rows] == sorted(row["郵便番号"] for row in rows)
    for number, (page, row, notice) in enumerate(zip(pages, rows, made, strict=True), start=1):
        assert int(row["頁"]) == number
        assert row["照合符号"] in page
        for text in (row["住所"], row["宛名"] + "　様", row["受付番号"], "〒" + row["郵便番号"]):
            assert text in page
        for text in ("令和9年2月5日", "や第12号", "こども課", "審査請求", "令和6年", "令和9年4月1日"):
            assert text in page
        assert ("承諾" in page.split("理由")[0]) == (notice.kind is Kind.GRANTED)
        assert "見本" not in page


def test_a_notice_names_nobody_else_and_no_my_number(written, printed):
    made, _ = written
    pages, _ = printed
    for page, notice in zip(pages, made, strict=True):
        assert notice.child_name in page
        others = {other.child_name for other in made} | {other.guardian for other in made}
        assert not [name for name in others - {notice.child_name, notice.guardian} if name in page]
        assert MY_NUMBER not in page


@pytest.mark.slow
def test_parts_are_printed_beside_each_other_and_put_in_order(monkeypatch, written):
    monkeypatch.setattr(printing, "IN_A_PART", 2)
    made = [
        replace(one, child=f"{one.child}{at}") for at, one in enumerate(written[0][:2] * 3 + written[0][:1])
    ]
    heard = []
    pages = pages_of(to_pdf(made, FRAME, draft=False, told=lambda done, total: heard.append((done, total))))
    assert [one.child in page for one, page in zip(made, pages, strict=True)] == [True] * 7
    assert heard == sorted(heard)
    assert heard[-1] == (7, 7)
    assert not multiprocessing.active_children()


def test_printing_in_several_processes_stops_and_fails_like_in_one(monkeypatch, written):
    monkeypatch.setattr(printing, "IN_A_PART", 2)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_pdf(written[0][:4], FRAME, draft=False, told=stop)
    assert not multiprocessing.active_children()
    with pytest.raises(NothingFits):
        to_pdf(written[0][:4], replace(FRAME, appeal="長い文面\n" * 200), draft=False)
    assert not multiprocessing.active_children()


def test_drafts_are_marked_and_a_very_long_notice_stays_on_its_page(written):
    made, _ = written
    sentence = (
        "定員に達しました。最後に入所が決まった方の指数は20点、お子さんの指数は18点で、2点の差がありました。"
    )
    reasons = tuple(Reason(f"第{at}希望", f"第{at}長い名前の保育園", "保留", sentence) for at in range(1, 21))
    endless = tuple(replace(reason, text=sentence * 16) for reason in reasons[:6])
    rows = [made[0], replace(made[1], reasons=reasons), replace(made[2], reasons=endless), made[3]]
    pages = pages_of(to_pdf(rows, FRAME, draft=True))
    assert len(pages) == 4
    assert [notice.child_name in page for page, notice in zip(pages, rows, strict=True)] == [True] * 4
    assert all("見本" in page for page in pages)
    assert "第20希望" in pages[1]
    assert "第1希望" in pages[2]
    assert "ほかの希望については、窓口でご説明します。" in pages[2]
    assert all("審査請求" in page for page in pages)


def test_missing_addresses_are_told_and_the_notice_is_made_all_the_same():
    selection = draw(4)
    made, problems = notices.write(selection, explain(selection, some_matching(selection, 1)))
    assert len(made) == len(problems) == len(list(selection.applications.children()))
    assert "郵便番号・住所が空です" in problems[0].reason


@pytest.mark.parametrize(
    ("code", "printed", "told"),
    [("600001", "600001", True), ("〒060-0001", "060-0001", False), ("０６０ー０００１", "060-0001", False)],
)
def test_a_postal_code_is_printed_in_its_one_form_or_told(code, printed, told):
    selection = draw(4)
    _, child = next(selection.applications.children())
    child.facts.update(郵便番号=code, 住所="やくば市東町1", 申込者氏名="見本花子")
    explained = explain(selection, some_matching(selection, 1))
    made, problems = notices.write(selection, explained, [child.id])
    assert [one.postal_code for one in made] == [printed]
    assert bool(problems) == told
    assert all(code in one.reason for one in problems)


def test_wishes_with_the_same_fate_share_a_line():
    selection = draw(5)
    row = next(iter(explain(selection, some_matching(selection, 1)).values())).wishes[0]
    wishes = [
        replace(row, number=at, facility="A", outcome=Outcome.NOT_NEEDED, for_family="同じ")
        for at in (2, 3, 4)
    ]
    first = replace(row, number=1, facility="B", outcome=Outcome.PLACED, for_family="決まりました")
    lines = notices.reasons([first, *wishes], {"A": "甲園"})
    assert [line.wishes for line in lines] == ["第1希望", "第2～4希望"]
    assert lines[1].facilities == "甲園"
