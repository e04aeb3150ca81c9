"""The value of a setting in the active municipality."""

from __future__ import annotations

from yakuba.kernel.registry import Setting, town_settings

Value = str | int | bool


def value(name: str) -> Value:
    """What the town has set, or the usual value. Raises LookupError for a name that no manifest declares.

    A stored value that the setting does not take any more, after an upgrade narrowed it, counts as not set.
    """
    from yakuba.kernel.townsettings.models import TownSetting

    setting = declared(name)
    row = TownSetting.objects.filter(name=name).first()
    return row.value if row is not None and fits(setting, row.value) else setting.usual


def declared(name: str) -> Setting:
    """The setting of that name. Raises LookupError."""
    for setting in town_settings():
        if setting.name == name:
            return setting
    raise LookupError(f"no manifest declares the setting {name!r}")


def fits(setting: Setting, given: object) -> bool:
    """Whether the setting may have that value."""
    if type(given) is not type(setting.usual):
        return False
    if setting.options:
        return given in setting.options
    if isinstance(given, str):
        return len(given) <= setting.largest
    return not isinstance(given, int) or isinstance(given, bool) or setting.least <= given <= setting.largest
