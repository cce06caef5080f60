# SPDX-License-Identifier: Apache-2.0
"""Shows headings, commands and what they print; notices when something is not as it should be."""

import itertools
import json
import math
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WIDTH = 118
INDENT = "    "


class NotAsExpected(Exception):
    """The demo cannot go on; the message says what was expected."""


class Terminal:
    """Types commands as somebody with this environment, and lets the reader see them."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = dict(environment)
        self.folder = folder

    def with_variables(self, **variables: str) -> "Terminal":
        """The same terminal after `export`."""
        return Terminal({**self._environment, **variables}, self.folder)

    def variable(self, name: str) -> str:
        """The value of an environment variable."""
        return self._environment[name]

    def show(self, *command: str, folded: str = "") -> None:
        """Type a command and show what it prints; what is below a line that is `folded` is only counted."""
        say(f"$ {typed(command)}")
        lines = self.answer(*command).rstrip("\n").splitlines()
        for line in fold(lines, folded) if folded else lines:
            say(f"{INDENT}{line}".rstrip())
        say("")

    def answer(self, *command: str) -> str:
        """What a command prints, unseen."""
        program = shutil.which(command[0], path=self._environment["PATH"]) or command[0]
        done = subprocess.run(
            [program, *command[1:]],
            env=self._environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise NotAsExpected(f"`{' '.join(command)}` ended with {done.returncode}: {said}")
        return done.stdout

    def document(self, *command: str) -> Any:
        """What a command prints as JSON, unseen."""
        return json.loads(self.answer(*command))


def say(text: str) -> None:
    """One line for the reader."""
    print(text, flush=True)


def heading(text: str) -> None:
    """The title of a chapter."""
    say(f"\n== {text} {'=' * (WIDTH - len(text) - 4)}\n")


def expect(what: str, *, holds: bool) -> None:
    """Tell that something is as it should be, or end the demo."""
    if not holds:
        raise NotAsExpected(f"expected: {what}")
    say(f"  ✓ {what}")


def typed(command: tuple[str, ...]) -> str:
    """A command as one would type it, over several lines if it is long."""
    lines, line = [], ""
    for word in map(shlex.quote, command):
        if line and len(line) + len(word) > WIDTH - 4:
            lines.append(line)
            line = "   "
        line = f"{line} {word}" if line else word
    return " \\\n".join([*lines, line])


def fold(lines: list[str], title: str) -> list[str]:
    """The lines; instead of those further in than a line that is the title, how many they are."""
    shown: list[str] = []
    while lines:
        line, *lines = lines
        shown.append(line)
        if line.strip() == title:
            below = len(list(itertools.takewhile(lambda other: _indent(other) > _indent(line), lines)))  # noqa: B023
            shown.append(f"{line[: len(line) - len(line.lstrip())]}  … {below} lines")
            lines = lines[below:]
    return shown


def _indent(line: str) -> float:
    return len(line) - len(line.lstrip()) if line.strip() else math.inf


class Stopwatch:
    """Seconds since something began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def seconds(self) -> float:
        """How many so far."""
        return time.monotonic() - self._began
