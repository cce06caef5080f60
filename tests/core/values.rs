// SPDX-License-Identifier: Apache-2.0
//! Requests become the values that the golden files show, and the templates have no case that no golden shows.
//!
//! `UPDATE_GOLDEN=1 cargo test --no-default-features` writes the golden files anew.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use magnum_capi_rdma::model::Cluster;
use magnum_capi_rdma::rdma::addon;
use magnum_capi_rdma::site::Site;
use magnum_capi_rdma::validate::validate;
use magnum_capi_rdma::values::{self, VALUE_TEMPLATES, Values};
use serde_json::{Value, json};
use support::{assert_golden, document, path, request, requests};

fn clusters() -> Vec<(String, Cluster)> {
    let valid = |name: &str, document| validate(&request(document)).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    requests().into_iter().map(|(name, document)| (name.clone(), valid(&name, document))).collect()
}

/// The values of a cluster, with the layers of `tests/fixtures/overrides` that it asks for.
fn rendered(name: &str, cluster: &Cluster) -> Values {
    let site = Site::read(Some(&path("tests/fixtures/overrides"))).expect("layers");
    let overrides = site.files(&cluster.value_layers).expect("the layers asked for");
    values::render(cluster, &overrides).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn cluster(name: &str) -> Cluster {
    clusters().into_iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("there is no request {name}")).1
}

#[test]
fn every_request_renders_its_golden_values() {
    for (name, cluster) in clusters() {
        let yaml = rendered(&name, &cluster).to_yaml().expect("YAML");
        assert_golden(&format!("values/{name}.yaml"), &yaml);
        let parsed: Value = serde_saphyr::from_str(&yaml).expect("YAML");
        assert_eq!(&parsed, rendered(&name, &cluster).document(), "{name}: the YAML for people says what Helm gets");
    }
    let goldens = fs::read_dir(path("tests/golden/values")).expect("goldens").count();
    assert_eq!(goldens, requests().len(), "there is a golden without its request");
}

/// A condition whose name is misspelt is false in silence. So each must hold in one request and not in another.
#[test]
fn every_condition_and_list_of_the_templates_is_seen_full_and_empty() {
    let mut wanted = BTreeSet::new();
    for template in VALUE_TEMPLATES {
        wanted.extend(tested_names(&fs::read_to_string(path("helm-values").join(template)).expect("a template")));
    }
    assert!(wanted.contains("cluster.etcd_disk.volume_type") && wanted.contains("group.taints"), "{wanted:?}");
    let mut seen: BTreeMap<&str, BTreeSet<bool>> = BTreeMap::new();
    for (_, cluster) in clusters() {
        let manifests =
            values::manifests(addon::addon(&cluster.rdma_networks, cluster.images.prefix.as_deref()).as_ref()).expect("manifests");
        let document = json!({"cluster": cluster, "manifests": manifests});
        for name in &wanted {
            seen.entry(name).or_default().extend(states(&document, name));
        }
    }
    for (name, states) in seen {
        assert_eq!(states.len(), 2, "{name} is only ever {states:?}: misspelt, or no request in tests/fixtures/requests covers it");
    }
}

/// The dotted names in `{% if … %}` and `{% for … in … %}`, but for those of a loop's own variable: what a loop is over
/// is seen full and empty itself.
fn tested_names(template: &str) -> BTreeSet<String> {
    let tags: Vec<&str> = template.split("{%").skip(1).filter_map(|rest| rest.split("%}").next()).map(str::trim).collect();
    let loops: Vec<(&str, &str)> = tags.iter().filter_map(|tag| tag.strip_prefix("for ")?.split_once(" in ")).collect();
    let own: BTreeSet<&str> = loops.iter().flat_map(|(variables, _)| variables.split(',').map(str::trim)).collect();
    let conditions = tags.iter().filter_map(|tag| tag.strip_prefix("if ").or_else(|| tag.strip_prefix("elif ")));
    let parts = conditions.flat_map(|condition| condition.split(" or ")).map(|part| part.trim().trim_start_matches("not "));
    let start = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let names = parts.chain(loops.iter().map(|(_, list)| *list));
    names.filter(|name| start(name) == "group" || !own.contains(start(name).as_str())).map(str::to_owned).collect()
}

