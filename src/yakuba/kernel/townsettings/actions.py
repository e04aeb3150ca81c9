"""Setting what a town decides for itself."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings.models import TownSetting
from yakuba.kernel.townsettings.reading import Value, declared, fits, value


@transaction.atomic
def set_values(given: Mapping[str, Value], *, actor: Actor) -> list[str]:
    """Set several; the names of those that changed. Raises Invalid when one does not fit, and sets none then."""
    changed = [name for name, wanted in given.items() if value(name) != wanted]
    for name in changed:
        setting, wanted = declared(name), given[name]
        if not fits(setting, wanted):
            raise Invalid(f"「{setting.label}」には、その値を設定できません。")
        if wanted == setting.usual:
            TownSetting.objects.filter(name=name).delete()
        else:
            TownSetting.objects.update_or_create(
                municipality=current_municipality(), name=name, defaults={"value": wanted}
            )
    if changed:
        record("townsettings.changed", actor=actor, settings=sorted(changed))
    return changed
