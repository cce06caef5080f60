// SPDX-License-Identifier: Apache-2.0
//! What Cluster API itself says of a cluster that does not get on: conditions of the Cluster, the control plane,
//! machine deployments, health checks and machines, and what its silence means.
//!
//! Most of it follows from a fault of the infrastructure, which is told in its place where there is one.

use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use super::meaning::{NEEDS_A_PERSON, OUTAGE};
use super::object::{Condition, Object, ObjectKind, Role, Truth};
use super::observed::ObservedCluster;

/// Kind, condition, how it stands, what must be in `<reason>: <message>`, how long to wait, and what it means.
type Row = (ObjectKind, &'static str, Truth, &'static str, SignedDuration, &'static str);

use ObjectKind::{Cluster, KubeadmControlPlane, Machine, MachineDeployment, MachineHealthCheck};
use Truth::{False, True};

/// For each object the first row that fits decides.
const ROWS: &[Row] = &[
    (
        Cluster,
        "Paused",
        True,
        "",
        OUTAGE,
        "Somebody has paused the cluster in the management cluster, so nothing is done for it. Ask the operator to let it go on.",
    ),
    (
        Cluster,
        "InfrastructureReady",
        False,
        "ObjectD",
        OUTAGE,
        "The management cluster has lost what it knows of the cluster's network. Ask the operator to look into it; a new cluster is not affected.",
    ),
    (Cluster, "RemoteConnectionProbe", False, "probe failed", OUTAGE, UNREACHABLE),
    (
        KubeadmControlPlane,
        "CertificatesAvailable",
        False,
        "",
        OUTAGE,
        "The cluster's certificates cannot be used: {cause}. Ask the operator to look into the management cluster.",
    ),
    (
        KubeadmControlPlane,
        "EtcdClusterHealthy",
        False,
        "NotHealthy",
        OUTAGE,
        "The cluster's etcd is not healthy: {cause}. Look at the control plane machines; if most of them are lost, the cluster is too.",
    ),
    (
        KubeadmControlPlane,
        "ControlPlaneComponentsHealthy",
        False,
        "NotHealthy",
        OUTAGE,
        "Programs of the control plane are not healthy: {cause}. Look at the control plane machines.",
    ),
    (KubeadmControlPlane, "ScalingUp", True, "not exist", OUTAGE, NO_TEMPLATE),
    (MachineDeployment, "ScalingUp", True, "not exist", OUTAGE, NO_TEMPLATE),
    (
        MachineHealthCheck,
        "RemediationAllowed",
        False,
        "TooManyUnhealthy",
        OUTAGE,
        "So many nodes of {group} are unhealthy that auto-healing leaves them alone. Look at why they are, or delete the broken servers a few at a time.",
    ),
    (
        Machine,
        "OwnerRemediated",
        False,
        "less or equal to 1",
        NEEDS_A_PERSON,
        "The only control plane machine is broken, and a single one cannot be replaced. Repair server {name}, or create the cluster anew with three control plane machines.",
    ),
    (
        Machine,
        "OwnerRemediated",
        False,
        "quorum loss",
        NEEDS_A_PERSON,
        "Control plane machine {name} is broken, and it is not replaced because too few of the others are healthy. Repair their servers first.",
    ),
    (
        Machine,
        "OwnerRemediated",
        False,
        "MaxRetry",
        NEEDS_A_PERSON,
        "Control plane machine {name} is broken, and replacing it has failed too often. Look at its server, or ask the operator.",
    ),
    (
        Machine,
        "OwnerRemediated",
        False,
        "CannotBeRemediated",
        NEEDS_A_PERSON,
        "Machine {name} is broken and cannot be replaced: {cause}. Ask the operator.",
    ),
    (
        Machine,
        "OwnerRemediated",
        False,
        "RemediationDeferred",
        OUTAGE,
        "Control plane machine {name} is broken, and its replacement waits for the rest of the control plane.",
    ),
    (
        Machine,
        "HealthCheckSucceeded",
        False,
        "NodeStartupTimeout",
        OUTAGE,
        "Server {name} runs, and its node did not join the cluster in time. Auto-healing replaces the machine; if this repeats, look at the server's console log for what its image or its network lacks.",
    ),
    (Machine, "HealthCheckSucceeded", False, "NodeDeleted", OUTAGE, DELETED_NODE),
    (Machine, "HealthCheckSucceeded", False, "", OUTAGE, "Node {name} is unhealthy: {cause}. Auto-healing replaces its machine."),
    (Machine, "NodeHealthy", False, "NodeDeleted", OUTAGE, DELETED_NODE),
    (Machine, "InfrastructureReady", False, "ObjectD", OUTAGE, LOST_MACHINE),
    (Machine, "BootstrapConfigReady", False, "ObjectD", OUTAGE, LOST_MACHINE),
];

const UNREACHABLE: &str = "The management cluster cannot reach the cluster's Kubernetes API. Look at the API's address and load balancer, and whether api_master_lb_allowed_cidrs lets the management cluster in.";
const NO_TEMPLATE: &str =
    "What new machines of {group} are made from is missing in the management cluster. Change the cluster again, or ask the operator.";
const DELETED_NODE: &str = "Somebody deleted node {name} from the cluster while its server runs. Auto-healing replaces the machine; where that is switched off, take a machine from its node group and add one again.";
const LOST_MACHINE: &str = "The management cluster has lost what it knows of server {name}. Auto-healing replaces the machine; where that is switched off, take a machine from its node group and add one again.";
const STUCK: &str = "Server {name} has run for over {minutes} minutes, and the Kubernetes API does not answer the management cluster. Look at the server's console log, and whether the API's address and api_master_lb_allowed_cidrs let the management cluster in.";

/// How long the first server may run before it is told that the control plane does not begin.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// How long it may go on like this until it counts as failed.
const HANGING: SignedDuration = SignedDuration::from_mins(60);

/// Every sentence that can be told, with its placeholders.
pub fn sentences() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.5).chain([STUCK])
}

