"""The nursery room declares itself."""

from yakuba.kernel.registry import Manifest

MANIFEST = Manifest(
    name="nursery",
    label="入所選考",
    description="保育所などの入所を、決めた選考基準どおりに割り当て、理由を説明する",
)
