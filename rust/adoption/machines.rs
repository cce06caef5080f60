// SPDX-License-Identifier: Apache-2.0
//! What a change of a release's objects does to machines.
//!
//! Cluster API replaces machines when what they are made from changes: the Kubernetes version, the failure
//! domain, the template of the machine or of its bootstrap configuration (by name: charts give a changed
//! template a new one), and for the control plane its kubeadm configuration. Everything else it changes in
//! place.

use serde::Serialize;
use serde_json::Value;

use super::difference::differences;
use super::manifest::{Object, Objects};

/// What would happen to machines of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Each is deleted and another one made.
    Replaced,
    /// Some or all are deleted.
    Removed,
    /// Further ones are made.
    Added,
    /// Cluster API would refuse the change, and with it the whole operation.
    Refused,
}

/// What would happen to the machines of one group, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consequence {
    /// Name of the KubeadmControlPlane or MachineDeployment, or of the object without which there is no cluster.
    pub group: String,
    /// What would happen.
    pub effect: Effect,
    /// Why, one text for each cause.
    pub reasons: Vec<String>,
}

/// Kinds whose objects carry machines, or the whole cluster.
const CARRIERS: [&str; 4] = ["Cluster", "OpenStackCluster", CONTROL_PLANE, WORKERS];
const CONTROL_PLANE: &str = "KubeadmControlPlane";
const WORKERS: &str = "MachineDeployment";
const MACHINE_TEMPLATE: &str = "OpenStackMachineTemplate";

/// A part of an object that decides what machines are made from: what it is called, where it stands, and the
/// kind of the object that it names, if it names one.
type Part = (&'static str, &'static str, Option<&'static str>);

const OF_CONTROL_PLANE: [Part; 4] = [
    ("Kubernetes version", "/spec/version", None),
    ("machine template", "/spec/machineTemplate/infrastructureRef/name", Some(MACHINE_TEMPLATE)),
    ("machine template", "/spec/machineTemplate/spec/infrastructureRef/name", Some(MACHINE_TEMPLATE)),
    ("kubeadm configuration", "/spec/kubeadmConfigSpec", None),
];
const OF_WORKERS: [Part; 4] = [
    ("Kubernetes version", "/spec/template/spec/version", None),
    ("failure domain", "/spec/template/spec/failureDomain", None),
    ("machine template", "/spec/template/spec/infrastructureRef/name", Some(MACHINE_TEMPLATE)),
    ("kubeadm configuration", "/spec/template/spec/bootstrap/configRef/name", Some("KubeadmConfigTemplate")),
];

/// What would happen to machines, group by group; nothing of those that stay as they are.
pub fn consequences(before: &Objects, after: &Objects) -> Vec<Consequence> {
    let mut found = Vec::new();
    for (key @ (kind, name), object) in before.iter().filter(|((kind, _), _)| CARRIERS.contains(&kind.as_str())) {
        let consequence = |effect, reasons: Vec<String>| Consequence { group: name.clone(), effect, reasons };
        let Some(other) = after.get(key) else {
            found.push(consequence(Effect::Removed, vec![format!("there would be no {kind} {name}")]));
            continue;
        };
        let parts: &[Part] = match kind.as_str() {
            CONTROL_PLANE => &OF_CONTROL_PLANE,
            WORKERS => &OF_WORKERS,
            _ => continue,
        };
        let reasons: Vec<String> = parts.iter().flat_map(|part| replaced(part, (before, object), (after, other))).collect();
        found.extend((!reasons.is_empty()).then(|| consequence(Effect::Replaced, reasons)));
        found.extend(scaled(object, other).map(|(effect, reason)| consequence(effect, vec![reason])));
    }
    found.extend(refused(before, after));
    found
}

/// Why a part of an object would have its machines replaced.
fn replaced((what, pointer, kind): &Part, (before, one): (&Objects, &Object), (after, other): (&Objects, &Object)) -> Vec<String> {
    let (one, other) = (one.part(pointer).unwrap_or(&Value::Null), other.part(pointer).unwrap_or(&Value::Null));
    if one == other {
        return Vec::new();
    }
    let Some(kind) = kind else {
        return differences(one, other).iter().map(|difference| told(what, &difference.to_string())).collect();
    };
    let spec = |objects: &Objects, name: &Value| {
        let key = ((*kind).to_owned(), name.as_str().unwrap_or_default().to_owned());
        objects.get(&key).and_then(|object| object.part("/spec/template/spec")).cloned().unwrap_or_default()
    };
    let found = differences(&spec(before, one), &spec(after, other));
    if found.is_empty() {
        return vec![format!("{what}: it would have another name, {one} → {other}")];
    }
    found.iter().map(|difference| told(what, &difference.to_string())).collect()
}

/// The difference of a part that is a single value has no path of its own.
fn told(what: &str, difference: &str) -> String {
    if difference.starts_with(':') { format!("{what}{difference}") } else { format!("{what}: {difference}") }
}

/// Whether the number of machines would be another one. A group that the autoscaler looks after has none.
fn scaled(one: &Object, other: &Object) -> Option<(Effect, String)> {
    let count = |object: &Object| object.part("/spec/replicas").and_then(Value::as_i64);
    let (before, after) = (count(one)?, count(other)?);
    let effect = if after < before { Effect::Removed } else { Effect::Added };
    (before != after).then(|| (effect, format!("{before} → {after} machines")))
}

/// Templates of machines that keep their name but not their content: they cannot be changed.
fn refused<'a>(before: &'a Objects, after: &'a Objects) -> impl Iterator<Item = Consequence> + 'a {
    before.iter().filter(|((kind, _), _)| kind == MACHINE_TEMPLATE).filter_map(|(key, object)| {
        let other = after.get(key)?;
        let (one, other) = (object.part("/spec").unwrap_or(&Value::Null), other.part("/spec").unwrap_or(&Value::Null));
        let reasons: Vec<String> = differences(one, other).iter().map(ToString::to_string).collect();
        (!reasons.is_empty()).then(|| Consequence { group: key.1.clone(), effect: Effect::Refused, reasons })
    })
}
