"""What gives out a file, reveals or approves asks for a fresh proof, whichever door it has: tried on the whole house.

What is new and gives out a file without asking fails here, until it asks or has a reason in a table.
"""

from __future__ import annotations

import io
import json
import re

import pytest
import typer
from django.test import Client
from django.urls import reverse
from test_access import PAGES, Address, logged_in
from test_access_api import call
from town_objects import TownObjects
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.demo import town
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.chain import record
from yakuba.kernel.operations import Operation, all_operations
from yakuba.kernel.registry import permission_names
from yakuba.kernel.signin.models import Passkey
from yakuba.kernel.signin.tests.signing import grow_old

# Pages that give out a file without asking, and why.
HARMLESS = {
    "reform:effects-pdf": "sums by procedure, of nobody",
    "reform:promises-pdf": "figures of the house's own checks, of nobody",
    "reform:process_sheet-pdf": "how a section does its work, of nobody; recorded by itself",
    "reform:assembly-pdf": "sums by initiative for the assembly, of nobody; recorded by itself",
    "reform:bpmn": "how a process goes, of nobody",
    "letters:beginning": "the template of the house, no data",
    "letters:word_file": "the town's template, no data",
    "letters:preview": "a template filled with samples",
    "definitions:file": "definitions, no data",
    "ledger:letter_pdf": "one letter to one applicant, by whoever writes them every day; recorded by itself",
    "retention:register_file": "the public register of personal-data files, of nobody",
    "meter:table": "sums by month, of nobody",
    "reading:cover_pdf": "a cover says how many sheets of which form follow, of nobody",
    "intake:counter-paper": "what this clerk has just typed, for who stands there to sign; recorded by itself",
    "intake:navigator-export": "what a procedure needs, for residents to read, of nobody",
    "intake:rule-export": "who may ask and what it costs, for residents to read, of nobody",
    "robots:station_key_file": "the public half of keys, which is handed to whoever asks",
    "localwords:export": "words for residents to read, of nobody",
    "manual-picture": "the manual is for all staff",
    **{
        f"simulators:table_{code}": "what a formula answers, of nobody"
        for code in ("delay", "coverage", "chain", "route", "loss")
    },
}
# Operations that give out a file, or approve, without asking, and why.
HARMLESS_OPERATIONS = {
    "robots.take_station_key": "the public half of keys, which is handed to whoever asks",
    "intake.export_life_event": "what a procedure needs, for residents to read, of nobody",
    "intake.export_rule_file": "who may ask and what it costs, for residents to read, of nobody",
    "intake.export_form": "which questions a form asks on which page, of nobody",
    "reading.print_cover": "a cover says how many sheets of which form follow, of nobody",
    "translation.export": "sentences for the counter, of nobody",
    "reform.bpmn": "how a process goes, of nobody",
    "localwords.export_local_words": "words for residents to read, of nobody",
    "drafting.export_terms": "the words that a town spells its own way, of nobody",
}
GIVES_OUT = ("export", "take_print", "take_addresses", "approve")


def gives_out(operation: Operation) -> bool:
    return bool(operation.answer.media_type) or operation.name.partition(".")[2].startswith(GIVES_OUT)


CAREFUL = [one for one in all_operations() if gives_out(one) and one.name not in HARMLESS_OPERATIONS]


def test_every_operation_that_gives_out_a_file_or_approves_asks_for_a_proof():
    assert len(CAREFUL) >= 8
    for operation in CAREFUL:
        assert operation.step_up, operation.name


def test_without_a_proof_none_of_them_does_anything(objects):
    with town.in_yakuba_city():
        person = User.objects.get(username="kanri")
        for operation in CAREFUL:
            with pytest.raises(proof.ProofNeeded):
                operation(person)


def test_a_token_without_a_proof_is_told_what_to_do(objects):
    plain = ApiToken.issue(town.user("kanri"), "試験", sorted(permission_names()))[1]
    for operation in [one for one in CAREFUL if one.route]:
        path = f"/api/v1/{operation.room}/{operation.path}"
        answer = call(plain, operation.method.lower(), path, objects)
        assert answer.status_code == 403, operation.name
        told = json.loads(answer.content)
        assert told["title"] == "本人の確認が要ります"
        assert "トークン" in told["remedy"]


def given_out(client: Client, objects: TownObjects, pages: list[Address]) -> set[str]:
    """The names of those of the pages that answer with a file; of a list, with a file of it."""
    found = set()
    for page in pages:
        answer = client.get(page.url(objects), follow=True)
        if not answer.streaming and (
            offered := re.search(rb"[?]form=([a-z0-9-]+)", answer.content.replace(b"&amp;", b"?"))
        ):
            answer = client.get(page.url(objects) + f"?form={offered[1].decode()}")
        if "attachment" in answer.get("Content-Disposition", ""):
            found.add(page.name)
    return found


