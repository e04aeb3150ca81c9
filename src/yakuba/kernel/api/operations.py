"""`/api/v1/<room>/…` from the operations of a room."""

# No `from __future__ import annotations`: ninja reads the annotations of the views as objects.
import inspect
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import BaseModel, create_model

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import scoped
from yakuba.kernel.operations import Operation, Operations


def router_of(operations: Operations) -> Router:
    """The routes of all operations that have one."""
    router = Router(tags=[operations.room])
    for operation in operations:
        if operation.route:
            _add(router, operation, operations.room)
    return router


def _add(router: Router, operation: Operation, room: str) -> None:
    def view(request: HttpRequest, asked: BaseModel | None = None, **given: Any) -> Any:
        if asked is not None:
            given |= {name: getattr(asked, name) for name in type(asked).model_fields}
        told = operation.answer.show(operation(person_of(request), **given))
        return Status(operation.status, told) if operation.status != 200 else told

    view.__name__ = operation.action.__name__
    view.__signature__ = _signature(operation)  # type: ignore[attr-defined]  # ninja reads it
    router.add_api_operation(
        f"/{operation.path}",
        [operation.method],
        scoped(operation.permission)(view),
        response={operation.status: operation.answer.schema},
        summary=operation.label,
        description=inspect.getdoc(operation.action),
        operation_id=f"yakuba_services_{room}_api_{operation.action.__name__}",
    )


def _signature(operation: Operation) -> inspect.Signature:
    """The fields that stand in the path one by one, the others together: as the query of a GET, else as the body."""
    fields = operation.arguments.model_fields
    in_path = {name for name in fields if f"{{{name}}}" in operation.path}
    parameters = [_parameter("request", HttpRequest)]
    parameters += [_parameter(name, fields[name].annotation) for name in fields if name in in_path]
    rest = [name for name in fields if name not in in_path]
    if rest:
        model = _without(operation.arguments, in_path)
        default = Query(...) if operation.reads_only else inspect.Parameter.empty
        parameters.append(_parameter("asked", model, default))
    return inspect.Signature(parameters)


def _without(model: type[BaseModel], dropped: set[str]) -> type[BaseModel]:
    """The same model, under the same name, without some fields."""
    if not dropped:
        return model
    kept = {name: (one.annotation, one) for name, one in model.model_fields.items() if name not in dropped}
    made: type[BaseModel] = create_model(
        model.__name__,
        __base__=Schema,
        __doc__=inspect.getdoc(model),
        **kept,  # type: ignore[call-overload]  # of what it takes
    )
    return made


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation
    )
