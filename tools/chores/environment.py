# SPDX-License-Identifier: Apache-2.0
"""The virtual environment in which the project is tested: the tools, Magnum, and the driver's wheel."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from onehost.packages import ensure_uv
from onehost.progress import Progress

from chores import prerequisites
from chores.errors import ChoreError
from chores.places import PYTHON, ROOT, VENV

REQUIREMENTS = ROOT / "tools" / "requirements.txt"
COMPLETE = VENV / ".complete"
INSTALLED_WHEEL = VENV / ".wheel"


def ensure() -> None:
    """Have the tools and Magnum in the virtual environment, at the pinned versions."""
    prerequisites.require_python()
    wanted = _digest(REQUIREMENTS.read_bytes() + sys.version.encode())
    if COMPLETE.exists() and COMPLETE.read_text() == wanted:
        return
    print("installing the tools and Magnum into .venv: about a minute", flush=True)
    uv = ensure_uv(Progress())
    shutil.rmtree(VENV, ignore_errors=True)
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(VENV))
    _run(uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--requirement", str(REQUIREMENTS))
    COMPLETE.write_text(wanted)


def install(wheel: Path) -> None:
    """Have this wheel, and no other, in the virtual environment."""
    wanted = _digest(wheel.read_bytes())
    if INSTALLED_WHEEL.exists() and INSTALLED_WHEEL.read_text() == wanted:
        return
    uv = ensure_uv(Progress())
    INSTALLED_WHEEL.unlink(missing_ok=True)
    _run(uv, "pip", "install", "--quiet", "--no-deps", "--reinstall", "--python", str(PYTHON), str(wheel))
    INSTALLED_WHEEL.write_text(wanted)


def _run(uv: Path, *arguments: str) -> None:
    done = subprocess.run([str(uv), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ChoreError(
            f"`uv {' '.join(arguments[:2])} …` ended with {done.returncode}; its last lines are above."
        )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
