"""Reads of the hub, always of the active municipality."""

from yakuba.services.cityhub.queries.watched import self_check, waiting

__all__ = ["self_check", "waiting"]
