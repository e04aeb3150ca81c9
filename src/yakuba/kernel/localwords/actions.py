"""Filling what differs by town."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.localwords.queries import rooms
from yakuba.kernel.localwords.slots import LONGEST_NAME, fault_of
from yakuba.kernel.localwords.table import Given
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.tenancy import current_municipality


def set_words(given: Mapping[str, str], *, actor: Actor, room: str = "") -> int:
    """Fill places by name, for all rooms or for one alone; an empty value takes the word away. Returns how many changed.
    Raises Invalid, and changes none then."""
    return set_all([Given(name, value, room) for name, value in given.items()], actor=actor)


@transaction.atomic
def set_all(given: Sequence[Given], *, actor: Actor) -> int:
    """The same, each for all rooms or for one. What residents read changes at once. Raises Invalid, too, where another
    person has put something else since the word was `seen`."""
    now = {(row.name, row.room): row.value for row in LocalWord.objects.all()}
    changed = [one for one in given if now.get((one.name, one.room), "") != one.value.strip()]
    _require_fit(changed)
    _require_seen(changed, now)
    for one in changed:
        _set(one)
    if changed:
        for manifest in manifests():
            if manifest.words_changed:
                resolve(manifest.words_changed)()
        record("localwords.set", actor=actor, words=sorted({one.key for one in changed}))
    return len(changed)


def _require_fit(given: Sequence[Given]) -> None:
    known = {"", *rooms()}
    faults = [fault_of(one.name, one.value.strip()) for one in given if one.value.strip()]
    faults += [
        f"業務「{one.room[:LONGEST_NAME]}」の文には、自治体ごとに違うところがありません。"
        for one in given
        if one.room not in known
    ]
    if problems := [Problem(0, "", fault) for fault in faults if fault]:
        raise Invalid("\n".join(one.reason for one in problems[:5]), problems=problems)


def _require_seen(given: Sequence[Given], now: Mapping[tuple[str, str], str]) -> None:
    stands = [(one, now.get((one.name, one.room), "")) for one in given]
    told = [
        f"「{one.name}」は、画面を開いたあとで、ほかの人が「{value or '（空）'}」にしました。"
        "自分の言葉でよければ、もう一度「残す」を押してください。"
        for one, value in stands
        if one.seen is not None and one.seen != value
    ]
    if told:
        raise Invalid("\n".join(told[:5]), problems=[Problem(0, "", one) for one in told])


def _set(one: Given) -> None:
    if value := one.value.strip():
        LocalWord.objects.update_or_create(
            municipality=current_municipality(), name=one.name, room=one.room, defaults={"value": value}
        )
    else:
        LocalWord.objects.filter(name=one.name, room=one.room).delete()
