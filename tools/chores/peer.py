# SPDX-License-Identifier: Apache-2.0
"""The virtual environment of the driver that ours is compared with; it outlives a clone of the repository."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from onehost.layout import cache_directory
from onehost.packages import ensure_uv
from onehost.progress import Progress

from chores.errors import ChoreError
from chores.places import ROOT

REQUIREMENTS = ROOT / "tests" / "parity" / "requirements.txt"
CONSTRAINTS = ROOT / "tools" / "requirements.txt"


def ensure() -> Path:
    """Have it, and say where its Python is."""
    venv = cache_directory() / "peer" / _key()
    python, complete = venv / "bin" / "python", venv / ".complete"
    if complete.exists():
        return python
    uv = ensure_uv(Progress())
    shutil.rmtree(venv, ignore_errors=True)
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(venv))
    packages = ("--requirement", str(REQUIREMENTS), "--constraint", str(CONSTRAINTS))
    _run(uv, "pip", "install", "--quiet", "--python", str(python), *packages)
    complete.touch()
    return python


def _key() -> str:
    """One for each set of versions and each Python."""
    wanted = REQUIREMENTS.read_bytes() + CONSTRAINTS.read_bytes() + sys.version.encode()
    return hashlib.sha256(wanted).hexdigest()[:12]


def _run(uv: Path, *arguments: str) -> None:
    done = subprocess.run([str(uv), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ChoreError(
            f"`uv {' '.join(arguments[:2])} …` ended with {done.returncode}; its last lines are above."
        )
