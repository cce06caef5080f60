# SPDX-License-Identifier: Apache-2.0
"""What a stack is made of: tasks, which are done and over, and services, which stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onehost.probes import Probe


@dataclass(frozen=True)
class Task:
    """Something to do before what needs it.

    A task with a fingerprint is done once for each fingerprint: a mark in the stack's state remembers it.
    """

    name: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()
    fingerprint: Callable[[], str] | None = None


@dataclass(frozen=True)
class Service:
    """A process to keep running.

    It is restarted when its command, its environment or the content of one of its files is no longer what it
    was started with.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Probe
    needs: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    files: tuple[Path, ...] = ()
    start_seconds: float = 180
    stop_seconds: float = 15

    def fingerprint(self) -> str:
        """Changes with everything that the running process cannot notice by itself."""
        parts = [*self.command, *(f"{name}={value}" for name, value in sorted(self.environment.items()))]
        return digest(*parts, *(content(path) for path in self.files))


Step = Task | Service


def digest(*parts: str | bytes) -> str:
    """A hash over the parts, in their order."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def content(path: Path) -> bytes:
    """What a file or all files of a folder hold; empty when there is none."""
    if path.is_dir():
        return b"".join(content(entry) for entry in sorted(path.iterdir()))
    return path.read_bytes() if path.exists() else b""


def with_needs(steps: Iterable[Step], wanted: Iterable[str]) -> list[Step]:
    """The wanted steps and all that they need, in the order given."""
    by_name = {step.name: step for step in steps}
    found: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(by_name[name].needs)
    return [step for step in by_name.values() if step.name in found]


def services_needed(steps: Iterable[Step]) -> dict[str, set[str]]:
    """For each service the services that it needs, directly or through tasks."""
    by_name = {step.name: step for step in steps}

    def needed(name: str) -> set[str]:
        found: set[str] = set()
        for need in by_name[name].needs:
            found |= {need} if isinstance(by_name[need], Service) else needed(need)
        return found

    return {name: needed(name) for name, step in by_name.items() if isinstance(step, Service)}
