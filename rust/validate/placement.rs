// SPDX-License-Identifier: Apache-2.0
//! Where machines are placed: availability zones and server groups.

use super::{Findings, answers};
use crate::model::LabelSet;
use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind};

/// The availability zones that a label names, each of which Nova must have.
pub fn zones(request: &ClusterRequest, labels: &LabelSet<'_>, name: &str, findings: &mut Findings) -> Vec<String> {
    let named: Vec<String> = labels.list(name).into_iter().map(str::to_owned).collect();
    if named.is_empty() {
        return named;
    }
    let path = labels.path(name);
    let Some(matches) = request.openstack.matches(Kind::AvailabilityZones, "") else {
        let message = "the request has no answer for the availability zones";
        findings.report(Problem::new(Code::NotLookedUp, path, message, "Add it to openstack.answers."));
        return named;
    };
    let known: Vec<&str> = matches.iter().filter_map(|zone| answers::text(zone, "zoneName")).collect();
    for zone in named.iter().filter(|zone| !known.contains(&zone.as_str())) {
        let problem = Problem::new(Code::NotFound, &path, format!("Nova has no availability zone {zone}"), "Name one that exists.");
        findings.report(problem.allowing(known.join(", ")));
    }
    named
}

/// The id of the server group that a label names; the outer `None` says that a problem was reported.
pub fn server_group(request: &ClusterRequest, labels: &LabelSet<'_>, name: &str, findings: &mut Findings) -> Option<Option<String>> {
    let Some(reference) = labels.text(name) else { return Some(None) };
    let found = findings.keep(answers::one(request, Kind::ServerGroup, reference, &labels.path(name)))?;
    Some(Some(answers::id(found)))
}
