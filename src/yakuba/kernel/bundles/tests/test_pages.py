"""The page of the bundles: looked at before anything changes, put into use together, withdrawn, handed on."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.bundles import actions, queries
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import Definition, packed, unpacked
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.letters import actions as letters
from yakuba.kernel.letters import queries as templates
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.tests.word_files import a_town_letter, saved
from yakuba.kernel.registry import letter_kinds
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.nursery import facade as nursery

SAMPLES = Path(settings.YAKUBA.samples_dir)
CODE, HELD = "nursery-admission", "nursery.held"


@pytest.fixture
def content(yakuba_city, clerk) -> bytes:
    """A procedure with its rules and the town's own Word file for one kind of notice."""
    with active_municipality(yakuba_city):
        ledger.load_procedure(read_document(SAMPLES / "procedures" / f"{CODE}.yaml"))
        nursery.load_rules((SAMPLES / "nursery-rules/yakuba-city.yaml").read_text("utf-8"), actor=clerk)
        kind = letter_kinds()[HELD]
        row = letters.take(kind, "保留.docx", templates.beginning(kind), actor=clerk)
        letters.use(row, timezone.localdate(), actor=clerk)
        return actions.export(CODE, actor=clerk)


@pytest.fixture
def page(client, neighbour):
    client.force_login(neighbour)
    return client


def receive(client, content: bytes):
    file = SimpleUploadedFile("bundle.zip", content)
    return client.post(reverse("definitions:receive"), {"file": file}, follow=True)


@pytest.mark.slow
def test_letters_join_the_bundle_and_come_out_of_it_in_another_town(content, page, neighbour_town, neighbour):
    assert {one.kind for one in unpacked(content)} == {"procedure", "letter", "rules"}
    shown = receive(page, content).content.decode()
    assert "まだ使い始めていません" in shown
    assert shown.count("新しい") == 3
    with active_municipality(neighbour_town):
        assert not Procedure.objects.exists()
        assert not LetterTemplate.objects.exists()
    answer = page.post(reverse("definitions:publish"), follow=True).content.decode()
    assert "3件の定義を使い始めました" in answer
    with active_municipality(neighbour_town):
        used = templates.in_use(HELD, timezone.localdate())
        assert used is not None
        assert used.name == "保留.docx"
        assert actions.export(CODE, actor=neighbour) == content
        row = DefinitionVersion.objects.get(kind="letter")
    assert "すべて同じものを使用中" in receive(page, content).content.decode()
    page.post(reverse("definitions:withdraw", args=[row.pk]))
    with active_municipality(neighbour_town):
        assert templates.in_use(HELD, timezone.localdate()) is None
        events = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"definitions.drafted", "definitions.published", "definitions.withdrawn"} <= events


@pytest.mark.slow
def test_a_version_that_the_town_has_replaced_itself_takes_nothing_of_its_own_out_of_use(
    content, page, neighbour_town, neighbour
):
    receive(page, content)
    page.post(reverse("definitions:publish"))
    today = timezone.localdate()
    with active_municipality(neighbour_town):
        row = DefinitionVersion.objects.get(kind="letter")
        letters.withdraw(templates.in_use(HELD, today), actor=neighbour)
    assert (
        "いまは別の版か、使っていません"
        in page.get(reverse("definitions:version", args=[row.pk])).content.decode()
    )
    assert (
        "まだ使い始めていません" in receive(page, content).content.decode()
    )  # taken anew, since it is not used
    page.post(reverse("definitions:publish"))
    with active_municipality(neighbour_town):
        kind = letter_kinds()[HELD]
        own = letters.take(kind, "うちの保留.docx", a_changed_letter(kind), actor=neighbour)
        letters.use(own, today, actor=neighbour)
    page.post(reverse("definitions:withdraw", args=[row.pk]))
    with active_municipality(neighbour_town):
        assert templates.in_use(HELD, today) == own
        row.refresh_from_db()
        assert row.state == DefinitionVersion.State.WITHDRAWN


