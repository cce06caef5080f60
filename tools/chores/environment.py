# SPDX-License-Identifier: Apache-2.0
"""The virtual environments in which the project is tested: pinned packages, and the driver's wheel."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from onehost.packages import ensure_uv
from onehost.progress import Progress

from chores import prerequisites
from chores.errors import ChoreError
from chores.places import DIST, MAGNUM_VENVS, ROOT, VENV

MAGNUM_REQUIREMENTS = ROOT / "tools" / "magnum"
# Up to 22 importing this makes the threads of Magnum's conductor green, and here those of the tests.
# The interpreter's own end is left out: green threads that are ended there fill the log.
AS_THE_CONDUCTOR = """
import magnum.cmd, os, pytest, sys
code = pytest.main(sys.argv[1:])
sys.stdout.flush()
os._exit(code)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment in the tree, made of a requirements file."""

    folder: Path
    requirements: Path
    holds: str
    """What it is for, as a person is told."""

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    def ensure(self) -> None:
        """Have its packages in it, at the pinned versions."""
        prerequisites.require_python()
        complete = self.folder / ".complete"
        wanted = _digest(self.requirements.read_bytes() + sys.version.encode())
        if complete.exists() and complete.read_text() == wanted:
            return
        print(f"installing {self.holds} into {self.folder.relative_to(ROOT)}: about a minute", flush=True)
        uv = ensure_uv(Progress())
        shutil.rmtree(self.folder, ignore_errors=True)
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(self.folder))
        packages = ("--python", str(self.python), "--requirement", str(self.requirements))
        _run(uv, "pip", "install", "--quiet", *packages)
        complete.write_text(wanted)

    def install(self, wheel: Path) -> None:
        """Have this wheel, and no other, in it."""
        installed = self.folder / ".wheel"
        wanted = _digest(wheel.read_bytes())
        if installed.exists() and installed.read_text() == wanted:
            return
        uv = ensure_uv(Progress())
        installed.unlink(missing_ok=True)
        alone = ("--no-deps", "--reinstall", "--python", str(self.python))
        _run(uv, "pip", "install", "--quiet", *alone, str(wheel))
        installed.write_text(wanted)


MAIN = Environment(VENV, ROOT / "tools" / "requirements.txt", "the tools and Magnum")


def magnum_releases() -> list[str]:
    """The releases of Magnum before the one that the main environment has."""
    return sorted(path.stem for path in MAGNUM_REQUIREMENTS.glob("*.in"))


def of_magnum(release: str) -> Environment:
    """The environment with an older release of Magnum."""
    return Environment(MAGNUM_VENVS / release, MAGNUM_REQUIREMENTS / f"{release}.txt", f"Magnum {release}")


def run_driver_tests(release: str) -> int:
    """Run the driver's tests as the conductor of that release of Magnum runs the driver."""
    environment = of_magnum(release)
    environment.ensure()
    environment.install(next(DIST.glob("*.whl")))
    command = [str(environment.python), "-c", AS_THE_CONDUCTOR, "tests/driver"]
    return subprocess.run(command, cwd=ROOT, env=os.environ, stdin=subprocess.DEVNULL, check=False).returncode


def _run(uv: Path, *arguments: str) -> None:
    done = subprocess.run([str(uv), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ChoreError(
            f"`uv {' '.join(arguments[:2])} …` ended with {done.returncode}; its last lines are above."
        )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
