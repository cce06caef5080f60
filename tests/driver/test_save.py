# SPDX-License-Identifier: Apache-2.0
"""What is written into Magnum's database, and what is not."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy
from magnum.objects import Cluster
from magnum.objects.fields import ClusterStatus
from oslo_db.sqlalchemy import enginefacade

from magnum_capi_rdma import save
from magnum_capi_rdma.cloud import OpenStackError
from magnum_capi_rdma.documents import Report


@pytest.fixture
def writes(database: None) -> Any:
    """Every statement that changes the database."""
    statements: list[str] = []
    engine = enginefacade.writer.get_engine()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sqlalchemy.event.remove(engine, "before_cursor_execute", note)


def seen(**values: Any) -> Report:
    report: Any = {
        "status": "CREATE_IN_PROGRESS",
        "status_reason": "Making machines: control plane 0/1, workers 0/1.",
        "api_address": None,
        "coe_version": None,
        "gone": False,
        "groups_are_next": False,
        "wanted_server_faults": [],
        "node_groups": [
            {
                "name": name,
                "status": "CREATE_IN_PROGRESS",
                "status_reason": None,
                "node_addresses": [],
                "node_count": None,
                "gone": False,
            }
            for name in ("default-master", "default-worker")
        ],
        **values,
    }
    return report  # type: ignore[no-any-return]


def stored(cluster: Any) -> Any:
    return Cluster.get_by_uuid(cluster._context, cluster.uuid)


def test_a_report_is_stored(cluster: Any) -> None:
    report = seen(
        status="CREATE_COMPLETE",
        status_reason=None,
        api_address="https://203.0.113.7:6443",
        coe_version="v1.36.3",
    )
    report["node_groups"][1].update(status="CREATE_COMPLETE", node_addresses=["10.0.0.5", "10.0.0.6"])

    save.report(cluster, report)

    after = stored(cluster)
    assert (after.status, after.status_reason) == (ClusterStatus.CREATE_COMPLETE, None)
    assert (after.api_address, after.coe_version) == ("https://203.0.113.7:6443", "v1.36.3")
    assert after.default_ng_worker.status == ClusterStatus.CREATE_COMPLETE
    assert after.node_addresses == ["10.0.0.5", "10.0.0.6"]
    assert after.default_ng_master.status == ClusterStatus.CREATE_IN_PROGRESS


def test_the_autoscalers_count_is_stored_and_a_group_that_is_gone_is_removed(cluster: Any) -> None:
    report = seen()
    report["node_groups"][1].update(node_count=7)
    save.report(cluster, report)
    assert stored(cluster).default_ng_worker.node_count == 7

    report["node_groups"][1].update(gone=True)
    save.report(cluster, report)
    assert [group.name for group in stored(cluster).nodegroups] == ["default-master"]


def test_the_autoscalers_counts_are_stored_between_operations(cluster: Any, writes: list[str]) -> None:
    save.node_counts(cluster, {"default-worker": 4})
    save.node_counts(cluster, {"default-worker": 4})
    save.node_counts(cluster, {})

    assert len(writes) == 1
    assert (stored(cluster).default_ng_worker.node_count, stored(cluster).master_count) == (4, 1)


def test_a_report_that_says_nothing_new_is_not_written(cluster: Any, writes: list[str]) -> None:
    save.report(cluster, seen())
    assert writes
    writes.clear()

    save.report(stored(cluster), seen())

    assert writes == []


def test_what_is_not_seen_just_now_is_kept(cluster: Any) -> None:
    save.report(cluster, seen(api_address="https://203.0.113.7:6443", coe_version="v1.36.3"))
    save.report(cluster, seen())

    assert (stored(cluster).api_address, stored(cluster).coe_version) == (
        "https://203.0.113.7:6443",
        "v1.36.3",
    )


def test_a_cluster_that_is_gone_is_left_to_magnum(cluster: Any, writes: list[str]) -> None:
    save.report(cluster, seen(status="DELETE_COMPLETE", status_reason=None, gone=True))

    assert cluster.status == ClusterStatus.DELETE_COMPLETE
    assert writes == []


def test_the_release_is_stored_at_once(cluster: Any) -> None:
    save.release(cluster, "research-abcdefghijkl")

    assert stored(cluster).stack_id == "research-abcdefghijkl"


def test_a_failed_create_fails_its_node_groups(cluster: Any) -> None:
    with pytest.raises(OpenStackError), save.creating(cluster):
        raise OpenStackError("Nova is away.")

    groups = stored(cluster).nodegroups
    assert [(group.status, group.status_reason) for group in groups] == [
        ("CREATE_FAILED", "Nova is away.")
    ] * 2


@pytest.mark.parametrize("fails", [False, True])
def test_node_groups_go_with_their_cluster(cluster: Any, fails: bool) -> None:
    expected = ("DELETE_FAILED", "Helm is away.") if fails else ("DELETE_IN_PROGRESS", None)
    try:
        with save.deleting(cluster):
            assert {group.status for group in stored(cluster).nodegroups} == {"DELETE_IN_PROGRESS"}
            if fails:
                raise RuntimeError("Helm is away.")
    except RuntimeError:
        pass

    assert [(group.status, group.status_reason) for group in stored(cluster).nodegroups] == [expected] * 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            OpenStackError("Keystone is away."),
            "The status could not be found out and is tried again: Keystone is away.",
        ),
        (
            KeyError("x"),
            "The status could not be found out and is tried again: KeyError: 'x'",
        ),
    ],
)
def test_a_status_that_cannot_be_found_out(
    cluster: Any, writes: list[str], error: Exception, reason: str
) -> None:
    for _ in range(2):
        with save.synchronising(cluster):
            raise error

    assert (stored(cluster).status, stored(cluster).status_reason) == ("CREATE_IN_PROGRESS", reason)
    assert len(writes) == 1


def test_a_cluster_that_was_removed_meanwhile(cluster: Any) -> None:
    other = stored(cluster)
    for group in other.nodegroups:
        group.destroy()
    other.destroy()

    with save.synchronising(cluster):
        save.report(cluster, seen())


def test_a_refusal_leaves_everything_but_the_reason(make_cluster: Callable[..., Any], admin: Any) -> None:
    cluster = make_cluster(status=ClusterStatus.CREATE_COMPLETE)
    cluster.health_status_reason = {"unsaved": "change"}

    save.refusal(admin, cluster, "That is not supported yet.")

    after = stored(cluster)
    assert (after.status, after.status_reason) == ("CREATE_COMPLETE", "That is not supported yet.")
    assert after.health_status_reason != {"unsaved": "change"}


def test_a_change_that_begins_is_said_whatever_a_sync_said_meanwhile(
    make_cluster: Callable[..., Any], admin: Any
) -> None:
    cluster = make_cluster(status=ClusterStatus.UPDATE_IN_PROGRESS)
    group = cluster.default_ng_worker
    group.status = ClusterStatus.DELETE_IN_PROGRESS

    with save.changing(admin, cluster, group):
        assert stored(cluster).default_ng_worker.status == ClusterStatus.DELETE_IN_PROGRESS
        sync = stored(cluster)
        sync.status = ClusterStatus.UPDATE_COMPLETE
        sync.save()

    assert stored(cluster).status == ClusterStatus.UPDATE_IN_PROGRESS


def test_a_change_that_fails_is_told_and_not_saved(make_cluster: Callable[..., Any], admin: Any) -> None:
    cluster = make_cluster(status=ClusterStatus.CREATE_COMPLETE)
    group = cluster.default_ng_worker
    group.max_node_count = 9

    with pytest.raises(ValueError, match="no"), save.changing(admin, cluster, group):
        raise ValueError("no")

    group.save()
    after = stored(cluster)
    assert (after.status, after.status_reason) == (ClusterStatus.CREATE_COMPLETE, "no")
    assert after.default_ng_worker.max_node_count is None


def failed(cluster: Any, status: str = "UPDATE_FAILED") -> None:
    cluster.status, cluster.status_reason = status, "The project's quota is too small."
    cluster.save()


def test_a_recovery_is_stored_with_what_had_failed(cluster: Any) -> None:
    failed(cluster)

    save.recovery(
        cluster._context,
        cluster,
        seen(
            status="UPDATE_COMPLETE",
            status_reason=None,
            node_groups=[
                {
                    "name": name,
                    "status": "UPDATE_COMPLETE",
                    "status_reason": None,
                    "node_addresses": [],
                    "node_count": None,
                    "gone": False,
                }
                for name in ("default-master", "default-worker")
            ],
        ),
    )

    after = stored(cluster)
    assert after.status == "UPDATE_COMPLETE"
    assert after.status_reason.endswith("had failed: The project's quota is too small.")
    assert {group.status for group in after.nodegroups} == {"UPDATE_COMPLETE"}
    assert {group.status_reason for group in after.nodegroups} == {None}


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS"])
def test_what_was_begun_meanwhile_goes_before_a_recovery(
    cluster: Any, writes: list[str], status: str
) -> None:
    failed(cluster)
    newer = stored(cluster)
    newer.status = status
    newer.save()
    writes.clear()

    save.recovery(cluster._context, cluster, seen(status="CREATE_COMPLETE"))

    assert writes == []


def test_a_delete_that_goes_on_says_so(cluster: Any) -> None:
    failed(cluster, "DELETE_FAILED")

    save.recovery(cluster._context, cluster, seen(status="DELETE_IN_PROGRESS", status_reason="It goes on."))

    assert (stored(cluster).status, stored(cluster).status_reason) == ("DELETE_IN_PROGRESS", "It goes on.")
