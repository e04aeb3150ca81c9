"""A list: the same page for all, remembered for the person, taken along as shown, worked on by several rows."""

import json
import re
from dataclasses import dataclass, replace
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse_lazy

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.actions import load_reduction
from yakuba.kernel.lists import Bulk, Cell, Column, DayFilter, Filter, Listing, Nothing, Search, status
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
        Column(
            "work", "操作", lambda row: Cell("開く", url="/cases/", about=row.name, button=True), filed=False
        ),
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
    bulk=(
        Bulk("名前を変える", rename, "department", {"word": "新しい名前"}, "ledger.view"),
        Bulk("課を閉じる", rename, "department", permission="accounts.manage"),
    ),
    sort="name",
    trail=(("受付簿", "/cases/"), ("職員", reverse_lazy("administration:people"))),
    actions=(("受付を見る", "/cases/"), ("職員を見る", reverse_lazy("administration:people"))),
)


@pytest.fixture
def ask(rf, in_yakuba_city, clerk):
    """Calls the page of the list as a browser would; each call of `ask` is another visit unless it is given one."""
    renamed.clear()
    for name in ("保育課𠮷", "住民課", SHUT, "市長室"):
        Department.objects.create(name=name)

    def answer(query="", user=clerk, visit=None, listing=LISTING, follow=True, **posted):
        request = rf.post("/list/" + query, posted) if posted else rf.get("/list/" + query)
        request.user = user
        SessionMiddleware(lambda _: None).process_request(request)
        if visit is not None:
            request.session = visit.session
        MessageMiddleware(lambda _: None).process_request(request)
        done = respond(request, listing)
        if follow and done.status_code == 302 and not posted:
            return answer(done["Location"].removeprefix("/list/"), user, request, listing)
        done.session, done.told = request.session, [str(one) for one in get_messages(request)]
        return done

    return answer


def text_of(answer):
    return b"".join(answer).decode()


def names(answer):
    return re.findall(r'aria-label="選ぶ：([^"]*)"', text_of(answer))


def test_the_head_sorts_both_ways_and_says_so(ask):
    page = text_of(ask("?sort=people"))
    assert re.search(
        r'class="num" aria-sort="ascending"><a id="sort-people" href="\?sort=-people">人数', page
    )
    assert re.search(r'aria-sort="none"><a id="sort-name" href="\?sort=name">課', page)
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
    assert re.search(r'<input id="text"[^>]* data-key="/"', page)


def test_what_a_person_may_not_open_is_no_link(ask, clerk, newcomer, make_staff):
    page = text_of(ask())
    assert page.count('href="/cases/"') == 6 + text_of(ask("?text=nobody")).count('href="/cases/"')
    assert "課を閉じる" in page
    reader = make_staff(clerk.municipality, "ledger.view")
    page = text_of(ask(user=reader))
    assert "受付を見る" in page
    assert "名前を変える" in page
    assert "職員を見る" not in page
    assert "<li>職員</li>" in page, "the way here is told all the same"
    assert "課を閉じる" not in page
    with pytest.raises(PermissionDenied):
        ask(bulk="1", row=[1], user=reader)
    page = text_of(ask(user=newcomer))
    assert "受付を見る" not in page
    assert "名前を変える" not in page
    assert 'href="/cases/"' not in page
    assert "住民課" in page
    assert re.search(r'<button class="button button--outline" type="submit">\s*しぼり込む', page)
    assert "button--small" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_an_empty_list_shows_its_one_thing_to_do_once(ask):
    link = ("書く", reverse_lazy("home"))
    nothing = replace(
        LISTING,
        rows=Department.objects.none,
        nothing=Nothing("まだありません", "書くと、ここに並びます。", link),
        actions=(link,),
    )
    assert text_of(ask(listing=nothing)).count(">書く</a>") == 1
    assert text_of(ask(listing=replace(nothing, rows=LISTING.rows))).count(">書く</a>") == 1


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
    away = re.findall(r'href="([^"]+)">条件をすべて消す', text_of(ask(visit=first)))
    assert away == ["?sort=-name"]
    ask(away[0], visit=first)
    assert (SHUT in text_of(ask()), Choice.objects.get().chosen) == (True, {"sort": "-name"})


def test_nonsense_in_an_address_narrows_nothing(ask):
    page = text_of(ask("?shut=maybe&sort=password&page=x"))
    assert (names(ask("?shut=maybe")), "条件をすべて消す" in page) == (names(ask()), False)
    assert "該当する課はありません" in text_of(ask("?text=zzz"))


def test_files_hold_what_is_shown_without_buttons(ask):
    told = json.loads(b"".join(ask("?form=json&shut=yes")))
    number = Department.objects.get(name=SHUT).pk * 1000
    assert told == [{"課": SHUT, "人数": number, "状態": "ある、去年から"}]
    assert AuditEvent.objects.get(name="lists.exported").details == {
        "list": "tests.departments", "form": "json", "rows": 1
    }  # fmt: skip
    lacking = ask("?form=cp932&shut=no")
    assert (lacking.status_code, "「𠮷」" in text_of(lacking)) == (422, True)
    assert "保育課〓" in b"".join(ask("?form=cp932&shut=no&accept=1")).decode("cp932")
    load_reduction("文字,縮退先\n𠮷,吉\n")
    assert "縮退表により「吉」" in text_of(ask("?form=cp932&shut=no")), (
        "what the town's table changes is told too"
    )
    assert "保育課吉" in b"".join(ask("?form=cp932&shut=no&accept=1")).decode("cp932")
    assert next(iter(ask("?form=xlsx"))).startswith(b"PK")