@pytest.mark.slow
def test_no_page_gives_out_a_file_without_a_fresh_proof(objects):
    fresh, old = (logged_in(town.user("kanri")) for _ in range(2))
    grow_old(old)
    to_who_has_just_proved = given_out(fresh, objects, [page for page in PAGES if page.name != "logout"])
    without_proof = given_out(old, objects, [page for page in PAGES if page.name in to_who_has_just_proved])
    assert without_proof <= set(HARMLESS), without_proof - set(HARMLESS)
    asked = to_who_has_just_proved - without_proof
    assert {"ledger:cases", "administration:people", "ledger:export"} <= asked


def test_a_page_that_approves_asks_for_a_fresh_proof(objects):
    with town.in_yakuba_city():
        row = approvals.propose(
            "protection.release", "ledger.case:1:1", actor=town.user("kacho"), summary="見本", reason="見本"
        )
    client = logged_in(town.user("kanri"))
    grow_old(client)
    url = reverse("approvals:answer", args=[row.pk])
    answer = client.post(url, {"approve": "1", "answer": "確かめた"})
    assert answer.status_code == 403
    assert 'name="answer" value="確かめた"' in answer.content.decode()
    with town.in_yakuba_city():
        row.refresh_from_db()
        assert row.is_open
        with pytest.raises(proof.ProofNeeded):
            approvals.approve(row, actor=User.objects.get(username="kanri"))
        by_another = town.user("kanri")
        proof.not_in_own_name(by_another)
        with pytest.raises(proof.NotInOwnName):
            approvals.approve(row, actor=by_another)
        assert approvals.send_back(row, "違う", actor=User.objects.get(username="kanri"))


def test_a_command_in_a_persons_name_needs_that_person(objects, monkeypatch):
    command = ["nursery", "round", "approve", str(objects.arguments["decision_id"]), "--answer", "よい"]
    house, user = build(), town.user("kanri")
    done = CliRunner().invoke(house, [*command, "--user", "kanri"])
    assert (done.exit_code, "本人" in done.stderr) == (3, True), done.output
    for owner in ("kacho", ""):
        token = ApiToken.issue(town.user(owner), "x", [], proved=True)[1] if owner else "nonsense"
        monkeypatch.setenv("YAKUBA_TOKEN", token)
        done = CliRunner().invoke(house, [*command, "--user", "kanri"])
        assert (done.exit_code, "のものでない" in done.stderr) == (3, True), done.output
    monkeypatch.setenv("YAKUBA_TOKEN", ApiToken.issue(user, "x", sorted(permission_names()), proved=True)[1])
    done = CliRunner().invoke(house, [*command, "--user", "kanri"])
    assert "本人の確認" not in done.stderr


def test_what_is_done_by_a_mere_name_is_recorded_as_the_operators(objects, monkeypatch):
    monkeypatch.setattr("yakuba.kernel.accounts.acting.operator", lambda: "ope")
    user = town.user("kanri")
    monkeypatch.setenv("YAKUBA_TOKEN", "")
    with acting("kanri", "ledger.view") as person:
        event = record("accounts.staff_saved", actor=person)
        assert not proof.is_fresh(person)
    assert (event.actor, event.details) == (None, {"operator": "ope", "rights_of": user.pk})
    for proved in (False, True):
        monkeypatch.setenv("YAKUBA_TOKEN", ApiToken.issue(user, "x", ["ledger.view"], proved=proved)[1])
        with acting("kanri", "ledger.view") as person:
            event = record("accounts.staff_saved", actor=person)
            assert proof.is_fresh(person) == proved
        assert (event.actor, event.details) == (user, {})
        with pytest.raises(typer.Exit), acting("kanri", "ledger.export"):
            pass


@pytest.mark.parametrize("right", [True, False])
def test_on_a_terminal_the_person_is_asked(objects, monkeypatch, right):
    monkeypatch.delenv("YAKUBA_TOKEN", raising=False)
    with town.in_yakuba_city():
        Passkey.objects.all().delete()  # the password alone is asked of who has no second factor
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: town.PASSWORD if right else "nonsense")
    if right:
        with acting("kanri", "ledger.view") as person:
            assert proof.is_fresh(person)
            assert record("accounts.staff_saved", actor=person).actor == person
    else:
        with pytest.raises(typer.Exit) as refused, acting("kanri", "ledger.view"):
            pass
        assert refused.value.exit_code == 3


class Terminal(io.StringIO):
    """Standard input at which a person sits."""

    def isatty(self) -> bool:
        return True
