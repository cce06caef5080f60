// SPDX-License-Identifier: Apache-2.0
//! What Magnum shows for clusters in every state that Cluster API and its OpenStack provider have been seen in.
//!
//! `tests/fixtures/status/*.json` are documents of `magnum-capi-rdma status`, with what is expected besides: the
//! status, words of the reason, and the moment at which a failure becomes final. The golden files have each whole
//! report; `UPDATE_GOLDEN=1 cargo test --no-default-features --test status` writes them anew.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod states;
mod support;

use std::collections::BTreeMap;
use std::fs;

use jiff::{SignedDuration, Timestamp};
use magnum_capi_rdma::status::{self, Object, ObservedCluster, Operation};
use serde_json::{Value, json};
use states::{Fixture, fixtures};
use support::{assert_golden, path};

#[test]
fn every_state_is_reported_as_expected() {
    for fixture in fixtures() {
        let name = &fixture.name;
        let report = fixture.report();
        let reason = report.status_reason.clone().unwrap_or_default();
        assert_eq!(report.status, fixture.expect.status, "{name}: {} — {reason}", fixture.what);
        for words in &fixture.expect.reason {
            assert!(reason.contains(words.as_str()), "{name}: {words:?} is not in {reason:?}");
        }
        for (group, status) in &fixture.expect.groups {
            let found = report.node_groups.iter().find(|found| found.name == *group).unwrap_or_else(|| panic!("{name}: no {group}"));
            assert_eq!(&found.status, status, "{name}: {group}: {:?}", found.status_reason);
        }
        assert_eq!(report.wanted_server_faults, fixture.expect.wanted_server_faults, "{name}");
        let golden = serde_saphyr::to_string(&report).expect("YAML");
        assert_golden(&format!("status/{name}.yaml"), &golden);
    }
    let goldens = fs::read_dir(path("tests/golden/status")).expect("goldens").count();
    assert_eq!(goldens, fixtures().len(), "there is a golden without its fixture");
}

/// A failure that may heal is a warning first, and final at a moment that depends on what failed.
#[test]
fn each_failure_is_final_in_its_own_time() {
    let second = SignedDuration::from_secs(1);
    for fixture in fixtures() {
        let name = &fixture.name;
        let failed = |at: Timestamp| fixture.status_at(at).ends_with("_FAILED");
        match fixture.expect.fails_at {
            Some(at) => {
                assert!(failed(at), "{name} is not failed at {at}");
                let earlier = at - second;
                let has_begun = fixture.operation.started_at.is_some_and(|start| start <= earlier);
                assert!(!has_begun || !failed(earlier), "{name} is failed at {earlier} already");
            }
            // A create is late at the end of its time; nothing else may make it fail.
            None => {
                let minutes = fixture.operation.timeout_minutes.unwrap_or(24 * 60);
                let start = fixture.operation.started_at.expect("a start");
                assert!(!failed(start + SignedDuration::from_mins(minutes)), "{name} fails within {minutes} minutes");
            }
        }
    }
}

/// Each single thing that is not as it should be keeps a cluster that is otherwise fine from being complete.
#[test]
fn a_cluster_is_complete_only_if_everything_is() {
    let complete = Fixture::named("create-complete");
    let conditions = [
        ("Cluster", "Available"),
        ("Cluster", "ControlPlaneMachinesReady"),
        ("Cluster", "ControlPlaneMachinesUpToDate"),
        ("Cluster", "WorkerMachinesReady"),
        ("Cluster", "WorkerMachinesUpToDate"),
        ("KubeadmControlPlane", "Available"),
        ("KubeadmControlPlane", "MachinesReady"),
        ("KubeadmControlPlane", "MachinesUpToDate"),
        ("MachineDeployment", "Available"),
        ("MachineDeployment", "MachinesReady"),
        ("MachineDeployment", "MachinesUpToDate"),
    ];
    let good = conditions.iter().flat_map(|(kind, name)| [(*kind, *name, "False"), (*kind, *name, "Unknown")]);
    let ongoing = ["Cluster", "KubeadmControlPlane", "MachineDeployment"].into_iter().flat_map(|kind| {
        let names = ["RollingOut", "ScalingUp", "ScalingDown", "Remediating", "Deleting"];
        names.into_iter().flat_map(move |name| [(kind, name, "True"), (kind, name, "Unknown")])
    });
    for (kind, name, status) in good.chain(ongoing) {
        let broken = complete.with(kind, |object| {
            let conditions = object["status"]["conditions"].as_array_mut().expect("conditions");
            let condition =
                conditions.iter_mut().find(|condition| condition["type"] == name).unwrap_or_else(|| panic!("{kind} has no {name}"));
            condition["status"] = json!(status);
        });
        assert_eq!(broken.report().status, "CREATE_IN_PROGRESS", "{kind}: {name} {status}");
    }
    for kind in ["KubeadmControlPlane", "MachineDeployment"] {
        for pointer in
            ["/spec/replicas", "/status/replicas", "/status/upToDateReplicas", "/status/availableReplicas", "/status/observedGeneration"]
        {
            let broken = complete.with(kind, |object| *object.pointer_mut(pointer).expect("a count") = json!(7));
            assert_eq!(broken.report().status, "CREATE_IN_PROGRESS", "{kind}: {pointer}");
        }
        let broken = complete.with(kind, |object| object["metadata"]["deletionTimestamp"] = json!("2026-08-01T12:01:00Z"));
        assert_eq!(broken.report().status, "CREATE_IN_PROGRESS", "{kind} is being deleted");
        let mut without = complete.with(kind, |_| ());
        without.objects.retain(|object| object["kind"] != kind);
        assert_eq!(without.report().status, "CREATE_IN_PROGRESS", "there is no {kind}");
    }
}

