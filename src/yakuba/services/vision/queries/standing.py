"""Which models are there, and which are lacking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from yakuba.kernel.modelfolders import ModelFolder, folders
from yakuba.kernel.refusals import attempt
from yakuba.services.vision.adapters import shipped
from yakuba.services.vision.engine import models as engine
from yakuba.services.vision.engine.models import Model


@dataclass(frozen=True)
class Tools:
    """The models that are at work in this process; None for one that is not there."""

    faces: Model | None
    objects: Model | None
    cracks: Model | None
    species: Model | None

    @property
    def can_blur(self) -> bool:
        """Whether faces and vehicles can be hidden."""
        return self.faces is not None and self.objects is not None


@dataclass(frozen=True)
class Task:
    """What models can do here. without: what the room does where there is none."""

    code: str
    label: str
    does: str
    without: str


TASKS = (
    Task(engine.FACES, "顔を見つける", "写真を残す前に、顔をぼかします。", "人の顔をぼかせません。道路の写真は道路の範囲だけを残し、ほかの目的では「写っていない」ことの確認を求めます。"),
    Task(engine.DETECTION, "人と車を見つける", "人と車を数え、車の下半分（ナンバー）と人の頭をぼかします。", "人と車を数えられず、ナンバーをぼかせません。"),
    Task(engine.CRACKS, "ひび割れを見つける", "道路のひび割れを見つけます。町のモデルがあれば、それを先に使います。", "はじめから入っているモデルで見つけます。"),
    Task(engine.CLASSIFICATION, "動物の種類を言い当てる", "わなの写真の動物の種類の見当を付けます。", "種類は人が入れます。"),
    Task(engine.SEGMENTATION, "写真を塗り分ける", "町が用意したモデルで使います。", "使いません。"),
)  # fmt: skip


def places() -> list[Path]:
    """Where the town lays models: `models` in the data folder, each in a folder of its own."""
    return [Path(settings.YAKUBA.data_dir) / "models"]


def tools() -> Tools:
    """Those that are there; for cracks the town's own or the house's. Raises ModelRefused where one is there that cannot be used:
    it is told, not passed over."""
    cracks = shipped.cracks(places())
    found = {
        task: shipped.optional(task, places())
        for task in (engine.FACES, engine.DETECTION, engine.CLASSIFICATION)
    }
    return Tools(found[engine.FACES], found[engine.DETECTION], cracks, found[engine.CLASSIFICATION])


def can_blur() -> bool:
    """Whether faces and vehicles can be hidden now; a broken model hides nothing."""
    found, _ = attempt(tools)
    return found is not None and found.can_blur


def all_models() -> list[ModelFolder]:
    """The town's and the house's, usable or not, for the house's page of models."""
    listed = [
        one for one in folders([*places(), shipped.PLACE]) if not one.task or one.task.startswith("vision.")
    ]
    return [one if one.fault else _looked_at(one) for one in listed]


def _looked_at(one: ModelFolder) -> ModelFolder:
    fault = engine.fault_of(one)
    return ModelFolder(**{**vars(one), "fault": fault}) if fault else one
