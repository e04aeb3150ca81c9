"""The manual tells the truth: links lead somewhere, and every word that a file may hold is explained."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
import yaml
from django.conf import settings

from yakuba.config.command import build
from yakuba.kernel.definitions import Faults
from yakuba.kernel.definitions.procedures import FIELD_KEYS, parse_procedure
from yakuba.kernel.values import TYPES
from yakuba.services.reading.engine.definitions import KINDS
from yakuba.services.reading.engine.formats import ERAS
from yakuba.services.robots.engine import loader, steps
from yakuba.services.robots.engine.template import TemplateReader

PROJECT = Path(settings.YAKUBA.samples_dir).parent
MANUAL = PROJECT / "docs" / "manual"
DOCUMENTS = sorted((PROJECT / "docs").rglob("*.md")) + [
    path for name in ("README.md", "README.ja.md") if (path := PROJECT / name).exists()
]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:^|[ /`])yakuba ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)


def text_of(name: str) -> str:
    return (MANUAL / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_exist(document):
    broken = [
        target
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / unquote(target)).exists()
    ]
    assert broken == []


def test_every_page_of_the_manual_is_in_its_index():
    index = text_of("README")
    assert [path.name for path in MANUAL.glob("*.md") if f"({path.name})" not in index] == ["README.md"]


def test_every_word_of_the_scenario_language_is_explained():
    verbs = steps.StepReader(TemplateReader((), Faults()), Faults())._readers
    words = {*loader._SECTIONS, *loader._SYSTEM, *loader._SYSTEM_MORE, *verbs, *steps._HINTS}
    words |= {name for type_ in TYPES for name in TYPES[type_].writings()}
    text = text_of("シナリオの書き方")
    assert {word for word in words if f"`{word}`" not in text and f"| {word} |" not in text} == set()


def test_every_key_of_the_definition_files_is_explained():
    text = text_of("帳票を登録する")
    words = {*FIELD_KEYS, *KINDS, *ERAS} - {"group"}  # nothing shows a group yet
    assert {word for word in words if word not in text} == set()


def test_the_page_of_the_field_types_says_what_the_types_say():
    rows = [
        f"| `{one.code}` | {one.label} | `{one.examples[0].written.strip()}` | `{one.examples[0].value}` "
        f"| `{one.examples[0].shown}` |"
        for one in TYPES.values()
    ]
    page = text_of("項目の型").splitlines()
    assert [row for row in rows if row not in page] == []  # put these rows into the page


def test_the_procedure_that_the_manual_shows_is_accepted():
    example = re.search(r"```yaml\n(procedure:.*?)```", text_of("帳票を登録する"), re.DOTALL)
    assert example
    assert parse_procedure(yaml.safe_load(example.group(1)), "手引き").code == "bus-pass"


def test_every_command_that_the_documents_name_exists():
    known = typer.main.get_command(build())
    rooms = {name: set(getattr(known.load(name), "commands", {})) for name in known.commands}
    wrong = []
    for document in DOCUMENTS:
        for block in re.findall(r"```.*?```|`[^`\n]+`", document.read_text(encoding="utf-8"), re.DOTALL):
            for first, second in COMMAND.findall(block):
                if first not in rooms or (rooms[first] and second and second not in rooms[first]):
                    wrong.append((document.name, first, second))
    assert wrong == []
