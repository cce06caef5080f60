# SPDX-License-Identifier: Apache-2.0
"""Where things lie, and the environment that programs get."""

import os
from collections.abc import Iterable
from pathlib import Path

from onehost.layout import cache_directory

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
MAGNUM_VENVS = ROOT / ".venv-magnum"
DIST = ROOT / "dist"
LOGS = ROOT / "target" / "logs"
STACK = ROOT / "tests" / "stack" / "stack"
PROVIDER_MODULE = ROOT / "tests" / "stack" / "go" / "cluster-api"
PYTHON = VENV / "bin" / "python"
# As the stack compiles, so that both find each other's packages in Go's cache.
GO_FLAGS = {"GOFLAGS": "-mod=readonly -buildvcs=false -trimpath"}

# What the surroundings may say and must not matter here: packages from elsewhere, another Python's modules.
IGNORED = (
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_REQUIRE_VIRTUALENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
)
LOOPBACK = ("127.0.0.1", "localhost")


def settle_environment() -> None:
    """Make this process's environment, and so that of all it starts, one in which everything works alike."""
    for name in IGNORED:
        os.environ.pop(name, None)
    for name in ("no_proxy", "NO_PROXY"):
        direct = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join([*direct, *(host for host in LOOPBACK if host not in direct)])
    # Compiled dependencies outlive a clone of the repository.
    os.environ.setdefault("CARGO_TARGET_DIR", str(cache_directory() / "cargo-target"))
    os.environ.setdefault("CARGO_INCREMENTAL", "0")
    os.environ.setdefault("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
    os.environ.setdefault("CARGO_TERM_COLOR", "never")
    os.environ.setdefault("CGO_ENABLED", "0")


def path_with(folders: Iterable[Path]) -> str:
    """A PATH in which these folders come first."""
    return os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
