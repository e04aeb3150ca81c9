"""The scenarios that a scenario calls: published, of a pinned version, for the same procedure and system, in no circle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section
from yakuba.services.robots.engine.filling import CALLED, Template
from yakuba.services.robots.engine.scenario import Call, Scenario, every, moved

MOST = 20  # calls in one scenario, those of the called ones included

#: The text of a published version by name and number; raises LookupError with a sentence where there is none.
Library = Callable[[str, int], str]


def nothing_published(name: str, version: int) -> str:
    """The library of who has none."""
    raise LookupError(
        f"シナリオ「{name}」は公開されていません。公開されているシナリオの名前を書いてください。"
    )


class Callees:
    """Who knows them for one scenario that is loaded. load: makes a scenario of a text, given those that call it."""

    def __init__(
        self,
        library: Library,
        faults: Faults,
        chain: Sequence[str],
        load: Callable[[str, Sequence[str]], Scenario],
        system: str,
    ) -> None:
        self._library, self._faults, self._chain, self._load, self._system = (
            library,
            faults,
            tuple(chain),
            load,
            system,
        )
        self._count = 0

    def callee(self, section: Section, when: Template | None) -> Call | None:
        """What the section 呼び出す names. Faults are told with the line of the call."""
        name, version = section.text("シナリオ"), section.whole("版", 1, 1, 1_000_000)
        if not name:
            return None
        if name in self._chain:
            section.fault(
                "シナリオ",
                f"呼び出しが一回りしています（{' → '.join((*self._chain, name))}）。自分を呼び出すことはできません。",
            )
            return None
        found = self._loaded(section, name, version)
        if found is None:
            return None
        if found.system.name != self._system:
            section.fault(
                "シナリオ",
                f"「{name}」は別の接続先「{found.system.name}」のシナリオです。同じ接続先のものだけを呼び出せます。",
            )
            return None
        items = found.confirm.items if found.confirm is not None and found.confirm.before else ()
        call = Call(name, version, found.entry, items, section.line, found.commit.element.label)
        call = self._numbered(call)
        if self._count > MOST:
            section.fault("シナリオ", f"呼び出しは、呼び出した先の中も合わせて{MOST}回までです。")
        return replace(call, when=when)

    def _numbered(self, call: Call) -> Call:
        """The call with lines that no other step has; those that it calls itself are numbered from 1 in it."""
        lines = [step.line for step in every(call.steps)]
        by = CALLED * (self._count + 1)
        self._count += 1 + max((line // CALLED for line in lines), default=0)
        moved_call = moved(call, by)
        assert isinstance(moved_call, Call)
        return replace(moved_call, line=call.line)

    def _loaded(self, section: Section, name: str, version: int) -> Scenario | None:
        try:
            return self._load(self._library(name, version), (*self._chain, name))
        except LookupError as missing:
            section.fault("シナリオ", str(missing.args[0]))
        except DefinitionRefused as refused:
            section.fault("シナリオ", f"「{name}」第{version}版を読めません。{refused.problems[0].message}")
        return None
