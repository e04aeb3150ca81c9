"""One object of every kind that an address of the administrator's pages names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.tenancy.models import Department


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A colleague with a role, in a department, with a token; a job that waits."""
    word = known["secret_word"]
    department = Department.objects.create(name=word)
    role = Role.objects.create(name=word, permissions=["ledger.view"])
    person = User.objects.create_user(
        "colleague", municipality=clerk.municipality, display_name=word, department=department
    )
    person.roles.add(role)
    job = Job.objects.create(name="administration.example", key=word, lane="administration", ticket="example")
    return {
        "department_id": department.pk,
        "job_id": job.pk,
        "role_id": role.pk,
        "token_id": ApiToken.issue(person, word, ["ledger.view"])[0].pk,
        "user_id": person.pk,
    }
