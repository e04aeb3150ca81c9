"""The index says what its sources say: after changes, after removals, for each town alone."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.kernel.jobs import JobContext, registry
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.search import indexing, jobs, postings
from yakuba.kernel.search.checking import self_check
from yakuba.kernel.search.cli import app
from yakuba.kernel.search.finding import find, ranked
from yakuba.kernel.search.models import Document, Posting, Shelf, Waiting
from yakuba.kernel.search.noting import changed
from yakuba.kernel.search.tests.source import changes, lay, lift
from yakuba.kernel.tenancy import NoActiveMunicipality, active_municipality

WORDS = [
    "申請",
    "住所",
    "電話",
    "保育",
    "税金",
    "道路",
    "工事",
    "窓口",
    "証明",
    "手数料",
    "期限",
    "変更",
    "届出",
    "世帯",
    "児童",
    "健康",
    "保険",
    "年金",
    "選挙",
    "図書",
    "公園",
    "水道",
]


def keys(source, text):
    return [key for key, _ in ranked(source, text)]


def contents():
    """What stands in the index, without numbers that the database gives."""
    places = {row.pk: row.key for row in Document.objects.all()}
    found = {}
    for row in Posting.objects.all():
        for place, often in np.frombuffer(bytes(row.data), dtype=postings._PAIR).tolist():
            found[row.term, places[row.block * postings.BLOCK + place]] = often
    return found


def test_without_an_active_town_everything_is_refused(source, yakuba_city, make_staff):
    person = make_staff(yakuba_city)
    for act in (
        lambda: find(source, person, "申請"),
        lambda: ranked(source, "申請"),
        lambda: changed(source, "1"),
        lambda: indexing.take_in(source),
        lambda: indexing.rebuild(source),
    ):
        with pytest.raises(NoActiveMunicipality):
            act()


def test_a_town_finds_nothing_of_another(source, in_yakuba_city, neighbour_town, make_staff):
    lay("here", "申請の期限")
    indexing.rebuild(source)
    with active_municipality(neighbour_town):
        lay("there", "申請の期限")
        indexing.rebuild(source)
        assert keys(source, "期限") == ["there"]
        assert not find(source, make_staff(in_yakuba_city), "期限").hits
    assert keys(source, "期限") == ["here"]
    assert not find(source, make_staff(neighbour_town), "期限").hits


def test_a_change_a_new_entry_and_a_removal_follow_their_notes(source, in_yakuba_city):
    lay("a", "申請の期限")
    lay("b", "道路の工事")
    indexing.rebuild(source)
    lay("a", "水道の料金")
    lay("c", "申請の変更")
    lift("b")
    assert keys(source, "期限") == ["a"]
    changed(source, "a", "b", "c", "a")
    assert indexing.take_in(source) == 4
    assert (keys(source, "期限"), keys(source, "水道"), keys(source, "工事"), keys(source, "申請")) == (
        [],
        ["a"],
        [],
        ["c"],
    )
    assert not Waiting.objects.exists()


def test_what_is_rolled_back_is_not_noted(source, in_yakuba_city):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        changed(source, "a")
        raise ZeroDivisionError
    assert not Waiting.objects.exists()


@pytest.mark.parametrize("seed", range(6))
def test_step_by_step_the_index_is_what_building_it_makes(source, in_yakuba_city, seed, monkeypatch):
    monkeypatch.setattr(postings, "BLOCK", 4)  # many blocks
    chance = random.Random(seed)
    here: set[str] = set()
    for _ in range(60):
        key = f"k{chance.randrange(12):02}"
        if key in here and chance.random() < 0.3:
            lift(key)
            here.discard(key)
        else:
            lay(key, " ".join(chance.choices(WORDS, k=chance.randrange(1, 12))))
            here.add(key)
        changed(source, key)
        if chance.random() < 0.3:
            indexing.take_in(source)
    indexing.take_in(source)
    grown = contents()
    indexing.rebuild(source, empty=True)
    assert contents() == grown
    for key in sorted(here):
        lift(key)
        changed(source, key)
    indexing.take_in(source)
    assert not Posting.objects.exists()


def test_more_of_a_rare_word_in_a_short_text_ranks_higher(source, in_yakuba_city):
    lay("long", "期限 " + "窓口 " * 50)
    lay("short", "期限 窓口")
    lay("other", "窓口 窓口")
    lay("titled", "窓口", title="期限")
    indexing.rebuild(source)
    assert keys(source, "期限") == ["titled", "short", "long"]


def test_an_entry_is_found_only_while_it_is_valid(source, in_yakuba_city, make_staff):
    today = timezone.localdate()
    day = timedelta(days=1)
    lay("past", "申請", valid_until=today - day)
    lay("last", "申請", valid_until=today)
    lay("first", "申請", valid_from=today)
    lay("coming", "申請", valid_from=today + day)
    indexing.rebuild(source)
    assert sorted(keys(source, "申請")) == ["first", "last"]
    found = find(source, make_staff(in_yakuba_city), "申請")
    assert sorted(hit.entry.key for hit in found.hits) == ["first", "last"]


def test_permissions_are_asked_when_somebody_asks(source, in_yakuba_city, make_staff):
    may, may_not = make_staff(in_yakuba_city, "ledger.view"), make_staff(in_yakuba_city)
    lay("closed", "申請", permission="ledger.view")
    for number in range(60):  # more than are looked at at once rank before what the person may see
        lay(f"k{number}", "申請 申請", permission="ledger.view")
    lay("open", "申請 窓口 窓口 窓口")
    indexing.rebuild(source)
    assert [hit.entry.key for hit in find(source, may_not, "申請").hits] == ["open"]
    assert len(find(source, may, "申請", most=100).hits) == 62
    lay("open", "申請", permission="ledger.view")  # not noted yet
    assert not find(source, may_not, "申請").hits


def test_kinds_narrow(source, in_yakuba_city, make_staff):
    lay("a", "申請", kind="one")
    lay("b", "申請", kind="two")
    indexing.rebuild(source)
    person = make_staff(in_yakuba_city)
    assert [hit.entry.key for hit in find(source, person, "申請", kind="two").hits] == ["b"]


def test_what_is_noted_and_holds_the_words_is_found_before_it_is_indexed(source, in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city)
    indexing.rebuild(source)
    lay("new", "ハナコ", exact=True)
    changed(source, "new")
    found = find(source, person, "はなこ")
    assert [hit.entry.key for hit in found.hits] == ["new"]
    assert (found.built, found.waiting) == (True, 1)
    assert not find(source, person, "タロウ").hits
    lift("new")
    assert not find(source, person, "はなこ").hits


def test_another_version_is_built_anew_and_the_self_check_says_so(source, in_yakuba_city):
    lay("a", "申請")
    assert not self_check()[0].ok
    indexing.rebuild(source)
    assert self_check()[0].ok
    changes["version"] = "2"
    assert "試験" in self_check()[0].advice
    indexing.rebuild(source)
    assert self_check()[0].ok
    changed(source, "a")
    Waiting.objects.update(since=timezone.now() - timedelta(hours=1))
    assert "1件" in self_check()[1].advice


def test_an_unfinished_building_goes_on_where_it_stopped(source, in_yakuba_city, monkeypatch):
    monkeypatch.setattr(indexing, "AT_ONCE", 10)
    for number in range(45):
        lay(f"k{number:02}", WORDS[number % len(WORDS)])

    class Killed(BaseException):
        pass

    def kill(done, total):
        if done >= 20:
            raise Killed

    with pytest.raises(Killed):
        indexing.rebuild(source, kill)
    assert not indexing.is_built(source)
    assert Document.objects.count() == 20
    told = []
    assert indexing.rebuild(source, lambda done, total: told.append((done, total))) == 45
    assert told == [(30, 45), (40, 45), (45, 45)]
    assert indexing.is_built(source)
    assert Shelf.objects.get(source=source).built_at


def test_what_a_building_does_not_meet_leaves_the_index(source, in_yakuba_city):
    lay("a", "申請")
    lay("b", "申請")
    indexing.rebuild(source)
    lift("a")
    indexing.rebuild(source)
    assert keys(source, "申請") == ["b"]
    assert Document.objects.count() == 1


def test_a_question_may_be_anything(source, in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city)
    lay("a", "申請")
    indexing.rebuild(source)
    for text in ("", " ", "の", "%", "'; DROP TABLE", "\u200b", "申請" * 10_000, "😀", "\ud800", "(((" * 99):
        find(source, person, text)
    assert keys(source, "申請" * 10_000) == ["a"]


def test_snippets_mark_the_words_where_they_stand(source, in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city)
    number = "123456789018"
    lay("a", f"はじめに。用紙が曲がっているときは、番号{number}を見て取り直します。おわり。")
    indexing.rebuild(source)
    (hit,) = find(source, person, "用紙 まがる").hits
    assert [said for said, marked in hit.snippet if marked] == ["用紙", "曲がっ"]
    text = "".join(said for said, _ in hit.snippet)
    assert text.startswith("用紙が曲がっている")
    assert number not in text


def waiting_jobs():
    return sorted(
        Job.all_municipalities.filter(state=State.WAITING).values_list("municipality__code", "name", "key")
    )


def run(job):
    """What a worker does with it."""
    Job.all_municipalities.filter(pk=job.pk).update(state=State.RUNNING)
    job = Job.all_municipalities.get(pk=job.pk)
    with active_municipality(job.municipality):
        registry.kind(job.name).handler(JobContext(job, SimpleNamespace(stopping=False)), **job.arguments)
    Job.all_municipalities.filter(pk=job.pk).update(state=State.DONE)


def test_the_workers_build_and_bring_in_for_every_town(source, yakuba_city, neighbour_town):
    for town in (yakuba_city, neighbour_town):
        with active_municipality(town):
            lay("a", "申請")
    jobs.take_in_everywhere()
    assert waiting_jobs() == []
    jobs.build_everywhere()
    jobs.build_everywhere()  # once is enough
    codes = (yakuba_city.code, neighbour_town.code)
    assert [one for one in waiting_jobs() if one[2] == source] == [
        (code, jobs.REBUILD, source) for code in sorted(codes)
    ]
    for job in Job.all_municipalities.all():
        run(job)
    jobs.build_everywhere()
    assert waiting_jobs() == []
    with active_municipality(neighbour_town):
        assert keys(source, "申請") == ["a"]
        lay("a", "水道")
        changed(source, "a")
    jobs.take_in_everywhere()
    assert waiting_jobs() == [(neighbour_town.code, jobs.TAKE_IN, source)]
    run(Job.all_municipalities.get(state=State.WAITING))
    with active_municipality(neighbour_town):
        assert keys(source, "水道") == ["a"]
    with active_municipality(yakuba_city):
        assert keys(source, "水道") == []


def test_notes_of_a_room_that_is_no_more_go(source, in_yakuba_city):
    Waiting.objects.create(source="gone.books", key="1")
    jobs.take_in_everywhere()
    assert not Waiting.objects.exists()


def test_the_commands_build_show_and_ask(source, in_yakuba_city, make_staff):
    person = make_staff(in_yakuba_city)
    lay("a", "用紙が曲がっている", title="読み取る")
    lay("b", "用紙", permission="ledger.view")

    def told(*words):
        result = CliRunner().invoke(app, [*words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert told("status")[-1]["built"] is False
    assert told("rebuild", source) == [{"source": source, "label": "試験", "entries": 2}]
    shown = told("status")[-1]
    assert (shown["source"], shown["entries"], shown["built"], shown["waiting"]) == (source, 2, True, 0)
    (found,) = told("find", "まがった用紙", "--user", person.username, "--in", source)
    assert (found["title"], found["text"]) == ("読み取る", "用紙が曲がっている")
    assert CliRunner().invoke(app, ["rebuild", "nothing"]).exit_code == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite looks things up")
def test_a_question_reads_the_rows_of_its_terms_and_no_others(source, in_yakuba_city):
    for number in range(30):
        lay(f"k{number}", " ".join(WORDS))
    indexing.rebuild(source)
    with CaptureQueriesContext(connection) as asked:
        assert len(keys(source, "申請 期限")) == 30
    plans = []
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans += [row[3] for row in cursor.fetchall()]
    assert [
        plan for plan in plans if "search_posting" in plan and "(shelf_id=? AND term=?)" not in plan
    ] == []
    assert [plan for plan in plans if "search_document" in plan and "(rowid=?)" not in plan] == []
    assert len(plans) >= 3
