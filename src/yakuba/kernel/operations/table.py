"""A room's or part's table of operations, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_type_hints

from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.registry import part_modules


class Operations:
    """The operations of one room, in the order of their declaration.

    groups: word that a command may begin with (`round` in `yakuba nursery round run`) -> its line in the help.
    """

    def __init__(self, room: str, groups: Mapping[str, str] | None = None) -> None:
        self.room, self.groups = room, dict(groups or {})
        self._added: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._added)

    def add(
        self, label: str, permission: str, route: str = "", command: str = "", **more: Any
    ) -> Callable[[Callable[[Any, Any], Any]], Operation]:
        """Declare the function below as an operation; `more` are the other fields of `Operation`.

        The function's first annotation is the model of the arguments; its docstring tells programmers what it does.
        """

        def declare(action: Callable[[Any, Any], Any]) -> Operation:
            hints = get_type_hints(action)
            operation = Operation(
                name=f"{self.room}.{action.__name__}",
                label=label,
                permission=permission,
                action=action,
                arguments=next(iter(hints.values())),
                route=route,
                command=command,
                **more,
            )
            self._added.append(operation)
            return operation

        return declare


def all_operations() -> list[Operation]:
    """Every operation of the house: of the kernel's parts, then by room."""
    return [operation for _, module in part_modules("operations") for operation in module.OPERATIONS]
