"""A form whose answers this installation's zone may not hold takes none: not by web, not at the counter."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from yakuba.kernel.outbound import DataClass, ProfileUnreadable, ZoneRefused
from yakuba.kernel.outbound.permission import is_held_here
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.models import Draft, WebForm
from yakuba.services.intake.queries import forms
from yakuba.services.intake.tests.conftest import YAMADA


@pytest.fixture
def lowered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`lowered()`: from here on only public data may be kept here."""
    path = tmp_path / "profile.yaml"

    def lower() -> Path:
        text = "名前: 受付\nモデル: β'\n系: インターネット接続系\n扱える情報: 機密性1\n通信: []\n"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(settings.YAKUBA, "deployment", path)
        return path

    return lower


def test_it_is_not_open_and_keeps_nothing(bus, resident, lowered) -> None:
    draft = resident.begin()
    form = WebForm.objects.get()
    assert forms.is_open(form)
    path = lowered()
    assert not forms.is_open(form)
    assert forms.open_forms() == []
    assert [row.label for row in forms.rows()] == ["この系の設備では受け付けない"]
    assert resident.fill(draft).status_code == 409
    row = Draft.objects.get()
    with pytest.raises(ZoneRefused, match="受け入れません"):
        drafts.keep(row, dict(YAMADA))
    assert drafts.answers(row) == {}
    path.write_text("名前: [", encoding="utf-8")
    assert not forms.is_open(form)
    with pytest.raises(ProfileUnreadable):
        drafts.keep(row, dict(YAMADA))


def test_without_a_profile_the_class_is_not_even_looked_at() -> None:
    def asked() -> DataClass:
        raise AssertionError

    assert is_held_here(asked)


def test_what_may_be_held_is_sent_as_ever(bus, resident, lowered) -> None:
    path = lowered()
    path.write_text(path.read_text(encoding="utf-8").replace("機密性1", "機密性2"), encoding="utf-8")
    number, _ = resident.apply()
    assert number
