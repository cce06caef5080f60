# SPDX-License-Identifier: Apache-2.0
"""One stack: its settings, folders, ports and passwords, and how its programs are called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from onehost import builds, jobs, packages
from onehost.jobs import Job
from onehost.layout import SOURCE, Layout
from onehost.ports import Ports
from onehost.processes import Processes, clean_environment
from onehost.progress import Progress
from onehost.runner import Runner
from onehost.settings import Settings, passwords
from onehost.templates import ConfigurationFile, render


@dataclass(frozen=True)
class Stack:
    """Everything the steps of a stack are made from."""

    settings: Settings
    layout: Layout
    progress: Progress

    @property
    def ports(self) -> Ports:
        """The stack's ports."""
        return Ports(self.settings.port_base)

    @cached_property
    def passwords(self) -> dict[str, str]:
        """The stack's passwords by account."""
        return passwords(self.layout)

    @property
    def processes(self) -> Processes:
        """The stack's processes."""
        return Processes(self.layout.root, self.layout.run)

    @property
    def runner(self) -> Runner:
        """Takes the stack's steps."""
        return Runner(self.processes, self.layout.logs, self.layout.done, self.progress)

    @property
    def python(self) -> str:
        """The Python that sees the OpenStack services and the driver."""
        return str(self.layout.venv / "bin" / "python")

    @property
    def path(self) -> list[Path]:
        """The folders with programs, in the order in which they are searched."""
        return [self.layout.venv / "bin", self.layout.bin, packages.shared_venv() / "bin"]

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment of a service or task."""
        return clean_environment(self.layout.root, self.path, extra)

    def script(self, name: str) -> list[str]:
        """How a console script of the shared virtual environment is called so that it sees the driver."""
        return [self.python, str(packages.shared_venv() / "bin" / name)]

    def inside(self, name: str) -> list[str]:
        """How a program of ours that needs the virtual environment is called."""
        return [self.python, str(SOURCE / "inside" / name)]

    def url(self, service: str) -> str:
        """The address of an OpenStack API."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def configuration(self, template: str, folder: str = ".", **values: object) -> ConfigurationFile:
        """A template of `etc`, rendered for this stack."""
        return ConfigurationFile(self.layout.etc / folder / template, render(template, values))

    def run(self, title: str, command: list[str], **extra: str) -> None:
        """Run a task's command, with its output in a log named after the task."""
        log = self.layout.logs / f"{title.replace(' ', '-')}.log"
        job = Job(title, command, log, environment=self.environment(**extra), folder=self.layout.root)
        jobs.run(job, self.progress)

    def kubectl(self, kubeconfig: Path, *arguments: str) -> str:
        """What kubectl answers."""
        command = [str(builds.KUBERNETES_BUILD.program("kubectl")), f"--kubeconfig={kubeconfig}", *arguments]
        return jobs.answer(f"kubectl {arguments[0]}", command, self.environment(), self.layout.root)
