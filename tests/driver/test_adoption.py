# SPDX-License-Identifier: Apache-2.0
"""Which clusters may pass from one driver to another, and what is written when they do."""

import gc
import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import MagnumConf
from magnum.common import exception
from magnum.objects import ClusterTemplate
from magnum.objects.fields import ClusterStatus

from magnum_capi_rdma import adoption, cli, handover
from magnum_capi_rdma.cli import adopt

PEERS = {"driver": adoption.PEER, "labels": {}}
TO_US = adoption.Passage(adoption.PEER, adoption.OURS)
AWAY = adoption.Passage(adoption.OURS, adoption.PEER)

Make = Callable[..., Any]


def driver_of(admin: Any, cluster: Any) -> str | None:
    driver: str | None = ClusterTemplate.get_by_uuid(admin, cluster.cluster_template_id).driver
    return driver


def passed(admin: Any, passage: adoption.Passage, **how: Any) -> list[dict[str, Any]]:
    groups = adoption.of_driver(admin, passage, without_clusters=False)
    return [adoption.pass_on(passage, group, **{"dry_run": False, **how}) for group in groups]


def test_magnums_own_objects_refuse_what_we_write(make_cluster: Make) -> None:
    template = make_cluster(PEERS, status=ClusterStatus.CREATE_COMPLETE).cluster_template
    template.driver = adoption.OURS

    with pytest.raises(exception.ClusterTemplateReferenced):
        template.save()


def test_a_template_passes_with_all_its_clusters(make_cluster: Make, admin: Any) -> None:
    failed = make_cluster(PEERS, name="failed", status=ClusterStatus.CREATE_FAILED)
    other = make_cluster({"driver": "another"}, status=ClusterStatus.CREATE_COMPLETE)

    (told,) = passed(admin, TO_US, dry_run=True)
    assert (told["outcome"], driver_of(admin, failed)) == ("would pass", adoption.PEER)

    (told,) = passed(admin, TO_US)
    assert (told["outcome"], driver_of(admin, failed)) == ("passed", adoption.OURS)
    assert [cluster["name"] for cluster in told["clusters"]] == ["failed"]
    assert driver_of(admin, other) == "another"
    assert passed(admin, TO_US) == []

    (back,) = passed(admin, AWAY)
    assert (back["outcome"], driver_of(admin, failed)) == ("passed", adoption.PEER)


def test_a_template_without_clusters_passes_if_it_is_asked_for(make_cluster: Make, admin: Any) -> None:
    cluster = make_cluster(PEERS, status=ClusterStatus.CREATE_FAILED)
    cluster.destroy()

    assert passed(admin, TO_US) == []
    (group,) = adoption.of_driver(admin, TO_US, without_clusters=True)
    gc.collect()  # Magnum leaves a session of its list to the garbage, and SQLite locks until then
    assert adoption.pass_on(TO_US, group, dry_run=False)["outcome"] == "passed"
    assert driver_of(admin, cluster) == adoption.OURS


def test_a_cluster_in_the_middle_of_something_keeps_its_template(make_cluster: Make, admin: Any) -> None:
    cluster = make_cluster(PEERS, status=ClusterStatus.UPDATE_IN_PROGRESS)

    (told,) = passed(admin, TO_US)

    assert told["outcome"] == "refused"
    assert told["clusters"][0]["refusals"] == [
        "an operation is under way (UPDATE_IN_PROGRESS): wait for its end"
    ]
    assert driver_of(admin, cluster) == adoption.PEER


def test_what_begins_after_the_look_is_seen_too(make_cluster: Make, admin: Any) -> None:
    cluster = make_cluster(PEERS, status=ClusterStatus.CREATE_FAILED)
    (group,) = adoption.of_driver(admin, TO_US, without_clusters=False)
    adoption.look(TO_US, group)
    cluster.status = ClusterStatus.DELETE_IN_PROGRESS
    cluster.save()

    adoption.hand_over(TO_US, group)

    assert group.refusals == [f"an operation has begun on {cluster.uuid}: wait for its end"]
    assert driver_of(admin, cluster) == adoption.PEER


def test_who_is_faster_wins(make_cluster: Make, admin: Any) -> None:
    template = make_cluster(PEERS, status=ClusterStatus.CREATE_FAILED).cluster_template
    handover.hand_over(template, "another", with_image=False)

    with pytest.raises(handover.InUseError, match="its driver has become another meanwhile"):
        handover.hand_over(template, adoption.OURS, with_image=True)


def test_node_groups_get_the_image_that_they_run(make_cluster: Make, admin: Any) -> None:
    cluster = make_cluster(PEERS, status=ClusterStatus.CREATE_FAILED)
    other = make_cluster({"driver": "another"}, status=ClusterStatus.CREATE_COMPLETE)
    for group in (*cluster.nodegroups, *other.nodegroups):
        group.image_id = "from-before-the-upgrade"
        group.save()

    passed(admin, TO_US)

    assert {group.image_id for group in cluster.nodegroups} == {"ubuntu"}
    assert {group.image_id for group in other.nodegroups} == {"from-before-the-upgrade"}


