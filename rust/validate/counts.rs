// SPDX-License-Identifier: Apache-2.0
//! How many machines a group has.

use super::Findings;
use crate::model::{ApiServer, LabelSet, Replicas};
use crate::problem::{Code, Problem};
use crate::request::MagnumNodeGroup;

/// More machines in one group than any management cluster could handle: a typing error.
const MOST_NODES: i64 = 10_000;
/// More control plane machines than etcd should have members (etcd's FAQ: seven at most).
const MOST_CONTROL_PLANE: i64 = 7;

/// Checks the number of control plane machines.
pub fn control_plane(count: i64, path: &str, api_server: &ApiServer, findings: &mut Findings) {
    if count < 1 || count % 2 == 0 || count > MOST_CONTROL_PLANE {
        findings.report(
            Problem::new(
                Code::NodeCount,
                format!("{path}.node_count"),
                format!("a control plane of {count} machines cannot keep etcd's quorum"),
                "Choose an odd number.",
            )
            .allowing("1, 3, 5, 7"),
        );
    } else if count > 1 && !api_server.load_balancer {
        findings.report(Problem::new(
            Code::NodeCount,
            format!("{path}.node_count"),
            format!("without a load balancer only one of {count} control plane machines could be reached"),
            "Switch api_load_balancer_enabled on, or take one machine.",
        ));
    }
}

/// How many workers there are, and between which bounds the autoscaler may choose.
pub fn replicas(group: &MagnumNodeGroup, labels: &LabelSet<'_>, path: &str, findings: &mut Findings) -> Option<Replicas> {
    let count = group.node_count;
    if !(0..=MOST_NODES).contains(&count) {
        findings.report(
            Problem::new(Code::NodeCount, format!("{path}.node_count"), format!("{count} machines are not possible"), "Change the count.")
                .allowing(format!("0 to {MOST_NODES}")),
        );
        return None;
    }
    if !labels.boolean("auto_scaling_enabled") {
        return Some(Replicas { count, autoscale: None });
    }
    let (low, high) = bounds(group, labels);
    if low < 1 || low > count || high < low {
        findings.report(
            Problem::new(
                Code::NodeCount,
                format!("{path}.min_node_count"),
                format!("the bounds {low} to {high} do not fit {count} machines"),
                "Change the bounds or the count.",
            )
            .allowing("1 ≤ minimum ≤ count, and minimum ≤ maximum"),
        );
        return None;
    }
    Some(Replicas { count, autoscale: (low != high).then_some((low, high)) })
}

/// Whether the autoscaler decides how many workers there are.
pub fn is_autoscaled(group: &MagnumNodeGroup, labels: &LabelSet<'_>) -> bool {
    let (low, high) = bounds(group, labels);
    labels.boolean("auto_scaling_enabled") && low != high
}

/// Bounds for the autoscaler, as magnum-capi-helm finds them (`driver.py`, `_get_node_counts`): for the
/// default group labels decide, and a minimum of 1 counts as unset because Magnum sets it by itself.
fn bounds(group: &MagnumNodeGroup, labels: &LabelSet<'_>) -> (i64, i64) {
    let low = group.min_node_count.unwrap_or(group.node_count);
    let high = group.max_node_count.unwrap_or(group.node_count);
    if !group.is_default {
        return (low, high);
    }
    let low = if low == 1 { group.node_count } else { low };
    (labels.integer("min_node_count").unwrap_or(low), labels.integer("max_node_count").unwrap_or(high))
}
