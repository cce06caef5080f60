# SPDX-License-Identifier: Apache-2.0
"""The documents that cross the boundary to the native module, as types.

The shapes are owned by the Rust side (``rust/request.rs``, ``rust/status/report.rs``), which refuses a
document that does not fit and names the field.
"""

from typing import Any, Literal, TypedDict

Kind = Literal["image", "flavor", "network", "subnet", "volume_types", "availability_zones", "server_group"]
OperationKind = Literal["create", "update", "delete"]


class Lookup(TypedDict):
    """One thing to ask OpenStack: everything of a kind whose id or name is the reference."""

    kind: Kind
    reference: str


class Answer(Lookup):
    """Everything that matched a look-up, with its attributes as OpenStack's API gives them."""

    matches: list[dict[str, Any]]


class OpenStackAnswers(TypedDict):
    """What OpenStack said about a request."""

    answers: list[Answer]
    auth_url: str | None


class ClusterRequest(TypedDict):
    """One cluster as Magnum has it, with OpenStack's answers and the operator's settings."""

    cluster: dict[str, Any]
    template: dict[str, Any]
    node_groups: list[dict[str, Any]]
    openstack: OpenStackAnswers
    settings: dict[str, Any]


class Settings(TypedDict):
    """How the native module reaches the management cluster, Helm and the cluster chart."""

    kubeconfig: str | None
    helm_binary: str
    helm_timeout_seconds: int
    chart: str
    chart_repository: str | None
    chart_version: str | None
    chart_digest: list[str]
    chart_directory: str
    values_directory: str | None
    request_timeout_seconds: int


class KeyPair(TypedDict):
    """A certificate and its private key, as PEM."""

    certificate: str
    key: str


class Certificates(TypedDict):
    """The key material of a cluster, by Cluster API's names for it."""

    ca: KeyPair
    etcd: KeyPair
    proxy: KeyPair
    sa: KeyPair


class Secrets(TypedDict):
    """What a cluster keeps in secrets of the management cluster."""

    clouds_yaml: str
    cacert: str | None
    certificates: Certificates
    previous_user_id: str | None


class CredentialInUse(TypedDict):
    """A cluster's application credential, and whose the one before was if it was another user's."""

    id: str
    previous_user_id: str | None


class Names(TypedDict):
    """A cluster's names in the management cluster."""

    release: str
    namespace: str


class Applied(TypedDict):
    """What came of applying a request."""

    revision: int
    digest: str


class Held(TypedDict):
    """How a release stands."""

    revision: int
    status: str
    is_ours: bool


class Difference(TypedDict, total=False):
    """A place at which two documents differ; what is unset on a side is not there."""

    path: str
    before: Any
    after: Any


class Consequence(TypedDict):
    """What would happen to the machines of a group, and why."""

    group: str
    effect: Literal["replaced", "removed", "added", "refused"]
    reasons: list[str]


class Comparison(TypedDict):
    """What a release is, and what the next operation would make of it."""

    chart: str
    our_chart: str
    values: list[Difference]
    machines: list[Consequence]
    objects: list[str]


class Chart(TypedDict):
    """The cluster chart on disk."""

    path: str
    digest: str


class OperationNodeGroup(TypedDict):
    """A node group as an operation expects it to become, and what is done to it itself."""

    name: str
    role: str
    node_count: int
    autoscaled: bool
    follows_control_plane: bool
    operation: OperationKind | None


class Operation(TypedDict):
    """What Magnum is waiting for."""

    kind: OperationKind
    uuid: str
    release: str | None
    namespace: str
    started_at: str
    timeout_minutes: int | None
    node_groups: list[OperationNodeGroup]


class NodeGroupReport(TypedDict):
    """How far a node group is."""

    name: str
    status: str
    status_reason: str | None
    node_addresses: list[str]
    node_count: int | None
    gone: bool


class Report(TypedDict):
    """How far an operation is."""

    status: str
    status_reason: str | None
    api_address: str | None
    coe_version: str | None
    gone: bool
    groups_are_next: bool
    wanted_server_faults: list[str]
    node_groups: list[NodeGroupReport]


class Health(TypedDict):
    """How a cluster is, and what each of its parts says about that."""

    health_status: str
    health_status_reason: dict[str, str]
    node_counts: dict[str, int]


class Problem(TypedDict):
    """One thing that is wrong with a request."""

    code: str
    path: str
    message: str
    allowed: str | None
    remedy: str


class OverrideDefect(TypedDict):
    """One thing that is wrong with an operator's own values."""

    file: str
    line: int | None
    message: str


class LabelRow(TypedDict):
    """A row of the label table."""

    name: str
    type: str
    allowed: str
    minimum: int | None
    maximum: int | None
    words: list[str]
    default: str | None
    scope: str
    newer: str | None
    doc: str


class ProblemCode(TypedDict):
    """A kind of problem and what it means."""

    code: str
    doc: str
