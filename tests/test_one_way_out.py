"""Nothing in the house opens a connection by itself: `kernel.outbound` does, and a few that say why they may."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "src/yakuba"

# Modules that speak to another machine, and what of them. Empty: whatever of it.
CLIENTS: dict[str, frozenset[str]] = {
    "http.client": frozenset({"HTTPConnection", "HTTPSConnection"}),
    "socket": frozenset({"create_connection", "socket", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "socketpair"}),
    "asyncio": frozenset({"open_connection", "open_unix_connection"}),
    **dict.fromkeys(
        ["urllib.request", "smtplib", "imaplib", "poplib", "ftplib", "nntplib", "telnetlib", "xmlrpc.client", "requests", "httpx",
         "aiohttp", "urllib3", "websocket", "websockets", "boto3", "botocore", "minio", "ldap", "ldap3", "paramiko", "pycurl",
         "socks", "dns", "grpc", "linebot", "httplib2", "paho.mqtt.client", "paho.mqtt.publish", "paho.mqtt.subscribe", "aiomqtt", "webbrowser", "django.core.mail", "logging.handlers", "_socket"],
        frozenset[str](),
    ),
}  # fmt: skip
METHODS = frozenset(
    {
        "create_connection",
        "create_datagram_endpoint",
        "getaddrinfo",
        "open_connection",
        "sock_connect",
        "connect_ex",
    }
)
PROGRAMS = frozenset({"curl", "wget", "nc", "ssh", "scp", "rsync", "openssl", "socat", "ftp", "sendmail"})

EXCEPTIONS = {
    "kernel/outbound/dialling.py": "is the way out",
    "config/serving/connections.py": "server side: takes over connections that others opened to us",
    "services/cityhub/adapters/mqtt.py": "speaks MQTT over the connection that `dialling.stream` opens; opens none",
    "services/robots/adapters/egress/server.py": "the egress: calls only addresses that `outbound.allowed` let through",
    "services/robots/adapters/egress/client.py": "a socket in the file system, to the egress of this machine",
    "services/robots/adapters/plain/channel.py": "to the egress's port on this machine; without one only where a test says so",
}


def opened_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of what opens connections, whatever it was imported as."""
    found: list[tuple[int, str]] = []
    names: dict[str, str] = {}  # what stands in the code -> module
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                names[one.asname or one.name] = one.name
                if not CLIENTS.get(one.name, {""}):
                    found.append((node.lineno, one.name))
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted = CLIENTS.get(node.module)
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                names[one.asname or one.name] = whole
                if (wanted is not None and (not wanted or one.name in wanted)) or not CLIENTS.get(
                    whole, {""}
                ):
                    found.append((node.lineno, whole))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module = names.get(ast.unparse(node.value), "")
            if node.attr in CLIENTS.get(module, ()) or node.attr in METHODS:
                found.append((node.lineno, f"{ast.unparse(node.value)}.{node.attr}"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.rpartition("/")[2] in PROGRAMS:
                found.append((node.lineno, f"program {node.value}"))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "import_module"):
            said = node.args[0] if node.args else None
            if isinstance(said, ast.Constant) and said.value in CLIENTS:
                found.append((node.lineno, f"{said.value} by name"))
    return found


def modules() -> list[Path]:
    return [path for path in sorted(SOURCES.rglob("*.py")) if "tests" not in path.relative_to(SOURCES).parts]


def found_in(path: Path) -> list[tuple[int, str]]:
    """Without annotations: a type opens nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Name("object")
    return opened_in(tree)


def test_nothing_but_the_way_out_opens_connections() -> None:
    wrong = [
        f"{path.relative_to(SOURCES)}:{line} {what}"
        for path in modules()
        if str(path.relative_to(SOURCES)) not in EXCEPTIONS
        for line, what in found_in(path)
    ]
    assert not wrong, f"go through kernel.outbound.dialling: {wrong}"


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_an_exception_is_one(name: str) -> None:
    assert found_in(SOURCES / name), f"{name} opens nothing any more: take it off the list"


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request", "from urllib.request import urlopen", "from urllib import request", "import smtplib", "import requests as r",
        "from http.client import HTTPSConnection", "import http.client\nhttp.client.HTTPConnection('x')",
        "import http.client as h\nh.HTTPSConnection('x')", "from http import client\nclient.HTTPConnection('x')",
        "import socket\nsocket.create_connection(('x', 1))", "import socket as s\ns.socket()", "from socket import socket",
        "from socket import getaddrinfo as look", "import asyncio\nasyncio.open_connection('x', 1)",
        "loop.create_connection(p, 'x', 1)", "subprocess.run(['/usr/bin/curl', url])", "import_module('smtplib')",
        "from django.core.mail import send_mail", "import httpx", "from importlib import import_module\nimport_module('requests')",
    ],
)  # fmt: skip
def test_the_test_sees_it(code: str) -> None:
    assert opened_in(ast.parse(code))


def test_the_test_leaves_servers_alone() -> None:
    assert not opened_in(
        ast.parse("import socket\nsocket.create_server(('', 1))\nsocket.SHUT_RDWR\nsocket.gethostname()")
    )


def test_the_library_that_runs_models_does_not_call_home(tmp_path: Path) -> None:
    """It keeps what it is about to tell in a database of its own; where it is quiet there is none."""
    code = "import yakuba, onnxruntime, time; time.sleep(2)"
    left = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    subprocess.run([sys.executable, "-c", code], env=left | {"HOME": str(tmp_path)}, check=True, timeout=300)
    assert [path.name for path in tmp_path.rglob("*")] == []
