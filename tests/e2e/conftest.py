# SPDX-License-Identifier: Apache-2.0
"""The stack that the end-to-end tests run on: real services, and the driver of this tree's wheel.

``MAGNUM_CAPI_RDMA_E2E_STACK`` names a stack that is already up and is left as it is. Otherwise the tests
bring one up of the name ``MAGNUM_CAPI_RDMA_E2E_NAME``, so that two halves of them can run side by side.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import Cloud, Stack

ROOT = Path(__file__).resolve().parents[2]
PORTS = {"e2e": 18000, "e2e-changes": 18100}
VIRTUAL_FUNCTIONS = 3


def newest_wheel() -> Path:
    """The wheel to test."""
    folder = Path(os.environ.get("MAGNUM_CAPI_RDMA_DIST", ROOT / "dist"))
    wheels = sorted(folder.glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    if not wheels:
        pytest.exit(f"There is no wheel in {folder}. `make build` makes one.", returncode=1)
    return wheels[-1]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack with the driver; if the tests bring it up, it begins empty and is taken down at the end."""
    given = os.environ.get("MAGNUM_CAPI_RDMA_E2E_STACK")
    name = os.environ.get("MAGNUM_CAPI_RDMA_E2E_NAME", "e2e")
    stack = Stack(given or name, ROOT, newest_wheel())
    if given:
        yield stack
        return
    stack.down("--wipe")
    try:
        stack.up("--ports", str(PORTS[name]), "--virtual-functions", str(VIRTUAL_FUNCTIONS))
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="session")
def tenant(stack: Stack) -> Cloud:
    """A plain member of the project demo."""
    return Cloud(stack.environment("tenant"))


@pytest.fixture(scope="session")
def admin(stack: Stack) -> Cloud:
    """The operator."""
    return Cloud(stack.environment("admin"))


@pytest.fixture(scope="session")
def template(tenant: Cloud) -> str:
    """A cluster template with RDMA, made by the tenant with the real client."""
    return tenant.create_template("e2e-rdma", rdma_network="rdma")
