"""`yakuba cityhub …`"""

from yakuba.services.cityhub.cli.commands import app

__all__ = ["app"]
