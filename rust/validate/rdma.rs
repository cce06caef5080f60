// SPDX-License-Identifier: Apache-2.0
//! The RDMA networks that a group's labels ask for.

use super::Findings;
use super::answers::{self, Attributes};
use crate::model::LabelSet;
use crate::problem::{Code, Problem};
use crate::rdma::network::Wish;
use crate::rdma::{RdmaNetwork, network};
use crate::request::{ClusterRequest, Kind};

/// The group's RDMA networks as indices into `known`, to which new ones are added.
pub fn networks(
    request: &ClusterRequest,
    labels: &LabelSet<'_>,
    known: &mut Vec<RdmaNetwork>,
    findings: &mut Findings,
) -> Option<Vec<usize>> {
    let names = labels.list("rdma_network");
    let ranges = labels.list("rdma_pod_range");
    let path = labels.path("rdma_network");
    if !ranges.is_empty() && ranges.len() != names.len() {
        findings.report(Problem::new(
            Code::PodRange,
            labels.path("rdma_pod_range"),
            format!("{} ranges are given for {} networks", ranges.len(), names.len()),
            "Give one range for each network of rdma_network, in the same order.",
        ));
        return None;
    }
    let mut indices = Vec::new();
    let mut good = true;
    for (position, name) in names.iter().enumerate() {
        let wish = Wish {
            path: path.clone(),
            range_path: labels.path("rdma_pod_range"),
            mtu_path: labels.path("rdma_mtu"),
            project_id: &request.cluster.project_id,
            pod_range: ranges.get(position).and_then(|range| range.parse().ok()),
            mtu: labels.integer("rdma_mtu"),
            resource_count: labels.integer("rdma_resource_count").unwrap_or(1),
        };
        let found = findings.keep(answers::one(request, Kind::Network, name, &path));
        match found.and_then(|attributes| attach(attributes, &wish, known, findings)) {
            Some(index) if !indices.contains(&index) => indices.push(index),
            Some(_) => {
                good = false;
                findings.report(Problem::new(
                    Code::LabelConflict,
                    &path,
                    format!("network {name} is named twice"),
                    "Name each RDMA network once.",
                ));
            }
            None => good = false,
        }
    }
    good.then_some(indices)
}

/// The index of the network, new or known; groups that share a network must agree about it.
fn attach(attributes: &Attributes, wish: &Wish<'_>, known: &mut Vec<RdmaNetwork>, findings: &mut Findings) -> Option<usize> {
    let id = answers::id(attributes);
    let before = known.iter().position(|network| network.id == id);
    let others = before.map_or(known.as_slice(), |index| &known[..index]);
    let resolved = match network::resolve(attributes, wish, others) {
        Ok(resolved) => resolved,
        Err(problems) => {
            findings.problems.extend(problems);
            return None;
        }
    };
    match before {
        None => {
            known.push(resolved);
            Some(known.len() - 1)
        }
        Some(index) if known[index] == resolved => Some(index),
        Some(_) => {
            findings.report(Problem::new(
                Code::LabelConflict,
                &wish.path,
                format!("another node group uses network {} with other settings", resolved.name),
                "Give rdma_pod_range, rdma_mtu and rdma_resource_count the same values for all groups on one network.",
            ));
            None
        }
    }
}
