# SPDX-License-Identifier: Apache-2.0
"""Takes the steps of a stack in the order of what they need, side by side where they can be."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path

from onehost.errors import StackError
from onehost.ports import holder, is_free
from onehost.processes import Processes, Record
from onehost.progress import Progress
from onehost.steps import Service, Step, Task, services_needed

POLL_SECONDS = 0.2
SIDE_BY_SIDE = 12


def in_order(graph: Mapping[str, Collection[str]], act: Callable[[str], None], progress: Progress) -> None:
    """Act on every name after all that it needs; after a failure nothing more begins, and it is raised."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    failure: BaseException | None = None
    pending: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        try:
            while sorter.is_active() and failure is None:
                pending |= {pool.submit(act, name): name for name in sorter.get_ready()}
                finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    sorter.done(pending.pop(future))
                    failure = failure or future.exception()
        except KeyboardInterrupt as interrupt:
            failure = interrupt
        if failure is not None:
            progress.abandon()
            if pending:
                reason = str(failure).partition("\n")[0] or "interrupted."
                progress.say(f"giving up: {reason} What must not be cut off is waited for.")
    if failure is not None:
        raise failure


def perform_tasks(tasks: Sequence[Task], progress: Progress) -> None:
    """Run tasks that belong to no stack and keep no marks."""
    by_name = {task.name: task for task in tasks}
    in_order({name: task.needs for name, task in by_name.items()}, lambda name: by_name[name].run(), progress)


class Runner:
    """Brings the steps of one stack up, and its services down."""

    def __init__(self, processes: Processes, logs: Path, done: Path, progress: Progress) -> None:
        self._processes = processes
        self._logs = logs
        self._done = done
        self._progress = progress

    def bring_up(self, steps: Sequence[Step]) -> None:
        """Run every task that is due and have every service running and ready."""
        by_name = {step.name: step for step in steps}
        self._refuse_taken_ports([step for step in steps if isinstance(step, Service)])

        def act(name: str) -> None:
            step = by_name[name]
            if isinstance(step, Task):
                self._perform(step)
            else:
                self._ensure(step)

        in_order({step.name: step.needs for step in steps}, act, self._progress)

    def take_down(self, steps: Sequence[Step]) -> None:
        """Stop every service after all services that need it."""
        services = {step.name: step for step in steps if isinstance(step, Service)}
        needed_by: dict[str, set[str]] = {name: set() for name in services}
        for name, needs in services_needed(steps).items():
            for need in needs:
                needed_by[need].add(name)

        def act(name: str) -> None:
            with self._progress.wait(f"stopping {name}") as stop:
                if self._processes.stop(name, services[name].stop_seconds):
                    self._progress.say(f"{name} stopped ({stop.seconds():.1f} s)")

        in_order(needed_by, act, self._progress)

    def _refuse_taken_ports(self, services: Sequence[Service]) -> None:
        taken = [
            f"{service.name} needs port {port}, which is in use by {holder(port)}."
            for service in services
            if self._processes.running(service.name) is None
            for port in service.ports
            if not is_free(port)
        ]
        if taken:
            raise StackError(
                "\n       ".join(
                    [*taken, "Stop what uses them, or give a stack of another --name other --ports."]
                )
            )

    def _perform(self, task: Task) -> None:
        mark = self._done / task.name
        fingerprint = task.fingerprint() if task.fingerprint else ""
        if fingerprint and mark.exists() and mark.read_text() == fingerprint:
            return
        began = time.monotonic()
        task.run()
        if fingerprint:
            mark.write_text(fingerprint)
            self._progress.say(f"{task.name}: done ({time.monotonic() - began:.1f} s)")

    def _ensure(self, service: Service) -> None:
        fingerprint = service.fingerprint()
        log = self._logs / f"{service.name}.log"
        record = self._processes.running(service.name)
        if record is not None and record.fingerprint == fingerprint:
            self._await(service, record, log)
            return
        if record is not None:
            self._progress.say(f"{service.name} has a new configuration: restarting it")
        self._processes.stop(service.name, service.stop_seconds)
        record = self._processes.start(service.name, service.command, service.environment, log, fingerprint)
        self._progress.say(f"{service.name} is ready ({self._await(service, record, log):.1f} s)")

    def _await(self, service: Service, record: Record, log: Path) -> float:
        with self._progress.wait(f"starting {service.name}") as start:
            while missing := service.ready(record.since):
                if self._processes.running(service.name) is None:
                    raise StackError(f"{service.name} ended while it was starting.", log)
                if start.seconds() > service.start_seconds:
                    raise StackError(
                        f"{service.name} was not ready after {service.start_seconds:.0f} s: {missing}. "
                        f"It goes on running; `stack down` stops it.",
                        log,
                    )
                start.nudge()
                time.sleep(POLL_SECONDS)
            return start.seconds()
