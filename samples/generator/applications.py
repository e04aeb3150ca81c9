"""Applications of the three procedures: what residents and employers state, in the ledger's canonical values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

import places
from calendar_jp import between
from people import Person, draw_person

FISCAL_YEAR = 8  # of 令和; the demo town's piles are stamped in it
SINGLE_PARENT_RATE = 0.1  # of nursery applications
EMPLOYEE_NUMBER_RATE = 0.7  # of employers, those that number their people
SIBLING_WEIGHTS = (45, 40, 15)  # none, one, two
WISH_WEIGHTS = {3: 30, 4: 15, 5: 25, 6: 10, 8: 10, 10: 10}  # how many nurseries a family names

SEXES = {"father": "male", "mother": "female"}
AUTUMN = (date(2026, 9, 1), date(2026, 11, 20))


@dataclass
class Application:
    """One application: canonical values by field, and the people named in it (for spacing and seals)."""

    procedure: str
    receipt_number: str
    values: dict[str, str]
    people: dict[str, Person] = field(default_factory=dict)

    def name(self, code: str, person: Person, kana: str = "") -> None:
        """Set a name field, and its reading's field when one is given."""
        self.values[code] = person.name
        self.people[code] = person
        if kana:
            self.values[kana] = person.kana
            self.people[kana] = person

    def place(self, postal_code: str, address: str, drawn: tuple[str, str]) -> None:
        self.values[postal_code], self.values[address] = drawn


def receipt_number(serial: int, fiscal_year: int = FISCAL_YEAR) -> str:
    """Ten digits: fiscal year of 令和 (2), serial (6), ISO 7064 MOD 97-10 check digits (2)."""
    number = fiscal_year * 1_000_000 + serial
    return f"{number:08d}{98 - number * 100 % 97:02d}"


def draw_work(application: Application, parent: str, rng: Random) -> None:
    """A parent's employment: work, employer, days a week and hours a month where there is work."""
    weights = (60, 12, 12, 8, 4, 4) if parent == "mother" else (75, 15, 2, 4, 2, 2)
    work = rng.choices(("employed", "self", "leave", "seeking", "student", "illness"), weights)[0]
    values = application.values
    values[f"{parent}_work"] = work
    if work not in ("employed", "self", "leave"):
        return
    values[f"{parent}_employer"] = places.draw_employer(rng)
    days = rng.choices((3, 4, 5, 6), (8, 14, 66, 12))[0]
    values[f"{parent}_days"] = str(days)
    values[f"{parent}_hours"] = str(days * rng.choice((4, 5, 6, 7, 8, 8)) * 4 + rng.randint(0, 12))


def draw_parents(application: Application, rng: Random) -> Person:
    """Applicant, relation and both parents; returns the applicant."""
    relation = rng.choices(("father", "mother", "other"), (38, 58, 4))[0]
    applicant = draw_person(rng, sex=SEXES.get(relation, ""))
    application.values["applicant_relation"] = relation
    single = rng.random() < SINGLE_PARENT_RATE
    for parent in ("father", "mother"):
        if relation == parent:
            person = applicant
        elif single:
            continue
        else:
            person = draw_person(rng, applicant, SEXES[parent])
        application.name(f"{parent}_name", person)
        draw_work(application, parent, rng)
    return applicant


def draw_siblings(application: Application, family: Person, rng: Random) -> None:
    count = rng.choices((0, 1, 2), SIBLING_WEIGHTS)[0]
    for number in range(1, count + 1):
        application.name(f"sibling_{number}_name", draw_person(rng, family))
        born = between(rng, date(2011, 4, 2), date(2026, 3, 31))
        application.values[f"sibling_{number}_birth"] = born.isoformat()
    if count:
        application.values["sibling_together"] = rng.choices(("yes", "no"), (25, 75))[0]


