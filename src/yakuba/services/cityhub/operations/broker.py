"""The town's broker (MQTT)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, FromFile, Nothing, Part
from yakuba.services.cityhub.actions import brokers as actions
from yakuba.services.cityhub.models import BrokerAside, BrokerRules
from yakuba.services.cityhub.operations.table import OPERATIONS
from yakuba.services.cityhub.queries import brokers as queries


class BrokerRulesIn(BaseModel):
    """The rules by which the broker's messages are read."""

    text: Annotated[str, FromFile()] = Field(
        max_length=200_000, description="MQTTの決まりのYAMLファイル。空なら、つながない"
    )
    version: int | None = Field(None, ge=0, description="直す前の版。もう別の版になっていれば登録しません")


class BrokerRulesOut(BaseModel):
    """A version of the rules."""

    version: int
    text: str


class BrokerStateOut(BaseModel):
    """How the connection is. found: what was found at the broker; thrown_away: by the broker, since we watch."""

    version: int
    text: str
    state: str
    trouble: str
    messages: int
    last_at: str
    found: list[str]
    thrown_away: int


class BrokerAsideOut(BaseModel):
    """A message that nothing was made of."""

    topic: str
    rule: str
    reason: str
    given: str
    count: int
    last_at: str


def _rules(row: BrokerRules) -> dict[str, Any]:
    return {"version": row.version, "text": row.text}


def _aside(row: BrokerAside) -> dict[str, Any]:
    plain = ("topic", "rule", "reason", "given", "count")
    return {name: getattr(row, name) for name in plain} | {"last_at": row.last_at.isoformat()}


@OPERATIONS.add(
    "MQTTのブローカーのようす", "cityhub.view", "GET broker", command="broker", answer=Answer(BrokerStateOut)
)
def show_broker(asked: Nothing, actor: Actor) -> dict[str, Any]:
    """The rules that hold, how the connection is, and what was found at the broker."""
    held, state = queries.rules(), queries.state()
    return {
        "version": held.version,
        "text": held.text,
        "state": state.word,
        "trouble": state.trouble,
        "messages": state.messages,
        "last_at": state.last_at.isoformat() if state.last_at else "",
        "found": [sentence for _, sentence in state.found],
        "thrown_away": state.rises,
    }


@OPERATIONS.add(
    "MQTTの決まりを登録する",
    "cityhub.manage",
    "POST broker",
    command="set-broker",
    answer=Answer(BrokerRulesOut, _rules),
)
def set_broker_rules(asked: BrokerRulesIn, actor: Actor) -> BrokerRules:
    """Connect to this broker from now on; 422 with every fault by its line, 409 where another version holds by now."""
    return actions.set_rules(asked.text, actor=actor, before=asked.version)


@OPERATIONS.add(
    "MQTTでよけたもの",
    "cityhub.view",
    "GET broker/aside",
    command="broker-aside",
    answer=Answer(
        list[BrokerAsideOut],
        columns={"topic": "トピック", "reason": "わけ", "count": "回数", "last_at": "最後"},
    ),
)
def list_broker_aside(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Messages that nothing was made of, the newest first."""
    return [_aside(row) for row in asked.of(queries.aside())]
