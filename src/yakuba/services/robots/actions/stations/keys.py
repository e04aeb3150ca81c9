"""The keys by which this installation and its stations know each other: made here, and the other's accepted from a file whose
fingerprint two people have compared."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import halves, sealing
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.robots.models import StationKey
from yakuba.services.robots.queries.station_keys import PART, facts_of, fingerprint_of

KEPT = 2  # generations of our own that sign and open: the other side accepts a new one when its people have compared it
NO_KEYS = "この設備の、別の端末との鍵がありません。「この設備の鍵を作る」（yakuba robots station key）で作ってください。"
NO_KEY_FILE = (
    "別の端末の鍵のファイルではありません。相手の設備の「別の端末」のページ（yakuba robots station key-file）で"
    "取り出したファイルを指定してください。"
)


@transaction.atomic
def make(*, actor: Actor) -> StationKey:
    """A new pair. From here on our files are signed by it and by the one before, until the other side has accepted it."""
    before = StationKey.objects.order_by("-generation").first()
    sign, seal = sealing.new_keys()
    row: StationKey = StationKey.objects.create(
        generation=before.generation + 1 if before else 1,
        sign=sealing.text_of(sealing.signing_public_of(sign)),
        seal=sealing.text_of(sealing.public_of(seal)),
        sealed=b"",
    )
    row.sealed = encrypt(_name(row), sign + seal)
    row.save()
    StationKey.objects.filter(generation__lte=row.generation - KEPT).delete()
    record("robots.station_key_made", actor=actor, fingerprint=fingerprint_of(row))
    return row


def newest() -> StationKey:
    """The pair in use. Raises Missing."""
    row: StationKey | None = StationKey.objects.order_by("-generation").first()
    if row is None:
        raise Missing(NO_KEYS)
    return row


def file() -> bytes:
    """The public half, for the other side. Raises Missing."""
    return halves.written(facts_of(newest()))


def read(content: bytes, told: str) -> dict[str, str]:
    """The other side's keys, whose fingerprint was read aloud as `told`. Raises Invalid."""
    facts = halves.read(content, NO_KEY_FILE)
    halves.require_town(facts)
    if facts["part"] != PART:
        raise Invalid(NO_KEY_FILE)
    halves.require_told(facts, told)
    if facts["sign"] in StationKey.objects.values_list("sign", flat=True):
        raise Invalid("これはこの設備の鍵です。相手の設備で取り出したファイルを指定してください。")
    if not sealing.can_be_sealed_to(sealing.bytes_of(facts["seal"])):
        raise Invalid("この鍵には封をできません。相手の設備で鍵を作り直してもらってください。")
    return facts


def signing() -> dict[str, bytes]:
    """Fingerprint → private half, of all keys that the other side may know us by. Raises Missing."""
    newest()
    rows = StationKey.objects.order_by("-generation")
    return {fingerprint_of(row): _private(row)[: sealing.KEY_BYTES] for row in rows}


def unsealed(sealed: bytes, info: str) -> bytes:
    """What was sealed to this installation, by whichever of its keys. Raises NotForUs."""
    for row in StationKey.objects.order_by("-generation"):
        try:
            return sealing.unseal(sealed, _private(row)[sealing.KEY_BYTES :], info)
        except sealing.NotForUs:
            continue
    raise sealing.NotForUs


def _private(row: StationKey) -> bytes:
    return decrypt(_name(row), bytes(row.sealed))


def _name(row: StationKey) -> str:
    """As `config.moving.references` knows it."""
    return f"robots:station-key:{row.pk}"
