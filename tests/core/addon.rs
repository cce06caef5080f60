// SPDX-License-Identifier: Apache-2.0
//! The RDMA addon's manifests are Kubernetes objects that fit together, and reach the cluster unharmed.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::collections::BTreeSet;

use magnum_capi_rdma::model::Cluster;
use magnum_capi_rdma::rdma::addon;
use magnum_capi_rdma::validate::validate;
use magnum_capi_rdma::values::{self, Manifest};
use serde_json::Value;
use support::{request, requests};

const NAMESPACE: &str = "rdma-system";

/// Every cluster that has the addon, with its manifests.
fn addons() -> Vec<(String, Cluster, Vec<Manifest>)> {
    requests()
        .into_iter()
        .filter_map(|(name, document)| {
            let cluster = validate(&request(document)).expect("a cluster");
            let manifests =
                values::manifests(addon::addon(&cluster.rdma_networks, cluster.images.prefix.as_deref()).as_ref()).expect("manifests");
            (!manifests.is_empty()).then_some((name, cluster, manifests))
        })
        .collect()
}

fn objects(manifests: &[Manifest]) -> Vec<Value> {
    let parsed = |manifest: &Manifest| -> Vec<Value> {
        serde_saphyr::from_multiple(&manifest.text).unwrap_or_else(|error| panic!("{}: {error}", manifest.file))
    };
    manifests.iter().flat_map(parsed).collect()
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

/// Names of all objects of a kind.
fn names<'a>(objects: &'a [Value], kind: &str) -> BTreeSet<&'a str> {
    of_kind(objects, kind).into_iter().map(|object| text(object, "/metadata/name")).collect()
}

#[test]
fn there_is_an_addon_exactly_where_there_is_rdma() {
    let with: BTreeSet<String> = addons().into_iter().map(|(name, ..)| name).collect();
    for (name, document) in requests() {
        let cluster = validate(&request(document)).expect("a cluster");
        assert_eq!(with.contains(&name), cluster.node_groups.iter().any(|group| !group.rdma.is_empty()), "{name}");
    }
    assert!(with.contains("rdma-cluster") && !with.contains("plain"), "{with:?}");
}

/// The addon provider of the upstream chart renders every manifest as a Jinja template before it applies it.
#[test]
fn no_manifest_means_anything_to_jinja() {
    for (name, _, manifests) in addons() {
        for manifest in manifests {
            for opening in ["{{", "{%", "{#"] {
                assert!(!manifest.text.contains(opening), "{name}: {} contains {opening}", manifest.file);
            }
        }
    }
}

#[test]
fn every_manifest_is_made_of_kubernetes_objects() {
    for (name, _, manifests) in addons() {
        let objects = objects(&manifests);
        let identities: BTreeSet<String> = objects
            .iter()
            .map(|object| format!("{} {} {}", text(object, "/apiVersion"), text(object, "/kind"), text(object, "/metadata/name")))
            .collect();
        assert_eq!(identities.len(), objects.len(), "{name}: two objects are one: {identities:?}");
        for object in &objects {
            let is_name = |text: &str| {
                text.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.'))
            };
            assert!(!text(object, "/apiVersion").is_empty() && !text(object, "/kind").is_empty(), "{name}: {object}");
            assert!(is_name(text(object, "/metadata/name")), "{name}: {object}");
            let is_of_the_cluster =
                ["Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"].contains(&text(object, "/kind"));
            assert_eq!(text(object, "/metadata/namespace"), if is_of_the_cluster { "" } else { NAMESPACE }, "{name}: {object}");
        }
        assert_eq!(names(&objects, "Namespace"), BTreeSet::from([NAMESPACE]), "{name}");
    }
}

/// What is applied first does not need what is applied later.
#[test]
fn files_are_applied_in_the_order_of_their_names() {
    for (name, _, manifests) in addons() {
        assert!(manifests.is_sorted_by(|a, b| a.file < b.file), "{name}");
        assert_eq!(text(&objects(&manifests)[0], "/kind"), "Namespace", "{name}");
        let last = objects(&manifests[manifests.len() - 1..]);
        assert!(last.iter().all(|object| object["kind"] == "NetworkAttachmentDefinition"), "{name}");
    }
}

