// SPDX-License-Identifier: Apache-2.0
//! Whether every failure that is known has a state in `tests/fixtures/status`, and every sentence that can be told
//! is told there.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod states;
mod support;

use magnum_capi_rdma::status::failure::sentences;
use states::{Fixture, fixtures};

/// What Cluster API Provider OpenStack was seen to do when something fails, and the state that has it. The order
/// is that of the record of these runs: failures of creates, what goes stale, deletes.
const SEEN: [(&str, &str); 33] = [
    ("port security off, on a network of another project", "port-security-refused"),
    ("a trusted virtual function as a member", "trusted-port-refused"),
    ("the same, with the port_trusted driver", "trusted-port-refused-by-its-own-rule"),
    ("address pairs on a shared network", "address-pairs-refused"),
    ("port quota", "port-quota"),
    ("instance and core quota", "instance-quota"),
    ("no valid host, no free virtual function", "no-valid-host"),
    ("a server in error before Nova was asked", "server-error"),
    ("image id unknown", "image-id-unknown"),
    ("image name unknown", "image-name-unknown"),
    ("flavor name unknown", "flavor-unknown"),
    ("a network filter that matches none", "network-filter-none"),
    ("a network filter that matches two", "network-filter-several"),
    ("credential gone, new client", "credential-gone"),
    ("credential with a wrong secret", "credential-wrong"),
    ("credential gone, cached client", "credential-gone-in-a-running-session"),
    ("the Secret with the credential gone", "credential-secret-gone"),
    ("Neutron away", "neutron-away"),
    ("external network unknown", "external-network-unknown"),
    ("server deleted behind its back", "update-server-deleted"),
    ("load balancer not active", "load-balancer-slow"),
    ("no Octavia", "no-octavia"),
    ("floating IP quota", "floating-ip-quota"),
    ("stale: a failure of before the operation", "update-finds-an-old-failure"),
    ("stale: an old connection refused", "update-stale-connection-refused"),
    ("stale: an OpenStackServer during an outage", "update-stale-server"),
    ("stale: a failure that has healed", "create-recovered"),
    ("silent: the control plane never begins", "control-plane-hangs"),
    ("silent: nobody installs add-ons", "addon-ignored"),
    ("delete: a foreign port on the network", "delete-network-in-use"),
    ("delete, silent: the credential is gone, and all conditions are true", "delete-silent"),
    ("delete, silent: the network stays", "delete-network-silent"),
    ("delete: the credential is gone, and it is said", "delete-credential-gone"),
];

#[test]
fn every_failure_that_was_seen_has_its_state() {
    for (seen, name) in SEEN {
        let fixture = Fixture::named(name);
        let report = fixture.report();
        let expected = &fixture.expect;
        let told = report.status_reason.unwrap_or_default();
        assert!(!expected.reason.is_empty() || expected.status.ends_with("_COMPLETE"), "{seen}: {name} expects no sentence");
        assert!(expected.reason.iter().all(|words| told.contains(words.as_str())), "{seen}: {told}");
    }
}

/// A sentence's fragments between its placeholders are found, in this order.
fn is_told(sentence: &str, told: &str) -> bool {
    let mut rest = told;
    sentence.split('{').flat_map(|part| part.rsplit('}').next()).all(|fragment| match rest.find(fragment) {
        Some(start) => {
            rest = &rest[start + fragment.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn every_sentence_is_told_of_some_state() {
    let all = fixtures();
    let reports: Vec<_> = all.iter().map(Fixture::report).collect();
    let groups = reports.iter().flat_map(|report| report.node_groups.iter().filter_map(|group| group.status_reason.clone()));
    let told: Vec<String> = reports.iter().filter_map(|report| report.status_reason.clone()).chain(groups).collect();
    let untold: Vec<&str> = sentences().into_iter().filter(|sentence| !told.iter().any(|text| is_told(sentence, text))).collect();
    assert!(untold.is_empty(), "no state tells: {untold:#?}");
    assert!(sentences().len() > 50, "the tables are read");
}
