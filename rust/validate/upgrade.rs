// SPDX-License-Identifier: Apache-2.0
//! Whether a cluster may go from the software that it runs to the software that it is to run (Kubernetes' version
//! skew policy): the control plane one minor version at a time and never back, and no nodes that it leaves too far behind.

use serde_json::Value;

use crate::model::version::OLDEST_KUBELET;
use crate::model::{Cluster, KubernetesVersion};
use crate::problem::{Code, Problem};

/// Checks the step from the deployed values of a release to a cluster.
///
/// # Errors
/// Every rule that the step breaks.
pub fn check_upgrade(deployed: &Value, cluster: &Cluster) -> Result<(), Vec<Problem>> {
    let target = cluster.kubernetes_version;
    let Some(now) = version(deployed, deployed) else { return Ok(()) };
    let mut problems = Vec::new();
    if !now.may_become(target) {
        problems.push(control_plane(now, target));
    }
    let groups = deployed["nodeGroups"].as_array().into_iter().flatten();
    let kept = groups.filter(|group| cluster.node_groups.iter().any(|kept| group["name"] == kept.name.as_str()));
    problems.extend(kept.filter_map(|group| left_behind(deployed, group, target)));
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn version(values: &Value, machines: &Value) -> Option<KubernetesVersion> {
    machines["kubernetesVersion"].as_str().or_else(|| values["kubernetesVersion"].as_str())?.parse().ok()
}

fn control_plane(now: KubernetesVersion, target: KubernetesVersion) -> Problem {
    let remedy = if target < now {
        "Choose a template whose image has this version or a later one.".to_owned()
    } else {
        format!("Upgrade to a template with Kubernetes {}.{} first.", now.major, now.minor + 1)
    };
    let message = format!("the control plane cannot go from Kubernetes {now} to {target}");
    let allowed = format!("{now} to any {}.{}", now.major, now.minor + 1);
    Problem::new(Code::VersionSkew, "template.image_id", message, remedy).allowing(allowed)
}

/// A group whose nodes would be too old while the control plane is at `target` and they have yet to follow.
fn left_behind(deployed: &Value, group: &Value, target: KubernetesVersion) -> Option<Problem> {
    let now = version(deployed, group).filter(|now| *now <= target && !now.may_serve_under(target))?;
    let name = group["name"].as_str().unwrap_or_default();
    let message = format!("the nodes of group {name} have Kubernetes {now}, too old for a control plane of {target}");
    let remedy = format!("Upgrade the group first: openstack coe cluster upgrade CLUSTER TEMPLATE --nodegroup {name}.");
    let allowed = format!("at most {OLDEST_KUBELET} minor versions behind the control plane");
    Some(Problem::new(Code::VersionSkew, "node_groups", message, remedy).allowing(allowed))
}
