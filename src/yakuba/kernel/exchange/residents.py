"""Where residents open their pages: here, or, where they are in an installation of their own, there."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from yakuba.kernel.exchange.models import Counterpart
from yakuba.kernel.outbound import part
from yakuba.kernel.townsettings import value

SETTING = "exchange.public_address"
UNKNOWN = (
    "住民のページは外の設備にあります。そのアドレスを、管理者が「自治体の設定」の"
    "「住民が開くアドレス」に書くと、ここに出ます。"
)


def address_of(request: HttpRequest, path: str) -> str:
    """The whole address of a page for residents (a path of this program), as staff hand it on. Empty where the pages are
    outside and nobody has said where that is: an address by which nobody comes there is worse than none."""
    if not part.is_inside():
        return request.build_absolute_uri(path)
    where = _outside()
    return where.rstrip("/") + path if where else ""


def _outside() -> str:
    told = str(value(SETTING)).strip()
    if told:
        return told if urlsplit(told).scheme == "https" and urlsplit(told).hostname else ""
    row = Counterpart.objects.first()
    return row.address if row else ""
