# SPDX-License-Identifier: Apache-2.0
"""What a file with objects of a management cluster holds, and the operation that fits them."""

import dataclasses
from typing import Any, cast

from magnum_capi_rdma.cli.documents import BadInputError
from magnum_capi_rdma.documents import Operation, OperationKind, OperationNodeGroup

CLUSTER, CONTROL_PLANE, WORKERS = "Cluster", "KubeadmControlPlane", "MachineDeployment"


@dataclasses.dataclass(frozen=True)
class Observed:
    """The objects of a management cluster, and what goes with them."""

    objects: list[dict[str, Any]]
    server_faults: dict[str, str]
    operation: Operation | None

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> "Observed":
        """Read a list of ``kubectl get``, a single object, or a mapping with ``objects``."""
        if "objects" in document:
            faults, waited_for = document.get("server_faults") or {}, document.get("operation")
            return cls(_list(document["objects"]), faults, cast("Operation | None", waited_for))
        if "items" in document:
            return cls(_list(document["items"]), {}, None)
        if "kind" in document:
            return cls([document], {}, None)
        raise BadInputError(
            "The observed document has neither 'items', as kubectl prints them, nor 'objects'. Give it one."
        )


def operation(objects: list[dict[str, Any]], kind: str, release: str | None) -> Operation:
    """The operation that ends in what the objects specify."""
    cluster = _cluster(objects, release)
    metadata = cluster.get("metadata", {})
    name = metadata.get("name", release)
    return {
        "kind": cast("OperationKind", kind),
        "uuid": "",
        "release": name,
        "namespace": metadata.get("namespace", ""),
        "started_at": metadata.get("creationTimestamp", "1970-01-01T00:00:00Z"),
        "timeout_minutes": None,
        "node_groups": [group for object_ in objects for group in _node_groups(object_, name)],
    }


def _cluster(objects: list[dict[str, Any]], release: str | None) -> dict[str, Any]:
    clusters = [object_ for object_ in objects if object_.get("kind") == CLUSTER]
    named = [cluster for cluster in clusters if release in (None, cluster["metadata"]["name"])]
    if len(named) > 1:
        names = ", ".join(sorted(cluster["metadata"]["name"] for cluster in named))
        raise BadInputError(f"The file has objects of several clusters. Choose one with --release: {names}.")
    return named[0] if named else {}


def _node_groups(object_: dict[str, Any], release: str | None) -> list[OperationNodeGroup]:
    name = object_.get("metadata", {}).get("name", "")
    of_release = name == release or name.startswith(f"{release}-")
    if object_.get("kind") not in (CONTROL_PLANE, WORKERS) or not of_release:
        return []
    is_control_plane = object_["kind"] == CONTROL_PLANE
    return [
        {
            "name": "default-master" if is_control_plane else name.removeprefix(f"{release}-"),
            "role": "master" if is_control_plane else "worker",
            "node_count": object_.get("spec", {}).get("replicas", 1),
            "autoscaled": False,
            "follows_control_plane": False,
            "operation": None,
        }
    ]


def _list(objects: Any) -> list[dict[str, Any]]:
    if not isinstance(objects, list) or not all(isinstance(object_, dict) for object_ in objects):
        raise BadInputError("The observed objects must be a list of mappings.")
    return objects
