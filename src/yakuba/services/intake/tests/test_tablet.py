"""The tablet at the counter: once, what stands there, and a signature that holds for nothing else."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.models import AttachedFile, Draft, Submission
from yakuba.services.intake.tests.conftest import BUS, CUT
from yakuba.services.intake.tests.test_counter import Counter

MAN = {"name": "山田太郎", "birth": "S31.4.1", "kind": "old"}


def drawing(*, ink: bool = True, kind: str = "PNG") -> str:
    """A signature as the page sends it."""
    picture = Image.new("RGB", (800, 300), "white")
    if ink:
        ImageDraw.Draw(picture).line([(100, 200), (300, 60), (500, 220)], fill="black", width=4)
    out = io.BytesIO()
    picture.save(out, kind)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


@pytest.fixture
def desk(in_yakuba_city, clerk):
    set_values({"intake.tablet": True}, actor=clerk)
    opening.set_form(load_procedure(BUS), CUT, actor=clerk)
    return Counter(clerk)


def asked(desk) -> str:
    """An application in which all is said; its address."""
    draft = desk.add(desk.begin(), "bus")
    desk.client.post(f"{draft}1/", MAN)
    return draft


def shown(desk, draft: str) -> str:
    """The address for the tablet."""
    page = desk.client.post(f"{draft}tablet/").content.decode()
    return re.search(r"http://testserver(/apply/990019/tablet/[^<\"]+/)", page)[1]


def test_who_applies_finds_it_right_and_signs_and_the_case_goes_on(desk):
    draft = asked(desk)
    where, tablet = shown(desk, draft), Client()
    page = tablet.get(where).content.decode()
    assert "山田太郎" in page
    assert "/intake/counter" not in page, "no way into the house"
    assert tablet.post(where, {"drawing": drawing()}).status_code == 200
    assert tablet.get(where).status_code == 404, "once"
    assert "山田" not in tablet.get(where).content.decode()
    desk.client.post(f"{draft}take/", {"signing": "drawn"})
    submission, case = Submission.objects.get(), Case.objects.get()
    assert (submission.signing, case.status) == ("drawn", "ready")
    assert AttachedFile.objects.get().submission == submission
    assert "署名" in desk.text(f"/cases/{case.pk}/")


def test_a_signature_holds_only_for_what_was_signed(desk):
    draft = asked(desk)
    Client().post(shown(desk, draft), {"drawing": drawing()})
    desk.client.post(f"{draft}1/", {**MAN, "name": "山田次郎"})
    assert desk.client.post(f"{draft}take/", {"signing": "drawn"}).status_code == 422
    desk.client.post(f"{draft}1/", MAN)
    Client().post(shown(desk, draft), {"drawing": drawing()})
    assert AttachedFile.objects.count() == StoredFile.objects.count() == 1, "the former one is gone"
    assert desk.client.post(f"{draft}take/", {"signing": "drawn"}).status_code == 302


@pytest.mark.parametrize(
    "sent", [drawing(ink=False), drawing(kind="JPEG"), "data:image/png;base64,###", "x" * 10, drawing()[:200]]
)
def test_what_is_no_signature_is_none(desk, sent):
    draft = asked(desk)
    where = shown(desk, draft)
    assert Client().post(where, {"drawing": sent}).status_code == 422
    assert not AttachedFile.objects.exists()
    assert not StoredFile.objects.exists()
    assert Client().get(where).status_code == 200


def test_an_old_address_and_one_of_another_state_open_nothing(desk):
    draft = asked(desk)
    first = shown(desk, draft)
    second = shown(desk, draft)
    assert Client().get(first).status_code == 404, "a newer one was given"
    desk.client.post(f"{draft}1/", {**MAN, "name": "山田次郎"})
    assert Client().get(second).status_code == 404, "the clerk has changed something"
    third = shown(desk, draft)
    Draft.objects.update(shown_until=timezone.now() - timedelta(seconds=1))
    assert Client().get(third).status_code == 404
    assert Client().get("/apply/990019/tablet/aaaaaaaaaaaaaaaaaaaaaaaa/").status_code == 404


def test_without_a_signature_it_is_found_right_and_signed_on_paper(desk):
    draft = asked(desk)
    Client().post(shown(desk, draft), {"drawing": ""})
    assert "確かめました" in desk.text(f"{draft}check/")
    assert desk.client.post(f"{draft}take/", {"signing": "drawn"}).status_code == 422
    assert desk.client.post(f"{draft}take/", {"signing": "paper"}).status_code == 302


def test_what_is_wrong_goes_back_to_the_clerk(desk):
    draft = asked(desk)
    where = shown(desk, draft)
    assert "係員" in Client().post(where, {"wrong": "1"}).content.decode()
    assert Client().get(where).status_code == 404
    assert "確かめました" not in desk.text(f"{draft}check/")


def test_a_town_without_tablets_has_no_such_page(desk, clerk):
    draft = asked(desk)
    where = shown(desk, draft)
    set_values({"intake.tablet": False}, actor=clerk)
    assert Client().get(where).status_code == 404
    assert desk.client.post(f"{draft}tablet/").status_code in (302, 404)
