"""A small installation in a folder of its own: `… seed 4 http://127.0.0.1:8199` makes it, `… ledger` shows it."""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    """`seed N ADDRESS` makes やくば市 with N cases and starts a run over them against the core system there;
    `ledger` prints every case as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    django.setup()
    if sys.argv[1] == "seed":
        seed(int(sys.argv[2]), sys.argv[3])
    else:
        print(json.dumps(ledger()))  # noqa: T201


def seed(count: int, address: str) -> None:
    from yakuba.config.setup import prepare
    from yakuba.kernel.accounts.models import Role, User
    from yakuba.kernel.ledger import actions
    from yakuba.kernel.ledger.models import Procedure
    from yakuba.kernel.registry import permission_names
    from yakuba.kernel.tenancy import active_municipality
    from yakuba.kernel.tenancy.models import Municipality
    from yakuba.services.robots import facade
    from yakuba.services.robots.tests import town
    from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM, ready_case

    prepare()
    with active_municipality(Municipality.objects.create(code="990019", name="やくば市")) as city:
        person = User.objects.create_user("keeper", password=None, municipality=city, display_name="見本職員")
        person.roles.add(Role.objects.create(name="全部", permissions=sorted(permission_names())))
        actions.load_procedure(town.definition(PROCEDURE))
        procedure = Procedure.objects.get(code=PROCEDURE)
        for serial in range(1, count + 1):
            ready_case(procedure, serial)
        facade.set_system(SYSTEM, address, town.SECRETS, actor=person, settle_seconds=2.0)
        facade.load_scenario(town.scenario_text(PROCEDURE), person)
        facade.start_run(PROCEDURE, person)


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
