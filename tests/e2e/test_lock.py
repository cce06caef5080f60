# SPDX-License-Identifier: Apache-2.0
"""The lock in the management cluster: waited for, taken over from who is gone, obeyed by who lost it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import Cloud
from release import Release, wait_until


@pytest.fixture
def release(admin: Cloud, tmp_path: Path) -> Iterator[Release]:
    release = Release(admin, "helm", tmp_path)
    yield release
    release.remove()


def stuck_helm(release: Release) -> str:
    """A Helm that waits until somebody opens its gate, first in the PATH."""
    gate = release.folder / "gate"
    os.mkfifo(gate)
    folder = release.folder / "stuck"
    folder.mkdir()
    found = release.admin.run("which", "helm").strip()
    (folder / "helm").write_text(f'#!/bin/sh\nread -r _ < {gate}\nexec {found} "$@"\n')
    (folder / "helm").chmod(0o755)
    release.admin.environment["PATH"] = f"{folder}:{release.admin.environment['PATH']}"
    return str(gate)


@pytest.fixture
def holder(release: Release) -> Iterator[int]:
    """A conductor that holds the lock and does not end."""
    path = release.admin.environment["PATH"]
    stuck_helm(release)
    conductor = release.applying(small=2)
    release.admin.environment["PATH"] = path
    wait_until(lambda: release.runs.read_text().split() == ["upgrade"])
    yield conductor.process.pid
    if conductor.process.poll() is None:
        conductor.kill()


def test_who_waits_in_vain_is_told_and_who_is_gone_is_followed(release: Release, holder: int) -> None:
    busy = release.apply(small=3)
    assert busy["code"] == "cluster-busy"
    assert f"process {holder} on {socket.gethostname()}, since 20" in busy["text"]
    os.kill(holder, 9)
    assert release.lock() is not None, "a killed conductor leaves its lease"
    assert release.apply(small=4)["done"]["revision"] == 1
    assert release.is_at(small=4)
    assert release.lock() is None


def test_who_loses_the_lock_gives_up_and_ends_helm(release: Release, holder: int) -> None:
    assert release.lock() is not None
    release.admin.run("kubectl", "delete", "leases", "--all", "--namespace", release.namespace)
    wait_until(lambda: not list(Path(f"/proc/{holder}/task").glob("*/children")) or not children(holder))
    assert release.apply(small=3)["done"]["revision"] == 1


def children(process: int) -> list[int]:
    """The processes that a process has started and that run."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
