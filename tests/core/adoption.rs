// SPDX-License-Identifier: Apache-2.0
//! What would become of a release's machines is told from its objects: those of the embedded chart's golden.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::fs;

use magnum_capi_rdma::adoption::{Comparison, Consequence, Effect, Rendered, compare};
use magnum_capi_rdma::pipeline;
use serde_json::json;
use support::{example, path, request};

fn golden() -> String {
    fs::read_to_string(path("tests/charts/golden/magnum-capi-helm.yaml")).expect("a golden")
}

fn rendered(manifest: &str) -> Rendered {
    Rendered { chart: "openstack-cluster 0.1.0".to_owned(), manifest: manifest.to_owned() }
}

/// The golden, and the same with some texts replaced.
fn compared(replacements: &[(&str, &str)]) -> Comparison {
    let (_, values) = pipeline::plan(&request(example()), None).expect("values");
    let after = replacements.iter().fold(golden(), |text, (old, new)| {
        assert!(text.contains(old), "{old} is not in the golden");
        text.replace(old, new)
    });
    compare(values.document(), &rendered(&golden()), &values, &rendered(&after)).expect("manifests")
}

fn machines(replacements: &[(&str, &str)]) -> Vec<(String, Effect, String)> {
    let told = |consequence: Consequence| (consequence.group, consequence.effect, consequence.reasons.join("; "));
    compared(replacements).machines.into_iter().map(told).collect()
}

fn replaced(group: &str, reason: &str) -> (String, Effect, String) {
    (group.to_owned(), Effect::Replaced, reason.to_owned())
}

#[test]
fn an_equal_release_has_no_consequences() {
    let comparison = compared(&[]);
    assert_eq!((comparison.values, comparison.machines, comparison.objects), (Vec::new(), Vec::new(), Vec::new()));
}

#[test]
fn what_machines_are_made_of_replaces_them() {
    let new_template = [("demo-default-worker-dc86c322", "demo-default-worker-00000000")];
    assert_eq!(
        machines(&new_template),
        [replaced(
            "demo-default-worker",
            "machine template: it would have another name, \"demo-default-worker-dc86c322\" → \"demo-default-worker-00000000\""
        )]
    );
    let found = machines(&[("demo-elastic-30a64b79", "demo-elastic-00000000")]);
    assert!(found[0].2.starts_with("kubeadm configuration: it would have another name"), "{found:?}");
    let found = machines(&[("            value: '2'", "            value: '4'")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].2.starts_with("kubeadm configuration: clusterConfiguration.apiServer.extraArgs[3].value: \"2\" → \"4\""), "{found:?}");
}

#[test]
fn another_kubernetes_replaces_every_machine() {
    let manifest = golden();
    let version = manifest.lines().find_map(|line| line.strip_prefix("  version: ")).expect("a version");
    let groups: Vec<(String, Effect)> = machines(&[(version, "v9.9.9")])
        .into_iter()
        .map(|(group, effect, reason)| {
            assert!(reason.starts_with("Kubernetes version: "), "{reason}");
            (group, effect)
        })
        .collect();
    let all = ["demo-control-plane", "demo-default-worker", "demo-elastic"];
    assert_eq!(groups, all.map(|group| (group.to_owned(), Effect::Replaced)));
}

#[test]
fn a_change_in_place_is_told_from_one_that_replaces() {
    let comparison = compared(&[("helm.sh/chart: openstack-cluster-0.1.0", "helm.sh/chart: openstack-cluster-0.2.0")]);
    assert_eq!(comparison.machines, []);
    assert!(comparison.objects.iter().any(|text| text == "KubeadmControlPlane demo-control-plane would change"));
}

#[test]
fn fewer_machines_are_told_from_more() {
    assert_eq!(
        machines(&[("  replicas: 2\n", "  replicas: 1\n")])[0],
        ("demo-default-worker".into(), Effect::Removed, "2 → 1 machines".into())
    );
    assert_eq!(
        machines(&[("  replicas: 2\n", "  replicas: 5\n")])[0],
        ("demo-default-worker".into(), Effect::Added, "2 → 5 machines".into())
    );
}

#[test]
fn a_group_under_another_name_loses_its_machines() {
    let found = machines(&[("  name: demo-elastic\n", "  name: demo-other\n")]);
    assert!(
        found.contains(&("demo-elastic".into(), Effect::Removed, "there would be no MachineDeployment demo-elastic".into())),
        "{found:?}"
    );
}

#[test]
fn a_machine_template_cannot_change_under_its_name() {
    let manifest = golden();
    let flavor = manifest.lines().find(|line| line.trim_start().starts_with("flavor: ")).expect("a flavor");
    let other = format!("{flavor}-other");
    let found = machines(&[(flavor, &other)]);
    assert!(!found.is_empty() && found.iter().all(|(_, effect, _)| *effect == Effect::Refused), "{found:?}");
}

#[test]
fn differences_of_values_are_told_with_both_sides() {
    let (_, values) = pipeline::plan(&request(example()), None).expect("values");
    let mut held = values.document().clone();
    held["machineSSHKeyName"] = json!(null);
    held["nodeGroups"][0]["machineFlavor"] = json!("other");
    let comparison = compare(&held, &rendered(""), &values, &rendered("")).expect("manifests");
    let told: Vec<String> = comparison.values.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("nodeGroups[0].machineFlavor: \"other\" → ")), "{told:?}");
}

#[test]
fn a_manifest_that_is_none_is_refused() {
    let (_, values) = pipeline::plan(&request(example()), None).expect("values");
    for manifest in ["a: [", "kind: Cluster\n"] {
        let error = compare(&json!({}), &rendered(manifest), &values, &rendered("")).expect_err("refused");
        assert!(error.to_string().starts_with("The objects of the cluster's release cannot be read: "), "{error}");
    }
}
