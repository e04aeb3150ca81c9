"""Definition files (scenarios, rules, procedures, forms): YAML read strictly, every fault with its line.

Pure Python, so that engines may use it. `parse` keeps lines and texts for languages that tell each fault where it
is (`Section` reads a mapping of it); `values` gives plain data."""

from yakuba.kernel.definitions.faults import DefinitionError, DefinitionRefused, Faults, Problem, suggestion
from yakuba.kernel.definitions.section import Section, plain
from yakuba.kernel.definitions.source import LARGEST_BYTES, Node, decoded, parse, values

__all__ = [
    "LARGEST_BYTES",
    "DefinitionError",
    "DefinitionRefused",
    "Faults",
    "Node",
    "Problem",
    "Section",
    "decoded",
    "parse",
    "plain",
    "suggestion",
    "values",
]
