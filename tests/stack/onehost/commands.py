# SPDX-License-Identifier: Apache-2.0
"""What each command of `stack` does."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from onehost import cloud, preparation, settings
from onehost.builds import require_go
from onehost.errors import StackError, tail
from onehost.layout import Layout
from onehost.locks import exclusive
from onehost.processes import resident_mebibytes
from onehost.progress import Progress
from onehost.runner import perform_tasks
from onehost.settings import Settings
from onehost.stack import Stack
from onehost.steps import Service

STRAY_GRACE_SECONDS = 5
USERS = {"admin": "admin", "tenant": "demo", "other": "other"}


@dataclass(frozen=True)
class Drivers:
    """What Magnum is to have: our wheel, and the requirement of a driver beside it."""

    wheel: Path | None
    beside: str | None


def build() -> int:
    """Install and build what all stacks share."""
    progress = Progress()
    require_go()
    perform_tasks(preparation.shared_tasks(progress), progress)
    progress.say("everything is installed and built")
    return 0


def up(
    name: str,
    port_base: int | None,
    virtual_functions: int | None,
    magnum_conf: Path | None,
    drivers: Drivers,
) -> int:
    """Have all services of a stack running and ready."""
    progress = Progress()
    require_go()
    wheel = drivers.wheel
    if wheel is not None and not (wheel.is_file() and wheel.suffix == ".whl"):
        raise StackError(f"--driver: {wheel} is not a wheel.")
    layout = Layout.of(name)
    layout.create()
    with exclusive(layout.root / "lock", progress, "with this stack"):
        chosen = settings.choose(layout, name, port_base, virtual_functions, magnum_conf)
        settings.store(layout, chosen)
        if wheel is not None:
            preparation.adopt_driver(layout, wheel)
        if drivers.beside is not None:
            preparation.place_beside(layout, drivers.beside)
        stack = Stack(chosen, layout, progress)
        stack.runner.bring_up(cloud.all_steps(stack))
    progress.say(f'stack {name} is up: eval "$({_command(chosen, "env")})"')
    return 0


def down(name: str, wipe: bool) -> int:
    """Stop what `up` started, and with `wipe` forget all it has stored."""
    progress = Progress()
    layout = Layout.of(name)
    if not layout.root.exists():
        progress.say(f"there is no stack {name}")
        return 0
    with exclusive(layout.root / "lock", progress, "with this stack"):
        stack = _existing(name, progress)
        if stack is not None:
            stack.runner.take_down(cloud.all_steps(stack))
            for stray in stack.processes.end_strays(STRAY_GRACE_SECONDS):
                progress.say(f"ended {stray}, which a service had left behind")
        if wipe:
            shutil.rmtree(layout.root)
    progress.say(f"stack {name} is down" + (" and wiped" if wipe else ""))
    return 0


def status(name: str) -> int:
    """One line for each service; 0 only if all are ready."""
    stack = _required(name)
    services = [step for step in cloud.all_steps(stack) if isinstance(step, Service)]
    all_ready = True
    print(f"{'SERVICE':26}{'STATE':12}{'PROCESS':>8}{'MEMORY':>10}{'RUNNING FOR':>14}  PORTS")
    for service in services:
        record = stack.processes.running(service.name)
        missing = service.ready(record.since) if record else ""
        state = "not ready" if missing else "ready" if record else "stopped"
        all_ready = all_ready and state == "ready"
        process, memory, age = "-", "-", "-"
        if record:
            process = str(record.pid)
            memory = f"{resident_mebibytes(record.pid):.0f} MiB"
            age = f"{time.time() - record.since:.0f} s"
        ports = " ".join(map(str, service.ports))
        print(f"{service.name:26}{state:12}{process:>8}{memory:>10}{age:>14}  {ports}")
        if missing:
            print(f"  {missing}")
    return 0 if all_ready else 1


def logs(name: str, service: str | None, follow: bool, lines: int) -> int:
    """The end of a service's log, or which logs there are."""
    stack = _required(name)
    if service is None:
        for path in sorted(stack.layout.logs.glob("*.log")):
            print(f"{path.stem:28}{path.stat().st_size / 1024:10.0f} KiB  {path}")
        return 0
    log = stack.layout.logs / f"{service}.log"
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in stack.layout.logs.glob("*.log")))
        raise StackError(f"There is no log of {service}. There are: {known or 'none yet'}.")
    if follow:
        return subprocess.call(["tail", "-n", str(lines), "-F", str(log)])
    print(tail(log, lines), end="")
    return 0


def env(name: str, account: str) -> int:
    """Shell lines that make the `openstack`, `kubectl` and `helm` clients use this stack."""
    stack = _required(name)
    user = USERS[account]
    variables = {
        "OS_AUTH_URL": f"{stack.url('keystone')}/v3",
        "OS_USERNAME": user,
        "OS_PASSWORD": stack.passwords[user],
        "OS_PROJECT_NAME": user,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": "RegionOne",
        "OS_IDENTITY_API_VERSION": "3",
        "KUBECONFIG": str(stack.layout.kubeconfig),
        "WORKLOAD_KUBECONFIG": str(stack.layout.workload_kubeconfig),
        "STACK_STATE": str(stack.layout.root),
        "STACK_VENV": str(stack.layout.venv),
        "STACK_LOGS": str(stack.layout.logs),
        "PATH": ":".join([*map(str, stack.path), *_other_folders(stack)]),
    }
    for variable, value in variables.items():
        print(f"export {variable}={shlex.quote(value)}")
    return 0


def _other_folders(stack: Stack) -> list[str]:
    ours = set(map(str, stack.path))
    return [folder for folder in os.environ.get("PATH", "").split(":") if folder not in ours]


def _existing(name: str, progress: Progress) -> Stack | None:
    layout = Layout.of(name)
    stored = settings.stored(layout)
    return None if stored is None else Stack(stored, layout, progress)


def _required(name: str) -> Stack:
    stack = _existing(name, Progress())
    if stack is None:
        raise StackError(f"There is no stack {name}: `stack up --name {name}` makes it.")
    return stack


def _command(chosen: Settings, command: str) -> str:
    name = "" if chosen.name == settings.DEFAULT_NAME else f" --name {chosen.name}"
    return f"tests/stack/stack {command}{name}"