def test_work_over_several_rows_tells_each_refusal_and_stops_at_none(ask):
    rows = Department.objects.exclude(name="住民課")
    done = ask("?shut=no&checked=1", bulk="0", row=[row.pk for row in rows], word="新")
    assert done["Location"] == "/list/?shut=no", "one stays where one was"
    assert renamed == [("保育課𠮷", "新")], "市長室 is not in the list"
    assert done.told == ["「名前を変える」を1件に行いました。", f"{SHUT}：この課はもうありません。"]
    assert "選んでから" in ask(bulk="0", word="新").told[0]
    page = text_of(ask("?checked=1"))
    assert page.count('type="checkbox"') == page.count(" checked") > 0


def test_the_address_says_all_so_that_going_back_shows_what_was_there(ask):
    assert ask(follow=False)["Location"] == "/list/?sort=name"
    first = ask("?sort=name")  # what stood there before anything was narrowed
    ask("?shut=yes", visit=first)
    assert ask(visit=first, follow=False)["Location"] == "/list/?shut=yes&sort=name"
    assert names(ask("?sort=name", visit=first)) == names(first), "back: all rows again"
    for link in re.findall(r'href="(\?[^"]*)"', text_of(first).partition("<main")[2]):
        assert "sort=" in link


def test_the_enter_key_in_a_field_of_the_work_presses_nothing(ask):
    form = re.search(r'<form method="post" id="bulk-[^>]+>.*?</form>', text_of(ask()), re.DOTALL)[0]
    assert re.search(r"<button[^>]*>", form)[0] == '<button type="submit" disabled hidden>'


@dataclass(frozen=True)
class Made:
    """A row that no table holds."""

    name: str
    day: date | None


DAYS = Listing(
    "tests.days",
    "日の一覧",
    "日",
    columns=(
        Column("name", "名", lambda row: row.name, ("name",)),
        Column("day", "日", lambda row: Cell(row.day, behind=f"{row.name}の事情"), ("day", "name")),
        Column("work", "操作", lambda row: Cell("消す", url="/cases/", button=True, sends=True), filed=False),
    ),
    rows=lambda: [Made("い", date(2026, 4, 1)), Made("ろ", None), Made("は", date(2025, 4, 1))],
    nothing=Nothing("日はまだありません"),
    filters=(
        DayFilter(
            "first",
            "この日から",
            "{}から",
            lambda rows, day: [row for row in rows if row.day and row.day >= day],
        ),
    ),
    remembered=False,
)


def column(answer):
    return re.findall(r'<th scope="row" data-label="名"><div>\s*<div>(\w)</div>', text_of(answer))


def test_rows_that_no_table_holds_sort_and_what_has_no_value_stands_last(ask):
    assert column(ask(listing=DAYS)) == ["い", "ろ", "は"], "the order of the rows"
    assert column(ask("?sort=day", listing=DAYS)) == ["は", "い", "ろ"]
    assert column(ask("?sort=-day", listing=DAYS)) == ["い", "は", "ろ"]
    told = json.loads(b"".join(ask("?sort=-name&form=json", listing=DAYS)))
    assert told[0] == {"名": "ろ", "日": ""}
    assert told[2] == {"名": "い", "日": "令和8年4月1日"}
    page = text_of(ask(listing=DAYS))
    assert '<summary>くわしく</summary><pre tabindex="0">ろの事情' in page
    assert page.count('form="work-tests.days" formaction="/cases/"') == 3


def test_a_day_is_typed_as_staff_write_it_and_what_is_none_is_told(ask):
    page = ask("?first=R8.1.1", listing=DAYS)
    assert column(page) == ["い"]
    assert "この日から：令和8年1月1日から" in text_of(page)
    page = ask("?first=R8.13.1", listing=DAYS)
    assert column(page) == ["い", "ろ", "は"]
    assert 'value="R8.13.1"' in text_of(page)
    assert 'aria-invalid="true"' in text_of(page)
    assert Choice.objects.count() == 0


def test_rows_are_read_and_written_in_parts(ask, in_yakuba_city):
    """Whatever the list's length, a page asks for its own rows, and a file holds a few hundred at a time."""
    most = []
    Department.objects.bulk_create(
        Department(name=f"{number}係", municipality=in_yakuba_city) for number in range(1_200)
    )
    listing = replace(LISTING, each=lambda rows: most.append(len(rows)) or rows)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = text_of(ask("?page=3", listing=listing))
    assert "全1,203件のうち101～150件目" in page
    assert len(asked) < 20
    file = ask("?form=utf-8", listing=listing)
    assert file.streaming
    assert len(b"".join(file).splitlines()) == 1_204
    assert most == [50, 500, 500, 203]
