"""A list: the same page for all, remembered for the person, taken along as shown, worked on by several rows."""

import json
import re

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.models import Choice
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy.models import Department

SHUT = "閉じた課"
renamed: list[tuple[str, str]] = []


def rename(actor, *, department, word):
    row = Department.objects.get(pk=department)
    if row.name == SHUT:
        raise Conflict("この課はもうありません。")
    renamed.append((row.name, word))


LISTING = Listing(
    "tests.departments",
    "課の一覧",
    "課",
    columns=(
        Column("name", "課", lambda row: Cell(row.name, url="/cases/"), ("name",)),
        Column("people", "人数", lambda row: row.pk * 1000, ("pk",), number=True),
        Column("state", "状態", lambda row: (status("success", "ある"), Cell("去年から", small=True))),
        Column("work", "操作", lambda row: Cell("開く", url="/cases/", about=row.name, button=True)),
    ),
    rows=lambda: Department.objects.exclude(name="市長室"),
    nothing=Nothing("課はまだありません"),
    search=Search(lambda rows, text: rows.filter(name__contains=text), help="名前の一部"),
    filters=(
        Filter(
            "shut",
            "開閉",
            lambda: [("yes", "閉じた"), ("no", "開いている")],
            lambda rows, value: rows.filter(name=SHUT) if value == "yes" else rows.exclude(name=SHUT),
        ),
    ),
    bulk=(Bulk("名前を変える", rename, "department", {"word": "新しい名前"}),),
    sort="name",
)


@pytest.fixture
def ask(rf, in_yakuba_city, clerk):
    """Calls the page of the list as a browser would; each call of `ask` is another visit unless it is given one."""
    renamed.clear()
    for name in ("保育課𠮷", "住民課", SHUT, "市長室"):
        Department.objects.create(name=name)

    def answer(query="", user=clerk, visit=None, **posted):
        request = rf.post("/list/", posted) if posted else rf.get("/list/" + query)
        request.user = user
        SessionMiddleware(lambda _: None).process_request(request)
        if visit is not None:
            request.session = visit.session
        MessageMiddleware(lambda _: None).process_request(request)
        done = respond(request, LISTING)
        done.session, done.told = request.session, [str(one) for one in get_messages(request)]
        return done

    return answer


def text_of(answer):
    return answer.content.decode()


def names(answer):
    return re.findall(r'aria-label="選ぶ：([^"]*)"', text_of(answer))


def test_the_head_sorts_both_ways_and_says_so(ask):
    page = text_of(ask("?sort=people"))
    assert re.search(r'class="num" aria-sort="ascending"><a href="\?sort=-people">人数', page)
    assert re.search(r'aria-sort="none"><a href="\?sort=name">課', page)
    assert '<th scope="col">状態</th>' in page, "what does not sort is no link"
    assert names(ask("?sort=-people")) == names(ask("?sort=people"))[::-1]
    assert '<option value="-people" selected>人数（逆順）' in text_of(ask("?sort=-people"))


def test_every_input_has_a_label_every_cell_its_heading_and_the_table_a_caption(ask):
    page = text_of(ask())
    for number in re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', page):
        assert f'for="{number}"' in page
    assert page.count('type="checkbox"') == page.count('aria-label="選ぶ：') == 3
    assert '<caption class="unseen">課の一覧</caption>' in page
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert len(re.findall(r"<t[hd] ", body)) == body.count("data-label=") == 3 * 5
    assert "<script" not in page.partition("<main")[2], "nothing here needs a script"


def test_what_a_person_may_not_open_is_no_link(ask, clerk, newcomer):
    assert text_of(ask()).count('href="/cases/"') == 6 + text_of(ask("?text=nobody")).count('href="/cases/"')
    page = text_of(ask(user=newcomer))
    assert 'href="/cases/"' not in page
    assert "住民課" in page
    assert "button button--small" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_conditions_are_remembered_for_the_person_and_go_with_one_press(ask, newcomer):
    first = ask("?shut=no&sort=-name&text=課")
    assert names(ask(visit=first)) == names(first)
    assert "「課」を含む" in text_of(ask(visit=first))
    later = text_of(ask())
    assert SHUT not in later, "another visit knows it as well"
    assert "「課」を含む" not in later, "what was looked for may be a resident's name"
    assert Choice.objects.get().chosen == {"shut": "no", "sort": "-name"}
    assert SHUT in text_of(ask(user=newcomer)), "another person chose nothing"
    sorted_down = names(ask("?text=課", visit=first))
    assert sorted_down == sorted(sorted_down, reverse=True), "the order stays"
    assert ask("?clear=1", visit=first).status_code == 302
    assert (SHUT in text_of(ask()), Choice.objects.get().chosen) == (True, {"sort": "-name"})


def test_nonsense_in_an_address_narrows_nothing(ask):
    page = text_of(ask("?shut=maybe&sort=password&page=x"))
    assert (names(ask("?shut=maybe")), "条件をすべて消す" in page) == (names(ask()), False)
    assert "該当する課はありません" in text_of(ask("?text=zzz"))


def test_files_hold_what_is_shown_without_buttons(ask):
    told = json.loads(ask("?form=json&shut=yes").content)
    number = Department.objects.get(name=SHUT).pk * 1000
    assert told == [{"課": SHUT, "人数": number, "状態": "ある、去年から"}]
    assert AuditEvent.objects.get(name="lists.exported").details == {
        "list": "tests.departments", "form": "json", "rows": 1
    }  # fmt: skip
    lacking = ask("?form=cp932&shut=no")
    assert (lacking.status_code, "「𠮷」" in text_of(lacking)) == (422, True)
    assert "保育課〓" in ask("?form=cp932&shut=no&accept=1").content.decode("cp932")
    assert ask("?form=xlsx").content[:2] == b"PK"


def test_work_over_several_rows_tells_each_refusal_and_stops_at_none(ask):
    rows = Department.objects.exclude(name="住民課")
    done = ask(bulk="0", row=[row.pk for row in rows], word="新")
    assert renamed == [("保育課𠮷", "新")], "市長室 is not in the list"
    assert done.told == ["「名前を変える」を1件に行いました。", f"{SHUT}：この課はもうありません。"]
    assert "選んでから" in ask(bulk="0", word="新").told[0]
    page = text_of(ask("?checked=1"))
    assert page.count('type="checkbox"') == page.count(" checked") > 0
