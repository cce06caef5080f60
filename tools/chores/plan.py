# SPDX-License-Identifier: Apache-2.0
"""Steps that need one another, taken two at a time, with a table of what became of them."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chores.counts import Counts, Reader
from chores.places import LOGS, ROOT

WORKERS = 2
REMINDER_SECONDS = 30
POLL_SECONDS = 0.2
TAIL_LINES = 80


@dataclass(frozen=True)
class Step:
    """A command to run once everything it needs has gone well."""

    title: str
    command: Sequence[str]
    needs: tuple[str, ...] = ()
    uses: str = ""
    """What it uses that no other step may use meanwhile."""
    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    counts: Reader | None = None


NONE = Counts()


@dataclass(frozen=True)
class Outcome:
    """What became of a step."""

    step: Step
    verdict: str
    seconds: float = 0
    counts: Counts = NONE

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.verdict == "ok"


class Plan:
    """Takes the steps, the first of the list first; each one's output goes to a log."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._waiting = list(steps)
        self._running: list[Step] = []
        self._outcomes: dict[str, Outcome] = {}
        self._changed = threading.Condition()
        self._began = time.monotonic()

    def carry_out(self) -> list[Outcome]:
        """Take every step that can be taken, and tell what became of each, in the order of their ends."""
        LOGS.mkdir(parents=True, exist_ok=True)
        workers = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return list(self._outcomes.values())

    def _work(self) -> None:
        while (step := self._next()) is not None:
            outcome = self._take(step)
            with self._changed:
                self._running.remove(step)
                self._outcomes[step.title] = outcome
                self._changed.notify_all()

    def _next(self) -> Step | None:
        with self._changed:
            while True:
                self._give_up_hopeless()
                if not self._waiting:
                    return None
                for step in self._waiting:
                    if self._may_begin(step):
                        self._waiting.remove(step)
                        self._running.append(step)
                        return step
                self._changed.wait()

    def _give_up_hopeless(self) -> None:
        for step in list(self._waiting):
            broken = [need for need in step.needs if need in self._outcomes and not self._outcomes[need].ok]
            if broken:
                self._waiting.remove(step)
                self._outcomes[step.title] = Outcome(step, f"not run: {broken[0]}")
                self._changed.notify_all()
                self._give_up_hopeless()
                return

    def _may_begin(self, step: Step) -> bool:
        if not all(need in self._outcomes for need in step.needs):
            return False
        return not step.uses or step.uses not in {other.uses for other in self._running}

    def _take(self, step: Step) -> Outcome:
        log = LOGS / f"{step.title.replace(' ', '-')}.log"
        self._say(f"begin  {step.title}")
        began = time.monotonic()
        code = self._run(step, log)
        seconds = time.monotonic() - began
        output = log.read_text(errors="replace")
        counts = step.counts(output) if step.counts else NONE
        if code == 0:
            tests = f", {counts.passed} passed" if step.counts else ""
            self._say(f"ok     {step.title} ({seconds:.0f} s{tests})")
            return Outcome(step, "ok", seconds, counts)
        tail = "\n".join(output.splitlines()[-TAIL_LINES:])
        self._say(f"FAILED {step.title} ({seconds:.0f} s); the end of {log}:\n{tail}\n")
        return Outcome(step, "FAILED", seconds, counts if counts.failed else counts + Counts(failed=1))

    def _run(self, step: Step, log: Path) -> int:
        began = last = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                step.command,
                cwd=step.folder,
                env={**os.environ, **step.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            while process.poll() is None:
                time.sleep(POLL_SECONDS)
                if time.monotonic() - last >= REMINDER_SECONDS:
                    last = time.monotonic()
                    self._say(f"…      {step.title} ({last - began:.0f} s so far): {_last_line(log)}")
        return process.returncode

    def _say(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        print(f"[{minutes:3}:{seconds:02}] {text}", flush=True)


def table(outcomes: Sequence[Outcome]) -> str:
    """What became of the steps, for a person."""
    lines = [f"{'STEP':30}{'PASSED':>8}{'FAILED':>8}{'SKIPPED':>9}{'TIME':>9}  RESULT"]
    for outcome in outcomes:
        counts = outcome.counts
        numbers = (counts.passed, counts.failed, counts.skipped) if outcome.step.counts else ("", "", "")
        figures = f"{numbers[0]:>8}{numbers[1]:>8}{numbers[2]:>9}"
        lines.append(f"{outcome.step.title:30}{figures}{outcome.seconds:>7.0f} s  {outcome.verdict}")
    return "\n".join(lines)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1].strip()[:100] if lines else "no output yet"
