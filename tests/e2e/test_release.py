# SPDX-License-Identifier: Apache-2.0
"""Releases on the real API server, with Helm 3 and Helm 4.

What is so already is left alone, what was interrupted comes back, whatever is asked for next, and operations
take turns.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import Cloud
from release import OBJECTS, Release, wait_until


@pytest.fixture(params=["helm", "helm3"], ids=["helm4", "helm3"])
def release(request: pytest.FixtureRequest, admin: Cloud, tmp_path: Path) -> Iterator[Release]:
    release = Release(admin, request.param, tmp_path)
    yield release
    release.remove()


@pytest.fixture
def deployed(release: Release) -> Release:
    """A release with one worker group of two nodes."""
    assert release.apply(small=2)["done"]["revision"] == 1
    assert release.is_at(small=2)
    assert release.helm_runs() == ["upgrade"]
    return release


def interrupted_at(release: Release, objects: int, **nodes: int) -> None:
    """Kill a conductor when Helm has changed so many of the objects. It makes new ones all at once."""
    conductor = release.applying(**nodes)
    number = int("".join(map(str, nodes.values())))
    wait_until(lambda: release.latest().startswith("pending-"))
    wait_until(lambda: release.many().count(number) >= objects)
    release.kill(conductor)
    assert release.latest().startswith("pending-"), "Helm went on without its conductor, or had ended already"
    assert objects == 0 or release.many().count(number) < OBJECTS
    release.helm_runs()


def test_what_is_so_already_starts_no_process(deployed: Release) -> None:
    assert deployed.apply(small=2)["done"]["revision"] == 1
    assert deployed.helm_runs() == []
    assert deployed.apply(small=3)["done"]["revision"] == 2
    assert deployed.helm_runs() == ["upgrade"]
    assert deployed.is_at(small=3)


def test_what_somebody_changed_with_helm_is_noticed(deployed: Release) -> None:
    chart, group = str(deployed.chart), "nodeGroups[0].name=small,nodeGroups[0].machineCount=9"
    deployed.by_hand("upgrade", deployed.name, chart, "--reuse-values", "--set", group)
    assert deployed.is_at(small=9)
    assert deployed.apply(small=2)["done"]["revision"] == 3
    assert deployed.is_at(small=2)
    deployed.by_hand("rollback", deployed.name, "2")
    assert deployed.apply(small=2)["done"]["revision"] == 5
    assert deployed.is_at(small=2)
    deployed.by_hand("upgrade", deployed.name, chart, "--reuse-values")
    assert deployed.apply(small=2)["done"]["revision"] == 7
    assert deployed.helm_runs() == ["upgrade"] * 3
    assert deployed.apply(small=2)["done"]["revision"] == 7


def test_another_chart_is_noticed(deployed: Release, tmp_path: Path) -> None:
    deployed.admin.run("cp", "--recursive", str(deployed.chart), str(tmp_path / "changed"))
    deployed.chart = tmp_path / "changed"
    assert deployed.apply(small=2)["done"]["revision"] == 1, "the same files elsewhere are the same chart"
    (deployed.chart / "values.yaml").write_text("more: true\n")
    assert deployed.apply(small=2)["done"]["revision"] == 2


def test_an_interrupted_install_is_completed(release: Release) -> None:
    interrupted_at(release, 0, small=2)
    assert release.latest() == "pending-install"
    assert "done" in release.apply(small=2)
    assert release.helm_runs() == ["upgrade"]
    assert release.is_at(small=2)
    assert release.statuses() == ["deployed"]


def test_other_values_follow_an_interrupted_install(release: Release) -> None:
    interrupted_at(release, 0, small=2)
    assert "done" in release.apply(other=3)
    assert release.helm_runs() == ["rollback", "upgrade"]
    assert release.is_at(other=3)
    assert release.latest() == "deployed"


def test_an_interrupted_upgrade_is_completed(deployed: Release) -> None:
    interrupted_at(deployed, 10, small=3)
    assert deployed.latest() == "pending-upgrade"
    assert "done" in deployed.apply(small=3)
    assert deployed.helm_runs() == ["upgrade"]
    assert deployed.is_at(small=3)


def test_an_interrupted_upgrade_is_undone_by_a_return_to_what_was_before(deployed: Release) -> None:
    """Helm alone would find nothing to do: what was deployed and what is asked for are the same."""
    interrupted_at(deployed, 10, small=3)
    assert "done" in deployed.apply(small=2)
    assert deployed.helm_runs() == ["rollback", "upgrade"]
    assert deployed.is_at(small=2)


def test_what_only_an_interrupted_upgrade_made_is_not_left_behind(deployed: Release) -> None:
    conductor = deployed.applying(small=3, added=1)
    wait_until(lambda: "added" in deployed.groups())
    deployed.kill(conductor)
    assert "done" in deployed.apply(small=2)
    assert deployed.is_at(small=2)


def test_an_interrupted_rollback_is_brought_back(deployed: Release) -> None:
    interrupted_at(deployed, 10, small=3)
    conductor = deployed.applying(small=4)
    wait_until(lambda: deployed.latest() == "pending-rollback")
    deployed.kill(conductor)
    assert deployed.statuses() == ["deployed", "pending-upgrade", "pending-rollback"]
    assert "done" in deployed.apply(small=4)
    assert deployed.is_at(small=4)


def test_an_interrupted_uninstall_is_brought_back_or_finished(deployed: Release) -> None:
    for _ in range(2):
        conductor = deployed.deleting()
        wait_until(lambda: deployed.latest() == "uninstalling")
        wait_until(lambda: len(deployed.many()) < OBJECTS)
        deployed.kill(conductor)
        assert deployed.latest() == "uninstalling"
        assert "done" in deployed.apply(small=2)
        assert deployed.is_at(small=2)
    conductor = deployed.deleting()
    wait_until(lambda: deployed.latest() == "uninstalling")
    deployed.kill(conductor)
    assert deployed.deleting().answer() == {"done": None}
    assert (deployed.statuses(), deployed.many(), deployed.groups(), deployed.lock()) == ([], [], {}, None)


def test_an_interrupted_install_can_be_deleted(release: Release) -> None:
    interrupted_at(release, 0, small=2)
    assert release.deleting().answer() == {"done": None}
    assert (release.statuses(), release.many(), release.groups(), release.lock()) == ([], [], {}, None)


def test_what_the_api_server_refuses_is_told_and_undone(deployed: Release) -> None:
    refused = deployed.apply(small=3, refused=1)
    assert refused["code"] == "helm-failed"
    assert "RFC 1123" in refused["text"]
    assert refused["text"].startswith(
        "Helm could not install the cluster's release: Manifests.addons.stackhpc.com "
    )
    assert deployed.latest() == "failed"
    deployed.helm_runs()
    assert "done" in deployed.apply(small=2)
    assert deployed.helm_runs() == ["rollback", "upgrade"]
    assert deployed.is_at(small=2)


def test_a_failed_install_can_be_corrected(release: Release) -> None:
    assert release.apply(small=2, refused=1)["code"] == "helm-failed"
    assert "done" in release.apply(small=3)
    assert release.is_at(small=3)


def test_helm_killed_is_told_and_the_next_operation_goes_on(deployed: Release) -> None:
    conductor = deployed.applying(small=3)
    wait_until(lambda: deployed.latest() == "pending-upgrade")
    children = Path(f"/proc/{conductor.process.pid}/task").glob("*/children")
    (helm,) = [int(child) for task in children for child in task.read_text().split()]
    deployed.admin.run("kill", f"-{signal.SIGKILL.value}", str(helm))
    killed = conductor.answer()
    assert killed["code"] == "helm-failed"
    assert "ended from outside by signal 9" in killed["text"]
    assert deployed.lock() is None, "who failed has released the lock"
    assert "done" in deployed.apply(small=3)
    assert deployed.is_at(small=3)


def test_operations_side_by_side_take_turns(deployed: Release) -> None:
    conductors = [deployed.applying(small=count) for count in (3, 4, 5)]
    answers = [conductor.answer() for conductor in conductors]
    assert sorted(answer["done"]["revision"] for answer in answers) == [2, 3, 4]
    assert deployed.statuses() == ["superseded"] * 3 + ["deployed"]
    last = max(zip(answers, (3, 4, 5), strict=True), key=lambda pair: pair[0]["done"]["revision"])[1]
    assert deployed.is_at(small=last)
    assert deployed.lock() is None