def a_changed_letter(kind) -> bytes:
    """The beginning's own Word file with a sentence of the town's own: packed anew alone it would be kept as the same file."""
    document = docx.Document(BytesIO(templates.beginning(kind)))
    document.add_paragraph("お問い合わせは、こども課の窓口へどうぞ。")
    return saved(document)


@pytest.mark.slow
def test_what_would_change_is_shown_line_by_line_before_it_does(content, page, neighbour_town, neighbour):
    receive(page, content)
    page.post(reverse("definitions:publish"))
    old = next(one for one in unpacked(content) if one.kind == "procedure")
    newer = Definition(old.kind, old.code, "2", old.title, old.text.replace("version: 1", "version: 2"))
    shown = receive(page, packed(CODE, [newer])).content.decode()
    assert "いまは第1版です" in shown
    assert "-version: 1" in shown
    assert "+version: 2" in shown
    with active_municipality(neighbour_town):
        assert Procedure.objects.get().version == 1
        (one,) = queries.looked(queries.waiting())
        assert (one.change, one.before) == (queries.Change.CHANGED, "1")


def test_a_faulty_letter_in_a_bundle_is_told_and_changes_nothing(content, page, neighbour_town):
    whole = [one for one in unpacked(content) if one.kind != "letter"]
    wrong = Definition(
        "letter", HELD, "abc", "通知", "letter: nursery.held\n", {"letter.docx": a_town_letter()}
    )
    answer = receive(page, packed(CODE, [*whole, wrong]))
    assert answer.status_code == 422
    assert "差し込み項目「郵便番号」がありません" in answer.content.decode()
    with active_municipality(neighbour_town):
        assert not Procedure.objects.exists()
        assert not LetterTemplate.objects.exists()
    assert "まだ試していない定義があります" in page.get(reverse("definitions:look")).content.decode()
    retried = page.post(
        reverse("definitions:look"),
        follow=True,
        HTTP_REFERER=f"http://testserver{reverse('definitions:look')}",
    )
    assert "差し込み項目「郵便番号」がありません" in retried.content.decode()


@pytest.mark.parametrize("wrong", [b"no archive", b"x" * 30_000_001])
def test_what_is_no_bundle_is_told_on_the_page(page, neighbour_town, wrong):
    answer = receive(page, wrong)
    assert answer.status_code == 422
    assert not DefinitionVersion.all_municipalities.exists()


def test_a_procedure_is_handed_over_and_a_version_taken_along(content, client, clerk, yakuba_city):
    client.force_login(clerk)
    answer = client.post(reverse("definitions:export"), {"procedure": CODE})
    assert answer.content == content
    with active_municipality(yakuba_city):
        newer = Definition("procedure", "other", "1", "ほか", TEXT)
        (row,) = actions.draft(packed("other", [newer]), actor=clerk)
    (alone,) = unpacked(client.get(reverse("definitions:file", args=[row.pk])).content)
    assert alone.text == TEXT
    assert "ほか" in client.get(reverse("definitions:versions"), follow=True).content.decode()


TEXT = "procedure: other\ntitle: ほか\nversion: 1\nfields: []\n"


def test_who_lacks_the_permission_and_the_neighbour_see_no_version(
    client, clerk, neighbour, make_staff, yakuba_city
):
    with active_municipality(yakuba_city):
        (row,) = actions.draft(
            packed("other", [Definition("procedure", "other", "1", "秘密", TEXT)]), actor=clerk
        )
    client.force_login(neighbour)
    assert client.get(reverse("definitions:version", args=[row.pk])).status_code == 404
    assert "秘密" not in client.get(reverse("definitions:versions"), follow=True).content.decode()
    assert "秘密" not in client.get(reverse("definitions:look")).content.decode()
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert client.get(reverse("definitions:versions")).status_code == 403


def test_a_letter_of_a_bundle_needs_somebody_who_answers_for_it(content, neighbour_town):
    with active_municipality(neighbour_town):
        letter = [one for one in unpacked(content) if one.kind == "letter"]
        drafts = actions.draft(packed(CODE, letter))
        actions.try_out(drafts)
        with pytest.raises(DefinitionError, match="だれが入れたか"):
            actions.publish(drafts)
