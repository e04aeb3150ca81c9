"""Definition files that hold: the town's newest, else what comes with the house."""

from __future__ import annotations

from yakuba.kernel.refusals import Missing
from yakuba.services.sharing.engine import grants, registers
from yakuba.services.sharing.models import RoomDefinition


def _own(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in RoomDefinition.objects.filter(kind=kind).order_by("code", "-version"):
        found.setdefault(row.code, row.text)
    return found


def rules() -> list[grants.Rule]:
    """Every rule of a grant."""
    own = {code: grants.read_rule(text) for code, text in _own(RoomDefinition.Kind.GRANT).items()}
    every = {code: rule for code, (_, rule) in grants.bundled().items()} | own
    return sorted(every.values(), key=lambda one: (one.begins, one.code), reverse=True)


def rule(code: str) -> grants.Rule:
    """Raises Missing."""
    found = next((one for one in rules() if one.code == code), None)
    if found is None:
        raise Missing(f"「{code[:40]}」という規則はありません。")
    return found


def rule_text(code: str) -> str:
    """Its file; empty where there is none."""
    own = _own(RoomDefinition.Kind.GRANT)
    return own.get(code) or (grants.bundled()[code][0] if code in grants.bundled() else "")


def kinds() -> list[registers.Kind]:
    """Every kind of register, in the order of the house's, the town's own behind."""
    own = {code: registers.read_kind(text) for code, text in _own(RoomDefinition.Kind.REGISTER).items()}
    every = {code: kind for code, (_, kind) in registers.bundled().items()} | own
    return sorted(every.values(), key=lambda one: (one.order, one.code))


def kind(code: str) -> registers.Kind:
    """Raises Missing."""
    found = next((one for one in kinds() if one.code == code), None)
    if found is None:
        raise Missing(f"「{code[:40]}」という台帳はありません。")
    return found


def kind_text(code: str) -> str:
    """Its file; empty where there is none."""
    own = _own(RoomDefinition.Kind.REGISTER)
    return own.get(code) or (registers.bundled()[code][0] if code in registers.bundled() else "")


def versions(kind: str, code: str) -> list[RoomDefinition]:
    """What the town loaded, the newest first."""
    return list(RoomDefinition.objects.select_related("loaded_by").filter(kind=kind, code=code))
