"""Who keeps a shared installation running sees no case: the whole house is walked with the role that is proposed for it."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_access import PAGES
from town_objects import RECEIPT_NUMBER, SECRET_WORD, TownObjects

from yakuba.demo import town
from yakuba.kernel.accounts import granted
from yakuba.kernel.accounts.models import User
from yakuba.kernel.digest import collecting
from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.registry import proposed_roles
from yakuba.services.reading.models import BatchFile

ROLE, TOLD = "運用担当", "山田太郎.pdf を開けません。"


@pytest.fixture
def operator(objects, make_staff) -> User:
    with town.in_yakuba_city() as municipality:
        return make_staff(municipality, *proposed_roles()[ROLE])


@pytest.fixture
def failed(objects) -> Job:
    """Work of a room that gave up over somebody's file."""
    with town.in_yakuba_city():
        Job.objects.filter(key=SECRET_WORD).update(key="example-1")  # rooms' keys are kinds and numbers
        file = BatchFile.objects.order_by("pk").first()
        BatchFile.objects.filter(pk=file.pk).update(name=SECRET_WORD)
        job = Job.objects.create(
            name="reading.split_file", key="file-of-somebody", arguments={"file_id": file.pk}, ticket="t"
        )
        Job.objects.filter(pk=job.pk).update(state=State.FAILED, error=TOLD, finished_at=Now())
        collecting.collect_work()
    return job


def text_of(client: Client, url: str, **asked: str) -> str:
    answer = client.get(url, asked, follow=True)
    return b"".join(answer).decode(errors="replace")


@pytest.mark.slow
def test_no_page_shows_the_operator_a_case(objects: TownObjects, operator, failed):
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    with town.in_yakuba_city():
        values = set(CaseValue.objects.filter(field__contains="name").values_list("value", flat=True))
    opened = 0
    for page in PAGES:
        if page.name == "logout":
            continue
        text = text_of(client, page.url(objects))
        opened += "運用" not in page.name and "<h1" in text
        words = {RECEIPT_NUMBER, SECRET_WORD, TOLD, *filter(None, values)}
        if page.name == "administration:checks":
            words.remove(SECRET_WORD)  # part of the name of a definition, which is no case
        for word in words:
            assert word not in text, page.name
    assert opened > 10


def test_the_operator_can_begin_what_failed_without_seeing_over_what(operator, failed):
    client = Client()
    client.force_login(operator)
    jobs = text_of(client, reverse("administration:jobs"))
    assert "ファイルをページに分ける" in jobs
    assert "担当の業務の人だけが見られます" in jobs
    for form in ("xlsx", "csv"):
        client.get(reverse("administration:jobs"), {"form": form})
    told = client.post(reverse("work-retry", args=[failed.pk]), follow=True).content.decode()
    assert SECRET_WORD not in told
    day = text_of(client, reverse("digest:day"), day=timezone.localdate().isoformat())
    assert TOLD not in day


def test_whose_work_it_is_sees_over_what(objects, failed):
    client = Client()
    client.force_login(town.user("kanri"))
    jobs = text_of(client, reverse("administration:jobs"))
    assert SECRET_WORD in jobs
    assert TOLD in jobs
    assert TOLD in text_of(client, reverse("digest:day"), day=timezone.localdate().isoformat())


def test_the_role_holds_nothing_that_opens_a_case(operator):
    with town.in_yakuba_city():
        mine = granted(operator)
    assert mine == {
        "administration.view",
        "jobs.manage",
        "digest.view",
        "meter.view",
        "exchange.view",
        "exchange.carry",
    }
    assert registry.permission_of("reading.split_file") == "reading.upload"
