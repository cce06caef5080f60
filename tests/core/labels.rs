// SPDX-License-Identifier: Apache-2.0
//! Each label of the table stands in the README and shapes what is rendered.
//!
//! `UPDATE_README=1 cargo test --no-default-features --test labels` writes the README's table anew.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use magnum_capi_rdma::model::Scope;
use magnum_capi_rdma::model::labels::{LABELS, Label, Type};
use magnum_capi_rdma::validate::validate;
use magnum_capi_rdma::values;
use serde_json::{Map, Value, json};
use support::{changed, document, example, patched, path, request};

const BEGIN: &str = "<!-- labels:begin -->\n";
const END: &str = "<!-- labels:end -->";

fn row(label: &Label) -> String {
    let scope = match label.scope {
        Scope::Cluster => "template, cluster",
        Scope::NodeGroup => "template, cluster, node group",
        Scope::Template => "template",
        Scope::Accepted => "no effect",
    };
    let value = match label.kind {
        Type::Boolean | Type::Choice(_) | Type::Integer(..) => label.kind.allowed(),
        Type::Networks => "networks, joined by `+`".to_owned(),
        Type::Layers => "layers, joined by `+`".to_owned(),
        Type::Names => "names, separated by blanks".to_owned(),
        Type::Ranges => "address ranges, joined by `+`".to_owned(),
        Type::Choices(_) => "names of cipher suites, joined by `+`".to_owned(),
        Type::JoinedNames => "names, joined by `+`".to_owned(),
        Type::Hosts => "host names or addresses, joined by `+`".to_owned(),
        Type::Mirrors => "`registry=URL`, joined by `+`".to_owned(),
        Type::Url => "an `https` URL".to_owned(),
        _ => label.kind.name().to_owned(),
    };
    let default = label.default.map_or_else(String::new, |default| format!("`{default}`"));
    format!("| `{}` | {value} | {default} | {scope} | {} |\n", label.name, label.doc)
}

#[test]
fn the_readme_has_the_table() {
    let readme = fs::read_to_string(path("README.md")).expect("README.md");
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has a line <!-- labels:begin -->");
    let (block, after) = rest.split_once(END).expect("README.md has a line <!-- labels:end -->");
    let head = "| label | value | default | where | what it does |\n|---|---|---|---|---|\n";
    let table: String = std::iter::once(head.to_owned()).chain(LABELS.iter().map(row)).collect();
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path("README.md"), format!("{before}{BEGIN}{table}{END}{after}")).expect("written");
        return;
    }
    assert!(block == table, "the table in README.md is not rust/model/labels/mod.rs'; UPDATE_README=1 writes it anew:\n{table}");
}

/// A label and its value.
type Pair = (&'static str, &'static str);

const OIDC: &[Pair] = &[("oidc_issuer_url", "https://login.example.org"), ("oidc_client_id", "kubernetes")];

