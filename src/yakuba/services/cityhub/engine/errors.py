"""What is answered where a request cannot be met: the API's own words for the kind, a sentence for people.

`error` is one of the names that the NGSIv2 documentation fixes; programs decide by it. `description` is free by that
document. Where the document prints one, it stands here as printed, because programs in the field compare it too; all others
are Japanese sentences that say what to do.
"""

from __future__ import annotations

ENTITY_MISSING = "The requested entity has not been found. Check type and id"
ATTRIBUTE_MISSING = "The entity does not have such an attribute"


class NgsiError(Exception):
    """A request that cannot be met. status: of HTTP; headers: to be sent along."""

    def __init__(
        self, status: int, error: str, description: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status, self.error, self.description, self.headers = status, error, description, headers

    def body(self) -> dict[str, str]:
        """The documented body."""
        return {"error": self.error, "description": self.description}


def bad_request(description: str) -> NgsiError:
    """The request alone is wrong, whatever is stored."""
    return NgsiError(400, "BadRequest", description)


def parse_error(description: str) -> NgsiError:
    """The body is no JSON that can be read."""
    return NgsiError(400, "ParseError", description)


def not_found(description: str = ENTITY_MISSING) -> NgsiError:
    """What the request names is not there."""
    return NgsiError(404, "NotFound", description)


def too_many() -> NgsiError:
    """The request may mean several entities."""
    return NgsiError(
        409, "TooManyResults", "同じidの実体がいくつかあります。type を付けて一つに決めてください。"
    )


def unprocessable(description: str, error: str = "Unprocessable") -> NgsiError:
    """The request does not go with what is stored."""
    return NgsiError(422, error, description)


def no_room(description: str) -> NgsiError:
    """A limit of the store would be exceeded."""
    return NgsiError(413, "NoResourcesAvailable", description)
