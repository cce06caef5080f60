# SPDX-License-Identifier: Apache-2.0
"""Starts services in sessions of their own, remembers them by process id and start time, ends just those."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from onehost.errors import StackError

MARK = "MAGNUM_CAPI_RDMA_STACK_ROOT"
PASSED_ON = ("HOME", "LANG", "LC_ALL", "TZ", "USER")


@dataclass(frozen=True)
class Record:
    """A started process: a process id alone may be somebody else's by now, with its start time it is ours."""

    pid: int
    started: int
    since: float
    fingerprint: str


@dataclass(frozen=True)
class Stat:
    """What /proc says of a process."""

    pid: int
    state: str
    parent: int
    session: int
    started: int


def stat(pid: int) -> Stat | None:
    """The state of a process, or None when there is none or only a zombie is left."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()
    if fields[0] in "ZX":
        return None
    return Stat(
        pid=pid, state=fields[0], parent=int(fields[1]), session=int(fields[3]), started=int(fields[19])
    )


def every_process() -> list[Stat]:
    """All processes of this machine that are not zombies."""
    found = (stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [process for process in found if process is not None]


def resident_mebibytes(session: int) -> float:
    """Memory in use by the processes of a session."""
    pages = 0
    for process in every_process():
        if process.session == session:
            try:
                pages += int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            except OSError:
                continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def clean_environment(root: Path, path: Sequence[Path], extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service: of the caller's only its home and language, and a mark that it is ours.

    What a caller may have set for its own tools (certificate bundles, proxies, Python options) would change
    what services do.
    """
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    search = [str(folder) for folder in path] + [
        "/usr/local/sbin",
        "/usr/local/bin",
        "/usr/sbin",
        "/usr/bin",
        "/sbin",
        "/bin",
    ]
    return {**kept, "PATH": ":".join(search), "NO_PROXY": "127.0.0.1,localhost", MARK: str(root), **extra}


class Processes:
    """The processes of one stack, one record file each."""

    def __init__(self, root: Path, records: Path) -> None:
        self._root = root
        self._records = records

    def names(self) -> list[str]:
        """All that were started and not stopped, dead or alive."""
        return sorted(path.stem for path in self._records.glob("*.json"))

    def recorded(self, name: str) -> Record | None:
        """The record of a process that was started and not stopped."""
        try:
            return Record(**json.loads((self._records / f"{name}.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def running(self, name: str) -> Record | None:
        """The record of a process that is alive."""
        record = self.recorded(name)
        if record is None:
            return None
        process = stat(record.pid)
        return record if process is not None and process.started == record.started else None

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, fingerprint: str
    ) -> Record:
        """Start a service in a session of its own, its output appended to its log."""
        since = time.time()
        if not Path(command[0]).exists():
            raise StackError(f"{name} cannot start: there is no program {command[0]}.")
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=self._root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        known = stat(process.pid)
        record = Record(process.pid, known.started if known else 0, since, fingerprint)
        (self._records / f"{name}.json").write_text(json.dumps(asdict(record)))
        return record

    def stop(self, name: str, grace_seconds: float) -> bool:
        """End a service and all of its session: SIGTERM, after the grace SIGKILL. False if none was there."""
        record = self.recorded(name)
        members = self._session(record) if record else []
        if record is not None and members:
            if members[0].pid == record.pid:
                _signal(-record.pid, signal.SIGTERM)
            else:
                for member in members:
                    _signal(member.pid, signal.SIGTERM)
            deadline = time.monotonic() + grace_seconds
            while self._session(record) and time.monotonic() < deadline:
                time.sleep(0.1)
            for member in self._session(record):
                _signal(member.pid, signal.SIGKILL)
        (self._records / f"{name}.json").unlink(missing_ok=True)
        return bool(members)

    def end_strays(self, grace_seconds: float) -> list[str]:
        """End what a service left behind outside its session, known by the mark in its environment."""
        strays = self._strays()
        names = [_name(process.pid) for process in strays]
        for process in strays:
            _signal(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        while self._strays() and time.monotonic() < deadline:
            time.sleep(0.1)
        for process in self._strays():
            _signal(process.pid, signal.SIGKILL)
        return names

    def _session(self, record: Record) -> list[Stat]:
        """The living members of a service's session, its leader first.

        While a member lives no other process can get the session's number. A leader with another start time
        means that the number belongs to somebody else now.
        """
        members = [p for p in every_process() if p.session == record.pid and p.started >= record.started]
        if any(member.pid == record.pid and member.started != record.started for member in members):
            return []
        return sorted(members, key=lambda member: member.pid != record.pid)

    def _strays(self) -> list[Stat]:
        mark = f"{MARK}={self._root}".encode()
        return [p for p in every_process() if p.pid != os.getpid() and mark in _environment(p.pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return str(pid)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        if pid < 0:
            os.killpg(-pid, number)
        else:
            os.kill(pid, number)
    except ProcessLookupError:
        return