def nursery(application: Application, prefecture: str, lexicon: list[str], rng: Random) -> None:
    values = application.values
    values["application_date"] = between(rng, *AUTUMN).isoformat()
    applicant = draw_parents(application, rng)
    application.name("applicant_name", applicant, "applicant_kana")
    values["applicant_birth"] = between(rng, date(1980, 1, 1), date(2004, 12, 31)).isoformat()
    application.place("postal_code", "address", places.draw_address(prefecture, rng))
    values["phone"] = places.draw_phone(rng)
    values["child_sex"] = rng.choice(("male", "female"))
    application.name("child_name", draw_person(rng, applicant, values["child_sex"]), "child_kana")
    values["child_birth"] = between(rng, date(2021, 4, 2), date(2026, 8, 31)).isoformat()
    values["child_allergy"] = rng.choices(("no", "yes"), (88, 12))[0]
    starts = (date(2027, 4, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
    values["start_date"] = rng.choices(starts, (70, 12, 10, 8))[0].isoformat()
    values["care_time"] = rng.choices(("standard", "short"), (70, 30))[0]
    saturday = ["sat"] if rng.random() < 0.2 else []
    values["care_days"] = ",".join(["mon", "tue", "wed", "thu", "fri", *saturday])
    values["household_income"] = str(
        rng.randint(180, 1400) * 10_000 + rng.choice((0, 0, rng.randint(1, 9999)))
    )
    count = rng.choices(list(WISH_WEIGHTS), list(WISH_WEIGHTS.values()))[0]
    for number, wish in enumerate(rng.sample(lexicon, count), 1):
        values[f"wish_{number}"] = wish
    draw_siblings(application, applicant, rng)


def draw_tax(application: Application, change: date, rng: Random) -> None:
    """Yearly tax, taken in twelve parts from June on: what was taken by the month of the change, and the rest."""
    total = rng.randint(120, 7800) * 100
    monthly = total // 12 // 100 * 100
    months = (change.month - 6) % 12 + 1 if change >= date(2026, 6, 1) else rng.choice((11, 12))
    collected = total - monthly * (12 - months)
    application.values.update(
        tax_total=str(total), tax_collected=str(collected), tax_uncollected=str(total - collected)
    )


def tax(application: Application, prefecture: str, lexicon: list[str], rng: Random) -> None:
    values = application.values
    change = between(rng, date(2026, 4, 1), date(2026, 10, 31))
    values["change_date"] = change.isoformat()
    values["submission_date"] = between(rng, change, date(2026, 11, 20)).isoformat()
    anywhere = prefecture if rng.random() < 0.6 else rng.choice(places.prefectures())
    drawn = places.draw_address(anywhere, rng, with_building=False)
    application.place("employer_postal_code", "employer_address", drawn)
    values["employer_name"] = places.draw_employer(rng)
    values["designation_number"] = f"{rng.randint(1, 9_999_999):010d}"
    application.name("contact_name", draw_person(rng))
    values["contact_phone"] = places.draw_landline(rng)
    application.name("employee_name", draw_person(rng), "employee_kana")
    values["employee_birth"] = between(rng, date(1956, 1, 1), date(2007, 12, 31)).isoformat()
    if rng.random() < EMPLOYEE_NUMBER_RATE:
        values["employee_number"] = str(rng.randint(1, 99_999)).zfill(rng.choice((5, 6, 8)))
    application.place("employee_postal_code", "employee_address", places.draw_address(prefecture, rng))
    draw_tax(application, change, rng)
    reasons = ("retired", "transferred", "leave", "absent", "died", "other")
    reason = rng.choices(reasons, (66, 18, 7, 3, 2, 4))[0]
    values["change_reason"] = reason
    ways = {"transferred": ("continued",), "died": ("ordinary",)}.get(reason, ("ordinary", "lump"))
    values["collection_after"] = rng.choice(ways)


BUS_BIRTHS = {
    "elderly": (date(1934, 1, 1), date(1956, 3, 31)),
    "disabled": (date(1945, 1, 1), date(2012, 12, 31)),
    "returned": (date(1938, 1, 1), date(1962, 12, 31)),
    "student": (date(2008, 4, 2), date(2020, 4, 1)),
}


def bus(application: Application, prefecture: str, lexicon: list[str], rng: Random) -> None:
    values = application.values
    applied = between(rng, date(2026, 4, 1), date(2026, 11, 20))
    values["application_date"] = applied.isoformat()
    application.name("name", draw_person(rng), "kana")
    category = rng.choices(list(BUS_BIRTHS), (48, 15, 17, 20))[0]
    values["category"] = category
    values["birth"] = between(rng, *BUS_BIRTHS[category]).isoformat()
    application.place("postal_code", "address", places.draw_address(prefecture, rng))
    values["phone"] = places.draw_phone(rng)
    routes = ("east", "west", "south", "north", "loop")
    chosen = rng.sample(routes, rng.choices((1, 2, 3), (60, 30, 10))[0])
    values["routes"] = ",".join(route for route in routes if route in chosen)
    values["period"] = rng.choice(("month1", "month3", "month6"))
    first = date(applied.year, applied.month % 12 + 1, 1)
    values["start_date"] = rng.choice((applied, first if first > applied else applied)).isoformat()
    values["delivery"] = rng.choices(("counter", "post"), (75, 25))[0]


DRAWERS = {"nursery-admission": nursery, "resident-tax-change": tax, "bus-pass": bus}


def draw_application(procedure: dict, serial: int, prefecture: str, rng: Random) -> Application:
    """One application of a procedure (its file, parsed); fields nobody filled in are empty strings."""
    number = receipt_number(serial)
    empty = {one["code"]: "" for one in procedure["fields"]}
    application = Application(procedure["procedure"], number, {**empty, "receipt_number": number})
    lexicon = procedure.get("lexicons", {}).get("nurseries", [])
    DRAWERS[procedure["procedure"]](application, prefecture, lexicon, rng)
    return application
