# SPDX-License-Identifier: Apache-2.0
"""Clusters of magnum-capi-helm pass to this driver, and back: looked at one by one, handed over by template.

A cluster's driver is that of its template, so the clusters of a template pass together or not at all. Passing
changes the driver's name in Magnum's database; releases, secrets and machines stay as they are.

magnum-capi-helm runs all machines from the template's image and never looks at a node group's own. So after
an upgrade Magnum's node groups still name the image from before. When they pass, they get what they run.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from magnum.common import context as magnum_context
from magnum.common import exception
from magnum.objects import Cluster, ClusterTemplate
from oslo_utils import uuidutils

from magnum_capi_rdma import cloud, core, credentials, gather, handover
from magnum_capi_rdma.documents import ClusterRequest, Comparison, Operation

PEER, OURS = "k8s_capi_helm_v1", "k8s_capi_rdma"
# What magnum-capi-helm provides: templates that name no driver may be its own if they ask for this.
PEERS_TYPES = {("vm", "ubuntu", "kubernetes"), ("vm", "flatcar", "kubernetes")}

IN_PROGRESS = "_IN_PROGRESS"
DEPLOYED = "deployed"
REFUSED = "refused"


class AdoptionError(Exception):
    """What was asked for cannot be looked at. The text is for the operator."""


@dataclasses.dataclass(frozen=True)
class Passage:
    """From which driver to which."""

    giver: str
    taker: str
    allow_replacement: bool = False

    @property
    def is_adoption(self) -> bool:
        """Whether clusters come to this driver rather than leave it."""
        return self.taker == OURS

    def may_be_givers(self, template: Any) -> bool:
        """Whether a template is the giver's. One without a name of a driver is the peer's, if of its type."""
        kind = (template.server_type, template.cluster_distro, template.coe)
        unnamed = not template.driver and self.is_adoption and kind in PEERS_TYPES
        return bool(template.driver == self.giver or unnamed)


@dataclasses.dataclass
class Candidate:
    """A cluster, what would become of it, and what keeps it from passing."""

    cluster: Any
    comparison: Comparison | None = None
    images: dict[str, str] = dataclasses.field(default_factory=dict)
    """Images that Magnum has for node groups and that they do not run, by the group's name."""
    refusals: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Group:
    """A template with all its clusters, and what keeps the whole from passing."""

    template: Any
    candidates: list[Candidate] = dataclasses.field(default_factory=list)
    refusals: list[str] = dataclasses.field(default_factory=list)

    @property
    def may_pass(self) -> bool:
        """Whether nothing keeps the template or one of its clusters."""
        return not self.refusals and not any(candidate.refusals for candidate in self.candidates)


def administrator() -> Any:
    """A context that sees every project's clusters and templates."""
    return magnum_context.make_admin_context(all_tenants=True)


def of_clusters(context: Any, names: Iterable[str]) -> list[Group]:
    """The templates of these clusters, with all clusters that they have."""
    templates: dict[str, Any] = {}
    for name in names:
        get = Cluster.get_by_uuid if uuidutils.is_uuid_like(name) else Cluster.get_by_name
        try:
            cluster = get(context, name)
        except exception.MagnumException as error:
            raise AdoptionError(f"{name}: {error}") from error
        templates[cluster.cluster_template_id] = cluster.cluster_template
    return [
        _group(template, Cluster.list(context, filters={"cluster_template_id": template.uuid}))
        for template in templates.values()
    ]


def of_driver(context: Any, passage: Passage, *, without_clusters: bool) -> list[Group]:
    """Every template of the giver; those that no cluster has only if they are asked for."""
    clusters: dict[str, list[Any]] = {}
    for cluster in Cluster.list(context):
        clusters.setdefault(cluster.cluster_template_id, []).append(cluster)
    templates = [found[0].cluster_template for found in clusters.values()]
    if without_clusters:
        templates += [found for found in ClusterTemplate.list(context) if found.uuid not in clusters]
    return [
        _group(template, clusters.get(template.uuid, []))
        for template in templates
        if passage.may_be_givers(template)
    ]


def look(passage: Passage, group: Group) -> None:
    """Find out what would become of a template's clusters, and write down what keeps them from passing."""
    if not passage.may_be_givers(group.template):
        named = group.template.driver or "none, and is not of a type that magnum-capi-helm has"
        group.refusals.append(f"the template's driver is {named}; only those of {passage.giver} pass")
        return
    for candidate in group.candidates:
        _look_at(passage, candidate)


