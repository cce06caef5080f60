// SPDX-License-Identifier: Apache-2.0
//! Objects as Kubernetes gives them, in their compact form.

use jiff::Timestamp;
use serde_json::Value;

use super::object::{Condition, Object, ObjectKind, Role, Truth};

/// The annotation in which the addon provider keeps what it has worked off.
const LAST_HANDLED: &str = "addons.stackhpc.com/last-handled-configuration";

impl Object {
    /// Reads an object as Kubernetes gives it; `None` for one that status does not read.
    #[must_use]
    pub fn read(document: &Value) -> Option<Self> {
        let kind = ObjectKind::of(text(document, "/kind")?)?;
        let name = text(document, "/metadata/name")?;
        let cluster = cluster_name(document, kind, name)?;
        Some(Self {
            kind,
            role: role(document, kind, name, cluster),
            namespace: text(document, "/metadata/namespace").unwrap_or_default().into(),
            created_at: time(document, "/metadata/creationTimestamp"),
            deleted_at: time(document, "/metadata/deletionTimestamp"),
            up_to_date: is_up_to_date(document, kind),
            wanted: integer(document, "/spec/replicas"),
            replicas: integer(document, "/status/replicas").unwrap_or(0),
            up_to_date_replicas: integer(document, "/status/upToDateReplicas").unwrap_or(0),
            available_replicas: integer(document, "/status/availableReplicas").unwrap_or(0),
            version: version(document, kind).map(Into::into),
            wanted_version: text(document, "/spec/version").or_else(|| text(document, "/spec/template/spec/version")).map(Into::into),
            endpoint: endpoint(document).map(Into::into),
            server_id: text(document, "/status/instanceID").or_else(|| text(document, "/spec/instanceID")).map(Into::into),
            address: address(document).map(Into::into),
            conditions: conditions(document, kind),
            name: name.into(),
            cluster: cluster.into(),
        })
    }
}

fn text<'a>(document: &'a Value, pointer: &str) -> Option<&'a str> {
    document.pointer(pointer).and_then(Value::as_str)
}

fn integer(document: &Value, pointer: &str) -> Option<i64> {
    document.pointer(pointer).and_then(Value::as_i64)
}

fn time(document: &Value, pointer: &str) -> Option<Timestamp> {
    text(document, pointer).and_then(|time| time.parse().ok())
}

fn label<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    document.pointer("/metadata/labels").and_then(|labels| labels.get(name)).and_then(Value::as_str)
}

/// The Cluster that an object belongs to: by label or owner, before Cluster API has set either by its name.
fn cluster_name<'a>(document: &'a Value, kind: ObjectKind, name: &'a str) -> Option<&'a str> {
    let labelled = label(document, kind.cluster_label());
    match kind {
        ObjectKind::Cluster => return Some(name),
        ObjectKind::Revision if label(document, "owner") != Some("helm") => return None,
        ObjectKind::Revision | ObjectKind::ClusterResourceSet => return labelled,
        _ => {}
    }
    let owners = document.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let owner = owners.into_iter().flatten().find(|owner| text(owner, "/kind") == Some("Cluster"));
    labelled
        .or_else(|| text(document, "/spec/clusterName"))
        .or_else(|| owner.and_then(|owner| text(owner, "/name")))
        .or_else(|| Some(name.strip_suffix("-control-plane").unwrap_or(name)))
}

fn role(document: &Value, kind: ObjectKind, name: &str, cluster: &str) -> Role {
    let group = |deployment: &str| {
        let group = deployment.strip_prefix(cluster).map_or(deployment, |rest| rest.trim_start_matches('-'));
        Role::Workers(group.to_owned())
    };
    match kind {
        ObjectKind::KubeadmControlPlane => Role::ControlPlane,
        ObjectKind::MachineDeployment => group(name),
        ObjectKind::MachineHealthCheck if name.ends_with("-control-plane") => Role::ControlPlane,
        ObjectKind::MachineHealthCheck => group(name),
        ObjectKind::Machine | ObjectKind::OpenStackMachine => {
            label(document, "cluster.x-k8s.io/deployment-name").map_or(Role::ControlPlane, group)
        }
        // A server belongs to the OpenStackMachine of the same name, which tells whose it is.
        _ => Role::Cluster,
    }
}

