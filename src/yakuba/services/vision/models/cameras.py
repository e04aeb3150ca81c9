"""Cameras: in a car park, at a trap, over a street, on a car."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.vision.contracts import Purpose


class Camera(MunicipalityModel):
    """A camera that stands, or that a town's car has (purpose road; height_m, pitch, focal where it is calibrated). entity_id: of the hub's entity to which a car park's numbers go, empty for none; line: from (x, y) to (x, y)
    in shares of the picture's width and height, across which it is counted, None for none."""

    name = models.CharField("名前", max_length=60)
    purpose = models.CharField("目的", max_length=10, choices=Purpose.choices())
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    entity_id = models.CharField("都市OSの実体", max_length=256, blank=True)
    line = models.JSONField("数える線", null=True)
    height_m = models.FloatField("道路からの高さ（m）", null=True)
    pitch = models.FloatField("下向きの角度（度）", null=True)
    focal = models.FloatField("焦点距離（写真の幅に対する比）", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "カメラ"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="vision_camera_once")]

    def __str__(self) -> str:
        return self.name


class ParkingSpace(MunicipalityModel):
    """A space (駐車ます) on a camera's picture. corners: three or more (x, y) in shares of the picture's width and height."""

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="spaces", verbose_name="カメラ")
    code = models.CharField("番号", max_length=20)
    corners = models.JSONField("角")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "駐車ます"
        constraints = [models.UniqueConstraint(fields=["camera", "code"], name="vision_space_once")]

    def __str__(self) -> str:
        return self.code


class Crossing(MunicipalityModel):
    """How many of a group crossed a camera's line in a piece of a film. second, seconds: of the film where it begins, how long it is;
    at: the moment of its begin, None where nobody knows; forward: from the line's left side to its right, as one looks along it."""

    source = models.ForeignKey(
        "vision.AnalysisSource", models.CASCADE, related_name="crossings", verbose_name="動画"
    )
    group = models.CharField("種類", max_length=10)
    second = models.FloatField("動画の秒")
    seconds = models.FloatField("長さ（秒）")
    at = models.DateTimeField("日時", null=True)
    forward = models.PositiveIntegerField("行き")
    back = models.PositiveIntegerField("帰り")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "線を越えた数"
        constraints = [
            models.UniqueConstraint(fields=["source", "group", "second"], name="vision_crossing_once")
        ]