/// Each label, a value that is not its default, and the labels without which it has nothing to act upon.
const EFFECTS: &[(&str, &str, &[Pair])] = &[
    ("rdma_network", "rdma", &[]),
    ("rdma_pod_range", "10.40.128.0/20", &[("rdma_network", "rdma")]),
    ("rdma_resource_count", "8", &[("rdma_network", "rdma")]),
    ("rdma_mtu", "4200", &[("rdma_network", "rdma")]),
    ("api_load_balancer_enabled", "FALSE", &[]),
    ("api_master_lb_allowed_cidrs", "192.0.2.0/24", &[]),
    ("api_server_cert_sans", "api.example.org+192.0.2.7", &[]),
    ("api_server_floating_ip", "203.0.113.7", &[]),
    ("api_server_tls_cipher_suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", &[]),
    ("audit_log_enabled", "true", &[]),
    ("audit_log_max_age", "7", &[("audit_log_enabled", "true")]),
    ("audit_log_max_backup", "0", &[("audit_log_enabled", "true")]),
    ("audit_log_max_size", "50", &[("audit_log_enabled", "true")]),
    ("auto_healing_enabled", "no", &[]),
    ("auto_scaling_enabled", "true", &[("min_node_count", "1")]),
    ("min_node_count", "1", &[("auto_scaling_enabled", "true")]),
    ("max_node_count", "9", &[("auto_scaling_enabled", "true")]),
    ("boot_volume_availability_zone", "az-2", &[("boot_volume_size", "20")]),
    ("boot_volume_size", "40", &[]),
    ("boot_volume_type", "fast", &[]),
    ("calico_ipv4pool", "10.100.0.0/16", &[]),
    ("calico_tag", "3.31.5", &[]),
    ("cilium_ipv4pool", "10.100.0.0/16", &[]),
    ("cilium_tag", "v1.19.3", &[]),
    ("cinder_csi_enabled", "false", &[]),
    ("container_infra_prefix", "registry.example.org/kubernetes/", &[]),
    ("control_plane_availability_zones", "az-1+az-2", &[]),
    ("control_plane_server_group", "apart", &[]),
    ("csi_cinder_allow_volume_expansion", "off", &[]),
    ("csi_cinder_availability_zone", "az-2", &[]),
    ("csi_cinder_fstype", "xfs", &[]),
    ("csi_cinder_reclaim_policy", "Delete", &[]),
    ("csi_cinder_volume_binding_mode", "Immediate", &[]),
    ("dns_cluster_domain", "cluster.example.org", &[]),
    ("etcd_blockdevice_size", "20", &[]),
    ("etcd_blockdevice_type", "local", &[("etcd_blockdevice_size", "20")]),
    ("etcd_blockdevice_volume_az", "az-2", &[("etcd_blockdevice_size", "20")]),
    ("etcd_blockdevice_volume_type", "fast", &[("etcd_blockdevice_size", "20")]),
    ("etcd_volume_size", "20", &[]),
    ("etcd_volume_type", "fast", &[("etcd_volume_size", "20")]),
    ("extra_network_names", "rdma", &[]),
    ("extra_network_name", "rdma", &[]),
    ("fixed_subnet_cidr", "10.9.0.0/20", &[]),
    ("keystone_auth_enabled", "1", &[]),
    ("kube_dashboard_enabled", "f", &[]),
    ("kubelet_tls_cipher_suites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", &[]),
    ("manila_csi_enabled", "true", &[]),
    ("manila_csi_share_network_id", "3c1f", &[("manila_csi_enabled", "true")]),
    ("manila_csi_share_type", "native", &[("manila_csi_enabled", "true")]),
    ("master_lb_floating_ip_enabled", "False", &[]),
    ("metrics_server_enabled", "false", &[]),
    ("monitoring_enabled", "True", &[]),
    ("npd_enabled", "false", &[]),
    ("octavia_lb_algorithm", "LEAST_CONNECTIONS", &[]),
    ("octavia_lb_healthcheck", "n", &[]),
    ("octavia_provider", "ovn", &[]),
    ("oidc_client_id", "another", OIDC),
    ("oidc_groups_claim", "roles", OIDC),
    ("oidc_groups_prefix", "-", OIDC),
    ("oidc_issuer_url", "https://login.example.org", &[("oidc_client_id", "kubernetes")]),
    ("oidc_username_claim", "email", OIDC),
    ("oidc_username_prefix", "-", OIDC),
    ("registry_mirrors", "docker.io=https://mirror.example.org/v2/docker.io", &[]),
    ("server_group", "apart", &[]),
    ("service_cluster_ip_range", "10.254.0.0/16", &[]),
    ("worker_availability_zone", "az-2", &[]),
];

/// The example with one control plane machine and these labels only.
fn with_labels(level: &str, labels: &[(&str, &str)]) -> Value {
    let labels: Map<String, Value> = labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let driver = if labels.keys().any(|name| name.starts_with("calico")) { "calico" } else { "cilium" };
    let zones = json!({"kind": "availability_zones", "reference": "", "matches": [{"zoneName": "az-1"}, {"zoneName": "az-2"}]});
    let group = json!({"kind": "server_group", "reference": "apart", "matches": [{"id": "9b2d", "name": "apart"}]});
    let changes = json!({"/cluster/labels": {}, "/node_groups/0/node_count": 1, "/template/network_driver": driver, level: labels});
    let mut document = changed(&example(), changes.as_object().expect("changes"));
    let answers = document["openstack"]["answers"].as_array_mut().expect("answers");
    answers.extend([zones, group]);
    patched(&mut document, &json!({"openstack": {"auth_url": "https://keystone.example.org/v3"}}));
    document
}

/// The document with the network driver that a label is for.
fn with_driver_of(label: &str, mut document: Value) -> Value {
    if label.starts_with("calico") {
        document["template"]["network_driver"] = json!("calico");
    }
    document
}

fn rendered(document: Value) -> String {
    let cluster = validate(&request(document)).unwrap_or_else(|problems| panic!("{problems:#?}"));
    values::render(&cluster, &[]).expect("values").to_json()
}

