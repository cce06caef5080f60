# SPDX-License-Identifier: Apache-2.0
"""Where things lie: the sources, the cache that all stacks share, and the state of one stack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
REPOSITORY = SOURCE.parents[1]


def cache_directory() -> Path:
    """The folder for what is built once and used by every stack."""
    chosen = os.environ.get("MAGNUM_CAPI_RDMA_CACHE")
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "magnum-capi-rdma"


def stacks_directory() -> Path:
    """The folder that holds one folder of state per stack."""
    chosen = os.environ.get("MAGNUM_CAPI_RDMA_STATE")
    return Path(chosen).absolute() if chosen else cache_directory() / "stacks"


@dataclass(frozen=True)
class Layout:
    """The folders of one stack's state."""

    root: Path

    @classmethod
    def of(cls, name: str) -> Layout:
        """The layout of the stack of this name."""
        return cls(stacks_directory() / name)

    @property
    def etc(self) -> Path:
        """Configuration, rendered from the templates in `etc`."""
        return self.root / "etc"

    @property
    def data(self) -> Path:
        """What the services keep: databases, images, keys."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """One log per service and per task."""
        return self.root / "log"

    @property
    def run(self) -> Path:
        """One record per running process."""
        return self.root / "run"

    @property
    def done(self) -> Path:
        """One mark per task that need not run again."""
        return self.root / "done"

    @property
    def pki(self) -> Path:
        """Keys and certificates of the API servers and their clients."""
        return self.root / "pki"

    @property
    def bin(self) -> Path:
        """Links to the programs that somebody working with the stack wants in the PATH."""
        return self.root / "bin"

    @property
    def venv(self) -> Path:
        """This stack's virtual environment: the shared one plus the driver."""
        return self.root / "venv"

    @property
    def kubeconfig(self) -> Path:
        """Administrator of the management cluster."""
        return self.root / "kubeconfig"

    @property
    def workload_kubeconfig(self) -> Path:
        """Administrator of the API server that stands for a workload cluster."""
        return self.root / "workload-kubeconfig"

    @property
    def driver_kubeconfig(self) -> Path:
        """The account under which Magnum's driver meets the management cluster."""
        return self.root / "magnum-kubeconfig"

    @property
    def driver_wheel(self) -> Path:
        """The folder with the copy of the driver's wheel, empty when Magnum runs without a driver."""
        return self.root / "driver"

    def create(self) -> None:
        """Make the folders; the state holds passwords, so nobody else may look inside."""
        for folder in (
            self.etc,
            self.data,
            self.logs,
            self.run,
            self.done,
            self.pki,
            self.bin,
            self.driver_wheel,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