def hand_over(passage: Passage, group: Group) -> None:
    """Write the taker into the template, unless somebody was faster."""
    try:
        handover.hand_over(group.template, passage.taker, with_image=passage.is_adoption)
    except handover.InUseError as error:
        group.refusals.append(str(error))


def pass_on(passage: Passage, group: Group, *, dry_run: bool) -> dict[str, Any]:
    """Look at a template, hand it over if it may pass, and tell what became of it."""
    look(passage, group)
    if group.may_pass and not dry_run:
        hand_over(passage, group)
    return {
        "uuid": group.template.uuid,
        "name": group.template.name,
        "driver": group.template.driver,
        "outcome": REFUSED if not group.may_pass else "would pass" if dry_run else "passed",
        "refusals": group.refusals,
        "clusters": [_told(candidate) for candidate in group.candidates],
    }


def _told(candidate: Candidate) -> dict[str, Any]:
    cluster = candidate.cluster
    return {
        "uuid": cluster.uuid,
        "name": cluster.name,
        "status": cluster.status,
        "release": cluster.stack_id,
        "refusals": candidate.refusals,
        "images": candidate.images,
        "comparison": candidate.comparison,
    }


def _group(template: Any, clusters: Iterable[Any]) -> Group:
    return Group(template, [Candidate(cluster) for cluster in clusters])


def _look_at(passage: Passage, candidate: Candidate) -> None:
    cluster = candidate.cluster
    if (cluster.status or "").endswith(IN_PROGRESS):
        candidate.refusals.append(f"an operation is under way ({cluster.status}): wait for its end")
        return
    if not cluster.stack_id:
        return  # a create that failed before anything was made
    try:
        operation = gather.operation(cluster)
        held = core.held(operation)
        if held is None:
            candidate.refusals.append(_no_release(operation))
        elif held["status"] != DEPLOYED:
            candidate.refusals.append(
                f"its release is {held['status']}: have {passage.giver} finish an operation on it first"
            )
        elif passage.is_adoption:
            candidate.images = _outdated_images(cluster)
            candidate.comparison = core.prospect(_request(operation, cluster))
            candidate.refusals += _on_machines(candidate.comparison, passage)
        elif held["is_ours"] and not passage.allow_replacement:
            candidate.refusals.append(
                f"{OURS} has changed its release, and the next operation of {passage.taker} writes its own "
                "values over that, which may replace machines: --allow-replacement lets it pass all the same"
            )
    except (core.CoreError, cloud.OpenStackError) as error:
        candidate.refusals.append(str(error))


def _outdated_images(cluster: Any) -> dict[str, str]:
    image = cluster.cluster_template.image_id
    return {group.name: group.image_id for group in cluster.nodegroups if group.image_id not in (None, image)}


def _request(operation: Operation, cluster: Any) -> ClusterRequest:
    """The cluster as its own credential sees OpenStack: names mean there what they mean to its owner."""
    text = core.clouds_yaml(operation)
    if text is None:
        raise cloud.OpenStackError("The management cluster has no secret with the cluster's credential.")
    request = gather.request_without_answers(cluster)
    for node_group in request["node_groups"]:
        node_group["image_id"] = request["template"]["image_id"]
    return gather.answered(request, credentials.connection(text))


def _no_release(operation: Operation) -> str:
    return (
        f"the management cluster has no release {operation['release']} in the namespace "
        f"{operation['namespace']}: kubeconfig_file and namespace_prefix in [capi_rdma] must be those of "
        "[capi_helm]"
    )


def _on_machines(comparison: Comparison | None, passage: Passage) -> list[str]:
    """What a comparison says against passing: machines that would go, and changes that nobody takes."""
    found = comparison["machines"] if comparison else []
    impossible = [each["group"] for each in found if each["effect"] == "refused"]
    going = [each["group"] for each in found if each["effect"] in ("replaced", "removed")]
    refusals = []
    if impossible:
        refusals.append(f"Cluster API would refuse the change of {', '.join(impossible)}")
    if going and not passage.allow_replacement:
        refusals.append(
            f"the next operation would replace or remove machines of {', '.join(going)}: make chart and "
            "options equal, or let it pass all the same with --allow-replacement"
        )
    return refusals
