"""The name by which this room said no before the house had one tree of refusals."""

from yakuba.kernel.refusals import Conflict as NotPossible

__all__ = ["NotPossible"]
