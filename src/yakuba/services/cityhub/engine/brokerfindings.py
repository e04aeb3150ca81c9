"""What was found at a broker, as sentences for whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping

REFUSED = 128  # and more: of an answer to a subscription
NO_QOS = "このブローカーはQoS 0だけです。とぎれた間のものは失われます。別のブローカーにしてください。"
FORGOTTEN = (
    "つなぎ直したとき、ブローカーは前の続きを覚えていませんでした。その間のものは失われたかもしれません。"
)
SHORT = "ブローカーが覚えているのは{minutes:,}分までです。それより長く止めると失われます。"
FEW = "ブローカーが一度に渡すのは{number}件までです。多く届くと遅れます。"
UNACKNOWLEDGED = "QoS 0で送られたものがあります。送る側をQoS 1にしないと、途中で失われることがあります。"
PLAIN = "暗号化していない接続です。庁内の同じ機械でなければ、mqtts にしてください。"
NO_COUNTER = (
    "ブローカーが捨てた数（$SYS）を読めません。待ち行列の上限を、ブローカーの担当に確かめてください。"
)
ENOUGH = 100  # messages in hand at once; fewer make each of them wait for a write to the disk


def findings(
    *,
    plain: bool,
    remembered: bool,
    first: bool,
    in_hand: int | None,
    qos: int | None,
    seconds: int | None,
    wanted: int,
    granted: Mapping[str, int],
    unacknowledged: bool,
    version: str,
    counter: int | None,
) -> list[tuple[str, str]]:
    """(sign, sentence) each. plain: no TLS; first: it is the first connection under this name; wanted: seconds that the broker
    shall remember us; unacknowledged: messages came with QoS 0; counter: of what it has thrown away, None where it does not
    say."""
    found = [("success", f"ブローカー：{version}")] if version else []
    found += _of_topics(granted)
    told = (
        (qos == 0, "error", NO_QOS),
        (not remembered and not first, "warning", FORGOTTEN),
        (seconds is not None and seconds < wanted, "warning", SHORT.format(minutes=(seconds or 0) // 60)),
        (in_hand is not None and in_hand < ENOUGH, "warning", FEW.format(number=in_hand)),
        (unacknowledged, "warning", UNACKNOWLEDGED),
        (plain, "warning", PLAIN),
        (counter is None, "warning", NO_COUNTER),
    )
    return found + [(sign, sentence) for holds, sign, sentence in told if holds]


def _of_topics(granted: Mapping[str, int]) -> list[tuple[str, str]]:
    found = []
    for name, answer in granted.items():
        if answer >= REFUSED:
            found.append(
                ("error", f"トピック「{name}」を断られました。ブローカーの許可（ACL）を直してください。")
            )
        elif answer < 1:
            found.append(
                ("error", f"トピック「{name}」をQoS 1で受けられません。とぎれた間のものは失われます。")
            )
    return found
