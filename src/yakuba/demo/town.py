"""やくば市, the demo town, and となり町, its neighbour that must never see it: staff, procedures, forms, robots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yakuba.demo.programs import CORE_PASSWORD, CORE_STAFF_NUMBER
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.actions import save_municipality
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.registry import permission_names, proposed_roles
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Department, Municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.corefiles import facade as corefiles
from yakuba.services.reading import facade as reading
from yakuba.services.robots import facade as robots

YAKUBA_CITY = ("990019", "やくば市")
NEIGHBOUR_TOWN = ("990027", "となり町")
PASSWORD = "yakuba-demo"  # noqa: S105  # published on purpose: these accounts exist only in the demo
CORE_SYSTEM = "総合住民情報システム"
ADMINISTRATOR = "管理者"
SETTLE_SECONDS = 5.0  # the sample core system stores within a second; a real one gets more


@dataclass(frozen=True)
class Account:
    """A demo account. The role is one that the manifests propose; ADMINISTRATOR may do all there is."""

    username: str
    name: str
    municipality: tuple[str, str]
    role: str


ACCOUNTS = (
    Account("madoguchi", "窓口担当（見本）", YAKUBA_CITY, "窓口担当"),
    Account("robot", "ロボット担当（見本）", YAKUBA_CITY, "ロボット担当"),
    Account("kacho", "課長（見本）", YAKUBA_CITY, "課長"),
    Account("kanri", "管理者（見本）", YAKUBA_CITY, ADMINISTRATOR),
    Account("standin", "確認の代役（プログラム）", YAKUBA_CITY, ADMINISTRATOR),
    Account("tonari", "となり町の職員（見本）", NEIGHBOUR_TOWN, ADMINISTRATOR),
)


@contextmanager
def in_yakuba_city() -> Iterator[Municipality]:
    """Work for やくば市, which must have been loaded."""
    with active_municipality(Municipality.objects.get(code=YAKUBA_CITY[0])) as municipality:
        yield municipality


def load_town(core_url: str) -> None:
    """Load both municipalities with everything they need, or bring what is there up to date."""
    for account in ACCOUNTS:
        _load_account(account)
    with in_yakuba_city():
        keeper = user("robot")
        for path in sorted(_samples("procedures").glob("*.yaml")):
            ledger.load_procedure(read_document(path), actor=keeper)
        for path in sorted(_samples("forms").glob("*/form.yaml")):
            reading.load_form(path, actor=keeper)
        point_robots_at(core_url)
        for path in sorted(_samples("scenarios").glob("*.yaml")):
            robots.load_scenario(path.read_text(encoding="utf-8"), keeper)
        for path in sorted(_samples("layouts").glob("*.yaml")):
            corefiles.load_layout(path.read_text(encoding="utf-8"), keeper)
        set_values(
            {"answers.public": True, "minutes.public": True, "intake.public": True}, actor=user("kanri")
        )


def point_robots_at(core_url: str) -> None:
    """Tell the robots where the core system answers now. やくば市 must be active."""
    secrets = {"職員番号": CORE_STAFF_NUMBER, "パスワード": CORE_PASSWORD}
    robots.set_system(CORE_SYSTEM, core_url, secrets, actor=user("robot"), settle_seconds=SETTLE_SECONDS)


def user(username: str) -> User:
    """A demo account's user, who needs to prove nothing: it is the machine's operator who runs the demo."""
    with every_municipality("a name is one person's in the whole installation"):
        return proof.give_for_good(User.objects.select_related("municipality").get(username=username))


def procedure_codes() -> list[str]:
    """The procedures of やくば市, which must be active."""
    return list(Procedure.objects.order_by("code").values_list("code", flat=True))


@transaction.atomic
def _load_account(account: Account) -> None:
    code, name = account.municipality
    municipality = Municipality.objects.filter(code=code).first() or save_municipality(code, name)
    with active_municipality(municipality):
        department, _ = Department.objects.get_or_create(name="総務課")
        permissions = sorted(
            permission_names() if account.role == ADMINISTRATOR else proposed_roles()[account.role]
        )
        role, _ = Role.objects.update_or_create(name=account.role, defaults={"permissions": permissions})
        person, created = User.objects.get_or_create(
            username=account.username,
            defaults={
                "municipality": municipality,
                "department": department,
                "display_name": account.name,
            },
        )
        if created:
            person.set_password(PASSWORD)
            person.save()
        person.roles.add(role)


def _samples(part: str) -> Path:
    return Path(settings.YAKUBA.samples_dir) / part
