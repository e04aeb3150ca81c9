"""The jobs declare themselves."""

from yakuba.kernel.registry import Manifest, Permission, Support

MANIFEST = Manifest(
    name="jobs",
    label="仕事",
    description="後ろで動く長い仕事",
    permissions=(Permission("jobs.manage", "仕事を中止する・もう一度動かす", Support.CASES),),
    roles={"運用担当": ("jobs.manage",)},
    audit_events={"jobs.cancelled": "仕事を中止した", "jobs.retried": "仕事をもう一度動かした"},
)
