"""Which subscriptions a change concerns."""

from __future__ import annotations

from functools import lru_cache

from yakuba.services.cityhub.engine import places
from yakuba.services.cityhub.engine.conditions import read_condition
from yakuba.services.cityhub.engine.finding import is_there
from yakuba.services.cityhub.engine.ld import subscriptions as ld_subscriptions
from yakuba.services.cityhub.engine.requests import Path, Target, targets_of
from yakuba.services.cityhub.engine.space import Subscription
from yakuba.services.cityhub.engine.updating import Change

USUAL = ("entityCreate", "entityChange")


class Watch:
    """A subscription, made ready for many changes."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        subject = subscription.definition["subject"]
        condition = subject["condition"]
        expression = condition.get("expression") or {}
        self.ld = ld_subscriptions.watch(subscription)
        self.targets: tuple[Target, ...] = targets_of(subject["entities"])
        self.path = _path(subscription.path)
        self.names = frozenset(condition["attrs"])
        self.alterations = frozenset(condition.get("alterationTypes") or USUAL)
        self.with_metadata = bool(condition.get("notifyOnMetadataChange", True))
        self.condition = read_condition(expression.get("q"))
        self.metadata_condition = read_condition(expression.get("mq"), metadata=True)
        self.place = places.ask(
            expression.get("georel"), expression.get("geometry"), expression.get("coords")
        )

    def concerns(self, change: Change) -> str:
        """The alteration by which it is triggered, or an empty text."""
        entity = change.entity
        if not self.path.holds(entity.path):
            return ""
        if not any(target.holds(entity.id, entity.type) for target in self.targets):
            return ""
        if self.ld is not None:
            return self.ld.concerns(change)
        alteration = self._alteration(change)
        if not alteration:
            return ""
        if self.condition is not None and not self.condition.holds(entity):
            return ""
        if self.metadata_condition is not None and not self.metadata_condition.holds(entity):
            return ""
        if self.place is not None and not is_there(entity, self.place):
            return ""
        return alteration

    def _alteration(self, change: Change) -> str:
        if change.kind == "entityDelete":
            return "entityDelete" if "entityDelete" in self.alterations else ""
        changed = change.changed | change.remarked if self.with_metadata else change.changed
        if change.kind == "entityCreate":
            if "entityCreate" not in self.alterations:
                return ""
            return "entityCreate" if self._named(change.touched, empty=not change.touched) else ""
        real = bool(changed) or change.forced
        names = change.touched if change.forced else changed
        if "entityUpdate" in self.alterations and self._named(change.touched):
            return "entityChange" if real else "entityUpdate"
        if "entityChange" in self.alterations and real and self._named(names):
            return "entityChange"
        return ""

    def _named(self, names: set[str], *, empty: bool = False) -> bool:
        if not self.names:
            return bool(names) or empty
        return bool(self.names & names)


@lru_cache(maxsize=1_000)
def _path(text: str) -> Path:
    if text.endswith("/#"):
        return Path(text[:-2] or "/", True)
    return Path(text, False)
