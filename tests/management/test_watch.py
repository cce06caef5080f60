# SPDX-License-Identifier: Apache-2.0
"""The watch against a real API server that goes away, forgets, hangs and refuses.

Whatever happens, a status is either the truth or an error that says what is wrong. No test depends on how
long anything takes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from management_cluster import (
    CORE,
    DEFINITIONS,
    NAMESPACE,
    OPTIONAL_DEFINITIONS,
    Document,
    ManagementCluster,
    eventually,
    write,
)

from magnum_capi_rdma import _core

CLUSTERS = f"/apis/{CORE}/v1beta2/namespaces/{NAMESPACE}/clusters"
NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def management(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManagementCluster]:
    """The management cluster, without the kinds that it need not have."""
    management = ManagementCluster(tmp_path_factory.mktemp("management"))
    try:
        management.start()
        management.must("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        management.define(DEFINITIONS)
        yield management
    finally:
        management.stop()


@pytest.fixture
def kubeconfig(management: ManagementCluster, tmp_path: Path) -> Path:
    """An account of the test's own."""
    return management.kubeconfig(tmp_path / "kubeconfig", {"token": management.account("reader")})


def create(management: ManagementCluster, port: int = 6443) -> str:
    """A Cluster, known by the port of its API; returns its name."""
    name = f"cluster-{next(NUMBERS)}"
    endpoint = {"host": "203.0.113.7", "port": port}
    document = {"apiVersion": f"{CORE}/v1beta2", "kind": "Cluster", "metadata": {"name": name}}
    management.must("POST", CLUSTERS, {**document, "spec": {"controlPlaneEndpoint": endpoint}})
    return name


def change(management: ManagementCluster, name: str, port: int) -> None:
    """Another port for a Cluster."""
    headers = {"Content-Type": "application/merge-patch+json"}
    spec = {"spec": {"controlPlaneEndpoint": {"port": port}}}
    management.must("PATCH", f"{CLUSTERS}/{name}", spec, headers=headers)


def look(kubeconfig: Path, name: str) -> Any:
    """The address that a status shows for a Cluster; the words of the error if there is no status."""
    settings: Document = {"kubeconfig": str(kubeconfig), "request_timeout_seconds": 10}
    operation: Any = {"kind": "create", "release": name, "namespace": NAMESPACE, "node_groups": []}
    try:
        return _core.observe(settings, operation, {})["api_address"]  # type: ignore[arg-type]
    except _core.ManagementClusterError as error:
        return error


def is_gone(management: ManagementCluster, version: str) -> bool:
    """Whether the API server has forgotten what came after a version."""

    def answer() -> requests.Response | None:
        asked = management.call("GET", f"{CLUSTERS}?watch=1&resourceVersion={version}&timeoutSeconds=5")
        return None if asked.status_code == requests.codes.too_many_requests else asked

    answered = eventually(answer)
    told = answered.json() if answered.text else {}
    return requests.codes.gone in (answered.status_code, told.get("object", told).get("code"))


def address(port: int) -> str:
    """As a status shows it."""
    return f"https://203.0.113.7:{port}"


def test_changes_are_seen_also_of_kinds_that_come_later(
    management: ManagementCluster, kubeconfig: Path
) -> None:
    name = create(management)
    assert look(kubeconfig, name) == address(6443), "optional kinds may be missing"

    change(management, name, 7001)
    eventually(lambda: look(kubeconfig, name) == address(7001))
    management.define(OPTIONAL_DEFINITIONS)
    management.must("DELETE", f"{CLUSTERS}/{name}")

    eventually(lambda: look(kubeconfig, name) is None)


def test_an_api_server_that_was_away_tells_the_truth_or_nothing(
    management: ManagementCluster, kubeconfig: Path
) -> None:
    """What was deleted and changed meanwhile is never shown as it was, and its history is gone (410)."""
    kept, lost = create(management), create(management)
    assert look(kubeconfig, lost) == address(6443)
    version = management.must("GET", CLUSTERS)["metadata"]["resourceVersion"]

    management.kill()
    away = eventually(lambda: isinstance(error := look(kubeconfig, lost), Exception) and error)
    assert "The management cluster cannot be reached" in str(away)
    management.delete_behind(CORE, "clusters", lost)
    management.forget_history()
    seen = [look(kubeconfig, lost) for _ in range(3)]
    management.start()
    assert is_gone(management, version), "a watch that resumes would have to begin anew"

    def told() -> bool:
        seen.append(look(kubeconfig, lost))
        return not isinstance(seen[-1], Exception)

    eventually(told)
    assert address(6443) not in seen, f"an old truth: {seen}"
    assert seen[-1] is None
    assert look(kubeconfig, kept) == address(6443)
    change(management, kept, 7002)
    eventually(lambda: look(kubeconfig, kept) == address(7002))


def test_a_kubeconfig_that_is_replaced_is_read_anew(management: ManagementCluster, kubeconfig: Path) -> None:
    name = create(management)
    assert look(kubeconfig, name) == address(6443)

    token = management.account("reader")
    management.kubeconfig(kubeconfig, {"token": "none"})
    refused = eventually(lambda: isinstance(error := look(kubeconfig, name), Exception) and error)
    assert "The management cluster refuses the driver" in str(refused)
    management.kubeconfig(kubeconfig, {"token": token})

    assert look(kubeconfig, name) == address(6443)
    change(management, name, 7003)
    eventually(lambda: look(kubeconfig, name) == address(7003))


def test_a_token_in_a_file_is_renewed(management: ManagementCluster, tmp_path: Path) -> None:
    """As in a pod. Connections end, the old token is refused, and the new one is taken up by itself."""
    token = write(tmp_path / "token", management.account("rotated"))
    kubeconfig = management.kubeconfig(tmp_path / "kubeconfig", {"tokenFile": str(token)})
    name = create(management)
    assert look(kubeconfig, name) == address(6443)

    renewed = management.account("rotated")
    management.kill()
    management.start()
    refused = eventually(
        lambda: isinstance(error := look(kubeconfig, name), Exception) and "refuses" in str(error) and error
    )
    assert "Unauthorized" in str(refused)
    write(token, renewed)
    change(management, name, 7004)

    eventually(lambda: look(kubeconfig, name) == address(7004))


def test_an_api_server_that_hangs_is_noticed(management: ManagementCluster, kubeconfig: Path) -> None:
    """Its connections stay open and say nothing, and so does a host that has lost its power."""
    name = create(management)
    assert look(kubeconfig, name) == address(6443)

    management.freeze()
    try:
        hanging = eventually(lambda: isinstance(error := look(kubeconfig, name), Exception) and error)
        assert "The management cluster cannot be reached" in str(hanging)
    finally:
        management.thaw()
    change(management, name, 7005)

    eventually(lambda: look(kubeconfig, name) == address(7005))
