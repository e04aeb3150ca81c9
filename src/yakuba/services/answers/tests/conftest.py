"""What the tests of this room share: a town with a published answer, and its page."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.answers import facade
from yakuba.services.answers.contracts import Audience, Draft, SectionFacts
from yakuba.services.answers.pages import public

JUMINHYO = Draft(
    "juminhyo",
    "住民票の写しはどこで取れますか",
    "{窓口}の窓口で取れます。手数料は{住民票の手数料}です。電話は{電話}です。",
    wordings=("住民票がほしい",),
    links=("https://www.example.jp/juminhyo",),
    field="住民票",
    section="市民課",
    source="住民基本台帳法第12条",
)
SECTIONS = [
    SectionFacts("市民課", "0120-000-001", "平日 8:30〜17:15", "1階"),
    SectionFacts("総合案内", "0120-000-000", "平日 8:30〜17:15"),
]


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    public.EACH.forget()
    public.TOWN.forget()


@pytest.fixture
def approver(make_staff, yakuba_city):
    return make_staff(yakuba_city, "answers.view", "answers.approve")


@pytest.fixture
def published(in_yakuba_city, clerk, approver):
    """Two answers for residents and one for staff, published, in a town that has opened its page."""
    set_values({"answers.public": True}, actor=clerk)
    facade.set_sections(SECTIONS, actor=clerk)
    set_words({"住民票の手数料": "300円"}, actor=clerk)
    facade.write(JUMINHYO, actor=clerk)
    facade.write(
        Draft("inu", "犬の登録はどうすればよいですか", "環境課で登録します。", field="ペット"), actor=clerk
    )
    facade.write(
        Draft("kyuka", "夏季休暇の日数は", "人事課の手引きにあります。", audience=Audience.STAFF), actor=clerk
    )
    facade.publish_all("はじめの公開", proposed_by=clerk, approved_by=approver)
    return in_yakuba_city


@pytest.fixture
def page(in_yakuba_city, clerk):
    """A signed-in clerk's browser."""
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def stranger(published):
    """A resident's browser."""
    return Client()
