"""Settings per town (自治体の設定): what a town decides for itself; parts and rooms declare them in their manifests.

value("letters.sender") → what the active municipality has set, or the usual value
"""

from yakuba.kernel.townsettings.reading import value

__all__ = ["value"]
