"""What a half of a service that is two installations can see of itself: each function gives sentences about what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from yakuba.kernel.administration.seen import of_each_town
from yakuba.kernel.exchange.models import Counterpart
from yakuba.kernel.outbound import DataClass, part
from yakuba.kernel.outbound.classes import Zone
from yakuba.kernel.outbound.profile import Profile

GUIDE = "docs/operate/two-installations.md"


def zone(profile: Profile) -> Iterator[str]:
    """The residents' part where residents are, the rest where the town's data may be. Under β and β' too: terminals and
    systems move there, the residents' data does not."""
    if part.is_outside() and profile.zone is not Zone.INTERNET:
        yield f"住民の受付だけの設備（{part.VARIABLE}=outside）は、インターネット接続系に置きます（いまは{profile.zone.label}）。"
    if part.is_inside() and profile.zone is Zone.INTERNET:
        yield f"内の設備（{part.VARIABLE}=inside）は、インターネット接続系に置けません。{profile.model.label}モデルでも、住民の情報はLGWAN接続系に置きます。"


def flow(profile: Profile) -> Iterator[str]:
    """The inside calls, the outside is called, and nothing else joins them."""
    inner = [one for one in profile.flows if one.peer is not Zone.INTERNET]
    if part.is_outside():
        for one in inner:
            if one.outward:
                yield f"通信「{one.name}」を消してください。外の設備からは、{one.peer.label}へつなぎに行きません。"
        if not any(
            not one.outward and one.protocol == "https" and one.most >= DataClass.INTERNAL for one in inner
        ):
            yield f"内の設備がつなぎに来る通信（向き：入る、https、機密性2）を書いてください（{GUIDE}）。媒体だけで運ぶなら要りません。"
        return
    for row in _counterparts():
        if row.address and urlsplit(row.address).scheme != "https":
            yield f"外の設備のアドレス {row.address} を https:// にしてください。"


def keys_known(profile: Profile) -> Iterator[str]:
    """In each town."""
    for town in of_each_town():
        if not Counterpart.objects.exists():
            yield f"{town.name}：相手の設備の鍵がありません。yakuba exchange accept で入れてください（{GUIDE}）。"


def _counterparts() -> Iterator[Counterpart]:
    for _ in of_each_town():
        yield from Counterpart.objects.all()
