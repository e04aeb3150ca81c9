"""What the zone may not hold does not come into the ledger, by whatever way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from yakuba.kernel.bundles.actions import draft, try_out
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import Definition, as_text, packed
from yakuba.kernel.ledger.actions import load_procedure, open_case, record_value
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.outbound import ProfileUnreadable, ZoneRefused
from yakuba.kernel.outbound.classes import DataClass, class_of

PROFILE = "名前: 試し\nモデル: β\n系: {zone}\n通信: []\n"


def document(**kinds: Any) -> dict[str, Any]:
    fields = [
        {"code": code, "label": code, **({"type": said} if isinstance(said, str) else said)}
        for code, said in kinds.items()
    ]
    return {
        "procedure": "ZONE-1",
        "title": "試しの申請",
        "version": 1,
        "baseline": {"minutes_per_case": 5, "kind": "estimated"},
        "fields": fields,
    }


PLAIN = document(name="name", address="address")
RESIDENT = document(name="name", number={"type": "digits", "person": {"name": "name"}})
NUMBER = document(name="name", my_number="my_number")


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`stand(zone)`: let the installation stand there."""

    def to(zone: str) -> Path:
        path = tmp_path / f"{zone}.yaml"
        path.write_text(PROFILE.format(zone=zone), encoding="utf-8")
        monkeypatch.setattr(settings.YAKUBA, "deployment", path)
        return path

    return to


@pytest.mark.parametrize(
    ("zone", "taken"),
    [("個人番号利用事務系", 3), ("LGWAN接続系", 2), ("インターネット接続系", 1)],
)
def test_a_procedure_of_a_higher_class_is_not_taken(in_yakuba_city, stand, zone: str, taken: int) -> None:
    stand(zone)
    for number, one in enumerate((PLAIN, RESIDENT, NUMBER)):
        if number < taken:
            assert load_procedure(one).title == "試しの申請"
            continue
        with pytest.raises(ZoneRefused, match=zone):
            load_procedure(one)
        with pytest.raises(DefinitionError, match="受け入れません"):
            try_out(draft(packed("", [Definition("procedure", "ZONE-1", "9", "試し", as_text(one))])))
    assert class_of(Procedure.objects.get().definition) < taken + 2


def test_what_was_there_before_the_profile_takes_no_case_and_no_value(in_yakuba_city, stand) -> None:
    procedure = load_procedure(NUMBER)
    case = open_case(procedure, "1")
    stand("LGWAN接続系")
    with pytest.raises(ZoneRefused, match="特定個人情報"):
        open_case(procedure, "2")
    with pytest.raises(ZoneRefused, match="my_number"):
        record_value(case, "my_number", "123456789018", trusted=False, source={})
    record_value(case, "name", "山田太郎", trusted=False, source={})
    assert Case.objects.count() == 1
    assert list(CaseValue.objects.values_list("field", flat=True)) == ["name"]


def test_a_value_keeps_to_the_zone_by_its_field(in_yakuba_city, stand) -> None:
    case = open_case(load_procedure(RESIDENT), "1")
    stand("インターネット接続系")
    with pytest.raises(ZoneRefused, match="機密性3"):
        record_value(case, "number", "0001", trusted=False, source={})


def test_with_a_profile_that_cannot_be_read_nothing_is_taken(in_yakuba_city, stand) -> None:
    stand("LGWAN接続系").write_text("名前: [", encoding="utf-8")
    with pytest.raises(ProfileUnreadable):
        load_procedure(PLAIN)
    assert not Procedure.objects.exists()


def test_the_classes() -> None:
    from yakuba.kernel.definitions.procedures import parse_procedure

    assert [class_of(parse_procedure(one, "x")) for one in (PLAIN, RESIDENT, NUMBER)] == [
        DataClass.INTERNAL,
        DataClass.RESIDENTS,
        DataClass.MY_NUMBER,
    ]


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("個人番号", DataClass.MY_NUMBER), ("申請者の マイナンバー（12桁）", DataClass.MY_NUMBER), ("世帯主個人番号", DataClass.MY_NUMBER),
        ("ﾏｲﾅﾝﾊﾞｰ", DataClass.MY_NUMBER), ("宛名番号", DataClass.RESIDENTS), ("住民票コード", DataClass.RESIDENTS),
        ("個人番号カードの有無", DataClass.INTERNAL), ("受付番号", DataClass.INTERNAL),
    ],
)  # fmt: skip
def test_a_field_is_what_its_name_says_whatever_its_type(
    in_yakuba_city, stand, label: str, found: DataClass
) -> None:
    from yakuba.kernel.definitions.procedures import parse_procedure

    said = document(name="name", number={"type": "digits", "label": label})
    assert class_of(parse_procedure(said, "x")) == found
    if found > DataClass.INTERNAL:
        stand("インターネット接続系")
        with pytest.raises(ZoneRefused, match=found.label):
            load_procedure(said)
