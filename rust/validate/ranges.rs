// SPDX-License-Identifier: Apache-2.0
//! The networks inside a cluster: addresses of pods and of services, which must meet neither each other nor the nodes'.

use ipnet::IpNet;

use super::Findings;
use crate::model::LabelSet;
use crate::problem::{Code, Problem};
use crate::request::ClusterRequest;

/// The ranges of both cluster charts where no label gives one (`kubeNetwork` in their values.yaml).
pub const CHART_PODS: &str = "172.16.0.0/13";
/// As [`CHART_PODS`], for services.
pub const CHART_SERVICES: &str = "172.24.0.0/13";

/// The controller manager gives each node a range of 24 bits (64 in IPv6) of the pods' range, at most 2^16 of them.
const POD_PREFIXES: ((u8, u8), (u8, u8)) = ((8, 23), (48, 63));
/// The API server hands out of at most 2^20 addresses of services.
const SERVICE_PREFIXES: ((u8, u8), (u8, u8)) = ((12, 28), (108, 124));

/// The ranges that labels give.
pub struct Ranges {
    /// For pods.
    pub pods: Option<IpNet>,
    /// For services.
    pub services: Option<IpNet>,
}

/// Reads and checks the ranges. `is_made` says that the nodes' network is made, so that its range is known.
pub fn resolve(request: &ClusterRequest, labels: &LabelSet<'_>, is_made: bool, findings: &mut Findings) -> Ranges {
    let pods_label = if request.template.network_driver.as_deref() == Some("cilium") { "cilium_ipv4pool" } else { "calico_ipv4pool" };
    let given = |name: &str| labels.range(name).map(|range| range.trunc());
    let ranges = Ranges { pods: given(pods_label), services: given("service_cluster_ip_range") };
    for (range, name, prefixes) in
        [(ranges.pods, pods_label, POD_PREFIXES), (ranges.services, "service_cluster_ip_range", SERVICE_PREFIXES)]
    {
        if let Some(range) = range {
            check_size(range, &labels.path(name), prefixes, findings);
        }
    }
    let path = labels.path(if ranges.pods.is_some() { pods_label } else { "service_cluster_ip_range" });
    if ranges.pods.is_some() || ranges.services.is_some() {
        let nodes = labels.range("fixed_subnet_cidr").filter(|_| is_made);
        let pods = ranges.pods.or_else(|| CHART_PODS.parse().ok());
        let services = ranges.services.or_else(|| CHART_SERVICES.parse().ok());
        check_apart(&[("nodes", nodes), ("pods", pods), ("services", services)], &path, findings);
    }
    ranges
}

fn check_size(range: IpNet, path: &str, (v4, v6): ((u8, u8), (u8, u8)), findings: &mut Findings) {
    let (low, high) = if range.addr().is_ipv4() { v4 } else { v6 };
    if !(low..=high).contains(&range.prefix_len()) {
        let message = format!("Kubernetes cannot work with {range}");
        let problem = Problem::new(Code::NetworkSettings, path, message, "Choose a range of another size.");
        findings.report(problem.allowing(format!("/{low} to /{high}")));
    }
}

fn check_apart(ranges: &[(&str, Option<IpNet>)], path: &str, findings: &mut Findings) {
    for (index, (name, range)) in ranges.iter().enumerate() {
        for (other, with) in &ranges[index + 1..] {
            let Some((range, with)) = range.zip(*with) else { continue };
            let wrong = if range.contains(&with) || with.contains(&range) {
                "overlap"
            } else if range.addr().is_ipv4() != with.addr().is_ipv4() {
                "are not both IPv4 or both IPv6"
            } else {
                continue;
            };
            findings.report(Problem::new(
                Code::NetworkSettings,
                path,
                format!("the addresses of {name} ({range}) and of {other} ({with}) {wrong}"),
                "Choose ranges of one kind that have no address in common; fixed_subnet_cidr is the nodes'.",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charts_ranges_are_the_charts() {
        let values = include_str!("../../charts/openstack-cluster/values.yaml");
        let network = values.split("kubeNetwork:").nth(1).unwrap_or_default().split("serviceDomain").next().unwrap_or_default();
        let ranges: Vec<&str> = network.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
        assert_eq!(ranges, [CHART_PODS, CHART_SERVICES]);
    }
}
