"""Pages for residents (住民のページ), which ask nobody who they are: whose town it is, and how often one may press."""

from yakuba.kernel.residents.door import for_residents
from yakuba.kernel.residents.limiting import Limit

__all__ = ["Limit", "for_residents"]
