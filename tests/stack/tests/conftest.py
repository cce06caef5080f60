# SPDX-License-Identifier: Apache-2.0
"""The stack's own packages, and a state of its own for each test."""

import socket
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SOURCE), str(SOURCE / "inside")]

from onehost.layout import Layout  # noqa: E402 - found only now
from onehost.progress import Progress  # noqa: E402
from onehost.settings import Settings  # noqa: E402
from onehost.stack import Stack  # noqa: E402


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNUM_CAPI_RDMA_STATE", str(tmp_path / "stacks"))
    monkeypatch.setenv("MAGNUM_CAPI_RDMA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "stacks"


@pytest.fixture
def stack(state):
    layout = Layout.of("example")
    layout.create()
    return Stack(Settings(name="example", port_base=20000), layout, Progress())


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
