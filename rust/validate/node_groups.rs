// SPDX-License-Identifier: Apache-2.0
//! The control plane and the worker groups, each put together from its parts.

use super::lookups::is_control_plane;
use super::software::Software;
use super::{Findings, answers, counts, flavors, labels, node_labels, placement, rdma, software, volumes};
use crate::model::names::sanitized;
use crate::model::{ApiServer, ControlPlane, LabelSet, NodeGroup};
use crate::problem::{Code, Problem};
use crate::rdma::RdmaNetwork;
use crate::rdma::addon::NODE_LABEL;
use crate::request::{ClusterRequest, Kind, MagnumNodeGroup};
use crate::status::ExpectedGroup;

/// Shortest name that the cluster chart takes.
const SHORTEST_NAME: usize = 3;
/// Longest name that leaves room for a machine's own part of its host name.
const LONGEST_NAME: usize = 40;
/// Where the cluster charts cut `<release>-<group>`.
const LONGEST_OBJECT_NAME: usize = 63;
/// The control plane's part of its objects' names.
const CONTROL_PLANE: &str = "control-plane";

/// The worker groups, and the RDMA networks that they use together.
#[derive(Debug)]
pub struct Workers {
    /// The groups in Magnum's order.
    pub groups: Vec<NodeGroup>,
    /// Every RDMA network once.
    pub rdma_networks: Vec<RdmaNetwork>,
}

/// What the groups of a cluster have in common while they are put together.
struct Shared<'a> {
    request: &'a ClusterRequest,
    software: Option<&'a Software>,
    longest_name: usize,
    names: Vec<String>,
    rdma_networks: Vec<RdmaNetwork>,
}

/// The control plane.
pub fn control_plane(
    request: &ClusterRequest,
    labels: &LabelSet<'_>,
    api_server: &ApiServer,
    findings: &mut Findings,
) -> Option<ControlPlane> {
    let masters: Vec<(usize, &MagnumNodeGroup)> =
        request.node_groups.iter().enumerate().filter(|(_, group)| is_control_plane(&group.role)).collect();
    let [(index, master)] = masters[..] else {
        findings.report(Problem::new(
            Code::NodeGroups,
            "node_groups",
            format!("there are {} groups with the role master", masters.len()),
            "A cluster has exactly one.",
        ));
        return None;
    };
    let path = format!("node_groups[{index}]");
    let flavor = flavors::name(request, master, &path, findings);
    counts::control_plane(master.node_count, &path, api_server, findings);
    let zones = placement::zones(request, labels, "control_plane_availability_zones", findings);
    let server_group_id = placement::server_group(request, labels, "control_plane_server_group", findings);
    Some(ControlPlane { flavor: flavor?, machine_count: master.node_count, zones, server_group_id: server_group_id? })
}

/// The worker groups. The charts cut names that are too long, so `release` decides how long a group's may be.
pub fn workers(request: &ClusterRequest, release: &str, software: Option<&Software>, findings: &mut Findings) -> Option<Workers> {
    let longest_name = LONGEST_NAME.min(LONGEST_OBJECT_NAME.saturating_sub(release.len() + 1));
    let names = vec![CONTROL_PLANE.to_owned()];
    let mut shared = Shared { request, software, longest_name, names, rdma_networks: Vec::new() };
    let workers = request.node_groups.iter().enumerate().filter(|(_, group)| !is_control_plane(&group.role));
    let groups: Vec<Option<NodeGroup>> = workers.map(|(index, group)| worker(&mut shared, index, group, findings)).collect();
    Some(Workers { groups: groups.into_iter().collect::<Option<_>>()?, rdma_networks: shared.rdma_networks })
}

