// SPDX-License-Identifier: Apache-2.0
//! One RDMA network of a cluster, and whether Neutron's network can be one.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;
use serde_json::{Map, Value};

use super::addressing::{self, Pool};
use crate::model::names::sanitized;
use crate::problem::{Code, Problem};

/// Kubernetes' limit for the name of an extended resource, less the prefix `rdma/`.
const LONGEST_NAME: usize = 58;

/// An RDMA network of a cluster: what a machine's port and a pod's interface on it are made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RdmaNetwork {
    /// Neutron's id.
    pub id: String,
    /// Name of the NetworkAttachmentDefinition and of the resource `rdma/<name>`.
    pub name: String,
    /// The name its interface has on every node: `rdma0`, `rdma1`, …
    pub interface: String,
    /// MTU of pods' interfaces; `None` takes the interface's own.
    pub mtu: Option<i64>,
    /// Where pods' addresses come from.
    pub pod_range: IpNet,
    /// How many pods share the device on a node.
    pub resource_count: i64,
}

/// What a label set asks for on one network.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Path of the label, for problems.
    pub path: String,
    /// Path of the range's label, for problems.
    pub range_path: String,
    /// Path of the MTU's label, for problems.
    pub mtu_path: String,
    /// The project that will own the ports.
    pub project_id: &'a str,
    /// The range given for it.
    pub pod_range: Option<IpNet>,
    /// The MTU given for it.
    pub mtu: Option<i64>,
    /// Pods for each device.
    pub resource_count: i64,
}

/// A subnet of the network, as far as it can be read.
struct Subnet {
    range: IpNet,
    taken: Vec<Pool>,
}

fn text<'a>(attributes: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    attributes.get(key).and_then(Value::as_str)
}

fn address(value: Option<&Value>) -> Option<IpAddr> {
    value.and_then(Value::as_str).and_then(|raw| raw.parse().ok())
}

fn subnet(value: &Value) -> Option<Subnet> {
    let attributes = value.as_object()?;
    let range: IpNet = text(attributes, "cidr")?.parse().ok()?;
    let pools = attributes.get("allocation_pools").and_then(Value::as_array);
    let mut taken: Vec<Pool> =
        pools.into_iter().flatten().filter_map(|pool| Some((address(pool.get("start"))?, address(pool.get("end"))?))).collect();
    taken.extend(address(attributes.get("gateway_ip")).map(|gateway| (gateway, gateway)));
    Some(Subnet { range, taken })
}

/// A name for Kubernetes from the network's own, unique among `taken`.
fn attachment_name(attributes: &Map<String, Value>, taken: &[RdmaNetwork]) -> String {
    let full = sanitized(text(attributes, "name").unwrap_or_default());
    let cut: String = full.chars().take(LONGEST_NAME).collect();
    let own = Some(cut.trim_end_matches('-').to_owned()).filter(|name| !name.is_empty());
    let others = (taken.len()..).map(|number| format!("rdma{number}"));
    own.into_iter().chain(others).find(|name| taken.iter().all(|network| network.name != *name)).unwrap_or_default()
}

