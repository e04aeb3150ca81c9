"""What a card reader's program hands over: read by a declared layout, looked at, used once."""

from __future__ import annotations

import pytest

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.intake.actions import hand_overs, opening, visits
from yakuba.services.intake.engine import hand_over
from yakuba.services.intake.models import HandOver
from yakuba.services.intake.tests.conftest import BUS, CUT
from yakuba.services.intake.tests.test_counter import Counter

LAYOUT = """受け渡し: カードリーダー
コード: card-reader
種類: csv
文字コード: cp932
項目: {名前: name, 生年月日: birth, 区分: 区分, 学校: 学校}
"""
FILE = "名前,生年月日,区分,個人番号,学校\n山田　太郎,S31.4.1,通学,123456789018,中央高校\n".encode("cp932")


@pytest.fixture
def desk(in_yakuba_city, clerk):
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    hand_overs.set_layout(LAYOUT, actor=clerk)
    return Counter(clerk)


@pytest.fixture
def place(desk, tmp_path, settings):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    found = hand_overs.folder() / "card-reader"
    found.mkdir(parents=True)
    return found


def test_from_the_folder_into_the_form_after_a_look(desk, place):
    (place / "1.csv").write_bytes(FILE)
    (place / "2.csv.part").write_bytes(FILE)
    (place / "3.csv").symlink_to("/etc/passwd")
    assert hand_overs.look() == 1
    assert not (place / "1.csv").exists()
    assert "山田太郎".encode() not in bytes(HandOver.objects.get().sealed)
    visit = desk.begin()
    page = desk.text(f"{visit}hand-overs/")
    assert "山田太郎" in page
    assert "123456789018" not in page, "what the layout does not name is not taken"
    desk.client.post(f"{visit}hand-overs/", {"use": HandOver.objects.get().pk})
    assert not HandOver.objects.exists(), "used once"
    draft = desk.add(visit, "bus")
    assert desk.go(draft) == f"{draft}files/", "everything is known; only the student card is to be seen"
    desk.client.post(f"{draft}take/", {"signing": "paper"})
    values = dict(CaseValue.objects.values_list("field", "value"))
    assert (values["name"], values["birth"], values["kind"], values["school"]) == (
        "山田太郎",
        "1956-04-01",
        "student",
        "中央高校",
    )
    assert set(CaseValue.objects.filter(field="name").values_list("origin", flat=True)) == {"person"}, (
        "not of the register"
    )


def test_a_file_that_cannot_be_read_goes_and_is_told(desk, place):
    (place / "1.csv").write_bytes("名前,生年月日\n山田太郎,いつか\n".encode("cp932"))
    (place / "2.csv").write_bytes(b"x" * (hand_over.LARGEST + 1))
    assert hand_overs.look() == 2
    assert list(place.iterdir()) == []
    assert "読めませんでした" in desk.text(f"{desk.begin()}hand-overs/")


@pytest.mark.parametrize(("kind", "content"), [
    ("csv", "名前,生年月日\n山田太郎,S31.4.1\n"),
    ("json", '{"名前": "山田太郎", "生年月日": "1956-04-01", "顔写真": {"x": 1}}'),
    ("行", "名前：山田太郎\n生年月日=昭和31年4月1日\n"),
])  # fmt: skip
def test_three_kinds_say_the_same(kind, content):
    layout = hand_over.read_layout(
        {"受け渡し": "試験", "コード": "x", "種類": kind, "項目": {"名前": "name", "生年月日": "birth"}}
    )
    (one,) = hand_over.read(layout, content.encode())
    assert one.person == {"name": "山田太郎", "birth": "1956-04-01"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", "名前\n".encode(), ("名前\n" + "山田太郎\n" * 21).encode(), "ほか\nx\n".encode(), "名前,学校\n山田太郎,123456789018\n".encode()])  # fmt: skip
def test_what_is_not_as_the_layout_says_is_refused(content):
    layout = hand_over.read_layout(
        {"受け渡し": "試験", "コード": "x", "項目": {"名前": "name", "学校": "学校"}}
    )
    with pytest.raises(hand_over.Unreadable):
        hand_over.read(layout, content)


@pytest.mark.parametrize("change", [{"コード": "X Y"}, {"種類": "xml"}, {"文字コード": "utf-7"}, {"項目": {}}, {"項目": {"番号": "number"}}, {"ほか": 1}])  # fmt: skip
def test_a_layout_that_is_none_is_refused(change):
    with pytest.raises(DefinitionError):
        hand_over.read_layout({"受け渡し": "試験", "コード": "x", "項目": {"名前": "name"}, **change})


def test_two_windows_cannot_use_the_same(desk, clerk, make_staff, yakuba_city):
    layout = hand_overs.set_layout(LAYOUT, actor=clerk)
    (row,) = hand_overs.take_in(layout, FILE)
    first, second = (visits.begin(f"once-of-window-{n}", actor=clerk) for n in (1, 2))
    hand_overs.use(first, row.pk, actor=clerk)
    with pytest.raises(Missing):
        hand_overs.use(second, row.pk, actor=clerk)


def test_nothing_is_kept_of_a_file_that_is_refused(desk, clerk):
    layout = hand_overs.set_layout(LAYOUT, actor=clerk)
    with pytest.raises(Invalid):
        hand_overs.take_in(layout, b"\xff")
    assert not HandOver.objects.exists()
