# SPDX-License-Identifier: Apache-2.0
"""What must be on the machine already, and Debian packages that can be added."""

import os
import re
import shutil
import subprocess
import sys

from chores.errors import ChoreError
from chores.places import ROOT

OLDEST_RUST = (1, 89)
OLDEST_GO = (1, 26)
OLDEST_PYTHON = (3, 11)

RUST_REMEDY = "Install Rust 1.89 or newer (https://rustup.rs) and put cargo into the PATH."
GO_REMEDY = "Install Go 1.26 or newer (https://go.dev/dl) and put it into the PATH."
LINKER_REMEDY = "Install a C compiler, which Rust links with: apt-get install gcc libc6-dev."


def require_rust() -> None:
    """Refuse to begin without a Rust toolchain that can compile the core."""
    _require_version(("cargo", "--version"), OLDEST_RUST, RUST_REMEDY)
    if shutil.which("cc") is None:
        raise ChoreError(f"There is no cc. {LINKER_REMEDY}")


def require_go() -> None:
    """Refuse to begin without a Go toolchain that can build the stack's programs."""
    _require_version(("go", "version"), OLDEST_GO, GO_REMEDY)


def require_python() -> None:
    """Refuse to begin under a Python that Magnum does not run on, or that makes no virtual environments."""
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = _dotted(OLDEST_PYTHON), _dotted(sys.version_info[:2])
        raise ChoreError(f"python3 is {found}, and Magnum 23 needs {wanted}: put a newer one into the PATH.")
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian has it in a package of its own
    except ImportError as error:
        raise ChoreError(
            "Python cannot make virtual environments here: apt-get install python3-venv."
        ) from error


def ensure_debian_package(package: str, program: str) -> None:
    """Have a program that comes in a Debian package."""
    if shutil.which(program):
        return
    wish = f"apt-get install {package}"
    if shutil.which("apt-get") is None:
        raise ChoreError(
            f"There is no {program}, and no apt-get to install it with. On Debian it is: {wish}."
        )
    if os.geteuid() != 0:
        raise ChoreError(f"There is no {program}. Run as root: {wish}.")
    print(f"installing the Debian package {package}", flush=True)
    installer = ROOT / "tests" / "stack" / "install-debian-packages.sh"
    done = subprocess.run(["sh", str(installer), package], stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ChoreError(
            f"The Debian package {package} could not be installed. See above for what apt-get says."
        )


def _require_version(command: tuple[str, ...], oldest: tuple[int, int], remedy: str) -> None:
    program = command[0]
    if shutil.which(program) is None:
        raise ChoreError(f"There is no {program}. {remedy}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.(\d+)", done.stdout)
    if found is None:
        raise ChoreError(f"`{' '.join(command)}` does not tell its version: {done.stderr.strip()}. {remedy}")
    version = int(found[1]), int(found[2])
    if version < oldest:
        raise ChoreError(f"{program} is {_dotted(version)}, and {_dotted(oldest)} is needed. {remedy}")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