/// Reasons are read by tenants, and by people who search for them.
#[test]
fn every_reason_is_made_of_sentences_for_a_tenant() {
    const JARGON: [&str; 12] = [
        "OpenStackMachine",
        "OpenStackCluster",
        "OpenStackServer",
        "KubeadmControlPlane",
        "MachineDeployment",
        "Expected HTTP response",
        "providerClient",
        "NeutronError",
        "{cause}",
        "{name}",
        "{reason}",
        "..",
    ];
    for fixture in fixtures() {
        let report = fixture.report();
        let reasons = report.node_groups.iter().filter_map(|group| group.status_reason.clone()).chain(report.status_reason.clone());
        for reason in reasons {
            let name = &fixture.name;
            assert!(
                reason.ends_with('.') && reason.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()),
                "{name}: {reason}"
            );
            assert!(reason.len() < 600 && !reason.contains("  ") && !reason.contains('\n'), "{name}: {reason}");
            JARGON.iter().for_each(|word| assert!(!reason.contains(word), "{name}: {word} in {reason}"));
        }
        assert_eq!(report.status_reason.is_none(), report.status.ends_with("_COMPLETE"), "{}", fixture.name);
    }
}

#[test]
fn only_a_delete_that_is_complete_is_gone() {
    for fixture in fixtures() {
        assert_eq!(fixture.report().gone, fixture.report().status == "DELETE_COMPLETE", "{}", fixture.name);
    }
}

/// Nova is asked about a server in ERROR once, whatever it says.
#[test]
fn a_server_fault_is_wanted_until_it_is_known() {
    let mut fixture = Fixture::named("server-error");
    let wanted = fixture.report().wanted_server_faults;
    assert_eq!(wanted.len(), 1);
    for fault in ["No valid host was found.", "anything", ""] {
        fixture.server_faults = BTreeMap::from([(wanted[0].clone(), fault.to_owned())]);
        let report = fixture.report();
        assert_eq!((report.status.as_str(), report.wanted_server_faults.len()), ("CREATE_FAILED", 0), "{fault:?}");
    }
}

/// A hundred machines that fail make no text of a hundred sentences.
#[test]
fn many_failures_are_told_by_a_few() {
    let mut fixture = Fixture::named("server-error-of-its-own");
    let broken: Vec<Value> = fixture
        .objects
        .iter()
        .filter(|object| object["kind"].as_str().is_some_and(|kind| kind.starts_with("OpenStack")))
        .cloned()
        .collect();
    for number in 0..99 {
        for mut object in broken.iter().filter(|object| object["kind"] != "OpenStackCluster").cloned() {
            object["metadata"]["name"] = json!(format!("machine-{number:02}"));
            object["status"]["instanceID"] = json!(format!("id-{number:02}"));
            fixture.objects.push(object);
        }
        fixture.server_faults.insert(format!("id-{number:02}"), "Build of instance aborted".to_owned());
    }
    let reason = fixture.report().status_reason.unwrap_or_default();
    assert_eq!(reason.matches("Nova could not start server").count(), 3, "{reason}");
    assert!(reason.ends_with("There are 97 more failures like these."), "{reason}");
}

/// The server's id is known to the OpenStackServer alone, until the machine runs.
#[test]
fn without_the_openstack_server_nova_cannot_be_asked() {
    let mut fixture = Fixture::named("server-error");
    fixture.objects.retain(|object| object["kind"] != "OpenStackServer");
    assert_eq!(fixture.report().wanted_server_faults, Vec::<String>::new());
}

fn machine_with(status: &str, reason: &str, message: &str, since: &str) -> Object {
    let document = json!({"kind": "OpenStackMachine", "metadata": {"name": "m", "namespace": "n", "labels": {
            "cluster.x-k8s.io/cluster-name": "c", "cluster.x-k8s.io/deployment-name": "c-default-worker"}},
        "status": {"conditions": [{"type": "InstanceReady", "status": status, "reason": reason, "message": message, "lastTransitionTime": since}]}});
    Object::read(&document).expect("an object")
}