@pytest.mark.parametrize(
    ("template", "is_peers"),
    [
        ({"driver": adoption.PEER}, True),
        ({"driver": None}, True),
        ({"driver": None, "cluster_distro": "flatcar"}, True),
        ({"driver": None, "cluster_distro": "fedora-coreos"}, False),
        ({"driver": None, "server_type": "bm"}, False),
        ({"driver": "k8s_cluster_api_ubuntu"}, False),
        ({"driver": adoption.OURS}, False),
    ],
)
def test_whose_a_template_is(make_cluster: Make, template: dict[str, Any], is_peers: bool) -> None:
    cluster = make_cluster(template, status=ClusterStatus.CREATE_COMPLETE)

    assert TO_US.may_be_givers(cluster.cluster_template) is is_peers


def test_a_cluster_of_another_driver_is_refused_by_its_name(
    make_cluster: Make, admin: Any, magnum_conf: MagnumConf, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = make_cluster({"driver": "another"}, status=ClusterStatus.CREATE_COMPLETE)
    configuration = magnum_conf.path

    status = cli.main(["adopt", "--cluster", cluster.uuid, "--config-file", str(configuration), "-o", "json"])

    (told,) = json.loads(capsys.readouterr().out)["templates"]
    assert (status, told["outcome"]) == (3, "refused")
    assert told["refusals"] == ["the template's driver is another; only those of k8s_capi_helm_v1 pass"]


def test_clusters_are_named_by_uuid_or_name(make_cluster: Make, admin: Any) -> None:
    cluster = make_cluster(PEERS, name="one", status=ClusterStatus.CREATE_FAILED)
    make_cluster(PEERS, name="two", status=ClusterStatus.CREATE_FAILED)
    make_cluster(PEERS, name="two", status=ClusterStatus.CREATE_FAILED)

    groups = adoption.of_clusters(admin, ["one", cluster.uuid])

    assert [group.template.uuid for group in groups] == [cluster.cluster_template_id]
    with pytest.raises(adoption.AdoptionError, match="two: Multiple clusters exist with same name"):
        adoption.of_clusters(admin, ["two"])
    with pytest.raises(adoption.AdoptionError, match="nobody: Cluster nobody could not be found"):
        adoption.of_clusters(admin, ["nobody"])


def test_a_management_cluster_that_does_not_answer_is_a_reason(
    make_cluster: Make, magnum_conf: MagnumConf, capsys: pytest.CaptureFixture[str]
) -> None:
    make_cluster(PEERS, status=ClusterStatus.CREATE_COMPLETE, stack_id="research-abcdefghijkl")

    status = cli.main(["adopt", "--all", "--config-file", str(magnum_conf.path)])

    printed = capsys.readouterr().out
    assert status == 3
    assert "template kubernetes (" in printed
    assert "  refused: The kubeconfig of the management cluster cannot be used: " in printed


def test_a_person_sees_what_would_become_of_a_cluster() -> None:
    comparison = {
        "chart": "openstack-cluster 0.10.1",
        "our_chart": "openstack-cluster 0.10.2",
        "values": [{"path": "machineSSHKeyName", "before": None}, {"path": "a.b", "before": 1, "after": "x"}],
        "objects": ["KubeadmControlPlane research-control-plane would change"],
        "machines": [
            {
                "group": "research-control-plane",
                "effect": "replaced",
                "reasons": ["Kubernetes version: 1 → 2"],
            }
        ],
    }
    cluster = {
        "uuid": "u-1",
        "name": "research",
        "status": "UPDATE_COMPLETE",
        "release": "research-q7w3kz5m2x9a",
        "refusals": ["no"],
        "images": {"default-worker": "old"},
        "comparison": comparison,
    }
    template = {"uuid": "u-2", "name": "small", "driver": None, "outcome": "refused", "refusals": []}
    told = adopt.shown({"from": adoption.PEER, "templates": [{**template, "clusters": [cluster]}]})

    assert told.splitlines() == [
        "template small (u-2), no driver named: refused",
        "  cluster research (u-1), UPDATE_COMPLETE, release research-q7w3kz5m2x9a",
        "    refused: no",
        "    node group default-worker runs the template's image, not old: Magnum's row would say so",
        "    chart: openstack-cluster 0.10.1 → openstack-cluster 0.10.2",
        "    values: 2 differences",
        "      machineSSHKeyName: null → unset",
        '      a.b: 1 → "x"',
        "    objects: 1 difference",
        "      KubeadmControlPlane research-control-plane would change",
        "    machines:",
        "      research-control-plane: replaced",
        "        Kubernetes version: 1 → 2",
    ]
    assert adopt.shown({"from": adoption.PEER, "templates": []}) == "There is nothing of k8s_capi_helm_v1."
