"""The keys of the municipalities, each wrapped under the master key."""

from __future__ import annotations

from django.db import models


class WrappedKey(models.Model):
    """The keys of one municipality (`keys.PURPOSES`, 32 bytes each), wrapped together; those of the installation itself
    have no code. master: which master key wraps them (`keys.name_of`). derived: an older release made them of the master
    key, so whoever has that one still has them. Where nothing is wrapped yet, they still are to be derived."""

    code = models.CharField("団体コード", max_length=6, primary_key=True)
    wrapped = models.BinaryField(default=b"")
    master = models.CharField(max_length=32, default="")
    derived = models.BooleanField(default=False)

    class Meta:
        verbose_name = "鍵"

    def __str__(self) -> str:
        return self.code
