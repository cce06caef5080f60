// SPDX-License-Identifier: Apache-2.0
//! The network that all nodes share, and how the Kubernetes API is reached.

use super::lookups;
use super::{Findings, answers};
use crate::model::labels;
use crate::model::{ApiServer, LabelSet, NodeNetwork};
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
    Some(NodeNetwork {
        external_network_id: external?,
        network_id: network?,
        subnet_id: subnet?,
        node_range: labels.range("fixed_subnet_cidr")?,
        dns_servers: dns?,
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

/// How the Kubernetes API is reached.
pub fn api_server(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> ApiServer {
    let server = ApiServer {
        load_balancer: labels.boolean("api_load_balancer_enabled"),
        load_balancer_provider: labels.text("octavia_provider").unwrap_or_default().to_owned(),
        floating_ip: labels.boolean("master_lb_floating_ip_enabled"),
        allowed_ranges: labels.list("api_master_lb_allowed_cidrs").iter().filter_map(|range| range.parse().ok()).collect(),
        keystone_auth: labels.boolean("keystone_auth_enabled"),
        keystone_url: request.openstack.auth_url.clone(),
    };
    if !server.load_balancer && !server.floating_ip {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("api_load_balancer_enabled"),
            "without a load balancer the Kubernetes API is reached by a floating IP, which master_lb_floating_ip_enabled switches off",
            "Switch one of the two on.",
        ));
    }
    if !server.load_balancer && !server.allowed_ranges.is_empty() {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("api_master_lb_allowed_cidrs"),
            "there is no load balancer that could hold other addresses back",
            "Switch api_load_balancer_enabled on, or remove the label.",
        ));
    }
    server
}

/// Ids of the networks that every worker is attached to besides.
pub fn extra_networks(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> Option<Vec<String>> {
    let path = labels.path(lookups::extra_networks_label(labels));
    let found: Vec<Option<String>> = lookups::extra_networks(request)
        .into_iter()
        .map(|name| findings.keep(answers::one(request, Kind::Network, name, &path)).map(answers::id))
        .collect();
    found.into_iter().collect()
}