/// What Cluster API says is wrong with a cluster.
pub fn failures(observed: &ObservedCluster, now: Timestamp) -> Vec<Failure> {
    let said = observed.objects.iter().filter(|object| !object.is_deleting()).filter_map(|object| of_object(object, observed));
    said.chain(hanging(observed, now)).collect()
}

fn of_object(object: &Object, observed: &ObservedCluster) -> Option<Failure> {
    let told = ROWS.iter().filter(|row| row.0 == object.kind).find_map(|row| Some((row, fitting(object, row)?)));
    let ((_, _, _, _, patience, sentence), condition) = told?;
    if object.kind == MachineHealthCheck && !has_unhealthy(observed, &object.role) {
        return None;
    }
    Some(Failure {
        role: object.role.clone(),
        sentence: filled(sentence, object, condition),
        patience: *patience,
        since: condition.since,
        blocks_delete: false,
    })
}

fn fitting<'a>(object: &'a Object, (_, kind, status, words, ..): &Row) -> Option<&'a Condition> {
    object.condition(kind).filter(|found| found.status == *status && format!("{}: {}", found.reason, found.message).contains(words))
}

/// Machines that have yet to start count as unhealthy for a health check, and are not for a person.
fn has_unhealthy(observed: &ObservedCluster, role: &Role) -> bool {
    observed.of(Machine).any(|machine| machine.role == *role && machine.contradicts("HealthCheckSucceeded", True))
}

fn filled(sentence: &str, object: &Object, condition: &Condition) -> String {
    let group = match &object.role {
        Role::Workers(name) => format!("node group {name}"),
        _ => "the control plane".to_owned(),
    };
    sentence.replace("{name}", &object.name).replace("{group}", &group).replace("{cause}", &items(&condition.message))
}

/// A message of Cluster API's, which is a list of items below a heading, as one line.
pub fn items(message: &str) -> String {
    let listed: Vec<&str> = message.lines().filter_map(|line| line.trim().strip_prefix("* ")).collect();
    let text = if listed.is_empty() { message.to_owned() } else { listed.join("; ").replace(":; ", ": ") };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = text.chars().take(300).collect();
    cut.trim_end_matches(['.', ':']).to_owned()
}

/// A control plane that never begins says nothing but that it has not: its first server runs, and no API answers.
fn hanging(observed: &ObservedCluster, now: Timestamp) -> Option<Failure> {
    let waits = observed.keeper(&Role::ControlPlane).is_some_and(|keeper| keeper.contradicts("Initialized", True));
    let machines = observed.of(Machine).filter(|machine| waits && machine.role == Role::ControlPlane && !machine.is_deleting());
    let running = machines.filter_map(|machine| Some((machine, machine.condition("InfrastructureReady")?)));
    let (machine, since) = running
        .filter(|(_, condition)| condition.status == True)
        .filter_map(|(machine, condition)| Some((machine, condition.since?)))
        .find(|(_, since)| now.duration_since(*since) >= SILENCE)?;
    let sentence = STUCK.replace("{name}", &machine.name).replace("{minutes}", &SILENCE.as_mins().to_string());
    Some(Failure { role: Role::ControlPlane, sentence, patience: HANGING, since: Some(since), blocks_delete: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_reads_a_condition_that_is_kept() {
        for (kind, condition, ..) in ROWS {
            assert!(kind.conditions().contains(condition), "{kind:?} {condition}");
        }
    }

    #[test]
    fn no_row_is_hidden_by_an_earlier_one() {
        for (index, (kind, condition, status, words, ..)) in ROWS.iter().enumerate() {
            let fits = |row: &Row| row.0 == *kind && row.1 == *condition && row.2 == *status && words.contains(row.3);
            assert_eq!(ROWS.iter().position(fits), Some(index), "{kind:?} {condition} {words}");
        }
    }

    #[test]
    fn a_list_becomes_a_line() {
        assert_eq!(items("Health check failed:\n  * Condition Ready is Unknown\n  * a.\n"), "Condition Ready is Unknown; a");
        assert_eq!(items("* Machine m:\n  * EtcdMemberHealthy: no"), "Machine m: EtcdMemberHealthy: no");
        assert_eq!(items("just\n words."), "just words");
    }
}
