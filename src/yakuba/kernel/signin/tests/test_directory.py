"""Login with the account of a town's directory, against a real HTTP server with real keys."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from django.conf import settings
from django.test import Client

from yakuba.config.environment import Environment
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.administration.pages.house import shown_value
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.signin.directory import wire
from yakuba.kernel.signin.directory.actions import save_rule
from yakuba.kernel.signin.directory.tokens import TokenRefused, claims_of
from yakuba.kernel.signin.tests.issuer import EcKey, Issuer, RsaKey, running, spelled
from yakuba.kernel.signin.tests.signing import PASSWORD, code_now, give_phone, grow_old, log_in

EXPORT = "/administration/people/?form=xlsx"


@pytest.fixture(scope="module")
def _server():
    with running() as issuer:
        yield issuer


@pytest.fixture
def issuer(_server, monkeypatch, yakuba_city, clerk) -> Issuer:
    _server.__init__(_server.address)
    _server.claims = {"preferred_username": clerk.username}
    monkeypatch.setattr(wire, "SECONDS", 300.0)  # however slow the machine is
    said = settings.YAKUBA
    monkeypatch.setattr(said, "oidc_directories", f"{yakuba_city.code}={_server.address} {_server.client}")
    monkeypatch.setattr(said, "oidc_secrets", f"{yakuba_city.code}={_server.secret}")
    monkeypatch.setattr(said, "outbound_hosts", _server.address.removeprefix("http://"))
    return _server


def come(issuer: Issuer, town, then: str = ""):
    """A browser that goes to the directory and comes back: it, and the answer."""
    client = Client()
    there = client.get(f"/login/directory/{town.code}/" + (f"?next={then}" if then else ""))
    if there.status_code != 302:
        return client, there
    return client, client.get(issuer.visit(there["Location"]))


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_who_the_town_knows_comes_in(issuer, clerk, in_yakuba_city):
    assert f"/login/directory/{in_yakuba_city.code}/" in Client().get("/login/").content.decode()
    client, answer = come(issuer, in_yakuba_city, "/search/")
    assert (answer.status_code, answer["Location"]) == (302, "/search/")
    assert is_in(client)
    assert AuditEvent.objects.filter(name="signin.by_directory", actor=clerk).count() == 1
    assert issuer.refusals == []


def test_nobody_is_made_and_nobody_of_another_town_comes_in(issuer, neighbour, newcomer, in_yakuba_city):
    newcomer.is_active = False
    newcomer.save()
    people = User.objects.count()
    for name in ("nobody", neighbour.username, newcomer.username, "", 7, None, "x" * 200):
        issuer.claims = {"preferred_username": name}
        client, answer = come(issuer, in_yakuba_city)
        assert (answer.status_code, is_in(client)) == (403, False), name
    assert User.objects.count() == people


def test_it_leads_nowhere_else(issuer, in_yakuba_city):
    assert come(issuer, in_yakuba_city, "https://evil.example/")[1]["Location"] == "/"


def claims(**changed):
    return lambda issuer: issuer.claims.update(changed)


def other_key(issuer):
    issuer.used_key = RsaKey(issuer.keys[0].kid)


def unsigned(issuer):
    issuer.header = {"alg": "none"}
    issuer.answer = lambda token: token.rpartition(".")[0] + "."


def public_key_as_a_secret(issuer):
    issuer.header = {"alg": "HS256"}


def changed_body(issuer):
    def change(token):
        head, body, signature = token.split(".")
        return f"{head}.{body[:-4]}{spelled(b'xyz')}.{signature}"

    issuer.answer = change


CHEATS = {
    "another issuer": claims(iss="https://evil.example"),
    "for another client": claims(aud="other"),
    "for several, said to none": claims(aud=["yakuba", "other"]),
    "said to another": claims(aud=["yakuba", "other"], azp="other"),
    "another login's": claims(nonce="x"),
    "over": claims(exp=time.time() - 120),
    "no end": claims(exp=None),
    "the end is a word": claims(exp="later"),
    "endless": claims(exp=float("nan")),
    "beyond all numbers": claims(exp=10**400),
    "old": claims(iat=time.time() - 4000),
    "of tomorrow": claims(iat=time.time() + 1_000_000),
    "not yet": claims(nbf=time.time() + 1_000_000),
    "of nobody": claims(sub=""),
    "another's key": other_key,
    "no signature": unsigned,
    "a keyed hash": public_key_as_a_secret,
    "changed": changed_body,
    "critical extension": lambda issuer: issuer.header.update(crit=["x"]),
    "no token": lambda issuer: setattr(issuer, "answer", lambda token: ""),
    "no object": lambda issuer: setattr(issuer, "answer", lambda token: "W10.W10.W10"),
}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS)
def test_what_is_not_the_issuers_word_opens_nothing(issuer, cheat, in_yakuba_city):
    cheat(issuer)
    client, answer = come(issuer, in_yakuba_city)
    assert (answer.status_code, is_in(client)) == (403, False)
    assert "職員IDとパスワード" in answer.content.decode()


def test_clocks_may_differ_a_little(issuer, in_yakuba_city, monkeypatch):
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)  # however slow the machine is
    issuer.claims |= {"iat": now + 59, "exp": now - 59}
    assert is_in(come(issuer, in_yakuba_city)[0])


def test_keys_change_from_one_login_to_the_next(issuer, in_yakuba_city):
    assert is_in(come(issuer, in_yakuba_city)[0])
    old, issuer.keys = issuer.keys[0], [EcKey("new"), RsaKey("other")]
    assert is_in(come(issuer, in_yakuba_city)[0])
    issuer.used_key = old
    assert not is_in(come(issuer, in_yakuba_city)[0])


def test_short_keys_are_no_keys(issuer):
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = RsaKey("weak")
    weak.secret = rsa.generate_private_key(65537, 1024)
    issuer.keys, issuer.claims = [weak], {}
    given = {"issuer": issuer.address, "client": issuer.client, "nonce": "n"}
    with pytest.raises(TokenRefused):
        claims_of(issuer.token("n"), [weak.shown()], **given)
    strong = RsaKey("strong")
    issuer.keys = [strong]
    assert claims_of(issuer.token("n"), [strong.shown(), {"kty": 1}, 7], **given)["sub"] == "s-1"


def test_an_answer_counts_once_in_the_browser_that_asked(issuer, in_yakuba_city):
    here, there = Client(), Client()
    back = issuer.visit(here.get(f"/login/directory/{in_yakuba_city.code}/")["Location"])
    other = issuer.visit(there.get(f"/login/directory/{in_yakuba_city.code}/")["Location"])
    assert there.get(back).status_code == 403, "another browser's"
    assert not is_in(there)
    assert there.get(other).status_code == 403, "used up by the wrong one"
    assert here.get(back).status_code == 302
    here.post("/logout/")
    assert here.get(back).status_code == 403, "a second time"
    assert Client().get("/login/directory/back/?code=x&state=x").status_code == 403


def test_late_cancelled_and_mixed_up(issuer, in_yakuba_city):
    for change in (lambda url: url.replace("code=", "error="), lambda url: f"{url}&iss=https://evil.example"):
        client = Client()
        back = issuer.visit(client.get(f"/login/directory/{in_yakuba_city.code}/")["Location"])
        assert client.get(change(back)).status_code == 403
    late = Client()
    back = issuer.visit(late.get(f"/login/directory/{in_yakuba_city.code}/")["Location"])
    session = late.session
    session["directory_asked"] |= {"at": time.time() - 601}
    session.save()
    assert late.get(back).status_code == 403


DOCUMENTS = {
    "another name": {"issuer": "https://evil.example"},
    "a page that anybody reads": {"authorization_endpoint": "http://evil.example/"},
    "no page": {"authorization_endpoint": None},
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_directory_that_says_odd_things_leads_nowhere(issuer, document, in_yakuba_city):
    issuer.document = document
    answer = come(issuer, in_yakuba_city)[1]
    assert (answer.status_code, "evil.example" in answer.content.decode()) == (503, False)


def test_only_listed_addresses_are_asked(issuer, in_yakuba_city, monkeypatch):
    issuer.document = {"jwks_uri": "http://127.0.0.1:9/jwks"}
    answer = come(issuer, in_yakuba_city)[1]
    assert (answer.status_code, "許可されていません" in answer.content.decode()) == (503, True)
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "")
    answer = come(issuer, in_yakuba_city)[1]
    assert (answer.status_code, "許可されていません" in answer.content.decode()) == (503, True)


def test_a_directory_that_is_down_leaves_the_password(issuer, clerk, in_yakuba_city, monkeypatch):
    said = settings.YAKUBA
    monkeypatch.setattr(said, "oidc_directories", f"{in_yakuba_city.code}=http://127.0.0.1:9 yakuba")
    monkeypatch.setattr(said, "outbound_hosts", "127.0.0.1:9")
    answer = come(issuer, in_yakuba_city)[1]
    assert (answer.status_code, "接続できません" in answer.content.decode()) == (503, True)
    assert "職員IDとパスワード" in answer.content.decode()
    assert is_in(log_in(clerk, PASSWORD)[0])
    assert Client().get("/login/directory/131016/").status_code == 404


def test_the_own_second_factor_is_asked_for(issuer, clerk, in_yakuba_city, monkeypatch):
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)  # no step of the telephone ends in between
    secret, _ = give_phone(clerk)
    issuer.claims |= {"amr": ["pwd", "mfa"], "acr": "gold"}
    client, answer = come(issuer, in_yakuba_city, "/search/")
    assert (answer["Location"], is_in(client)) == ("/login/second/", False)
    assert client.post("/login/second/", {"code": code_now(secret, 1)})["Location"] == "/search/"
    for word in ("mfa", "gold"):
        save_rule({}, [word], actor=clerk)
        assert is_in(come(issuer, in_yakuba_city)[0])
    save_rule({}, ["face"], actor=clerk)
    assert not is_in(come(issuer, in_yakuba_city)[0])


def test_a_proof_is_as_old_as_the_directory_says(issuer, in_yakuba_city):
    for moment, status in ((None, 302), (time.time() - 700, 302), (time.time(), 200), ("now", 302)):
        issuer.claims["auth_time"] = moment
        assert come(issuer, in_yakuba_city)[0].get(EXPORT).status_code == status, moment


def test_groups_give_the_roles_that_the_town_has_tied_and_no_others(issuer, clerk, newcomer, in_yakuba_city):
    for name in ("窓口担当", "課長", "別の役割"):
        Role.objects.create(name=name, permissions=["ledger.view"])
    newcomer.roles.set(Role.objects.filter(name="別の役割"))
    issuer.claims = {"preferred_username": newcomer.username, "groups": ["uketsuke", "課長", 7]}

    def roles():
        return sorted(newcomer.roles.values_list("name", flat=True))

    come(issuer, in_yakuba_city)
    assert roles() == ["別の役割"], "nothing is tied"
    save_rule({"uketsuke": "窓口担当", "kacho": "課長"}, [], actor=clerk)
    client, _ = come(issuer, in_yakuba_city)
    assert is_in(client)
    assert roles() == ["別の役割", "窓口担当"]
    issuer.claims["groups"] = ["kacho"]
    assert is_in(come(issuer, in_yakuba_city)[0])
    assert not is_in(client), "other roles end what is open"
    assert roles() == ["別の役割", "課長"]
    del issuer.claims["groups"]
    come(issuer, in_yakuba_city)
    assert roles() == ["別の役割", "課長"], "a directory that says no groups takes none away"


def test_what_the_town_makes_of_it_is_said_after_a_proof_and_with_roles_that_exist(
    clerk, in_yakuba_city, monkeypatch
):
    client = Client()
    client.force_login(clerk)
    assert "/signin/directory/" not in client.get("/administration/roles/", follow=True).content.decode()
    monkeypatch.setattr(
        settings.YAKUBA, "oidc_directories", f"{in_yakuba_city.code}=https://a.example yakuba"
    )
    assert "/signin/directory/" in client.get("/administration/roles/", follow=True).content.decode()
    Role.objects.create(name="窓口担当", permissions=[])
    fields = {"groups": "cn=uketsuke,ou=x=窓口担当\n", "factors": "mfa、otp"}
    for wrong in ("uketsuke", "uketsuke=無い役割", "=窓口担当"):
        assert client.post("/signin/directory/", fields | {"groups": wrong}).status_code == 422, wrong
    assert client.post("/signin/directory/", fields).status_code == 302
    page = client.get("/signin/directory/").content.decode()
    assert "cn=uketsuke,ou=x=窓口担当" in page
    assert "mfa、otp" in page
    grow_old(client)
    assert client.post("/signin/directory/", fields).status_code == 403


def test_settings_that_say_nothing_clear_are_refused(monkeypatch):
    for text in (
        "https://a.example yakuba",
        "990019=https://a.example",
        "990019=a.example yakuba",
        "x=https://a y",
    ):
        monkeypatch.setenv("YAKUBA_OIDC_DIRECTORIES", text)
        with pytest.raises(ValueError, match="団体コード"):
            Environment()
    monkeypatch.setenv(
        "YAKUBA_OIDC_DIRECTORIES", "990019=https://a.example yakuba upn, 131016=https://b.example c"
    )
    monkeypatch.setenv("YAKUBA_OIDC_SECRETS", "himitsu")
    with pytest.raises(ValueError, match="団体コード"):
        Environment()
    assert "himitsu" not in shown_value("oidc_secrets", "990019=himitsu")


@pytest.mark.parametrize("address", ["https://[", "http://evil.example/", "", None, 7])
def test_an_address_that_is_none_is_refused_in_words(address):
    with pytest.raises(wire.DirectoryFailed):
        wire.require_safe(address)


def test_who_sends_a_byte_now_and_then_holds_nobody(issuer, monkeypatch):
    """Each byte comes in time; the whole does not."""
    over = threading.Event()

    def drip(listening):
        connected = listening.accept()[0]
        with connected:
            while not over.wait(0.05):
                try:
                    connected.send(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", address)
        monkeypatch.setattr(wire, "SECONDS", 0.5)
        dripping = threading.Thread(target=drip, args=[listening])
        dripping.start()
        try:
            with pytest.raises(wire.DirectoryFailed, match="接続できません"):
                wire.fetch(f"http://{address}/")
        finally:
            over.set()
            dripping.join()
