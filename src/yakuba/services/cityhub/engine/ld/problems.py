"""Errors as NGSI-LD answers them: problem details (RFC 7807) with a type of the specification (ETSI GS CIM 009, 5.5.2, 6.3.2)."""

from __future__ import annotations

from yakuba.services.cityhub.engine.answers import Answer, dumped
from yakuba.services.cityhub.engine.errors import NgsiError

TYPES = "https://uri.etsi.org/ngsi-ld/errors/"
PROBLEM = "application/json"  # the specification asks for it (6.3.2), not for application/problem+json

_TITLES = {
    "InvalidRequest": "要求を読めません",
    "BadRequestData": "要求の内容に誤りがあります",
    "AlreadyExists": "すでにあります",
    "OperationNotSupported": "この操作は使えません",
    "ResourceNotFound": "見つかりません",
    "InternalError": "処理できませんでした",
    "TooComplexQuery": "問い合わせが複雑すぎます",
    "TooManyResults": "結果が多すぎます",
    "LdContextNotAvailable": "@context が手もとにありません",
    "NonexistentTenant": "この名前の自治体は使えません",
    "Conflict": "一つに決まりません",
}
# What the shared engine says in the words of NGSIv2.
_IN_OTHER_WORDS = {
    "BadRequest": "BadRequestData",
    "ParseError": "InvalidRequest",
    "NotFound": "ResourceNotFound",
    "TooManyResults": "Conflict",
    "InternalServerError": "InternalError",
    "NotSupportedQuery": "OperationNotSupported",
    "NoResourcesAvailable": "BadRequestData",
}
_OWN = frozenset(_TITLES)


def invalid(detail: str) -> NgsiError:
    """The request is no request: no JSON, wrong headers."""
    return NgsiError(400, "InvalidRequest", detail)


def bad_data(detail: str) -> NgsiError:
    """The request can be read, and its content is wrong."""
    return NgsiError(400, "BadRequestData", detail)


def already_exists(entity_id: str) -> NgsiError:
    """Something of that id is there."""
    return NgsiError(
        409, "AlreadyExists", f"{entity_id} はすでにあります。変えるなら PATCH か PUT を使ってください。"
    )


def missing(what: str) -> NgsiError:
    """It is not there."""
    return NgsiError(404, "ResourceNotFound", f"{what} はありません。id と type を確かめてください。")


def unsupported(detail: str) -> NgsiError:
    """It is part of NGSI-LD and not of this hub, or cannot be carried over to the one store."""
    return NgsiError(422, "OperationNotSupported", detail)


def no_context(url: str) -> NgsiError:
    """A context that nobody has brought here."""
    return NgsiError(
        503,
        "LdContextNotAvailable",
        f"@context の {url} が手もとにありません（外へ取りに行くことはしません）。その内容を "
        f"POST /ngsi-ld/v1/jsonldContexts?url={url} で預けてから、送り直してください。",
    )


def details(error: NgsiError) -> dict[str, object]:
    """type, title, detail, status."""
    name = error.error
    if name not in _OWN or (name == "TooManyResults" and error.status == 409):
        name = _IN_OTHER_WORDS.get(name, "InternalError" if error.status >= 500 else "InvalidRequest")
    return {
        "type": TYPES + name,
        "title": _TITLES[name],
        "detail": error.description,
        "status": error.status,
    }


def problem(error: NgsiError) -> Answer:
    """The answer to a request that cannot be met."""
    return Answer(error.status, dumped(details(error)), PROBLEM, error.headers)
