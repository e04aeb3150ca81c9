"""The inside calls the outside, over the one flow that is listed, and goes on until neither has anything more to tell."""

from __future__ import annotations

import secrets
import time
from http.client import HTTPException
from typing import IO
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.exchange import arriving, dealing, keys, standings
from yakuba.kernel.exchange.dealing import Taken
from yakuba.kernel.exchange.message import LARGEST_PART, LONGEST_LINE
from yakuba.kernel.exchange.models import Counterpart
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.outbound import DataClass, OutboundRefused, dialling, part
from yakuba.kernel.refusals import Conflict, Refused, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value

HOLDS = DataClass.INTERNAL  # what applicants are told, sealed to each
SECONDS = 60.0  # of silence
WHOLE = 600.0  # of one question with its answer
WHOLE_PULL = 900.0  # after which no other question is begun: the rest comes at the next turn
MOST_ROUNDS = 200
MOST_HELD = 20_000_000_000  # bytes that came and are not taken up; then no more is fetched
LARGEST = dealing.LINE.most_bytes + LARGEST_PART + 2 * LONGEST_LINE
PIECE = 1 << 16
MEDIA_TYPE = "application/vnd.yakuba.exchange"
PATH = "/exchange/line/"
TOO_SLOW = "外の設備の返事が、長すぎるか遅すぎます。次の回にまた受け取ります。"
TOO_MUCH = (
    "外から届いて、まだ受け付けていないものが多すぎるので、受け取りを止めています。"
    "「外と内の授受」で受け付けられなかったものを片付けてください。覚えのない数なら、外の設備を疑ってください。"
)
clock = time.monotonic


class NotReached(Unavailable):
    """The outside does not answer, or not as it should."""

    again = True


def pull() -> int:
    """Fetch and take up all there is; how many parcels were new. Raises NotSetUp, NotReached and what is wrong with an
    answer; what came before that stays. The reason stands at the counterpart until it is reached again."""
    keys.require_half()
    try:
        found = _pull()
    except Refused as refusal:
        _note(str(refusal))
        raise
    return found


def _pull() -> int:
    until = clock() + WHOLE_PULL
    if arriving.held() > MOST_HELD:
        _take_up(until)
    if arriving.held() > MOST_HELD:
        raise Conflict(TOO_MUCH)
    parcels = _rounds(until)
    if _take_up(until):
        parcels += _rounds(until)  # so that applicants read at once what became of it
    return parcels


def _take_up(until: float) -> int:
    """How many were settled. Pictures and files that take long to open do not keep the next pull from its turn; what is left
    is taken up by a job of its own."""
    settled = 0
    for done in arriving.taking_up():
        settled += done
        if clock() > until:
            break
    return settled


def _rounds(until: float) -> int:
    parcels = 0
    for _ in range(MOST_ROUNDS):
        if clock() > until or arriving.held() > MOST_HELD:
            break
        done, heard = _round()
        parcels += done.parcels
        row = keys.counterpart()
        if heard and not done.more and not done.parcels and standings.part_since(row.revision) is None:
            break
    return parcels


def _round() -> tuple[Taken, bool]:
    """What came of one question, and whether ours was taken."""
    nonce = secrets.token_hex(16)
    with nameless_file() as ours, nameless_file() as theirs:
        ours.writelines(dealing.composed(dealing.LINE, nonce=nonce))
        serial = keys.counterpart().serial
        _call(keys.counterpart().address, ours, theirs)
        theirs.seek(0)
        found = dealing.opened(theirs)
        done = dealing.taken(found, nonce=nonce)
    return done, int(found.head["seen"]) >= serial and not found.head.get("stale")


def _call(address: str, ours: IO[bytes], theirs: IO[bytes]) -> None:
    """Send one file and receive another. Raises NotReached."""
    if not address:
        raise NotReached(
            "外の設備のアドレスがありません。yakuba exchange accept の --address で入れてください。"
        )
    size = ours.tell()
    ours.seek(0)
    line = dialling.http(address, SECONDS, HOLDS)
    try:
        path = urlsplit(address).path.rstrip("/") + f"{PATH}{current_municipality().code}/"
        headers = {"Content-Type": MEDIA_TYPE, "Content-Length": str(size)}
        line.connect()
        with dialling.given_up_after(line, WHOLE) as watch:
            line.request("POST", path, body=ours, headers=headers)
            answer = line.getresponse()
            if answer.status != 200:
                raise NotReached(_told(answer.status))
            size = 0
            while piece := answer.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise NotReached(TOO_SLOW)
                theirs.write(piece)
        if watch.given_up:
            raise NotReached(TOO_SLOW)
    except OutboundRefused:
        raise
    except (OSError, HTTPException, ValueError) as error:
        raise NotReached(
            f"外の設備につながりません（{type(error).__name__}）。電源と通信を確かめてください。"
        ) from error
    finally:
        line.close()


def _told(status: int) -> str:
    if status == 404:
        return "外の設備が、この設備の署名を認めません。両方の鍵の指紋を確かめ、違うほうを yakuba exchange accept で入れ直してください。"
    return f"外の設備が受け付けません（HTTP {status}）。外の設備の記録を確かめてください。"


def _note(reason: str) -> None:
    with transaction.atomic():
        row = keys.counterpart()
        row.tried_at, row.fault = timezone.now(), reason[:300]
        row.failing_since = row.failing_since or row.tried_at
        row.save(update_fields=["tried_at", "fault", "failing_since"])


def has_its_turn() -> bool:
    """Whether the town has a counterpart that is reached over the line, and nobody has called it for as long as the town's
    setting says; who asks has the turn then."""
    if not part.is_inside() or not Counterpart.objects.exclude(address="").exists():
        return False
    every = int(value("exchange.every_minutes")) * 60
    now = timezone.now()
    with transaction.atomic():
        row = keys.locked()
        since = (now - row.tried_at).total_seconds() if row.tried_at is not None else every
        if 0 <= since < every:
            return False
        row.tried_at = now  # nobody else begins meanwhile
        row.save(update_fields=["tried_at"])
    return True


def pull_by_itself() -> int:
    """The same, of a job: what it is refused is told on the home page and in the digest."""
    try:
        return pull()
    except Refused:
        return 0