/// Whether a name is true, for every group of nodes if it is a group's. Nothing for a part of what is unset.
fn states(document: &Value, name: &str) -> Vec<bool> {
    let (start, rest) = name.split_once('.').unwrap_or((name, ""));
    let starts: Vec<&Value> = match start {
        "group" => document["cluster"]["node_groups"].as_array().expect("groups").iter().collect(),
        _ => vec![document.get(start).unwrap_or_else(|| panic!("the templates know no {start}"))],
    };
    starts
        .into_iter()
        .filter_map(|value| rest.split('.').filter(|part| !part.is_empty()).try_fold(value, |value, part| value.get(part)))
        .map(is_true)
        .collect()
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// The first port is the cluster's own network, which the chart takes from `{}`.
#[test]
fn every_list_of_ports_begins_with_the_clusters_network() {
    let mut lists = 0;
    for (name, cluster) in clusters() {
        let values = rendered(&name, &cluster);
        each_value(values.document(), &mut |key, value| {
            if key == "ports" {
                assert_eq!(value[0], json!({}), "{name}");
                lists += 1;
            }
        });
    }
    assert!(lists > 5, "{lists}");
}

/// A null makes Helm drop the chart's own default.
#[test]
fn no_value_is_null() {
    for (name, cluster) in clusters() {
        each_value(rendered(&name, &cluster).document(), &mut |key, value| assert!(!value.is_null(), "{name}: {key}"));
    }
}

fn each_value(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            see(key, value);
            each_value(value, see);
        }),
        Value::Array(list) => list.iter().for_each(|value| {
            see("", value);
            each_value(value, see);
        }),
        _ => {}
    }
}

/// Quotes, newlines, templates' braces and YAML's special words reach the values as they are.
#[test]
fn no_text_is_harmed_by_the_templates() {
    let fixture = document("tests/fixtures/requests/odd-texts.json");
    let values = rendered("odd-texts", &cluster("odd-texts")).to_yaml().expect("YAML");
    let values: Value = serde_saphyr::from_str(&values).expect("YAML");
    assert_eq!(values["machineSSHKeyName"], fixture["cluster"]["keypair"]);
    assert_eq!(values["controlPlane"]["machineFlavor"], "1e3");
    assert_eq!(values["nodeGroups"][0]["machineFlavor"], "0x10");
    assert_eq!(values["clusterNetworking"]["externalNetworkId"], "no");
    assert_eq!(values["nodeGroups"][0]["machineNetworking"]["ports"][1]["network"]["id"], "2001-01-01");
    let labels = json!({"0123": "1_000", "null": "", "on": "off", "rdma.magnum.openstack.org/enabled": "true"});
    assert_eq!(values["nodeGroups"][0]["nodeLabels"], labels);
    let types = &fixture["openstack"]["answers"].as_array().expect("answers").last().expect("types")["matches"];
    let csi = &values["addons"]["openstack"]["csiCinder"];
    assert_eq!(csi["defaultStorageClass"]["volumeType"], types[0]["name"]);
    assert_eq!(csi["additionalStorageClasses"][0]["volumeType"], "true");
}

#[test]
fn equal_clusters_have_equal_digests_and_others_have_not() {
    let digests: BTreeSet<String> = clusters().iter().map(|(name, cluster)| rendered(name, cluster).digest()).collect();
    let documents: BTreeSet<String> = clusters().iter().map(|(name, cluster)| rendered(name, cluster).to_json()).collect();
    assert_eq!(digests.len(), documents.len());
    assert!(digests.iter().all(|digest| digest.len() == 64));
}
