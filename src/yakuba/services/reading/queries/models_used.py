"""The trained models that this room works with."""

from __future__ import annotations

from yakuba.kernel.modelfolders import ModelFolder


def models() -> list[ModelFolder]:
    """The house's own in their folders, and the one inside the rapidocr package; what is not usable says why."""
    from yakuba.kernel.modelfolders import PackageModel, folders
    from yakuba.services.reading.adapters import recognisers

    shipped = PackageModel(
        "rapidocr",
        recognisers.SHIPPED_MODEL,
        recognisers.SHIPPED_SHA256,
        recognisers.TASK,
        f"{recognisers.SHIPPED}（二つ目の読み）",
        "Apache-2.0",
        "部品 rapidocr に入っているPaddleOCRのモデル",
    )
    return [*folders([recognisers.PLACE]), shipped.described()]