/// A condition's own time does not change with its reason, so the watch keeps the time of each reason.
#[test]
fn a_warning_counts_from_its_own_reason_and_heals_by_itself() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let operation: Operation =
        serde_json::from_value(json!({"kind": "create", "release": "c", "namespace": "n", "started_at": "2026-08-01T12:00:00Z",
        "node_groups": [{"name": "default-worker", "role": "worker", "node_count": 1}]}))
        .expect("an operation");
    let told = |machine: &Object, now: &str| {
        let report = status::report(&operation, &ObservedCluster::select([machine.clone()], "n", "c"), at(now));
        (report.status, report.status_reason.unwrap_or_default().contains("Trying again"))
    };
    let since = "2026-08-01T12:00:00Z";
    let waiting = machine_with("False", "InstanceNotReady", "Instance is building", since);
    assert_eq!(told(&waiting, "2026-08-01T12:10:00Z"), ("CREATE_IN_PROGRESS".to_owned(), false));
    let mut failing = machine_with("False", "PortCreateFailed", "Quota exceeded for resources: ['port'].", since);
    failing.remember(&waiting, Some(at("2026-08-01T12:10:00Z")));
    assert_eq!(told(&failing, "2026-08-01T12:10:59Z"), ("CREATE_IN_PROGRESS".to_owned(), true));
    assert_eq!(told(&failing, "2026-08-01T12:11:00Z"), ("CREATE_FAILED".to_owned(), false));
    let mut again = machine_with("False", "PortCreateFailed", "Quota exceeded for resources: ['port'].", since);
    again.remember(&failing, Some(at("2026-08-01T12:10:30Z")));
    assert_eq!(told(&again, "2026-08-01T12:11:00Z").0, "CREATE_FAILED", "the same reason goes on standing");
    let mut healed = machine_with("True", "Ready", "", "2026-08-01T12:11:20Z");
    healed.remember(&again, Some(at("2026-08-01T12:11:20Z")));
    assert_eq!(told(&healed, "2026-08-01T12:11:30Z"), ("CREATE_IN_PROGRESS".to_owned(), false));
}

#[test]
fn each_group_has_the_addresses_of_its_machines() {
    let report = Fixture::named("create-complete").report();
    let addresses: Vec<usize> = report.node_groups.iter().map(|group| group.node_addresses.len()).collect();
    assert_eq!(addresses, [3, 2]);
    assert_eq!(report.node_groups[1].node_addresses, ["10.0.0.50", "10.0.0.51"]);
    assert_eq!(report.api_address.as_deref(), Some("https://203.0.113.17:6443"));
    assert_eq!(report.coe_version.as_deref(), Some("v1.36.3"));
}

#[test]
fn an_api_address_of_ipv6_has_brackets() {
    let mut fixture = Fixture::named("create-complete");
    for object in fixture.objects.iter_mut().filter(|object| object["kind"] == "Cluster") {
        object["spec"]["controlPlaneEndpoint"]["host"] = json!("2001:db8::17");
    }
    assert_eq!(fixture.report().api_address.as_deref(), Some("https://[2001:db8::17]:6443"));
}

#[test]
fn what_is_no_object_of_the_cluster_is_not_read() {
    for document in [json!({}), json!({"kind": "Machine"}), json!({"kind": "Pod", "metadata": {"name": "p"}}), json!("Cluster")] {
        assert_eq!(Object::read(&document), None, "{document}");
    }
    let mut fixture = Fixture::named("create-complete");
    let foreign = json!({"kind": "OpenStackMachine", "metadata": {"name": "other", "namespace": "elsewhere",
        "labels": {"cluster.x-k8s.io/cluster-name": "training-q7w3kz5m2x9a"}},
        "status": {"conditions": [{"type": "InstanceReady", "status": "False", "reason": "PortCreateFailed", "message": "no"}]}});
    fixture.objects.push(foreign);
    assert_eq!(fixture.report().status, "CREATE_COMPLETE", "a cluster of the same name in another namespace is another cluster");
}

#[test]
fn machines_that_are_to_go_are_found_by_their_servers() {
    let fixture = Fixture::named("update-upgraded");
    let observed = fixture.observed();
    let group = fixture.operation.node_groups.iter().find(|group| group.role == "worker").expect("workers");
    let known: Vec<_> = observed.of(status::ObjectKind::OpenStackMachine).filter(|machine| machine.role == group.role()).collect();
    let present = observed.keeper(&group.role()).and_then(|keeper| keeper.wanted).expect("a count");
    let smaller = status::ExpectedGroup { node_count: present - 1, ..group.clone() };
    let found = |servers: &[&str]| {
        let servers: Vec<String> = servers.iter().map(|server| (*server).to_owned()).collect();
        status::removal::machines_of(&observed, &smaller, &servers)
    };
    let name = known.first().expect("a machine").name.as_ref();
    assert_eq!(found(&[name]), Ok(vec![name.to_owned()]));
    let problems = found(&["no-such-server"]).expect_err("a problem");
    assert!(problems[0].to_string().contains("has no server no-such-server"), "{problems:?}");
    let problems = found(&[name, name]).expect_err("a problem");
    assert!(problems[0].to_string().contains("2 servers are named, and the group shrinks by 1"), "{problems:?}");
}
