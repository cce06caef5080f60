# SPDX-License-Identifier: Apache-2.0
"""Kills the conductor, or the Helm that it has started, and starts the conductor again."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from pathlib import Path

from cloud import Stack

HELM_PATIENCE_SECONDS = 15.0


def arguments(process: int) -> str:
    """What a process was started with; empty if it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def session(process: int) -> int | None:
    """The session of a process."""
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return None


def end(process: int) -> bool:
    """Kill a process; whether it was still there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


class Monkey:
    """Ends processes of one stack, and none other."""

    def __init__(self, stack: Stack, state: str, random_numbers: random.Random) -> None:
        self._stack, self._random = stack, random_numbers
        self._record = Path(state) / "run" / "magnum-conductor.json"
        self._at_work = threading.Lock()
        self.kills = {"conductor": 0, "helm": 0}

    def strike(self, longest_delay: float) -> str:
        """Kill one of the two, the conductor at some moment within the delay; says what was killed."""
        with self._at_work:
            victim = self._random.choice(list(self.kills))
            delay = self._random.uniform(0, longest_delay)
        if victim == "helm" and not self._wait_for_helm():
            return "nothing: no Helm ran"
        time.sleep(delay if victim == "conductor" else delay / longest_delay)
        with self._at_work:
            killed = self._kill(victim)
            if victim == "conductor":
                self._stack.up()
            self.kills[victim] += 1 if killed else 0
        return f"{victim} ({len(killed)} processes) after {delay:.2f}"

    def _kill(self, victim: str) -> list[int]:
        name = "magnum-conductor" if victim == "conductor" else "helm "
        return [process for process in self._processes() if name in arguments(process) and end(process)]

    def _wait_for_helm(self) -> bool:
        end = time.monotonic() + HELM_PATIENCE_SECONDS
        while time.monotonic() < end:
            if any("helm " in arguments(process) for process in self._processes()):
                return True
            time.sleep(0.02)
        return False

    def _processes(self) -> list[int]:
        """The conductor, its workers, and all they have started: what is in its session."""
        conductor = self._conductor()
        everything = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [process for process in everything if session(process) == conductor]

    def _conductor(self) -> int:
        return int(json.loads(self._record.read_text())["pid"])
