"""`/api/v1/<room>/…` from the operations of a room."""

# No `from __future__ import annotations`: ninja reads the annotations of the views as objects.
import inspect
from typing import Any, BinaryIO, cast, get_args, get_origin

from django.core.files.uploadedfile import UploadedFile as Sent
from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import BaseModel, create_model

from yakuba.kernel.accounts import person_of
from yakuba.kernel.api.authentication import TokenAuthentication
from yakuba.kernel.api.problems import REFUSAL
from yakuba.kernel.operations import Operation, Operations, Upload
from yakuba.kernel.tenancy import active_municipality

IN_QUERY = {"GET", "DELETE"}  # methods without a body


def router_of(operations: Operations) -> Router:
    """The routes of all operations that have one."""
    router = Router(tags=[operations.room])
    for operation in sorted(operations, key=_variables):
        if operation.route:
            _add(router, operation)
    return router


def _variables(operation: Operation) -> list[bool]:
    """Sorts `things/table` before `things/{thing}`, which would take it for the name of a thing."""
    return [step.startswith("{") for step in operation.path.split("/")]


def _add(router: Router, operation: Operation) -> None:
    answer = operation.answer

    def view(request: HttpRequest, asked: BaseModel | None = None, **given: Any) -> Any:
        if asked is not None:
            given |= {name: getattr(asked, name) for name in type(asked).model_fields}
        given = {name: _as_given(one) for name, one in given.items()}
        with active_municipality(request.user.municipality):  # type: ignore[union-attr,arg-type]  # a token's
            outcome = operation(person_of(request), **given)
            if answer.media_type:
                return outcome.answer()
            there = operation.found is not None and operation.found(outcome)
            return Status(200 if there else operation.status, answer.show(outcome))

    view.__name__ = operation.action.__name__
    view.__signature__ = _signature(operation)  # type: ignore[attr-defined]  # ninja reads it
    statuses = {operation.status} | ({200} if operation.found else set())
    router.add_api_operation(
        f"/{operation.path}",
        [operation.method],
        view,
        auth=TokenAuthentication(operation.permission),
        response={status: answer.schema for status in sorted(statuses, reverse=True)},
        summary=operation.label,
        description=inspect.getdoc(operation.action),
        operation_id=f"yakuba_services_{operation.room}_api_{operation.action.__name__}",
        openapi_extra={"responses": {"default": REFUSAL} | _file(operation)},
    )


def _file(operation: Operation) -> dict[Any, Any]:
    kind = operation.answer.media_type
    described = {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}
    return {operation.status: described} if kind else {}


def _as_given(value: Any) -> Any:
    """A file that was sent, as an operation takes it."""
    if isinstance(value, list):
        return [_as_given(one) for one in value]
    return Upload(value.name or "", cast(BinaryIO, value)) if isinstance(value, Sent) else value


def _signature(operation: Operation) -> inspect.Signature:
    """The fields that stand in the path one by one, the others together: as the query of a GET, else as the body. With a
    file among them each is a part of a form."""
    fields = operation.arguments.model_fields
    in_path = {name for name in fields if f"{{{name}}}" in operation.path}
    parameters = [_parameter("request", HttpRequest)]
    parameters += [_parameter(name, fields[name].annotation) for name in fields if name in in_path]
    rest = [name for name in fields if name not in in_path]
    if any(_is_file(fields[name].annotation) for name in rest):
        parameters += [_form_part(name, fields[name]) for name in rest]
    elif rest:
        model = _without(operation.arguments, in_path)
        default = Query(...) if operation.method in IN_QUERY else inspect.Parameter.empty
        parameters.append(_parameter("asked", model, default))
    return inspect.Signature(parameters)


def _is_file(annotation: Any) -> bool:
    return Upload in (annotation, *get_args(annotation))


def _form_part(name: str, field: Any) -> inspect.Parameter:
    if _is_file(field.annotation):
        several = get_origin(field.annotation) is list
        none: Any = ... if field.is_required() else field.get_default(call_default_factory=True)
        return _parameter(name, list[UploadedFile] if several else UploadedFile, File(none))
    default = ... if field.is_required() else field.get_default()
    return _parameter(name, field.annotation, Form(default, description=field.description))


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
