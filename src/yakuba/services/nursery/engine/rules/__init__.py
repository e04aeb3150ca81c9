"""Selection rules as data: a readable file → `Rules`.

The language is described in docs/manual/選考基準の書き方.md. `read(text)` raises `RulesRefused` with every mistake.
"""

from yakuba.kernel.definitions import DefinitionRefused as RulesRefused
from yakuba.services.nursery.engine.rules.fields import Field, Kind
from yakuba.services.nursery.engine.rules.model import Rules
from yakuba.services.nursery.engine.rules.reading import read

__all__ = ["Field", "Kind", "Rules", "RulesRefused", "read"]
