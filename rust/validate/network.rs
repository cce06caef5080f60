// SPDX-License-Identifier: Apache-2.0
//! The network that all nodes share, and how the Kubernetes API is reached.

use super::answers::Attributes;
use super::{Findings, answers, ranges};
use crate::model::labels;
use crate::model::{ExtraNetwork, LabelSet, NodeNetwork};
use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind};

/// The nodes' network.
pub fn resolve(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> Option<NodeNetwork> {
    let cluster = &request.cluster;
    let external =
        reference(request, Kind::Network, request.template.external_network_id.as_deref(), "template.external_network_id", findings);
    let network = reference(request, Kind::Network, cluster.fixed_network.as_deref(), "cluster.fixed_network", findings);
    let subnet = reference(request, Kind::Subnet, cluster.fixed_subnet.as_deref(), "cluster.fixed_subnet", findings);
    check_subnet(request, network.as_ref().and_then(Option::as_deref), findings);
    let dns = findings.keep(dns_servers(request));
    let cni = findings.keep(cni(request));
    let is_made = network.as_ref().is_some_and(Option::is_none) && subnet.as_ref().is_some_and(Option::is_none);
    let inside = ranges::resolve(request, labels, is_made, findings);
    Some(NodeNetwork {
        external_network_id: external?,
        network_id: network?,
        subnet_id: subnet?,
        node_range: labels.range("fixed_subnet_cidr")?,
        dns_servers: dns?,
        pod_range: inside.pods,
        service_range: inside.services,
        service_domain: labels.text("dns_cluster_domain").map(str::to_owned),
        cni: cni?,
    })
}

/// The id of something that may be unset: the outer `None` says that a problem was reported.
fn reference(request: &ClusterRequest, kind: Kind, given: Option<&str>, path: &str, findings: &mut Findings) -> Option<Option<String>> {
    match given.filter(|reference| !reference.is_empty()) {
        None => Some(None),
        Some(reference) => findings.keep(answers::one(request, kind, reference, path)).map(|found| Some(answers::id(found))),
    }
}

/// A subnet that is given together with a network must be one of it.
fn check_subnet(request: &ClusterRequest, network: Option<&str>, findings: &mut Findings) {
    let reference = request.cluster.fixed_subnet.as_deref().unwrap_or_default();
    let subnet = answers::one(request, Kind::Subnet, reference, "").ok();
    let of_subnet = subnet.and_then(|subnet| answers::text(subnet, "network_id"));
    if network.zip(of_subnet).is_some_and(|(network, other)| network != other) {
        let message = format!("subnet {reference} is not one of fixed_network");
        findings.report(Problem::new(Code::NetworkSettings, "cluster.fixed_subnet", message, "Give a subnet of that network."));
    }
}

fn dns_servers(request: &ClusterRequest) -> Result<Vec<std::net::IpAddr>, Problem> {
    labels::addresses(request.template.dns_nameserver.as_deref().unwrap_or_default()).map_err(|part| {
        Problem::new(
            Code::NetworkSettings,
            "template.dns_nameserver",
            format!("{part:?} is not an IP address"),
            "Give IP addresses, separated by commas.",
        )
    })
}

fn cni(request: &ClusterRequest) -> Result<Option<String>, Problem> {
    match request.template.network_driver.as_deref() {
        None | Some("") => Ok(None),
        Some(known @ ("calico" | "cilium")) => Ok(Some(known.to_owned())),
        Some(other) => Err(Problem::new(
            Code::NetworkSettings,
            "template.network_driver",
            format!("the cluster chart has no CNI {other}"),
            "Use a template with another network driver.",
        )
        .allowing("calico, cilium")),
    }
}

/// The networks that every worker is attached to besides.
pub fn extra_networks(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> Option<Vec<ExtraNetwork>> {
    let path = labels.path("extra_network_names");
    let found: Vec<Option<ExtraNetwork>> = labels
        .list("extra_network_names")
        .into_iter()
        .map(|reference| findings.keep(answers::one(request, Kind::Network, reference, &path)).map(|found| extra_network(found, reference)))
        .collect();
    found.into_iter().collect()
}

fn extra_network(found: &Attributes, reference: &str) -> ExtraNetwork {
    match answers::text(found, "name") {
        Some(name) if name == reference => ExtraNetwork::Name(name.to_owned()),
        _ => ExtraNetwork::Id(answers::id(found)),
    }
}
