// SPDX-License-Identifier: Apache-2.0
//! The Nova flavor of a group's machines.

use serde_json::Value;

use super::Findings;
use super::answers;
use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind, MagnumNodeGroup};

/// The flavor's name.
pub fn name(request: &ClusterRequest, group: &MagnumNodeGroup, path: &str, findings: &mut Findings) -> Option<String> {
    let path = format!("{path}.flavor_id");
    let Some(reference) = group.flavor_id.as_deref().filter(|id| !id.is_empty()) else {
        findings.report(Problem::new(Code::FlavorMissing, path, "the group has no flavor", "Name one, on the cluster or its template."));
        return None;
    };
    let flavor = findings.keep(answers::one(request, Kind::Flavor, reference, &path))?;
    for (attribute, least, unit) in
        [("ram", request.settings.minimum_flavor_ram, "MiB of memory"), ("vcpus", request.settings.minimum_flavor_vcpus, "virtual CPUs")]
    {
        let has = flavor.get(attribute).and_then(Value::as_i64).unwrap_or(0);
        if has < least {
            findings.report(
                Problem::new(
                    Code::FlavorTooSmall,
                    &path,
                    format!("flavor {reference} has {has} {unit}, too few for a Kubernetes node"),
                    "Choose a larger flavor.",
                )
                .allowing(format!("{least} or more")),
            );
        }
    }
    Some(answers::text(flavor, "name").unwrap_or(reference).to_owned())
}
