"""Cameras that stand: in a car park, at a trap, over a street."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.vision.contracts import Purpose


class Camera(MunicipalityModel):
    """A camera that stands. entity_id: of the hub's entity to which a car park's numbers go, empty for none; line: from (x, y) to (x, y)
    in shares of the picture's width and height, across which it is counted, None for none."""

    name = models.CharField("名前", max_length=60)
    purpose = models.CharField("目的", max_length=10, choices=Purpose.choices())
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    entity_id = models.CharField("都市OSの実体", max_length=256, blank=True)
    line = models.JSONField("数える線", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "定点カメラ"
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
    """Somebody or something crossed the line of a camera in a film. kind: person, vehicle; forward: from the line's left to its right
    as one looks from its begin to its end."""

    source = models.ForeignKey("vision.AnalysisSource", models.CASCADE, related_name="crossings", verbose_name="動画")
    kind = models.CharField("種類", max_length=10)
    forward = models.BooleanField("左から右")
    at = models.DateTimeField("日時", null=True)
    second = models.FloatField("動画の秒")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "線を越えた記録"
