// SPDX-License-Identifier: Apache-2.0
//! What is installed in the cluster by the chart's addons, storage classes among them.

use serde_json::Value;

use super::Findings;
use crate::model::names::sanitized;
use crate::model::{Addons, LabelSet, Manila, StorageClass};
use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind};

/// The addons in force.
pub fn resolve(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> Option<Addons> {
    let types = volume_types(request);
    let default = default_type(request, &types, findings)?;
    let (mut first, others): (Vec<StorageClass>, Vec<StorageClass>) =
        storage_classes(&types, labels).into_iter().partition(|class| Some(&class.volume_type) == default.as_ref());
    let provider = labels.text("octavia_provider").unwrap_or_default();
    let algorithm = labels.text("octavia_lb_algorithm").unwrap_or(match provider.to_lowercase().as_str() {
        "ovn" => "SOURCE_IP_PORT",
        _ => "ROUND_ROBIN",
    });
    // Each as the CNI's own chart writes its versions.
    let version = |name: &str| labels.text(name).map(|version| version.trim_start_matches('v').to_owned());
    Some(Addons {
        monitoring: labels.boolean("monitoring_enabled"),
        dashboard: labels.boolean("kube_dashboard_enabled"),
        without_metrics_server: !labels.boolean("metrics_server_enabled"),
        without_node_problem_detector: !labels.boolean("npd_enabled"),
        calico_version: version("calico_tag").map(|number| format!("v{number}")),
        cilium_version: version("cilium_tag"),
        manila: labels.boolean("manila_csi_enabled").then(|| manila(labels)),
        without_cinder: !labels.boolean("cinder_csi_enabled"),
        load_balancer_provider: provider.to_owned(),
        load_balancer_algorithm: algorithm.to_owned(),
        load_balancer_health_check: labels.boolean("octavia_lb_healthcheck"),
        default_storage_class: first.pop(),
        storage_classes: others,
    })
}

fn manila(labels: &LabelSet<'_>) -> Manila {
    let text = |name: &str| labels.text(name).map(str::to_owned);
    Manila { share_type: text("manila_csi_share_type"), share_network_id: text("manila_csi_share_network_id") }
}

/// Names of Cinder's volume types; none where the cloud has no Cinder.
fn volume_types(request: &ClusterRequest) -> Vec<String> {
    let matches = request.openstack.matches(Kind::VolumeTypes, "").unwrap_or_default();
    matches.iter().filter_map(|found| found.get("name").and_then(Value::as_str)).map(str::to_owned).collect()
}

/// The volume type that Cinder itself takes where none is named.
fn cinders_default(request: &ClusterRequest) -> Option<String> {
    let matches = request.openstack.matches(Kind::VolumeTypes, "").unwrap_or_default();
    let default = matches.iter().find(|found| found.get("is_default").and_then(Value::as_bool) == Some(true));
    default.and_then(|found| found.get("name").and_then(Value::as_str)).map(str::to_owned)
}

/// The outer `None` says that a problem was reported.
fn default_type(request: &ClusterRequest, types: &[String], findings: &mut Findings) -> Option<Option<String>> {
    match request.settings.default_volume_type.as_deref().filter(|name| !name.is_empty()) {
        None => Some(cinders_default(request).or_else(|| types.first().cloned())),
        Some(name) if types.iter().any(|known| known == name) => Some(Some(name.to_owned())),
        Some(name) => {
            findings.report(
                Problem::new(
                    Code::VolumeType,
                    "settings.default_volume_type",
                    format!("Cinder has no volume type {name}"),
                    "Ask the operator to correct default_volume_type in magnum.conf.",
                )
                .allowing(if types.is_empty() {
                    "none, since Cinder has no volume types".to_owned()
                } else {
                    types.join(", ")
                }),
            );
            None
        }
    }
}

/// One storage class for each volume type, each with a name of its own.
fn storage_classes(types: &[String], labels: &LabelSet<'_>) -> Vec<StorageClass> {
    let mut classes: Vec<StorageClass> = Vec::new();
    for volume_type in types {
        let own = Some(sanitized(volume_type)).filter(|name| !name.is_empty());
        let others = (1..).map(|number| format!("volumes-{number}"));
        let is_free = |name: &String| classes.iter().all(|class| class.name != *name);
        let name = own.into_iter().chain(others).find(is_free).unwrap_or_default();
        classes.push(storage_class(name, volume_type, labels));
    }
    classes
}

fn storage_class(name: String, volume_type: &str, labels: &LabelSet<'_>) -> StorageClass {
    let text = |name: &str| labels.text(name).unwrap_or_default().to_owned();
    StorageClass {
        name,
        volume_type: volume_type.to_owned(),
        reclaim_policy: text("csi_cinder_reclaim_policy"),
        allow_expansion: labels.boolean("csi_cinder_allow_volume_expansion"),
        binding_mode: text("csi_cinder_volume_binding_mode"),
        availability_zone: text("csi_cinder_availability_zone"),
        file_system: text("csi_cinder_fstype"),
    }
}
