"""What the robot's browser needs on this machine, and how it is started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from yakuba.kernel.modelfolders import Kind, OptionalPart, Standing, look
from yakuba.services.robots.engine.errors import NotReady

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
DEFAULT_CHROMIUM = "/usr/bin/chromium"
CHROMIUM = OptionalPart(
    "chromium", Kind.PROGRAM, "ブラウザー", "ロボットが画面に入力し、操作を録画する", "BSD-3-Clause",
    debian=("chromium",), setting="YAKUBA_CHROMIUM",
)  # fmt: skip
DRIVER = OptionalPart(
    "playwright", Kind.PACKAGE, "ブラウザーを動かす部品（playwright）", "ロボットが画面に入力し、操作を録画する", "Apache-2.0"
)  # fmt: skip
ATOMIC = OptionalPart(
    "atomic", Kind.LIBRARY, "ブラウザーを動かす部品が使うライブラリ", "ロボットが画面に入力し、操作を録画する",
    "GPL-3.0 with GCC exception", debian=("libatomic1",),
)  # fmt: skip
FONTS = OptionalPart(
    "ja", Kind.FONT, "日本語のフォント（画面の写し）", "ロボットが残す画面の写しが読める", "OFL-1.1",
    debian=("fonts-noto-cjk",),
)  # fmt: skip

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    # Under both of its names: a browser that does not know one of them sends UDP to whatever a page names.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
)

# Contexts name the egress as their proxy. What belongs to none of them (the browser's own questions, a context that was made
# without one) is sent to a port where nothing listens, and neither the environment's proxy nor the desktop's is asked.
_NOWHERE = ["--proxy-server=http://127.0.0.1:1", "--proxy-bypass-list=<-loopback>"]

_IN_A_WINDOW = ["--hide-crash-restore-bubble", "--no-default-browser-check", "--window-size=1280,1000"]


def chromium_path() -> str:
    """The browser's program: `YAKUBA_CHROMIUM`, or Debian's."""
    return os.environ.get("YAKUBA_CHROMIUM") or DEFAULT_CHROMIUM


def missing(chromium: str = "") -> list[str]:
    """What is missing to run robots on this machine, in Japanese with the remedy; empty when nothing is."""
    lacks = obstacles(chromium)
    return [*lacks, *filter(None, [look(FONTS).lack])]


def optional(chromium: str = "") -> list[Standing]:
    """What is looked for on this machine."""
    return [look(CHROMIUM, chromium or chromium_path()), look(DRIVER), look(ATOMIC), look(FONTS)]


def obstacles(chromium: str = "") -> list[str]:
    """What of that keeps a robot from working at all."""
    program = chromium or chromium_path()
    lacks = []
    if lack := look(CHROMIUM, program).lack:
        lacks.append(f"{program} に{lack}")
    if lack := look(DRIVER).lack:
        lacks.append(lack)
    elif complaint := _driver_complaint():
        lacks.append(f"ブラウザーを動かす部品（playwright）が起動しません（{complaint}）。{ATOMIC.remedy}")
    return lacks


_working_drivers: set[str] = set()


def _driver_complaint() -> str:
    """What Playwright's driver, a program with libraries of its own, says when it cannot start; else empty."""
    from playwright._impl._driver import compute_driver_executable

    program = str(compute_driver_executable()[0])
    if program in _working_drivers:
        return ""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if asked.returncode == 0:
        _working_drivers.add(program)
        return ""
    return asked.stderr.decode(errors="replace").strip().partition(": ")[2][:120]


def flags(hosts: Sequence[str], mark: str, *, proxied: bool = False, headless: bool = True) -> list[str]:
    """Command line of the browser. hosts: the only host names it can resolve, addresses included; when it goes
    out by a proxy (`proxied`), none but this machine's address, under which the proxy answers.

    mark: a word to recognise the browser's processes by. Raises `NotReady` for what is no host name.
    """
    resolved = ["127.0.0.1"] if proxied else hosts
    odd = [host for host in resolved if not _HOST.fullmatch(host)]
    if odd:
        raise NotReady(f"接続先「{'」「'.join(odd)}」はホスト名ではありません。設定を確かめてください。")
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in resolved)])
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    direct = _NOWHERE if proxied else ["--no-proxy-server"]
    shown = ["--headless"] if headless else _IN_A_WINDOW
    return [*shown, *_FLAGS, *direct, *sandbox, f"--host-resolver-rules={rules}", f"--yakuba-robot={mark}"]


def screen_problem() -> str:
    """Why no window can be shown to a person here, in Japanese with the remedy; empty where one can."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return (
            "この機械には画面がないため、ブラウザーを開いて録画できません。画面のあるパソコンで行うか、"
            "「ロボット」のページの「操作を録画する」を使ってください。"
        )
    return ""


_SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY")


def environment(*, headless: bool = True) -> dict[str, str | float | bool]:
    """The browser's environment: enough to start, none of this process's settings and secrets."""
    wanted = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"]
    wanted += [] if headless else _SCREEN
    return {name: os.environ[name] for name in wanted if name in os.environ}


def kill_marked(mark: str) -> int:
    """Kill every process whose command line carries the mark; returns how many there were."""
    wanted = f"--yakuba-robot={mark}".encode()
    killed = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if wanted in (folder / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(folder.name), 9)
                killed += 1
        except OSError:
            continue
    return killed
