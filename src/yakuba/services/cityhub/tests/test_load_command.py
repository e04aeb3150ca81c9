"""`yakuba cityhub load`: a table is taken as tables are, not as definition files."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.services.cityhub.models import Reading


@pytest.fixture
def load(in_yakuba_city, make_staff, tmp_path):
    person = make_staff(in_yakuba_city, "cityhub.write", "cityhub.manage")

    def load(content: bytes):
        file = tmp_path / "readings.csv"
        file.write_bytes(content)
        return CliRunner().invoke(build(), ["cityhub", "load", str(file), "--user", person.username])

    return load


def test_more_than_a_definition_may_have_and_in_shift_jis(load):
    lines = [
        f"river-1,WaterLevelObserved,waterLevel,2026-11-01T{at // 60 % 24:02d}:{at % 60:02d}:{at // 1440:02d}+09:00,1.5,メートル"
        for at in range(3_500)
    ]
    content = "\n".join(["id,type,attribute,at,value,unit", *lines]).encode("cp932")
    assert len(content) > 200_000
    done = load(content)
    assert done.exit_code == 0, done.output
    assert Reading.objects.count() == 3_500


def test_a_workbook_is_a_table_too(load):
    book = Workbook()
    book.active.append(["id", "type", "attribute", "at", "value", "unit"])
    book.active.append(
        ["river-1", "WaterLevelObserved", "waterLevel", "2026-11-01T00:00:00+09:00", 1.5, "メートル"]
    )
    file = BytesIO()
    book.save(file)
    done = load(file.getvalue())
    assert done.exit_code == 0, done.output
    assert Reading.objects.count() == 1


def test_what_is_no_text_is_told_by_its_line(load):
    done = load(b"\x81\x00\xff\xfe\x00")
    assert done.exit_code != 0
    assert "1行目：読めない文字があります" in done.stderr
