"""Activities (作業) named by rules that the town writes: the first one that fits a step says what is done there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse
from yakuba.kernel.values.characters import comparable
from yakuba.services.worklogs.contracts import StepText

MOST = 500  # rules
LONGEST = 80  # characters of a name
WHERE = ("アプリ", "画面", "操作", "対象", "所属")


@dataclass(frozen=True)
class Rule:
    """name: the activity; procedure: code of the procedure that its time belongs to, or empty; words: by `WHERE`, of which
    one must stand there, comparable and small; what has none fits everything."""

    name: str
    procedure: str
    words: tuple[tuple[str, ...], ...]

    def fits(self, given: Sequence[str]) -> bool:
        """given: the step's texts in the order of `WHERE`, comparable and small."""
        return all(
            not words or any(word in text for word in words)
            for words, text in zip(self.words, given, strict=True)
        )


def read_rules(text: str, procedures: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The rules in a file. procedures: codes that may be named. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("作業",))
    found = tuple(_rules(top, procedures, faults))
    if not found and not faults.found:
        top.fault("作業", "作業を一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return found


def _rules(top: Section, procedures: Sequence[str], faults: Faults) -> Iterator[Rule]:
    for number, node in enumerate(top.rows("作業"), start=1):
        if number > MOST:
            faults.add(node.line, "", f"作業は{MOST}までです。")
            return
        section = Section(node, f"{number}番目の作業", faults, ("名前",), ("手続", *WHERE))
        name, procedure = section.text("名前"), section.text("手続")
        if len(name) > LONGEST:
            section.fault("名前", f"「名前」は{LONGEST}文字以内で書いてください。")
        if procedure and procedure not in procedures:
            faults.unknown(section.line_of("手続"), section.place, procedure, procedures)
        words = tuple(
            tuple(filter(None, (comparable(one).lower() for _, one in section.texts(key)))) for key in WHERE
        )
        if not any(words):
            section.fault("名前", f"{'、'.join(WHERE)}のどれかに、見分ける言葉を書いてください。")
        yield Rule(name, procedure, words)


class Naming:
    """Which activity a step is; each step is looked at once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._known: dict[tuple[int, str], Rule | None] = {}

    def of(self, step: int, text: StepText, section: str) -> Rule | None:
        """The first rule that fits; None where none does."""
        key = step, section
        if key not in self._known:
            told = (text.application, text.screen, text.action, text.object, section)
            given = [comparable(one).lower() for one in told]
            self._known[key] = next((rule for rule in self._rules if rule.fits(given)), None)
        return self._known[key]
