"""Two installations of one town, as separate processes with data folders and databases of their own: the residents' part and
the inside. They share a port of this machine, or a folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from running_house import PATIENCE, House, Visitor, new_house

TOWN = "/apply/990019/"
IN_TOWN = """
import django
django.setup()
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality
with active_municipality(Municipality.objects.get(code="990019")):
"""
BUS = {
    "procedure": "bus", "title": "バス乗車券", "version": 1,
    "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "day", "label": "申請日", "type": "date", "required": True},
        {"code": "name", "label": "氏名", "type": "name", "required": True},
        {"code": "birth", "label": "生年月日", "type": "date", "required": True},
        {"code": "kind", "label": "区分", "type": "choice", "required": True, "options": {"old": "70歳以上", "student": "通学"}},
        {"code": "age", "label": "年齢", "type": "number", "required": False},
    ],
}  # fmt: skip
CUT = {
    "pages": [{"title": "あなたのこと", "fields": ["name", "birth", "kind"]}],
    "calculated": [{"field": "age", "age": "birth", "on": "day"}],
    "files": [{"code": "card", "label": "手帳", "required": False}],
}
OPEN = f"""
    from django.utils import timezone
    from yakuba.kernel.accounts.models import User
    from yakuba.kernel.ledger.actions import load_procedure
    from yakuba.kernel.townsettings.actions import set_values
    from yakuba.services.intake.actions import opening
    clerk = User.objects.get(username="hanako")
    set_values({{"intake.public": True}}, actor=clerk)
    procedure = load_procedure({BUS!r})
    opening.set_form(procedure, {CUT!r}, actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
"""
REPORTS = """
    from yakuba.kernel.accounts.models import User
    from yakuba.kernel.tenancy.models import Department
    from yakuba.kernel.townsettings.actions import set_values
    from yakuba.services.fieldwork import facade
    from yakuba.services.fieldwork.tests.examples import SECTIONS
    clerk = User.objects.get(username="hanako")
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    set_values({"fieldwork.public": True}, actor=clerk)
"""
CASES = """
    import json
    from yakuba.kernel.ledger.models import Case, CaseValue
    print(json.dumps([
        {"number": c.receipt_number, "status": c.status, "values": dict(c.values.values_list("field", "value"))}
        for c in Case.objects.order_by("pk")
    ]))
"""


def indented(program: str) -> str:
    """A program that runs with the town active."""
    return IN_TOWN + "".join(f"    {line}\n" for line in program.strip("\n").splitlines())


@dataclass
class Pair:
    """Both halves, with keys that each has accepted of the other."""

    outside: House
    inside: House
    medium: Path

    def pull(self, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The inside fetches what there is."""
        done = self.inside.yakuba("exchange", "pull", "--json")
        assert not check or done.returncode == 0, done.stderr + done.stdout
        return done

    def carry(self, source: House, target: House) -> subprocess.CompletedProcess[str]:
        """One file from one half to the other."""
        return carry_in(target, carry_out(source, self.medium))

    def cases(self) -> list[dict]:
        """What stands in the ledger inside."""
        return json.loads(self.inside.python(IN_TOWN + CASES).splitlines()[-1])

    @contextmanager
    def web(self) -> Iterator[subprocess.Popen[bytes]]:
        """The outside, answering residents and the inside."""
        with self.outside.running("web") as process:
            wait_for(self.outside, process)
            yield process


def wait_for(house: House, process: subprocess.Popen[bytes]) -> None:
    """Until the residents' part answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the process ended"
        with suppress(OSError):
            if Visitor(house.port).get("/health/live").status == 200:
                return
        time.sleep(0.2)
    raise AssertionError("the outside does not answer")


def new_pair(folder: Path, *, line: bool = True) -> Pair:
    """Two prepared halves that know each other's keys; the form is open inside, and nothing has gone from one to the other."""
    outside = new_house(folder / "outside", YAKUBA_PART="outside")
    allowed = f"127.0.0.1:{outside.port}"
    inside = new_house(folder / "inside", YAKUBA_PART="inside", YAKUBA_OUTBOUND_HOSTS=allowed)
    medium = folder / "medium"
    medium.mkdir()
    prints = {}
    for name, house in (("outside", outside), ("inside", inside)):
        done = house.yakuba("exchange", "keys", "--out", str(medium / f"{name}.key"), "--json")
        assert done.returncode == 0, done.stderr
        prints[name] = json.loads(done.stdout)["fingerprint"]
    accept(outside, medium / "inside.key", prints["inside"])
    accept(
        inside,
        medium / "outside.key",
        prints["outside"],
        *(["--address", f"http://{allowed}"] if line else []),
    )
    inside.python(IN_TOWN + OPEN)
    return Pair(outside, inside, medium)


def accept(house: House, file: Path, told: str, *more: str) -> None:
    """Take the other half's key, whose fingerprint was read aloud."""
    done = house.yakuba("exchange", "accept", str(file), "--fingerprint", told, *more)
    assert done.returncode == 0, done.stderr


def carry_out(house: House, medium: Path) -> Path:
    """The file that a half writes."""
    done = house.yakuba("exchange", "carry-out", str(medium), "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["file"])


def carry_in(house: House, file: Path) -> subprocess.CompletedProcess[str]:
    """What a half says of a file."""
    return house.yakuba("exchange", "carry-in", str(file), "--json")


class Resident:
    """Somebody at home, with a browser of their own."""

    def __init__(self, house: House) -> None:
        self.browser = Visitor(house.port)

    def ask(self, path: str, fields: dict[str, str] | None = None):
        """A page; redirections are followed."""
        answer = self.browser.get(path) if fields is None else self.browser.post(path, fields)
        while answer.status in (301, 302):
            answer = self.browser.get(answer.headers["Location"])
        return answer

    def begin(self) -> str:
        """A new draft: where its pages are."""
        self.ask(f"{TOWN}bus/")
        return self.browser.post(f"{TOWN}bus/", {}).headers["Location"].removesuffix("1/")

    def fill(self, draft: str, name: str = "山田　太郎"):
        """Its page."""
        self.ask(f"{draft}1/")
        return self.ask(f"{draft}1/", {"name": name, "birth": "S31.4.1", "kind": "old"})

    def attach(self, draft: str, content: bytes, name: str = "card.png"):
        """A picture."""
        edge = "edge-of-the-parts"
        token = self.browser.cookies.get("csrftoken", "")
        body = b""
        for field, value in (("csrfmiddlewaretoken", token), ("add", "1")):
            body += f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        body += (
            f'--{edge}\r\nContent-Disposition: form-data; name="card"; filename="{name}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        body += content + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.browser._ask("POST", f"{draft}files/", body, kind)

    def send(self, draft: str) -> tuple[str, str]:
        """Receipt number and secret."""
        answer = self.ask(f"{draft}send/", {})
        assert answer.status == 200, answer.text
        number, secret = re.findall(r'<dd class="number">([^<]+)</dd>', answer.text)[:2]
        return number, secret

    def apply(self, name: str = "山田　太郎") -> tuple[str, str]:
        """A whole application."""
        draft = self.begin()
        self.fill(draft, name)
        return self.send(draft)

    def look(self, number: str, secret: str) -> str:
        """The status page."""
        self.ask(f"{TOWN}status/")
        return self.ask(f"{TOWN}status/", {"number": number, "secret": secret}).text

    def press(self, page: str, what: str, **fields: str) -> str:
        """A button of the status page."""
        ticket = re.search(r'name="ticket" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
        return self.ask(f"{TOWN}status/{what}/", {"ticket": ticket, **fields}).text


def kill(process: subprocess.Popen[bytes]) -> None:
    """At once, with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(600)


def kept(house: House, place: Path) -> Path:
    """A copy of a house's data folder, as a snapshot of its machine would be."""
    shutil.copytree(house.folder, place, symlinks=True)
    return place


def put_back(house: House, place: Path) -> None:
    """That copy again, in the place of what there is."""
    shutil.rmtree(house.folder)
    shutil.copytree(place, house.folder, symlinks=True)


def start_pull(house: House) -> subprocess.Popen[bytes]:
    """A pull that is under way."""
    command = [sys.executable, "-m", "yakuba", "exchange", "pull"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, env=house.environment, start_new_session=True, stdout=quiet, stderr=quiet
    )
