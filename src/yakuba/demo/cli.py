"""`yakuba demo`."""

from __future__ import annotations


def demo() -> None:
    """placeholder until the chain lands"""
