"""The keys of this installation and those of its counterpart: made here, accepted from a file whose fingerprint two people
have compared, and renewed while the exchange goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import halves, sealing
from yakuba.kernel.exchange.models import Counterpart, OwnKey
from yakuba.kernel.outbound import part
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import current_municipality

OTHER = {part.OUTSIDE: part.INSIDE, part.INSIDE: part.OUTSIDE}
KEPT = timedelta(days=100)  # that an older key still opens what lay sealed outside or on a medium
SIGNING = 3  # of the newest keys sign, for one of which it is not yet said whether it is known
NO_KEYS = "この設備の授受の鍵がありません。yakuba exchange keys で作ってください。"
NOT_SET_UP = (
    "授受の相手の鍵がありません。相手の設備の鍵のファイルを yakuba exchange accept で入れてください"
    "（docs/operate/two-installations.md）。"
)


class NotSetUp(Missing):
    """There are no keys, or the counterpart's are not known."""


@transaction.atomic
def make(*, actor: Actor = None) -> OwnKey:
    """The first pair of keys. Raises Conflict where there is one, and WrongPart."""
    require_half()
    if OwnKey.objects.exists():
        raise Conflict("授受の鍵はもうあります。替えるときは yakuba exchange renew を使ってください。")
    return _made(1, actor)


@transaction.atomic
def renew(*, actor: Actor = None) -> OwnKey:
    """Another pair. The counterpart learns of it by the next message, which the key that it knows signs too. Raises NotSetUp."""
    require_half()
    return _made(newest().generation + 1, actor)


def _made(generation: int, actor: Actor) -> OwnKey:
    sign, seal = sealing.new_keys()
    row: OwnKey = OwnKey.objects.create(
        generation=generation,
        sign=sealing.text_of(sealing.signing_public_of(sign)),
        seal=sealing.text_of(sealing.public_of(seal)),
        sealed=b"",
    )
    row.sealed = encrypt(_name(row), sign + seal)
    row.save()
    record("exchange.key_made", actor=actor, fingerprint=fingerprint_of(row))
    return row


def newest() -> OwnKey:
    """The pair in use. Raises NotSetUp."""
    row: OwnKey | None = OwnKey.objects.order_by("-generation").first()
    if row is None:
        raise NotSetUp(NO_KEYS)
    return row


def facts_of(row: OwnKey) -> dict[str, str]:
    """The public half, as it is handed over."""
    town = current_municipality()
    return {"town": town.code, "name": town.name, "part": part.part(), "sign": row.sign, "seal": row.seal}


def fingerprint_of(row: OwnKey) -> str:
    """What is read aloud."""
    return sealing.fingerprint(facts_of(row))


def file_of(row: OwnKey) -> bytes:
    """The file for the other installation."""
    return halves.written(facts_of(row))


def signing() -> dict[str, bytes]:
    """Fingerprint → private half of every key that the counterpart may know us by: the newest, and the one of which it said
    last that it knows it, however often there was a new one since."""
    knows = counterpart().knows
    rows = {fingerprint_of(row): row for row in OwnKey.objects.order_by("-generation")}
    return {
        name: _private(row)[: sealing.KEY_BYTES]
        for place, (name, row) in enumerate(rows.items())
        if place < SIGNING or name == knows
    }


def unsealed(sealed: bytes, info: str) -> bytes:
    """What was sealed to this installation, by whichever of its keys. Raises NotForUs."""
    for row in OwnKey.objects.order_by("-generation"):
        try:
            return sealing.unseal(sealed, _private(row)[sealing.KEY_BYTES :], info)
        except sealing.NotForUs:
            continue
    raise sealing.NotForUs


def _private(row: OwnKey) -> bytes:
    return decrypt(_name(row), bytes(row.sealed))


def _name(row: OwnKey) -> str:
    """As `config.moving.references` knows it."""
    return f"exchange:key:{row.pk}"


def read(content: bytes) -> dict[str, str]:
    """The facts of a file with the counterpart's public half. Raises Invalid."""
    facts = halves.read(
        content,
        "相手の設備の鍵のファイルではありません。相手の設備で yakuba exchange keys --out で書き出してください。",
    )
    halves.require_town(facts)
    if facts["part"] != OTHER[part.part()]:
        raise Invalid(
            f"この鍵は「{part.LABELS.get(facts['part'], facts['part'])}」の設備のものです。相手の設備の鍵を入れてください。"
        )
    return facts


@transaction.atomic
def accept(content: bytes, told: str, address: str = "", *, actor: Actor = None) -> Counterpart:
    """From here on this is the counterpart. told: the fingerprint as the other side has read it aloud. Raises Invalid."""
    require_half()
    facts = read(content)
    halves.require_told(facts, told)
    values = {"sign": facts["sign"], "seal": facts["seal"], "accepted_at": timezone.now()}
    row, made = Counterpart.objects.get_or_create(defaults=values)
    for name, value in values.items():
        setattr(row, name, value)
    row.address = address or row.address
    if not made:  # another installation, or the same with new keys: it tells anew how far it is
        row.seen, row.bundle, row.revision = 0, "", 0
    row.save()
    record("exchange.counterpart_accepted", actor=actor, fingerprint=sealing.fingerprint(facts))
    return row


def learn(row: Counterpart, told: Mapping[str, str]) -> None:
    """The counterpart has other keys from now on, as a message says that the keys which we know have signed. Changes the row,
    which the caller saves."""
    if told != {"sign": row.sign, "seal": row.seal}:
        row.sign, row.seal = told["sign"], told["seal"]
        record("exchange.counterpart_renewed", fingerprint=fingerprint_of_counterpart(row))


def fingerprint_of_counterpart(row: Counterpart) -> str:
    """As its own side shows it."""
    facts = {
        "town": current_municipality().code,
        "part": OTHER[part.part()],
        "sign": row.sign,
        "seal": row.seal,
    }
    return sealing.fingerprint(facts)


def counterpart() -> Counterpart:
    """The other installation. Raises NotSetUp."""
    row: Counterpart | None = Counterpart.objects.first()
    if row is None:
        raise NotSetUp(NOT_SET_UP)
    return row


def locked() -> Counterpart:
    """The same, which nobody else changes until the transaction ends. Raises NotSetUp."""
    row: Counterpart | None = Counterpart.objects.select_for_update().first()
    if row is None:
        raise NotSetUp(NOT_SET_UP)
    return row


def destroy_old() -> int:
    """Let keys go that nothing is sealed to any more; how many."""
    rows = list(OwnKey.objects.order_by("-generation"))
    if len(rows) < 2 or rows[0].made_at > timezone.now() - KEPT:
        return 0
    other = Counterpart.objects.first()
    if other is None or other.knows != fingerprint_of(rows[0]):
        return 0
    return int(OwnKey.objects.filter(generation__lt=rows[0].generation).delete()[0])


def require_half() -> None:
    """Raise WrongPart where this installation is the whole service: it exchanges nothing."""
    if part.part() not in OTHER:
        raise part.WrongPart(
            f"この設備は1台で全部を行うので、授受はありません。2台に分けるときは {part.VARIABLE} を outside か inside にしてください。"
        )
