# SPDX-License-Identifier: Apache-2.0
"""The first steps: what must be installed and built before anything can start."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from onehost import builds, jobs, packages
from onehost.jobs import Job
from onehost.layout import Layout, cache_directory
from onehost.locks import exclusive
from onehost.progress import Progress
from onehost.stack import Stack
from onehost.steps import Task, content, digest

# The requirement of a driver besides ours, in the folder of our wheel.
BESIDE = "beside.txt"

BUILD_ORDER = (
    builds.KUBERNETES_BUILD,
    builds.CLUSTER_API_BUILD,
    builds.PROVIDER_BUILD,
    builds.HELM4_BUILD,
    builds.HELM3_BUILD,
)


def shared_tasks(progress: Progress) -> list[Task]:
    """What all stacks share: Debian packages, a virtual environment, Go programs, one compiler at a time."""

    def alone(name: str, action: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            with exclusive(cache_directory() / f"{name}.lock", progress, name):
                action()

        return run

    tasks = [
        Task("debian-packages", alone("installing", partial(packages.ensure_debian_packages, progress))),
        Task("shared-venv", alone("installing", partial(packages.ensure_shared_venv, progress))),
    ]
    previous: tuple[str, ...] = ()
    for build in BUILD_ORDER:
        tasks.append(
            Task(build.step, alone("building", partial(builds.ensure, build, progress)), needs=previous)
        )
        previous = (build.step,)
    return tasks


def stack_tasks(stack: Stack) -> list[Task]:
    """What belongs to this stack alone: its virtual environment, the driver in it, links to programs."""
    return [
        Task("venv", partial(_overlay, stack), needs=("shared-venv",)),
        Task(
            "driver",
            partial(_install_driver, stack),
            needs=("venv",),
            fingerprint=lambda: _driver(stack.layout),
        ),
        Task("program-links", partial(_link_programs, stack), needs=(BUILD_ORDER[-1].step,)),
    ]


def adopt_driver(layout: Layout, wheel: Path) -> None:
    """Keep a copy of the wheel that Magnum is to load its driver from."""
    kept = layout.driver_wheel / wheel.name
    if content(kept) != wheel.read_bytes() or len(_wheels(layout)) != 1:
        for old in _wheels(layout):
            old.unlink()
        shutil.copyfile(wheel, kept)


def place_beside(layout: Layout, requirement: str) -> None:
    """Keep in mind which other driver Magnum is to have beside."""
    (layout.driver_wheel / BESIDE).write_text(f"{requirement}\n")


def _wheels(layout: Layout) -> list[Path]:
    return sorted(layout.driver_wheel.glob("*.whl"))


def _driver(layout: Layout) -> str:
    return digest(str(packages.shared_venv()), content(layout.driver_wheel))


def _overlay(stack: Stack) -> None:
    packages.ensure_overlay(stack.layout.venv, stack.progress, stack.layout.logs / "venv.log")


def _install_driver(stack: Stack) -> None:
    wheels = _wheels(stack.layout)
    if not wheels:
        return
    install = [
        str(packages.ensure_uv(stack.progress)),
        "pip",
        "install",
        "--no-deps",
        "--python",
        stack.python,
    ]
    stack.run("installing the driver", [*install, "--offline", "--reinstall", str(wheels[0])])
    beside = stack.layout.driver_wheel / BESIDE
    if beside.exists():
        log = stack.layout.logs / "installing-the-driver-beside-it.log"
        jobs.run(
            Job("installing the driver beside it", [*install, "--requirement", str(beside)], log),
            stack.progress,
        )
    stack.run("loading the drivers", stack.inside("load_drivers.py"))


def _link_programs(stack: Stack) -> None:
    for build in BUILD_ORDER:
        for program in build.programs:
            link = stack.layout.bin / program
            link.unlink(missing_ok=True)
            link.symlink_to(build.program(program))