/// Makes an RDMA network of Neutron's network, or says everything that speaks against it.
///
/// # Errors
/// - [`Code::NetworkOwner`]: port security can be switched off only by a member of the project that
///   owns the network (Neutron's `create_port:port_security_enabled`).
/// - [`Code::RdmaNetwork`]: no subnet; [`Code::PodRange`]: no room for pods, or a range that Neutron
///   hands out of or that lies outside the subnets.
/// - [`Code::LabelInvalid`]: pods' MTU is larger than the network's, and a macvlan's cannot be.
pub fn resolve(attributes: &Map<String, Value>, wish: &Wish<'_>, known: &[RdmaNetwork]) -> Result<RdmaNetwork, Vec<Problem>> {
    let id = text(attributes, "id").unwrap_or_default();
    let shown = text(attributes, "name").filter(|name| !name.is_empty()).unwrap_or(id);
    let mut problems = Vec::new();
    if let Some(owner) = text(attributes, "project_id").filter(|owner| *owner != wish.project_id) {
        problems.push(Problem::new(
            Code::NetworkOwner,
            &wish.path,
            format!("network {shown} belongs to project {owner}, and only its members may switch port security off on their ports there"),
            "Take a network of the cluster's own project, or ask the operator to hand this one over.",
        ));
    }
    let own_mtu = attributes.get("mtu").and_then(Value::as_i64);
    if let Some((wished, own)) = wish.mtu.zip(own_mtu).filter(|(wished, own)| wished > own) {
        let message = format!("{wished} is larger than the MTU of network {shown}");
        let problem = Problem::new(Code::LabelInvalid, &wish.mtu_path, message, "Lower the label, or remove it to take the network's.");
        problems.push(problem.allowing(format!("up to {own}")));
    }
    let subnets: Vec<Subnet> = attributes.get("subnets").and_then(Value::as_array).into_iter().flatten().filter_map(subnet).collect();
    let range = match pod_range(&subnets, shown, wish) {
        Ok(range) => Some(range),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let Some(pod_range) = range.filter(|_| problems.is_empty()) else { return Err(problems) };
    Ok(RdmaNetwork {
        id: id.to_owned(),
        name: attachment_name(attributes, known),
        interface: format!("rdma{}", known.len()),
        mtu: wish.mtu.or(own_mtu),
        pod_range,
        resource_count: wish.resource_count,
    })
}

fn pod_range(subnets: &[Subnet], shown: &str, wish: &Wish<'_>) -> Result<IpNet, Problem> {
    if subnets.is_empty() {
        return Err(Problem::new(
            Code::RdmaNetwork,
            &wish.path,
            format!("network {shown} has no subnet, so neither nodes nor pods get an address on it"),
            "Create a subnet on the network, or take another network.",
        ));
    }
    match wish.pod_range {
        Some(range) => given_range(range, subnets, shown, wish),
        None => subnets.iter().find_map(|subnet| addressing::carve(subnet.range, &subnet.taken)).ok_or_else(|| {
            Problem::new(
                Code::PodRange,
                &wish.path,
                format!("the allocation pools of network {shown} leave no room for pods' addresses"),
                "Shrink the subnet's allocation pools, or set rdma_pod_range.",
            )
        }),
    }
}

fn given_range(range: IpNet, subnets: &[Subnet], shown: &str, wish: &Wish<'_>) -> Result<IpNet, Problem> {
    if addressing::is_too_small(range) {
        let message = format!("{range} has no room for pods: its first and last address stay unused");
        return Err(Problem::new(Code::PodRange, &wish.range_path, message, "Choose a range of at least 16 addresses."));
    }
    let Some(subnet) = subnets.iter().find(|subnet| subnet.range.contains(&range)) else {
        let ranges: Vec<String> = subnets.iter().map(|subnet| subnet.range.to_string()).collect();
        return Err(Problem::new(
            Code::PodRange,
            &wish.range_path,
            format!("{range} lies outside the subnets of network {shown}"),
            "Choose a range within a subnet of the network.",
        )
        .allowing(format!("within {}", ranges.join(" or "))));
    };
    match addressing::overlap(range, &subnet.taken) {
        None => Ok(range.trunc()),
        Some((from, to)) => Err(Problem::new(
            Code::PodRange,
            &wish.range_path,
            format!("{range} overlaps {from}-{to}, which Neutron hands out itself on network {shown}"),
            "Choose a range outside the subnet's allocation pools and gateway.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn network(changes: Value) -> Map<String, Value> {
        let mut network = json!({"id": "n1", "name": "Fabric A", "project_id": "p1", "mtu": 9000, "subnets": [
            {"cidr": "10.40.0.0/16", "gateway_ip": null, "allocation_pools": [{"start": "10.40.0.10", "end": "10.40.31.254"}]}]});
        let target = network.as_object_mut().expect("an object");
        target.extend(changes.as_object().cloned().unwrap_or_default());
        target.clone()
    }

    fn wish(pod_range: Option<&str>) -> Wish<'static> {
        Wish {
            path: "cluster.labels.rdma_network".into(),
            range_path: "cluster.labels.rdma_pod_range".into(),
            mtu_path: "cluster.labels.rdma_mtu".into(),
            project_id: "p1",
            pod_range: pod_range.map(|range| range.parse().expect("range")),
            mtu: None,
            resource_count: 64,
        }
    }

    fn codes(result: Result<RdmaNetwork, Vec<Problem>>) -> Vec<Code> {
        result.err().unwrap_or_default().iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn defaults_come_from_the_network() {
        let made = resolve(&network(json!({})), &wish(None), &[]).expect("valid");
        assert_eq!((made.name.as_str(), made.interface.as_str(), made.mtu), ("fabric-a", "rdma0", Some(9000)));
        assert_eq!(made.pod_range.to_string(), "10.40.64.0/18");
        let second = resolve(&network(json!({"id": "n2"})), &wish(None), &[made]).expect("valid");
        assert_eq!((second.name.as_str(), second.interface.as_str()), ("rdma1", "rdma1"));
    }

    #[test]
    fn every_network_has_a_name_of_its_own() {
        let mut known = Vec::new();
        for (name, expected) in [("rdma1", "rdma1"), ("RDMA 1!", "rdma-1"), ("RDMA1", "rdma2"), ("網", "rdma3"), ("rdma2", "rdma4")] {
            let made = resolve(&network(json!({"name": name})), &wish(None), &known).expect("valid");
            assert_eq!(made.name, expected);
            known.push(made);
        }
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let foreign = network(json!({"project_id": "p2", "subnets": []}));
        assert_eq!(codes(resolve(&foreign, &wish(None), &[])), [Code::NetworkOwner, Code::RdmaNetwork]);
    }

    #[test]
    fn a_given_range_is_checked() {
        assert_eq!(codes(resolve(&network(json!({})), &wish(Some("10.41.0.0/24")), &[])), [Code::PodRange]);
        assert_eq!(codes(resolve(&network(json!({})), &wish(Some("10.40.31.0/24")), &[])), [Code::PodRange]);
        assert_eq!(codes(resolve(&network(json!({})), &wish(Some("10.40.200.0/29")), &[])), [Code::PodRange]);
        assert!(resolve(&network(json!({})), &wish(Some("10.40.200.0/24")), &[]).is_ok());
    }
}