#[test]
fn objects_refer_only_to_what_is_there() {
    for (name, _, manifests) in addons() {
        let objects = objects(&manifests);
        for daemon in of_kind(&objects, "DaemonSet") {
            let selected = daemon["spec"]["selector"]["matchLabels"].as_object().expect("labels");
            let labels = daemon["spec"]["template"]["metadata"]["labels"].as_object().expect("labels");
            assert!(selected.iter().all(|(key, value)| labels.get(key) == Some(value)), "{name}: {daemon}");
            let account = text(daemon, "/spec/template/spec/serviceAccountName");
            assert!(account.is_empty() || names(&objects, "ServiceAccount").contains(account), "{name}: {account}");
            let volumes: BTreeSet<&str> =
                each(&daemon["spec"]["template"]["spec"]["volumes"]).map(|volume| text(volume, "/name")).collect();
            for volume in each(&daemon["spec"]["template"]["spec"]["volumes"]) {
                let map = text(volume, "/configMap/name");
                assert!(map.is_empty() || names(&objects, "ConfigMap").contains(map), "{name}: {map}");
            }
            let pod = &daemon["spec"]["template"]["spec"];
            for container in each(&pod["containers"]).chain(each(&pod["initContainers"])) {
                assert!(each(&container["volumeMounts"]).all(|mount| volumes.contains(text(mount, "/name"))), "{name}: {container}");
                assert!(text(container, "/image").contains(':'), "{name}: an image without a version");
            }
        }
        for binding in of_kind(&objects, "ClusterRoleBinding") {
            assert!(names(&objects, "ClusterRole").contains(text(binding, "/roleRef/name")), "{name}: {binding}");
            assert!(each(&binding["subjects"]).all(|subject| names(&objects, "ServiceAccount").contains(text(subject, "/name"))), "{name}");
        }
        for definition in of_kind(&objects, "CustomResourceDefinition") {
            let expected = format!("{}.{}", text(definition, "/spec/names/plural"), text(definition, "/spec/group"));
            assert_eq!(text(definition, "/metadata/name"), expected, "{name}");
        }
    }
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A pod that names a network gets the device of the interface on that network, and an address of its range.
#[test]
fn networks_and_devices_belong_together() {
    for (name, cluster, manifests) in addons() {
        let objects = objects(&manifests);
        let plugin = of_kind(&objects, "ConfigMap")
            .into_iter()
            .find(|map| text(map, "/metadata/name").contains("device-plugin"))
            .expect("a configuration");
        let plugin: Value = serde_json::from_str(text(plugin, "/data/config.json")).expect("JSON");
        let definitions = of_kind(&objects, "NetworkAttachmentDefinition");
        assert_eq!(definitions.len(), cluster.rdma_networks.len(), "{name}");
        for (index, (definition, network)) in definitions.iter().zip(&cluster.rdma_networks).enumerate() {
            let configuration: Value = serde_json::from_str(text(definition, "/spec/config")).expect("JSON");
            let resource = &plugin["configList"][index];
            assert_eq!(configuration["type"], "macvlan", "{name}");
            assert_eq!(configuration["master"], format!("rdma{index}"), "{name}");
            assert_eq!(resource["selectors"]["ifNames"], serde_json::json!([configuration["master"]]), "{name}");
            assert_eq!(configuration["ipam"]["range"], network.pod_range.to_string(), "{name}");
            assert_eq!(configuration.get("mtu").and_then(Value::as_i64), network.mtu, "{name}");
            assert_eq!(configuration["name"], definition["metadata"]["name"], "{name}");
            let asked = format!("{}/{}", text(resource, "/resourcePrefix"), text(resource, "/resourceName"));
            assert_eq!(definition["metadata"]["annotations"]["k8s.v1.cni.cncf.io/resourceName"], asked, "{name}");
            let (_, own) = asked.split_once('/').expect("a prefix");
            assert!(own.len() <= 63, "{name}: Kubernetes limits the name of {asked}");
        }
    }
}

/// Programs that need a virtual function run only on the nodes that have one.
#[test]
fn nodes_with_rdma_have_the_label_that_the_addon_selects() {
    for (name, cluster, manifests) in addons() {
        let selected: BTreeSet<String> = of_kind(&objects(&manifests), "DaemonSet")
            .iter()
            .filter_map(|daemon| daemon["spec"]["template"]["spec"]["nodeSelector"].as_object())
            .flat_map(|selector| selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())))
            .collect();
        assert_eq!(selected, BTreeSet::from([format!("{}=true", addon::NODE_LABEL)]), "{name}");
        for group in &cluster.node_groups {
            assert_eq!(group.node_labels.contains_key(addon::NODE_LABEL), !group.rdma.is_empty(), "{name}: {}", group.name);
        }
    }
}

/// An air-gapped cluster pulls every image of the addon from the registry that it is told.
#[test]
fn every_image_is_under_the_prefix_of_a_cluster_that_has_one() {
    let images = |prefix: Option<&str>| -> BTreeSet<String> {
        let (_, cluster, _) = addons().into_iter().find(|(name, ..)| name == "rdma-cluster").expect("the example");
        let manifests = values::manifests(addon::addon(&cluster.rdma_networks, prefix).as_ref()).expect("manifests");
        let text: String = manifests.into_iter().map(|manifest| manifest.text).collect();
        let places = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("image: ").map(str::to_owned));
        places.map(|place| place.trim_matches('"').to_owned()).collect()
    };
    let own = images(None);
    assert_eq!(own.len(), 3, "{own:?}");
    let moved: BTreeSet<String> = own.iter().map(|place| place.replacen("ghcr.io/", "r.example.org:5000/k8s/", 1)).collect();
    assert_eq!(images(Some("r.example.org:5000/k8s")), moved);
    let (_, cluster, _) = addons().into_iter().find(|(name, ..)| name == "own-registry").expect("a fixture");
    assert_eq!(cluster.images.prefix.as_deref(), Some("registry.example.org:5000/kubernetes"));
}
