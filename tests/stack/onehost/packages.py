# SPDX-License-Identifier: Apache-2.0
"""Debian packages, and the virtual environment that all stacks share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from onehost import jobs
from onehost.errors import StackError
from onehost.jobs import Job
from onehost.layout import SOURCE, cache_directory
from onehost.progress import Progress
from onehost.steps import digest

UV = "0.13.9"
DEBIAN_PACKAGES = {
    "mariadb-server": Path("/usr/sbin/mariadbd"),
    "rabbitmq-server": Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
}
OLDEST_PYTHON = (3, 11)


def shared_venv() -> Path:
    """The virtual environment for these requirements and this Python."""
    key = digest((SOURCE / "requirements.txt").read_bytes(), sys.version, sys.base_prefix)
    return cache_directory() / "venv" / key[:12]


def ensure_debian_packages(progress: Progress) -> None:
    """Have the database and the message broker on this machine, as programs and not as running services."""
    missing = [package for package, program in DEBIAN_PACKAGES.items() if not program.exists()]
    if not missing:
        return
    wish = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise StackError(f"MariaDB and RabbitMQ are needed, and this machine has no apt-get for: {wish}")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and subprocess.run([*as_root, "true"], capture_output=True, check=False).returncode != 0:
        raise StackError(f"Debian packages are missing and only root can install them. Run as root: {wish}")
    progress.say(f"installing Debian packages: {', '.join(missing)}")
    began = time.monotonic()
    command = [*as_root, "sh", str(SOURCE / "install-debian-packages.sh"), *missing]
    jobs.run(Job("installing Debian packages", command, cache_directory() / "log" / "apt.log"), progress)
    progress.say(f"Debian packages are installed ({time.monotonic() - began:.0f} s)")


def ensure_shared_venv(progress: Progress) -> None:
    """Have the OpenStack services of requirements.txt in a virtual environment."""
    venv = shared_venv()
    complete = venv / ".complete"
    if complete.exists():
        return
    if sys.version_info < OLDEST_PYTHON:
        raise StackError(
            f"The OpenStack services need Python 3.11 or newer; this is {sys.version.split()[0]}."
        )
    began = time.monotonic()
    progress.say("installing the OpenStack services into a virtual environment")
    log = cache_directory() / "log" / "venv.log"
    shutil.rmtree(venv, ignore_errors=True)
    installer = ensure_uv(progress)
    _make_venv(venv, progress, log, "--without-pip")
    command = [str(installer), "pip", "install", "--python", str(venv / "bin" / "python")]
    command += ["--requirement", str(SOURCE / "requirements.txt")]
    jobs.run(Job("installing the OpenStack services", command, log, may_be_cut_off=True), progress)
    complete.touch()
    progress.say(f"the OpenStack services are installed ({time.monotonic() - began:.0f} s)")


def ensure_uv(progress: Progress) -> Path:
    """The installer, in a small virtual environment of its own."""
    folder = cache_directory() / "uv" / UV
    program = folder / "bin" / "uv"
    if not program.exists():
        log = cache_directory() / "log" / "uv.log"
        _make_venv(folder, progress, log)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", f"uv=={UV}"]
        jobs.run(Job("installing uv", command, log), progress)
    return program


def ensure_overlay(venv: Path, progress: Progress, log: Path) -> None:
    """Have a virtual environment that sees all of the shared one and can hold more."""
    shared = site_packages(shared_venv())
    link = site_packages(venv) / "shared.pth"
    wanted = f"import site; site.addsitedir({str(shared)!r})\n"
    if link.exists() and link.read_text() == wanted:
        return
    shutil.rmtree(venv, ignore_errors=True)
    _make_venv(venv, progress, log, "--without-pip")
    link.write_text(wanted)


def site_packages(venv: Path) -> Path:
    """Where a virtual environment keeps its packages."""
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def _make_venv(venv: Path, progress: Progress, log: Path, *options: str) -> None:
    command = [sys.executable, "-m", "venv", *options, str(venv)]
    jobs.run(Job("making a virtual environment", command, log), progress)
