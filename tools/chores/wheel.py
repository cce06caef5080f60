# SPDX-License-Identifier: Apache-2.0
"""The wheel: built by maturin, kept in the cache under a hash of all that goes into it."""

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from onehost.layout import cache_directory
from onehost.locks import exclusive
from onehost.progress import Progress

from chores import environment, prerequisites
from chores.errors import ChoreError
from chores.places import DIST, PYTHON, ROOT, VENV

SOURCES = (
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "rust",
    "python",
    "charts/openstack-cluster",
    "helm-values",
    "docs/examples",
    "tests/fixtures/requests",
)
LEFT_OUT = {"__pycache__", ".ruff_cache", ".mypy_cache"}


def build() -> Path:
    """Have the wheel of the sources as they are in dist, and nothing else there."""
    environment.MAIN.ensure()
    prerequisites.require_rust()
    kept = cache_directory() / "wheels" / _key()
    with exclusive(cache_directory() / "wheel.lock", Progress(), "the wheel"):
        if not kept.is_dir():
            _compile(kept)
        wheel = next(kept.glob("*.whl"))
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        shutil.copy2(wheel, DIST)
    return DIST / wheel.name


def _compile(kept: Path) -> None:
    print("building the wheel: the first time it takes a few minutes", flush=True)
    partial = kept.with_name(f"{kept.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    maturin = str(VENV / "bin" / "maturin")
    command = [maturin, "build", "--release", "--locked", "--interpreter", str(PYTHON), "--out", str(partial)]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise ChoreError("The wheel could not be built; the compiler's messages are above.")
    if kept.name != _key():
        raise ChoreError(
            "The sources changed while the wheel was being built. Try again; most is compiled by now."
        )
    partial.rename(kept)


def _key() -> str:
    total = hashlib.sha256(f"{platform.machine()} {_compiler()}".encode())
    for path in _files():
        total.update(
            f"{path.relative_to(ROOT)} {path.stat().st_mode & 0o111} {path.stat().st_size} ".encode()
        )
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        if path.is_file():
            yield path
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted(set(subfolders) - LEFT_OUT)
            yield from (Path(folder) / name for name in sorted(names))


def _compiler() -> str:
    return subprocess.run(["rustc", "--version"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
