"""A town that has used up what the operator lets it use is told so, and takes nothing more."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.meter import limits
from yakuba.kernel.meter.limits import OverLimit
from yakuba.services.reading.actions.uploads import upload
from yakuba.services.reading.models import BatchFile


def page(shade: int) -> tuple[str, io.BytesIO]:
    file = io.BytesIO()
    Image.new("L", (60, 80), shade).save(file, "PNG")
    file.seek(0)
    return f"{shade}.png", file


def test_pages_of_a_day(in_yakuba_city, clerk):
    limits.set_limit("pages_a_day", 2)
    batch = upload([page(10), page(20), page(30)], actor=clerk)
    states = list(batch.files.order_by("pk").values_list("state", flat=True))
    assert states == ["splitting", "splitting", "refused"]
    told = BatchFile.objects.get(state="refused").message
    assert "（2ページ）" in told
    assert "運用者に上限を上げて" in told
    assert StoredFile.objects.count() == 2, "what is refused is not kept"
    with pytest.raises(OverLimit, match="きょうはもう受け取れません"):
        upload([page(40)], actor=clerk)


def test_storage(in_yakuba_city, clerk):
    limits.set_limit("storage", 10)
    batch = upload([page(10)], actor=clerk)
    assert batch.files.get().state == "refused"
    assert not StoredFile.objects.exists()
