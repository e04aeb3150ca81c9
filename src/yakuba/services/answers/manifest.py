"""The answers room declares itself."""

from yakuba.kernel.registry import Group, Manifest

MANIFEST = Manifest(
    name="answers",
    label="問い合わせ応答",
    description="住民と職員の質問に、承認された答えで答える",
    group=Group.RESIDENTS,
)
