"""`/api/v1/<room>/…`: every room's router, and those of parts of the kernel, behind one authentication and one form of error."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, wraps
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from yakuba.kernel.api.authentication import TokenAuthentication
from yakuba.kernel.api.operations import router_of
from yakuba.kernel.api.problems import problem, refusal, schemas, unreadable
from yakuba.kernel.operations import Operations
from yakuba.kernel.refusals import Refused
from yakuba.kernel.registry import part_modules


class Api(NinjaAPI):
    """The API; its description has what every refusal says among its schemas."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        """The description of all routes (OpenAPI), made once for the process: it takes a second. Not to be changed."""
        return _described(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


@cache
def _described(api: Api, prefix: str) -> Any:
    described = NinjaAPI.get_openapi_schema(api, path_prefix=prefix)
    described["components"]["schemas"] |= schemas()
    return described


@cache
def build_api() -> NinjaAPI:
    """The API with the operations of all parts and rooms that have a route; one for the process."""
    return api_of(module.OPERATIONS for _, module in part_modules("operations"))


def api_of(tables: Iterable[Operations]) -> NinjaAPI:
    """The API of these operations, with one authentication and one form of error."""
    api = Api(
        title="Yakuba",
        version="1",
        auth=TokenAuthentication(),
        urls_namespace="api",
        docs_url=None,
        docs_decorator=_for_who_is_known,
    )
    for table in tables:
        api.add_router(f"/{table.room}/", router_of(table))
    _add_problems(api)
    return api


def _for_who_is_known(view: Any) -> Any:
    """The description is for staff who are logged in and for programs with a token, whatever its scopes."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not request.user.is_authenticated and TokenAuthentication()(request) is None:
            return _stranger(request)
        answer: HttpResponse = view(request, **arguments)
        return answer

    return guarded


def _stranger(request: HttpRequest) -> HttpResponse:
    return problem(
        request, 401, "認証が必要です", "有効なAPIトークンを Authorization ヘッダーに付けてください。"
    )


def _add_problems(api: NinjaAPI) -> None:
    @api.exception_handler(Refused)
    def stated(request: HttpRequest, error: Refused) -> HttpResponse:
        return refusal(request, error)

    @api.exception_handler(AuthenticationError)
    def stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return _stranger(request)

    @api.exception_handler(PermissionDenied)
    def refused(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return problem(request, 403, "権限がありません", f"{error} の権限を持つ役割が必要です。")

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [unreadable(fault) for fault in error.errors]
        return problem(
            request, 422, "入力が正しくありません", "errors の各項目を直してください。", errors=errors
        )

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "要求を処理できません", str(error))

    for missing in (Http404, ObjectDoesNotExist):

        @api.exception_handler(missing)
        def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
            return problem(
                request, 404, "見つかりません", "番号を確かめてください。ほかの自治体のものは見えません。"
            )
