// SPDX-License-Identifier: Apache-2.0
//! Every kind of problem is found where it is, and all of a request's are told at once.
//!
//! `tests/fixtures/problems/<code>.json` lists cases: changes of the example by JSON pointer (`null` removes, a
//! last `-` appends), and every problem that they make, in order.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use magnum_capi_rdma::problem::{self, Code, Problem};
use magnum_capi_rdma::request::ClusterRequest;
use magnum_capi_rdma::validate::{check_upgrade, validate};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use support::{changed, document, example, path, request};

const CASES: &str = "tests/fixtures/problems";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    changes: Map<String, Value>,
    problems: Vec<Expected>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    path: String,
}

fn problems(changes: &Map<String, Value>) -> Vec<Problem> {
    validate(&request(changed(&example(), changes))).err().unwrap_or_default()
}

fn assert_helps(name: &str, problem: &Problem) {
    let remedy = &problem.remedy;
    assert!(remedy.len() > 10 && remedy.ends_with('.') && remedy.starts_with(|c: char| c.is_uppercase()), "{name}: {problem}");
    assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{name}: {problem}");
    assert!(problem.allowed.as_ref().is_none_or(|allowed| !allowed.is_empty()), "{name}: {problem}");
}

#[test]
fn each_case_has_the_problems_it_says_and_no_others() {
    for code in Code::ALL {
        let cases: Vec<Case> = serde_json::from_value(document(&format!("{CASES}/{code}.json"))).expect("cases");
        assert!(!cases.is_empty(), "{code}");
        for case in cases {
            let name = format!("{code}: {}", case.case);
            let found = problems(&case.changes);
            let told: Vec<Expected> =
                found.iter().map(|problem| Expected { code: problem.code.to_string(), path: problem.path.clone() }).collect();
            assert_eq!(told, case.problems, "{name}: {found:#?}");
            assert!(told.iter().any(|problem| problem.code == code.as_str()), "{name} does not provoke its code");
            found.iter().for_each(|problem| assert_helps(&name, problem));
        }
    }
}

#[test]
fn each_code_has_cases_and_each_file_is_of_a_code() {
    let files: BTreeSet<String> = fs::read_dir(path(CASES))
        .expect("cases")
        .map(|entry| entry.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert_eq!(files, codes);
    assert_eq!(codes.len(), Code::ALL.len(), "two codes have the same text");
    assert!(Code::ALL.iter().all(|code| code.doc().ends_with('.')));
}

#[test]
fn the_example_itself_has_no_problem() {
    assert_eq!(problems(&Map::new()), []);
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_in_one_text() {
    let changes = json!({
        "/cluster/labels/rdma_mtu": "big",
        "/cluster/labels/rdma_netwrok": "rdma",
        "/template/server_type": "lxd",
        "/template/dns_nameserver": "dns",
        "/openstack/answers/0/matches/0/kube_version": null,
        "/node_groups/0/node_count": 2,
        "/node_groups/0/flavor_id": null,
        "/node_groups/1/name": "w",
        "/node_groups/1/node_count": -5,
        "/openstack/answers/4/matches/0/project_id": "another",
    });
    let found = problems(changes.as_object().expect("changes"));
    let codes: Vec<&str> = found.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "label-invalid",
            "label-unknown",
            "server-type",
            "image-property",
            "network-settings",
            "flavor-missing",
            "node-count",
            "node-group-name",
            "node-count",
            "network-owner"
        ]
    );
    let text = problem::summary(&found);
    assert!(text.starts_with("10 problems: (1) cluster.labels.rdma_mtu: \"big\" is not of the type integer (allowed: "), "{text}");
    assert!(found.iter().all(|problem| text.contains(&problem.to_string())), "{text}");
    assert_eq!(problem::summary(&found[..1]), found[0].to_string(), "a single problem has no number");
}

/// A document that does not fit is named by the path of what does not fit, as the boundary tells it to Python.
#[test]
fn a_document_that_is_no_request_is_refused_by_its_path() {
    for (pointer, value, at, why) in [
        ("/cluster/colour", json!("red"), "cluster.colour", "unknown field `colour`"),
        ("/settings", json!({"label_default": {}}), "settings.label_default", "unknown field"),
        ("/openstack/answers/0/reason", json!("none"), "openstack.answers[0].reason", "unknown field"),
        ("/node_groups/1/node_taints", json!([{"key": "gpu"}]), "node_groups[1].node_taints[0]", "missing field `effect`"),
        ("/node_groups/1/node_count", json!("two"), "node_groups[1].node_count", "expected i64"),
        ("/node_groups/1/node_count", json!(2.5), "node_groups[1].node_count", "expected i64"),
        ("/node_groups/1/node_count", json!(18_446_744_073_709_551_615_u64), "node_groups[1].node_count", "expected i64"),
        ("/cluster/labels/rdma_mtu", json!(9000), "cluster.labels.rdma_mtu", "expected a string"),
        ("/openstack/answers/0/kind", json!("imagine"), "openstack.answers[0].kind", "unknown variant `imagine`"),
        ("/cluster/uuid", Value::Null, "cluster", "missing field `uuid`"),
    ] {
        let document = changed(&example(), &Map::from_iter([(pointer.to_owned(), value)]));
        let error = serde_path_to_error::deserialize::<_, ClusterRequest>(document).expect_err(pointer);
        assert_eq!(error.path().to_string(), at, "{pointer}: {error}");
        assert!(error.inner().to_string().contains(why), "{pointer}: {error}");
    }
}

/// The example has Kubernetes 1.36.3 and the group default-worker.
#[test]
fn an_upgrade_keeps_to_the_versions_that_kubernetes_allows() {
    let cluster = validate(&request(example())).expect("a cluster");
    let told = |control_plane: &str, group: &str| -> Vec<String> {
        let groups = json!([{"name": "default-worker", "kubernetesVersion": group}, {"name": "going", "kubernetesVersion": "1.20.0"}]);
        let deployed = json!({"kubernetesVersion": control_plane, "nodeGroups": groups});
        let found = check_upgrade(&deployed, &cluster).err().unwrap_or_default();
        found.iter().for_each(|problem| assert_helps(control_plane, problem));
        found.iter().map(ToString::to_string).collect()
    };
    for (control_plane, group) in [("1.36.3", "1.36.3"), ("v1.36.1", "v1.36.1"), ("1.35.9", "1.33.0"), ("1.36.3", "1.33.0")] {
        assert_eq!(told(control_plane, group), Vec::<String>::new(), "{control_plane}, {group}");
    }
    let skipped = told("1.34.9", "1.34.9");
    assert!(skipped.len() == 1 && skipped[0].contains("Upgrade to a template with Kubernetes 1.35 first."), "{skipped:?}");
    let back = told("1.36.4", "1.36.3");
    assert!(back.len() == 1 && back[0].contains("cannot go from Kubernetes 1.36.4 to 1.36.3"), "{back:?}");
    let left = told("1.35.9", "1.32.1");
    assert!(left.len() == 1 && left[0].contains("--nodegroup default-worker"), "{left:?}");
    assert_eq!(told("1.34.9", "1.32.1").len(), 2, "all at once");
    assert_eq!(check_upgrade(&json!({}), &cluster), Ok(()), "a release of which nothing is known has nothing to be compared with");
}
