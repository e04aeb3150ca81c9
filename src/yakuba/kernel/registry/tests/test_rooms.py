"""Every manifest keeps its promises: what it names exists."""

import pytest
from django.apps import apps
from django.urls import reverse

from yakuba.kernel.registry import manifests, permission_names, resolve


@pytest.mark.parametrize("manifest", manifests(), ids=lambda manifest: manifest.name)
def test_what_a_manifest_names_exists(manifest):
    own = {permission.name for permission in manifest.permissions}
    if manifest.name != "kernel":
        assert all(name.startswith(f"{manifest.name}.") for name in own | set(manifest.audit_events))
    for item in manifest.navigation:
        assert reverse(item.url_name)
        assert item.permission in permission_names()
    for queue in manifest.queues:
        assert callable(resolve(queue.load))
        assert queue.permission in permission_names() or (manifest.name == "kernel" and not queue.permission)
    for kind in manifest.approvals:
        assert callable(resolve(kind.effect))
        assert kind.permission in permission_names()
    for dotted in filter(None, (manifest.failures, manifest.running, manifest.self_check)):
        assert callable(resolve(dotted))
    for data in manifest.personal_data:
        assert apps.get_model(data.model)
        assert data.purpose
    assert len({name for other in manifests() for name in (p.name for p in other.permissions)}) == sum(
        len(other.permissions) for other in manifests()
    )
