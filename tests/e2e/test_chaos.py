# SPDX-License-Identifier: Apache-2.0
"""Conductors and Helm are killed at random moments of every operation.

Tenants repeat what Magnum shows as failed or has forgotten, and nothing else. Every cluster comes to what was
asked for, and nothing is left behind. ``MAGNUM_CAPI_RDMA_CHAOS_ROUNDS`` is how many operations are struck,
and ``MAGNUM_CAPI_RDMA_CHAOS_SEED`` repeats the random moments of a run.
"""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cloud import Cloud, Document, Stack, left_over
from monkey import Monkey

ROUNDS = int(os.environ.get("MAGNUM_CAPI_RDMA_CHAOS_ROUNDS", "4"))
SEED = int(os.environ.get("MAGNUM_CAPI_RDMA_CHAOS_SEED") or 0) or secrets.randbits(32)
ROUNDS_OF_A_LIFE = 4
SIDE_BY_SIDE = 2
LONGEST_DELAY_SECONDS = 4.0
# How often a tenant asks for the same thing. Only the first time is struck, so few are ever needed.
MOST_ATTEMPTS = 5
# An operation that nobody has begun by then is not going to begin: its message went down with the conductor.
# It is longer than the lock of a killed conductor lasts.
QUIET_LOOKS = 25
QUIET_PAUSE_SECONDS = 2.0
VERSIONS = ("1.35.6", "1.36.3")


def is_not_in_progress(cluster: Document) -> bool:
    """Whether Magnum is not busy with it. While it removes a cluster it may answer with an error instead."""
    return not cluster or ("status" in cluster and not cluster["status"].endswith("_IN_PROGRESS"))


@dataclass
class Life:
    """One cluster from its create to its end, with every operation struck once."""

    name: str
    tenant: Cloud
    admin: Cloud
    templates: tuple[str, str]
    monkey: Monkey
    uuid: str = ""

    def live(self) -> None:
        """Go through all operations."""
        self._create()
        self._change(
            lambda: self._ask("resize", self.uuid, "2"), lambda cluster: self._has(cluster, workers=2)
        )
        self._change(self._upgrade, lambda cluster: self._has(cluster, workers=2, version=VERSIONS[1]))
        self._delete()

    def _say(self, text: str) -> None:
        print(f"{self.name}: {text}", flush=True)

    def _strike(self) -> None:
        self._say(f"killed {self.monkey.strike(LONGEST_DELAY_SECONDS)}")

    def _ask(self, *command: str) -> None:
        """Ask as a tenant; Magnum may say no to what it is still busy with."""
        self.tenant.run("openstack", "coe", "cluster", *command)

    def _outcome(self, is_so: Callable[[Document], bool]) -> Document:
        """The cluster once it is so, or once nobody has been at work on it for long."""
        calm, before = 0, None
        while True:
            cluster, _ = self.tenant.wait_until(self.uuid, is_not_in_progress)
            if is_so(cluster) or calm == QUIET_LOOKS:
                return cluster
            calm = calm + 1 if cluster.get("status") == before else 0
            before = cluster.get("status")
            time.sleep(QUIET_PAUSE_SECONDS)

    def _create(self) -> None:
        for attempt in range(MOST_ATTEMPTS):
            self.uuid = self.tenant.create_cluster(self.name, self.templates[0])
            if attempt == 0:
                self._strike()
            cluster = self._outcome(lambda cluster: str(cluster.get("status")).startswith("CREATE_"))
            if cluster.get("status") == "CREATE_COMPLETE":
                return
            self._say(f"create: {cluster.get('status')}: {cluster.get('status_reason')}")
            if cluster:
                assert cluster["status_reason"]
                self._delete(struck=False)
        raise AssertionError(f"{self.name} was never created")

    def _change(self, ask: Callable[[], Any], is_so: Callable[[Document], bool]) -> None:
        for attempt in range(MOST_ATTEMPTS):
            ask()
            if attempt == 0:
                self._strike()
            cluster = self._outcome(is_so)
            if is_so(cluster):
                return
            self._say(f"change: {cluster['status']}: {cluster['status_reason']}")
        raise AssertionError(f"{self.name} was never changed")

    def _upgrade(self) -> None:
        """Magnum upgrades no cluster whose last update failed, so a tenant makes it whole first."""
        if self.tenant.cluster(self.uuid)["status"] == "UPDATE_FAILED":
            self._ask("resize", self.uuid, "2")
            self._outcome(lambda cluster: cluster["status"] == "UPDATE_COMPLETE")
        self._ask("upgrade", self.uuid, self.templates[1])

    def _has(self, cluster: Document, *, workers: int, version: str | None = None) -> bool:
        """Whether Cluster API and Magnum agree on it."""
        if cluster["status"] != "UPDATE_COMPLETE":
            return False
        namespace, release = f"magnum-{self.tenant.api.current_project_id}", cluster["cluster_id"]
        selected = ("-n", namespace, "-l", f"cluster.x-k8s.io/cluster-name={release}")
        deployments = self.admin.kubectl("get", "machinedeployments", *selected)["items"]
        machines = self.admin.kubectl("get", "machines", *selected)["items"]
        versions = {machine["spec"]["version"].removeprefix("v") for machine in machines}
        counts = [deployment["spec"]["replicas"] for deployment in deployments]
        groups = {group["status"] for group in self.tenant.node_groups(self.uuid).values()}
        return (
            counts == [workers] == [cluster["node_count"]]
            and all(status.endswith("_COMPLETE") for status in groups)
            and (version is None or versions == {version})
        )

    def _delete(self, *, struck: bool = True) -> None:
        for attempt in range(MOST_ATTEMPTS):
            self.tenant.delete_cluster(self.uuid)
            if struck and attempt == 0:
                self._strike()
            cluster = self._outcome(lambda cluster: not cluster)
            if not cluster:
                return
            self._say(f"delete: {cluster['status']}: {cluster['status_reason']}")
        raise AssertionError(f"{self.name} was never deleted")


def side_by_side(lives: list[Life]) -> list[BaseException]:
    """Let some lives run at the same time; what went wrong in them."""
    wrong: list[BaseException] = []
    waiting = list(lives)
    lock = threading.Lock()

    def run() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                life = waiting.pop(0)
            try:
                life.live()
            except BaseException as error:
                wrong.append(error)
                raise

    threads = [threading.Thread(target=run) for _ in range(SIDE_BY_SIDE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_every_cluster_comes_to_what_was_asked_for(stack: Stack, tenant: Cloud, admin: Cloud) -> None:
    print(f"\nseed {SEED}, {ROUNDS} operations", flush=True)
    numbers = random.Random(SEED)
    monkey = Monkey(stack, admin.environment["STACK_STATE"], numbers)
    old, new = (
        tenant.create_template(f"chaos-{version}", image=f"ubuntu-2404-kube-v{version}")
        for version in VERSIONS
    )
    before = admin.belongings()
    lives = [
        Life(f"chaos-{number}", Cloud(tenant.environment), Cloud(admin.environment), (old, new), monkey)
        for number in range(-(-ROUNDS // ROUNDS_OF_A_LIFE))
    ]
    assert side_by_side(lives) == []
    print(f"killed {monkey.kills}", flush=True)
    assert sum(monkey.kills.values()) > 0
    assert left_over(before, admin.belongings()) == {}