#[test]
fn each_label_changes_the_values_on_every_level_it_may_stand_on() {
    for (name, value, needs) in EFFECTS {
        let label = LABELS.iter().find(|label| label.name == *name).unwrap_or_else(|| panic!("there is no label {name}"));
        let with: Vec<(&str, &str)> = needs.iter().copied().chain([(*name, *value)]).collect();
        for level in ["/cluster/labels", "/template/labels"] {
            let without = rendered(with_driver_of(name, with_labels(level, needs)));
            assert_ne!(rendered(with_labels(level, &with)), without, "{name} in {level} changes nothing");
            let default = label.default.map(|default| needs.iter().copied().chain([(*name, default)]).collect::<Vec<_>>());
            assert!(
                default.is_none_or(|labels| rendered(with_driver_of(name, with_labels(level, &labels))) == without),
                "{name}: the default is not the default"
            );
        }
        let own =
            changed(&with_labels("/cluster/labels", needs), json!({"/node_groups/1/labels": {*name: value}}).as_object().expect("changes"));
        let refused = validate(&request(own.clone())).is_err();
        assert_eq!(refused, label.scope != Scope::NodeGroup, "{name} on a node group");
        assert!(refused || rendered(own) != rendered(with_labels("/cluster/labels", needs)), "{name} on a node group changes nothing");
    }
}

#[test]
fn each_label_has_a_case_or_has_no_effect_on_values() {
    let cases: BTreeSet<&str> = EFFECTS.iter().map(|(name, ..)| *name).collect();
    for label in LABELS {
        match label.scope {
            Scope::Cluster | Scope::NodeGroup => assert!(cases.contains(label.name), "{} has no case in EFFECTS", label.name),
            Scope::Template => {
                let known = ["capi_helm_chart_version", "values_overrides"];
                assert!(known.contains(&label.name), "only the chart's version and the operator's files are outside of our own values");
            }
            Scope::Accepted => {
                let with = with_labels("/cluster/labels", &[(label.name, "anything")]);
                assert_eq!(rendered(with), rendered(with_labels("/cluster/labels", &[])), "{}", label.name);
            }
        }
    }
    assert_eq!(cases.len(), EFFECTS.len(), "a label has two cases");
}

/// Templates carry labels of other drivers, and clusters that are taken over must not change for them.
#[test]
fn a_label_that_the_operator_ignores_changes_nothing_whatever_a_tenant_says() {
    for (name, value, needs) in EFFECTS {
        for (level, raw) in [("/cluster/labels", *value), ("/template/labels", *value), ("/cluster/labels", "\"")] {
            let with: Vec<Pair> = needs.iter().copied().filter(|(other, _)| other != name).chain([(*name, raw)]).collect();
            let without: Vec<Pair> = with.iter().copied().filter(|(other, _)| other != name).collect();
            let ignoring = |labels: &[Pair]| {
                let mut document = with_driver_of(name, with_labels(level, labels));
                document["settings"] = json!({"ignored_labels": [name]});
                validate(&request(document)).map(|cluster| values::render(&cluster, &[]).expect("values").to_json())
            };
            assert_eq!(ignoring(&with), ignoring(&without), "{name} = {raw} in {level}");
        }
    }
}

#[test]
fn the_charts_version_comes_from_the_template() {
    let version = |labels: &[(&str, &str)]| validate(&request(with_labels("/template/labels", labels))).expect("a cluster").chart_version;
    assert_eq!(version(&[("capi_helm_chart_version", "0.17.0")]).as_deref(), Some("0.17.0"));
    assert_eq!(version(&[]), None);
}

/// Horizon's wizard copies every label of the template into the cluster, and adds its own.
#[test]
fn labels_that_a_client_copies_from_the_template_are_no_fault() {
    let fixture = document("tests/fixtures/requests/horizon.json");
    assert!(fixture["cluster"]["labels"]["capi_helm_chart_version"].is_string(), "the fixture has a template's label on the cluster");
    let mut horizon = example();
    patched(&mut horizon, &fixture);
    assert!(validate(&request(horizon.clone())).is_ok());
    horizon["template"]["labels"]["capi_helm_chart_version"] = json!("0.18.0");
    assert!(validate(&request(horizon)).is_err(), "a version that is not the template's is the cluster's own");
}

#[test]
fn each_row_of_the_table_is_fit_to_be_read() {
    for label in LABELS {
        assert!(label.doc.ends_with('.') && label.doc.len() > 20, "{}", label.name);
        assert!(!row(label).trim_end().trim_matches('|').contains(['\n', '\r']), "{}", label.name);
        assert_eq!(row(label).matches('|').count(), 6, "{}: a | would break the table", label.name);
    }
}

/// Each row of the comparison names the labels and files by which it can be checked.
#[test]
fn the_comparison_names_what_is_there() {
    let text = fs::read_to_string(path("docs/comparison.md")).expect("docs/comparison.md");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    let mut checked = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [what, _, _, here, see] = cells[..] else { panic!("a row has other than five cells: {row}") };
        for name in see.split('`').skip(1).step_by(2) {
            assert!(LABELS.iter().any(|label| label.name == name), "{what}: there is no label {name}");
            checked += 1;
        }
        for link in see.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(path("docs").join(link).exists(), "{what}: there is no file {link}");
            checked += 1;
        }
        assert!(see != "–" || !here.starts_with("yes"), "{what}: say where it can be checked");
    }
    assert!(checked > 60, "{checked}");
}