fn is_up_to_date(document: &Value, kind: ObjectKind) -> bool {
    match kind {
        ObjectKind::Revision => true,
        ObjectKind::HelmRelease | ObjectKind::Manifests => was_handled(document),
        _ => {
            let generation = integer(document, "/metadata/generation");
            generation.is_none() || integer(document, "/status/observedGeneration") == generation
        }
    }
}

/// Whether the addon provider has worked off the latest specification. It tells no generation; it keeps the
/// specification itself, once it is done with it.
fn was_handled(document: &Value) -> bool {
    let handled = document.pointer("/metadata/annotations").and_then(|all| all.get(LAST_HANDLED)).and_then(Value::as_str);
    let handled: Option<Value> = handled.and_then(|text| serde_json::from_str(text).ok());
    handled.is_none_or(|handled| handled.get("spec") == document.get("spec"))
}

fn version(document: &Value, kind: ObjectKind) -> Option<&str> {
    match kind {
        ObjectKind::Revision => label(document, "version"),
        _ => text(document, "/status/version").or_else(|| text(document, "/spec/version")),
    }
}

fn endpoint(document: &Value) -> Option<String> {
    let host = text(document, "/spec/controlPlaneEndpoint/host").filter(|host| !host.is_empty())?;
    let port = integer(document, "/spec/controlPlaneEndpoint/port")?;
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    Some(format!("https://{host}:{port}"))
}

fn address(document: &Value) -> Option<&str> {
    let all = document.pointer("/status/addresses").and_then(Value::as_array);
    let internal = all.into_iter().flatten().find(|address| text(address, "/type") == Some("InternalIP"));
    internal.and_then(|address| text(address, "/address"))
}

fn conditions(document: &Value, kind: ObjectKind) -> Box<[Condition]> {
    match kind {
        ObjectKind::Revision => Box::new([deployed(label(document, "status"), "deployed", "failed", "")]),
        ObjectKind::HelmRelease | ObjectKind::Manifests => {
            let message = text(document, "/status/failureMessage").unwrap_or_default();
            Box::new([deployed(text(document, "/status/phase"), "Deployed", "Failed", message)])
        }
        _ => {
            let all = document.pointer("/status/conditions").and_then(Value::as_array);
            all.into_iter().flatten().filter_map(|given| condition(given, kind.conditions())).collect()
        }
    }
}

/// A phase as a condition. Neither good nor bad is unknown.
fn deployed(phase: Option<&str>, good: &str, bad: &str, message: &str) -> Condition {
    let status = match phase {
        Some(phase) if phase == good => Truth::True,
        Some(phase) if phase == bad => Truth::False,
        _ => Truth::Unknown,
    };
    Condition { kind: "Deployed", status, reason: phase.unwrap_or_default().into(), message: message.into(), since: None }
}

fn condition(given: &Value, kinds: &[&'static str]) -> Option<Condition> {
    let name = text(given, "/type")?;
    let kind = kinds.iter().find(|kind| **kind == name)?;
    let status = match text(given, "/status") {
        Some("True") => Truth::True,
        Some("False") => Truth::False,
        _ => Truth::Unknown,
    };
    let message = text(given, "/message").unwrap_or_default();
    // What is well and has nothing to say needs no reason: most conditions are like that, and all are kept.
    let reason = text(given, "/reason").filter(|_| status != Truth::True || !message.is_empty());
    Some(Condition {
        kind,
        status,
        reason: reason.unwrap_or_default().into(),
        message: message.into(),
        since: time(given, "/lastTransitionTime"),
    })
}
