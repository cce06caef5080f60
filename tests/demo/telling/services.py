# SPDX-License-Identifier: Apache-2.0
"""The stack that the demo runs on."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from telling.terminal import NotAsExpected, Terminal

ROOT = Path(__file__).resolve().parents[3]
STACK = ROOT / "tests" / "stack" / "stack"
CHORE = ROOT / "tools" / "chore"
NAME = "demo"
# Its presence in the stack's state says that a demo did not come to its end and left things behind.
UNFINISHED = "demo-unfinished"


def wheel() -> Path:
    """The driver of this tree, built if need be."""
    done = subprocess.run([sys.executable, str(CHORE), "build"], stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise NotAsExpected("the wheel could not be built; why is said above")
    return next((ROOT / "dist").glob("*.whl"))


def up(driver: Path) -> Terminal:
    """Have all services running with the driver; a terminal of the tenant `demo` there."""
    _stack("build")
    if _was_left_unfinished():
        _stack("down", "--wipe", "--name", NAME)
    _stack("up", "--name", NAME, "--driver", str(driver))
    return terminal()


def down() -> None:
    """Stop all services."""
    _stack("down", "--name", NAME)


def terminal() -> Terminal:
    """A terminal of the tenant `demo`."""
    printed = subprocess.run(
        [sys.executable, str(STACK), "env", "--name", NAME], capture_output=True, text=True, check=False
    )
    if printed.returncode != 0:
        raise NotAsExpected(printed.stderr.strip())
    words = (shlex.split(line) for line in printed.stdout.splitlines())
    variables = dict(word.split("=", 1) for _export, word in words)
    return Terminal({**_plain_environment(), **variables}, Path(variables["STACK_STATE"]))


def begin(folder: Path) -> None:
    """Mark that the story has begun."""
    (folder / UNFINISHED).touch()


def end(folder: Path) -> None:
    """Mark that the story has come to its end."""
    (folder / UNFINISHED).unlink(missing_ok=True)


def _plain_environment() -> dict[str, str]:
    """This environment without what would lead the clients elsewhere, and with the SHELL that they need."""
    leading = ("OS_", "KUBE", "HELM_", "REQUESTS_CA", "CURL_CA", "SSL_CERT", "PYTHON")
    plain = {name: value for name, value in os.environ.items() if not name.upper().startswith(leading)}
    local = "127.0.0.1,localhost"
    return {"SHELL": "/bin/sh", **plain, "no_proxy": local, "NO_PROXY": local}


def _was_left_unfinished() -> bool:
    try:
        state = terminal().folder
    except NotAsExpected:
        return False
    return (state / UNFINISHED).exists()


def _stack(*arguments: str) -> None:
    done = subprocess.run([sys.executable, str(STACK), *arguments], stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise NotAsExpected(f"`tests/stack/stack {arguments[0]}` failed; why is said above")
