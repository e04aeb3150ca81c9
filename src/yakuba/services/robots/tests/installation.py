"""A small installation in a folder of its own: `… seed 4 http://127.0.0.1:8199` makes it, `… ledger` and `… runs`
show it."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import django


def main() -> None:
    """`seed N ADDRESS…` makes やくば市 and starts, for each address, a run over N cases against the system there (with
    SEED_STEERED, by the scenario of `steered`; with SEED_FAST, in the fast lane);
    `desk N ADDRESS` makes it without a scenario, with N cases that wait and two people who may log in; `ledger` prints every case, and `runs` every run,
    as JSON: a line twice a second, until it is ended."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    django.setup()
    if sys.argv[1] == "seed":
        seed(int(sys.argv[2]), sys.argv[3:])
    elif sys.argv[1] == "desk":
        desk(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1] == "runs":
        while True:
            print(json.dumps(told()), flush=True)  # noqa: T201
            time.sleep(0.5)
    else:
        print(json.dumps(ledger()))  # noqa: T201


def seed(count: int, addresses: list[str]) -> None:
    from yakuba.config.setup import prepare
    from yakuba.kernel.accounts.models import Role, User
    from yakuba.kernel.ledger import actions
    from yakuba.kernel.ledger.models import Procedure
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality
    from yakuba.services.robots import facade
    from yakuba.services.robots.actions import runs
    from yakuba.services.robots.actions.scenarios import load_scenario
    from yakuba.services.robots.tests import steered, town
    from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, ready_case

    prepare()
    with active_municipality(Municipality.objects.create(code="990019", name="やくば市")) as city:
        person = User.objects.create_user("keeper", password=None, municipality=city, display_name="見本職員")
        person.roles.add(Role.objects.create(name="全部", permissions=sorted(permission_names())))
        actions.load_procedure(town.definition(PROCEDURE))
        procedure = Procedure.objects.get(code=PROCEDURE)
        for n, address in enumerate(addresses):
            number = str(n + 1) if n else ""
            plain = steered.text() if "SEED_STEERED" in os.environ else town.scenario_text(PROCEDURE)
            text = plain.replace(SYSTEM, SYSTEM + number)
            for serial in range(n * count + 1, (n + 1) * count + 1):
                ready_case(procedure, serial)
            facade.set_system(SYSTEM + number, address, town.SECRETS, actor=person, settle_seconds=2.0)
            if "SEED_STEERED" in os.environ:
                load_scenario(steered.called_text().replace(SYSTEM, SYSTEM + number), actor=person)
            version = load_scenario(text.replace("の登録\n", f"の登録{number}\n", 1), actor=person)
            if "SEED_FAST" in os.environ:
                prove(version.scenario, person)
            runs.start(version.scenario, actor=person)


def prove(scenario: Any, person: Any) -> None:
    """Prove the scenario's fast lane in this process, against the system as it is now, and let its runs use it. The run
    that did it is forgotten: what asks for the runs means others."""
    from yakuba.kernel.jobs import JobContext
    from yakuba.kernel.jobs.models import Job, State
    from yakuba.services.robots import jobs
    from yakuba.services.robots.actions import lanes
    from yakuba.services.robots.models import FastLane

    class Lease:
        stopping = False

    run = lanes.prove(scenario, actor=person)
    Job.objects.filter(key=run.job_key).update(state=State.RUNNING)
    job = Job.objects.get(key=run.job_key)
    jobs.run(JobContext(job, Lease()), run_id=run.pk)  # type: ignore[arg-type]
    lane = FastLane.objects.get(version__scenario=scenario)
    assert lane.is_proved, lane.reasons
    lanes.switch(scenario, True, actor=person)
    run.delete()
    job.delete()


def desk(count: int, address: str) -> None:
    from yakuba.config.setup import prepare
    from yakuba.kernel.accounts import actions as accounts
    from yakuba.kernel.ledger import actions
    from yakuba.kernel.ledger.models import Procedure
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.services.robots import facade
    from yakuba.services.robots.tests import town
    from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, ready_case
    from yakuba.services.robots.tests.workplace import PASSWORD

    prepare()
    with active_municipality(accounts.save_municipality("990019", "やくば市")):
        accounts.save_role("全部", permission_names())
        person = accounts.save_staff("hanako", roles=["全部"], password=PASSWORD)
        accounts.save_staff("taro", roles=["全部"], password=PASSWORD)
        actions.load_procedure(town.definition(PROCEDURE))
        for serial in range(1, count + 1):
            ready_case(Procedure.objects.get(code=PROCEDURE), serial)
        facade.set_system(SYSTEM, address, town.SECRETS, actor=person, settle_seconds=2.0)


def told() -> list[dict[str, object]]:
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality
    from yakuba.services.robots.queries import runs

    with active_municipality(Municipality.objects.get()):
        return [runs.run_facts(run) for run in runs.runs().order_by("pk")]


def ledger() -> list[dict[str, object]]:
    from yakuba.kernel.ledger.models import Case, CaseEvent
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality

    with active_municipality(Municipality.objects.get()):
        return [
            {
                "receipt_number": case.receipt_number,
                "status": case.status,
                "target_number": case.target_number,
                "entered": list(
                    CaseEvent.objects.filter(case=case, kind="robots.entered").values_list(
                        "seconds", flat=True
                    )
                ),
            }
            for case in Case.objects.order_by("pk")
        ]


if __name__ == "__main__":
    main()
