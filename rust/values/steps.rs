// SPDX-License-Identifier: Apache-2.0
//! The order in which machines are replaced when their software changes: the control plane first, then the
//! worker groups. A kubelet must never be newer than its API server, and a worker that is taken away
//! while the control plane is still being replaced would be missed for that long.
//!
//! Both cluster charts let a node group have a version and an image of its own. The first step keeps those of
//! every group as they are; the second is the target.

use serde_json::{Map, Value};

use super::Values;

/// The values that say which software machines run.
const SOFTWARE: [&str; 2] = ["kubernetesVersion", "machineImageId"];

/// The first step from what is deployed to `target`: `target` itself, unless the control plane has to go before
/// the worker groups. `is_moving` says that an earlier such step is still under way.
#[must_use]
pub fn first_step(deployed: Option<&Value>, target: &Values, is_moving: bool) -> Values {
    let Some(deployed) = deployed else { return target.clone() };
    if !is_moving && software(deployed, &deployed["controlPlane"]) == software(&target.0, &target.0["controlPlane"]) {
        return target.clone();
    }
    let mut step = target.clone();
    let groups = step.0.get_mut("nodeGroups").and_then(Value::as_array_mut).into_iter().flatten();
    for group in groups.filter_map(Value::as_object_mut) {
        if let Some(before) = group.get("name").and_then(|name| group_named(deployed, name)) {
            keep_software(group, &target.0, software(deployed, before));
        }
    }
    step
}

fn group_named<'a>(values: &'a Value, name: &Value) -> Option<&'a Value> {
    values["nodeGroups"].as_array()?.iter().find(|group| group["name"] == *name)
}

/// What machines run: their own, or else the cluster's.
fn software<'a>(values: &'a Value, machines: &'a Value) -> [Option<&'a str>; 2] {
    SOFTWARE.map(|key| machines[key].as_str().or_else(|| values[key].as_str()))
}

fn keep_software(group: &mut Map<String, Value>, target: &Value, before: [Option<&str>; 2]) {
    for (key, value) in SOFTWARE.into_iter().zip(before) {
        let Some(value) = value else { continue };
        let now = group.get(key).and_then(Value::as_str).or_else(|| target[key].as_str());
        if now != Some(value) {
            group.insert(key.to_owned(), value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployed() -> Value {
        json!({"kubernetesVersion": "1.35.1", "machineImageId": "old", "controlPlane": {"machineCount": 3}, "nodeGroups": [
            {"name": "default-worker", "machineCount": 2},
            {"name": "pinned", "machineCount": 1, "kubernetesVersion": "1.34.0", "machineImageId": "older"},
        ]})
    }

    fn target(groups: Value) -> Values {
        Values(json!({"kubernetesVersion": "1.36.3", "machineImageId": "new", "controlPlane": {"machineCount": 3}, "nodeGroups": groups}))
    }

    #[test]
    fn worker_groups_wait_for_the_control_plane() {
        let target = target(json!([
            {"name": "default-worker", "machineCount": 5},
            {"name": "pinned", "machineCount": 1, "kubernetesVersion": "1.34.0", "machineImageId": "older"},
            {"name": "added", "machineCount": 1},
        ]));
        let step = first_step(Some(&deployed()), &target, false);
        assert_eq!(step.0["kubernetesVersion"], "1.36.3");
        assert_eq!(
            step.0["nodeGroups"],
            json!([
                {"name": "default-worker", "machineCount": 5, "kubernetesVersion": "1.35.1", "machineImageId": "old"},
                {"name": "pinned", "machineCount": 1, "kubernetesVersion": "1.34.0", "machineImageId": "older"},
                {"name": "added", "machineCount": 1},
            ])
        );
        let second = first_step(Some(&step.0), &target, false);
        assert_eq!(second, target, "once the control plane has moved, the groups follow");
        let again = first_step(Some(&step.0), &target, true);
        assert_eq!(again, step, "another change meanwhile does not hurry them");
    }

    #[test]
    fn nothing_waits_where_the_control_plane_keeps_its_software() {
        let mut same = target(json!([{"name": "default-worker", "machineCount": 2, "machineImageId": "other"}]));
        same.0["kubernetesVersion"] = "1.35.1".into();
        same.0["machineImageId"] = "old".into();
        assert_eq!(first_step(Some(&deployed()), &same, false), same);
        assert_eq!(first_step(None, &same, false), same, "a new release has nothing to wait for");
    }
}
