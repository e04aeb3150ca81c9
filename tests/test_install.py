"""The commands of docs/operate/install.md, run as they stand there in an empty folder and an empty database."""

from __future__ import annotations

import http.client
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from followed_page import PROJECT, blocks, run, shell
from postgresql_server import postgresql_server
from running_house import STAFF, House, Visitor, empty_house

PAGE = PROJECT / "docs/operate/install.md"
WORD = "a-long-word-of-hanako"


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=(pytest.mark.postgresql, pytest.mark.full))]
)
def house(request, tmp_path):
    if request.param == "sqlite":
        yield empty_house(tmp_path)
        return
    with postgresql_server() as server:
        yield empty_house(tmp_path, YAKUBA_DATABASE_URL=server.new_database("yakuba"))


@pytest.mark.slow
def test_an_empty_machine_becomes_a_town_that_works(house, tmp_path):
    word = tmp_path / "word"
    word.write_text(WORD, encoding="utf-8")
    own = {"YAKUBA_DATA_DIR": str(house.folder), "YAKUBA_HOST": "127.0.0.1"}
    for name, value in re.findall(r"^export (\w+)=(\S+)", blocks(PAGE, "2. 設定を決める")[0], re.M):
        house.environment[name] = own.get(name, value)
    house.environment["YAKUBA_ALLOWED_HOSTS"] += ",127.0.0.1"
    done = shell(blocks(PAGE, "3. 自治体と最初の職員")[0].replace("パスワードのファイル", str(word)), house)
    assert done.returncode == 0, done.stderr
    # A minute or more on a slow machine: not without a word, nor with one for each table.
    assert re.match(r"データベースの表 …\n(?:.*\n){0,6}?データベースの表 (\d+)/\1\n", done.stderr), (
        done.stderr
    )
    run(blocks(PAGE, "4. 手続、様式、基幹システム")[0], house, {})
    with house.running(*blocks(PAGE, "5. 動かす")[0].split()[1:]) as up:
        house.wait_until_it_answers(up)
        token = run(blocks(PAGE, "6. プログラムから使う")[0], house, {}).strip()
        visitor = Visitor(house.port)
        visitor.log_in(WORD)
        home = visitor.get("/").text
        assert "帳票読取" in home
        assert "ロボット" in home
        assert sent(house, token) == 201
    assert json.loads(house.yakuba("check", "--json").stdout)
    assert house.yakuba("audit", "verify").returncode == 0
    assert STAFF in house.yakuba("accounts", "list").stdout


def sent(house: House, token: str) -> int:
    """The status with which the house takes a scan from a program."""
    scan = (PROJECT / "samples/forms/bus-pass/page-1.png").read_bytes()
    body = encode_multipart(BOUNDARY, {"files": SimpleUploadedFile("scan.png", scan, "image/png")})
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=600)
    said = {"Authorization": f"Bearer {token}", "Content-Type": MULTIPART_CONTENT}
    connection.request("POST", "/api/v1/reading/batches", body, said)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
