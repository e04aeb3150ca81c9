"""The jobs declare themselves."""

from yakuba.kernel.registry import Manifest, Permission

MANIFEST = Manifest(
    name="jobs",
    label="仕事",
    description="後ろで動く長い仕事",
    permissions=(Permission("jobs.manage", "仕事の中止・再実行"),),
    audit_events={"jobs.cancelled": "仕事を中止した", "jobs.retried": "仕事を再実行した"},
)
