// SPDX-License-Identifier: Apache-2.0
//! Which machines go first when a node group shrinks, where the tenant names their servers.

use super::object::ObjectKind;
use super::observed::ObservedCluster;
use super::operation::ExpectedGroup;
use crate::problem::{Code, Problem};

const PATH: &str = "nodes_to_remove";

/// The names of the machines behind `servers`, which are Nova's ids or names of the group's servers.
///
/// # Errors
/// Servers that are not of the group, and more of them than the group shrinks by.
pub fn machines_of(observed: &ObservedCluster, group: &ExpectedGroup, servers: &[String]) -> Result<Vec<String>, Vec<Problem>> {
    let role = group.role();
    let mut machines = Vec::new();
    let mut problems = Vec::new();
    for server in servers {
        let mut own = observed.of(ObjectKind::OpenStackMachine).filter(|machine| machine.role == role);
        match own.find(|machine| *machine.name == **server || observed.server_id(machine) == Some(server)) {
            Some(machine) => machines.push(machine.name.to_string()),
            None => problems.push(Problem::new(
                Code::NotFound,
                PATH,
                format!("node group {} has no server {server}", group.name),
                "Name servers of the group by their id: openstack server list.",
            )),
        }
    }
    let present = observed.keeper(&role).and_then(|keeper| keeper.wanted).unwrap_or(0);
    let leaving = (present - group.node_count).max(0);
    if i64::try_from(machines.len()).is_ok_and(|count| count > leaving) {
        problems.push(
            Problem::new(
                Code::NodeCount,
                PATH,
                format!("{} servers are named, and the group shrinks by {leaving}", machines.len()),
                "Name at most as many servers as the node count goes down by.",
            )
            .allowing(format!("0 to {leaving} servers")),
        );
    }
    if problems.is_empty() { Ok(machines) } else { Err(problems) }
}
