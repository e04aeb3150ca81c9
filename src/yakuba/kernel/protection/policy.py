"""The one policy: from whom it is hidden where somebody lives. Every room asks here, and nothing here says yes without a
row that says so.

A thing is named by its kind (`ledger.case`) and its key there. It is hidden from everybody while a protection covers it,
but for who has opened it: the permission, one press with a reason, some minutes (`actions.open_place`). A letter or a
file holds it only with another person's word (`released`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import known
from yakuba.kernel.protection.models import Covered, Opening, Release
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.townsettings import value

OPEN = "protection.open"
HIDDEN = "（支援措置により非表示）"
PLACE_TYPES = frozenset({"address", "postal_code", "phone"})
_PLACE = re.compile("住所|住居|居所|番地|方書|地区|町名|電話|携帯|連絡先|郵便番号|転居|学区")
_FACILITY = re.compile("nurser|facilit|school|^wish_")
_PLACE_CODE = re.compile("address|postal|phone|(^|_)tel(_|$)|district")
AT_ONCE = 500  # keys asked for in one query


class PlaceHidden(Forbidden):
    """It is hidden from this person; the page says how it is opened."""


@dataclass(frozen=True)
class Places:
    """What the town counts as saying where somebody lives. named: codes or headings of further fields; facility: also which
    facility somebody attends."""

    named: frozenset[str] = frozenset()
    facility: bool = True

    def has(self, type_: str, code: str = "", label: str = "", lexicon: str = "") -> bool:
        """Whether a field says it: by its type, by what it is called, or since the town says so."""
        if type_ in PLACE_TYPES or _PLACE.search(label) or _PLACE_CODE.search(code.casefold()):
            return True
        if self.facility and (_FACILITY.search(lexicon) or _FACILITY.search(code)):
            return True
        return code in self.named or label in self.named


def places() -> Places:
    """As the town has set it."""
    named = {one.strip() for one in re.split("[、,]", str(value("protection.fields"))) if one.strip()}
    return Places(frozenset(named), bool(value("protection.facility")))


def covered(kind: str) -> QuerySet[Any]:
    """What of that kind is under protection for anybody; what a person called somebody else's is not."""
    rows = Covered.objects.filter(kind=kind, protection__ended_at=None)
    return rows.exclude(state=Covered.State.NO)


def under(kind: str, keys: Iterable[Any] | None = None) -> frozenset[str]:
    """Those of `keys` that are under protection; of all where none are given."""
    rows = covered(kind)
    if keys is None:
        return frozenset(rows.values_list("key", flat=True))
    wanted = list({str(key) for key in keys})
    found: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        part = rows.filter(key__in=wanted[start : start + AT_ONCE])
        found.update(part.values_list("key", flat=True))
    return frozenset(found)


def hidden(user: Any, kind: str, keys: Iterable[Any] | None = None) -> frozenset[str]:
    """Those of `keys` (of all, where none are given) whose place is hidden from `user`."""
    found = under(kind, keys)
    return found - opened(user, kind) if found else found


def is_hidden(user: Any, kind: str, key: Any) -> bool:
    """Whether the place of one thing is hidden from `user`."""
    return bool(hidden(user, kind, [key]))


def opened(user: Any, kind: str) -> frozenset[str]:
    """What `user` has opened and may still look at."""
    if not allowed(user, OPEN):
        return frozenset()
    rows = Opening.objects.filter(opened_by=user, kind=kind, until__gt=timezone.now())
    return frozenset(rows.values_list("key", flat=True))


def released(user: Any, kind: str) -> frozenset[str]:
    """What `user` may put into a letter or a file by another person's word."""
    if known(user) is None:
        return frozenset()
    rows = Release.objects.filter(asked_by=user, kind=kind, until__gt=timezone.now())
    return frozenset(rows.values_list("key", flat=True))


def withheld(user: Any, kind: str, keys: Iterable[Any] | None = None) -> frozenset[str]:
    """Those of `keys` whose place must not stand in a letter or a file that `user` makes or takes."""
    found = under(kind, keys)
    return found - released(user, kind) if found else found


def require_released(user: Any, kind: str, key: Any) -> None:
    """Raises PlaceHidden unless a letter or a file of `user` may hold where somebody lives."""
    if withheld(user, kind, [key]):
        raise PlaceHidden(
            "支援措置の対象です。住所の入る通知やファイルは、もう1人の職員の承認がないと作れません。",
            remedy="「住所を使う承認を求める」から理由を書いて求め、承認されてから作ってください。",
        )


def require_open(user: Any, kind: str, key: Any) -> None:
    """Raises PlaceHidden where the place of one thing is hidden from `user`."""
    if is_hidden(user, kind, key):
        raise PlaceHidden(
            "支援措置の対象なので、住所の分かるところは隠しています。",
            remedy="必要なときは「住所を開く」から理由を書いて開いてください。開いたことは担当者に知らされます。",
        )
