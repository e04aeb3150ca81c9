"""What must not grow with the round: measured in what is read, for seconds differ from one machine to another."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yakuba.services.nursery.actions import decisions, runs
from yakuba.services.nursery.queries import rounds
from yakuba.services.nursery.queries import runs as queries

LARGE = ('"slots"', '"explanation"')


def test_the_list_of_rounds_counts_without_carrying_results_along(full):
    full.adopted()
    decisions.propose_freeze(full.round, "確かめた", actor=full.person)
    with CaptureQueriesContext(connection) as read:
        (row,) = rounds.with_counts()
    assert (row.active, row.open_decisions) == (3, 1)
    assert len(read) == 1
    assert [column for column in LARGE if column in read[0]["sql"]] == []
    assert row.adopted.slots  # fetched when asked for


def test_pages_of_a_run_read_no_explanation_that_they_do_not_show(full, client):
    run = full.calculate()
    client.force_login(full.person)
    for name, more in (("run_children", ()), ("run_facility", (full.facility("N1").pk,)), ("compare", ())):
        with CaptureQueriesContext(connection) as read:
            answer = client.get(reverse(f"nursery:{name}", args=(run.pk, *more)))
        assert answer.status_code == 200
        assert [one["sql"] for one in read if '"explanation"' in one["sql"]] == []


def test_pages_read_no_frozen_inputs_that_they_do_not_need(full, client):
    run = full.adopted()
    client.force_login(full.person)
    pages = [(name, run.pk) for name in ("run", "run_children", "run_facilities", "files", "what_if")]
    for name, number in [*pages, ("round", full.round.pk), ("freeze", full.round.pk), ("index", None)]:
        with CaptureQueriesContext(connection) as read:
            answer = client.get(reverse(f"nursery:{name}", args=[number] if number else []), follow=True)
        assert answer.status_code == 200
        assert [one["sql"] for one in read if '"nursery_snapshot"."document"' in one["sql"]] == [], name


def test_who_asked_for_what_is_known_from_a_runs_rows_without_preparing_it_anew(full):
    full.case("0800000420", current_facility="青葉保育園", wish_2="青葉保育園")
    full.take()
    run = full.calculate()
    tried = runs.start(
        full.round, actor=full.person, base=run, change={"level": "household", "seats": {"N1-1": 1}}
    )
    full.calculate_open()
    for one in (run, type(run).objects.get(pk=tried.pk)):
        known, anew = queries.applied_of(one), queries.selection_of(one).applied
        assert known.current == anew.current == {"0800000420": "N2-1"}
        assert known.totals == anew.totals
        assert dict(known.slots) == dict(anew.slots)
        assert list(known.applications.children()) == list(anew.applications.children())