fn worker(shared: &mut Shared<'_>, index: usize, group: &MagnumNodeGroup, findings: &mut Findings) -> Option<NodeGroup> {
    let request = shared.request;
    let path = format!("node_groups[{index}]");
    let labels = labels::of_group(request, index, group);
    let name = findings.keep(group_name(shared, group, &path));
    let flavor = flavors::name(request, group, &path, findings);
    let replicas = counts::replicas(group, &labels, &path, findings);
    let own = own_software(shared, group, &path, findings);
    let taints = node_labels::taints(group, &path, findings);
    node_labels::check(&group.node_labels, &path, findings);
    let zone = placement::zones(request, &labels, "worker_availability_zone", findings).pop();
    let server_group_id = placement::server_group(request, &labels, "server_group", findings);
    let root_volume = volumes::root_volume(request, &labels, findings);
    let rdma = rdma::networks(request, &labels, &mut shared.rdma_networks, findings)?;
    let mut node_labels = group.node_labels.clone();
    if !rdma.is_empty() {
        node_labels.insert(NODE_LABEL.to_owned(), "true".to_owned());
    }
    let own = own?;
    Some(NodeGroup {
        name: name?,
        flavor: flavor?,
        replicas: replicas?,
        kubernetes_version: own.as_ref().map(|own| own.kubernetes_version),
        image_id: own.map(|own| own.image_id),
        node_labels,
        taints: taints?,
        zone,
        server_group_id: server_group_id?,
        root_volume,
        rdma,
    })
}

/// The group's name in Kubernetes.
fn group_name(shared: &mut Shared<'_>, group: &MagnumNodeGroup, path: &str) -> Result<String, Problem> {
    let name = sanitized(&group.name);
    let path = format!("{path}.name");
    let fits = (SHORTEST_NAME..=shared.longest_name).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_lowercase());
    if !fits {
        let message = format!("{:?} cannot be the name of a node group in Kubernetes", group.name);
        let allowed = format!("{SHORTEST_NAME} to {} letters, digits and hyphens, beginning with a letter", shared.longest_name);
        return Err(Problem::new(Code::NodeGroupName, path, message, "Choose another name.").allowing(allowed));
    }
    if shared.names.contains(&name) {
        let message = format!("another part of the cluster is called {name} in Kubernetes already");
        return Err(Problem::new(Code::NodeGroups, path, message, "Give the group another name."));
    }
    shared.names.push(name.clone());
    Ok(name)
}

/// Whether the group's machines run the template's image.
fn follows_template(request: &ClusterRequest, group: &MagnumNodeGroup) -> bool {
    group.image_id.as_deref().is_none_or(|id| id.is_empty() || id == request.template.image_id)
}

/// The group's software where its image is another than the template's; the outer `None` says that a problem was reported.
fn own_software(shared: &Shared<'_>, group: &MagnumNodeGroup, path: &str, findings: &mut Findings) -> Option<Option<Software>> {
    let request = shared.request;
    let path = format!("{path}.image_id");
    let Some(reference) = group.image_id.as_deref().filter(|_| !follows_template(request, group)) else { return Some(None) };
    let image = findings.keep(answers::one(request, Kind::Image, reference, &path))?;
    let own = software::read(image, &path, findings)?;
    let Some(cluster) = shared.software else { return Some(None) };
    if own.image_id == cluster.image_id {
        return Some(None);
    }
    findings.keep(software::check_together(&own, cluster, &path)).map(|()| Some(own))
}

/// What Magnum is to see of each node group once an operation is done.
#[must_use]
pub fn expected(request: &ClusterRequest) -> Vec<ExpectedGroup> {
    let groups = request.node_groups.iter().enumerate();
    groups
        .map(|(index, group)| ExpectedGroup {
            name: group.name.clone(),
            role: group.role.clone(),
            node_count: group.node_count,
            autoscaled: !is_control_plane(&group.role) && counts::is_autoscaled(group, &labels::of_group(request, index, group)),
            follows_control_plane: !is_control_plane(&group.role) && follows_template(request, group),
            operation: None,
        })
        .collect()
}
