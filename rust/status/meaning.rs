// SPDX-License-Identifier: Apache-2.0
//! What each condition of an infrastructure object means to a tenant, whether it can pass by itself, and
//! how long to wait for that. The words come from Cluster API Provider OpenStack and the services behind it.

use jiff::SignedDuration;

use super::message::{cause, quota};
use super::object::{Condition, Object, ObjectKind};

/// What a failed condition means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What is wrong and what to do about it.
    pub sentence: String,
    /// How long Cluster API may go on trying before it counts as failed.
    pub patience: SignedDuration,
    /// What it stands in the way of.
    pub hinders: Hinders,
}

/// What a failure stands in the way of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hinders {
    /// Making something. It means nothing for an object that is being deleted.
    Building,
    /// Making something and deleting it alike.
    Everything,
}

/// Nothing but another attempt from outside helps.
const HOPELESS: SignedDuration = SignedDuration::ZERO;
/// Somebody has to act; a short time lets a second attempt pass.
pub const NEEDS_A_PERSON: SignedDuration = SignedDuration::from_secs(30);
/// Somebody else may give back or put back what is missing.
const MAY_CLEAR: SignedDuration = SignedDuration::from_secs(60);
/// A service is away: operators restart them.
pub const OUTAGE: SignedDuration = SignedDuration::from_mins(15);

/// What must all be in `<reason>: <message>`, how long to wait, what it hinders, and what it means.
type Row = (&'static [&'static str], SignedDuration, Hinders, &'static str);

use Hinders::{Building, Everything};

/// The first row that fits decides: a service that is away explains whatever else is said.
const ROWS: &[Row] = &[
    (&["connection refused"], OUTAGE, Everything, AWAY),
    (&["no such host"], OUTAGE, Everything, AWAY),
    (&["no route to host"], OUTAGE, Everything, AWAY),
    (&["i/o timeout"], OUTAGE, Everything, AWAY),
    (&["context deadline exceeded"], OUTAGE, Everything, AWAY),
    (&["got 500 instead"], OUTAGE, Everything, AILING),
    (&["got 502 instead"], OUTAGE, Everything, AILING),
    (&["got 503 instead"], OUTAGE, Everything, AILING),
    (&["got 504 instead"], OUTAGE, Everything, AILING),
    (
        &["Could not find Application Credential"],
        MAY_CLEAR,
        Everything,
        "The cluster's application credential does not exist any more, so nothing can be made or deleted for the cluster in OpenStack. Ask the operator to give the cluster a new credential.",
    ),
    (
        &["OpenStackAuthenticationFailed", "secret", "not found"],
        MAY_CLEAR,
        Everything,
        "The management cluster has lost the cluster's credential, so nothing can be made or deleted for the cluster in OpenStack. Ask the operator to give the cluster a new credential.",
    ),
    (&["OpenStackAuthenticationFailed"], MAY_CLEAR, Everything, NOT_ACCEPTED),
    (&["Unable to re-authenticate"], MAY_CLEAR, Everything, NOT_ACCEPTED),
    (
        &["disallowed by policy", "create_port:port_security_enabled"],
        NEEDS_A_PERSON,
        Building,
        "Neutron lets only the project that owns a network switch port security off there, and the RDMA network belongs to another project. Take an RDMA network of this project, or ask the operator to allow it.",
    ),
    (
        &["disallowed by policy", "create_port:allowed_address_pairs"],
        NEEDS_A_PERSON,
        Building,
        "Neutron lets only the project that owns a network set allowed address pairs there, and the RDMA network belongs to another project. Take an RDMA network of this project, or ask the operator to allow it.",
    ),
    (&["disallowed by policy", "create_port:binding:profile"], NEEDS_A_PERSON, Building, NOT_TRUSTED),
    (&["disallowed by policy", "create_port:trusted"], NEEDS_A_PERSON, Building, NOT_TRUSTED),
    (
        &["disallowed by policy"],
        NEEDS_A_PERSON,
        Everything,
        "OpenStack's policy does not let this project do what the cluster needs: {cause}. Ask the operator to allow it.",
    ),
    (
        &["NetworkInUse"],
        OUTAGE,
        Everything,
        "The cluster's network cannot be deleted because it has ports that are not the cluster's own, such as those of load balancers that Services made. Delete them; openstack port list --network shows whose they are.",
    ),
    (
        &["failed to delete"],
        OUTAGE,
        Everything,
        "Something that the cluster has in OpenStack cannot be deleted: {cause}. Remove what stands in the way, or show this to the operator.",
    ),
    (&["InstanceDeleteFailed"], OUTAGE, Everything, "Server {name} cannot be deleted: {cause}. Show this to the operator."),
    (
        &["Deleting floating IP failed"],
        OUTAGE,
        Everything,
        "The Kubernetes API's floating IP cannot be deleted: {cause}. Show this to the operator.",
    ),
    (&["Can not find requested image"], MAY_CLEAR, Building, NO_IMAGE),
    (&["no images were found"], MAY_CLEAR, Building, NO_IMAGE),
    (
        &["no flavors were found"],
        MAY_CLEAR,
        Building,
        "A flavor of the cluster does not exist, or the project may not use it. Choose another flavor, or ask the operator for this one.",
    ),
    (
        &["too small for requested image"],
        NEEDS_A_PERSON,
        Building,
        "A flavor of the cluster is too small for the machines' image: {cause}. Choose a larger flavor.",
    ),
    (
        &["Invalid key_name"],
        NEEDS_A_PERSON,
        Building,
        "The cluster's key pair does not exist, or belongs to another user than the one who made the cluster. Create the cluster anew with a key pair that exists.",
    ),
    (
        &["availability zone is not available"],
        NEEDS_A_PERSON,
        Building,
        "Nova does not have the availability zone that machines are to be in. Choose another, or ask the operator.",
    ),
    (
        &["external network", "more than one"],
        MAY_CLEAR,
        Building,
        "The cloud has several external networks, and the template names none of them. Take a template with an external network.",
    ),
    (
        &["external network"],
        MAY_CLEAR,
        Building,
        "The template's external network does not exist, or the project cannot see it. Take a template with another one, or ask the operator.",
    ),
    (
        &["filter matched no resources"],
        MAY_CLEAR,
        Building,
        "A network, subnet or security group of the cluster does not exist any more. Check those that the cluster, its template and its labels name.",
    ),
    (
        &["more than one resource"],
        MAY_CLEAR,
        Building,
        "A name on the cluster, its template or in its labels fits several networks or subnets. Give an id in its place.",
    ),
    (
        &["No more IP addresses available"],
        MAY_CLEAR,
        Building,
        "A network has no free address left: {cause}. Release addresses or floating IPs that are not needed, or ask the operator for a larger range.",
    ),
    (
        &["load balancer", "No suitable endpoint"],
        NEEDS_A_PERSON,
        Building,
        "The cloud has no load balancers (Octavia). Create the cluster anew with one control plane machine and the label api_load_balancer_enabled=false.",
    ),
    (
        &["load balancer", "is not enabled"],
        NEEDS_A_PERSON,
        Building,
        "Octavia does not have the provider that the label octavia_provider names: {cause}. Create the cluster anew with another one.",
    ),
    (
        &["load balancer"],
        OUTAGE,
        Building,
        "The Kubernetes API's load balancer is not ready: {cause}. If this does not pass, ask the operator to look into Octavia.",
    ),
    (
        &["server was unexpectedly deleted"],
        OUTAGE,
        Building,
        "Server {name} was deleted by somebody else. Auto-healing replaces it; where that is switched off, take a machine from its node group and add one again.",
    ),
];

const AWAY: &str = "An OpenStack service cannot be reached ({cause}). The cluster goes on by itself once it can.";
const AILING: &str = "An OpenStack service fails ({cause}). The cluster goes on by itself once it works again.";
const NOT_ACCEPTED: &str = "OpenStack does not accept the cluster's application credential any more, so nothing can be made or deleted for the cluster. Ask the operator to give the cluster a new credential.";
const NOT_TRUSTED: &str = "Neutron does not let this project make trusted ports. Ask the operator to allow them.";
const NO_IMAGE: &str =
    "The machines' image does not exist, or the project cannot see it. Have it restored or shared, or take a template whose image exists.";

/// Every sentence of the tables, with its placeholders.
pub fn sentences() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.3).chain(FAULTS.iter().map(|fault| fault.1))
}

/// What a failed condition of an infrastructure object means.
pub fn meaning(object: &Object, condition: &Condition) -> Meaning {
    if let Some(sentence) = quota(&condition.message) {
        return Meaning { sentence, patience: MAY_CLEAR, hinders: Building };
    }
    let said = format!("{}: {}", condition.reason, condition.message);
    let row = ROWS.iter().find(|(words, ..)| words.iter().all(|word| said.contains(word)));
    let (patience, hinders, sentence) =
        row.map_or((OUTAGE, Building, unknown(object)), |(_, patience, hinders, text)| (*patience, *hinders, *text));
    let filled = sentence.replace("{name}", &object.name).replace("{reason}", &condition.reason);
    Meaning { sentence: filled.replace("{cause}", &cause(&condition.message)), patience, hinders }
}

fn unknown(object: &Object) -> &'static str {
    match object.kind {
        ObjectKind::OpenStackCluster => {
            "The cluster's network or API endpoint cannot be made ({reason}): {cause}. If this does not pass, show it to the operator."
        }
        _ => "Machine {name} is not ready ({reason}): {cause}. If this does not pass, show it to the operator.",
    }
}

/// What Nova's fault of a server means: words that must all be in it, and the sentence.
const FAULTS: &[(&[&str], &str)] = &[
    (
        &["No valid host was found"],
        "Nova found no host with room for a machine: no free virtual function on an RDMA network, or not enough of what the flavor asks for. Take fewer machines or another flavor, or ask the operator which hosts have room.",
    ),
    (
        &["Exhausted all hosts"],
        "Nova tried every host that has room for server {name}, and it started on none of them: {cause}. If other servers took the last virtual functions meanwhile, take fewer machines; otherwise ask the operator to look into Nova's log.",
    ),
    (
        &["Binding failed for port"],
        "Neutron could not connect server {name} to a network: {cause}. Ask the operator whether the hosts are attached to that network.",
    ),
    (
        &["Volume", "did not finish being created"],
        "Cinder could not make the volume of server {name}: {cause}. Ask the operator, or take another volume type.",
    ),
];

/// What a server in ERROR means. It never heals by itself; before Nova was asked there is time to ask it.
pub fn of_server_in_error(machine: &Object, fault: Option<&str>) -> Meaning {
    let (template, patience) = match fault {
        None => (
            "Nova could not start server {name}. The driver has yet to learn why; openstack server show {name} tells its fault.",
            MAY_CLEAR,
        ),
        Some("") => ("Nova could not start server {name} and does not say why. Ask the operator to look into Nova's log.", HOPELESS),
        Some(fault) => {
            let known = FAULTS.iter().find(|(words, _)| words.iter().all(|word| fault.contains(word)));
            (
                known.map_or("Nova could not start server {name}: {cause}. Try again, or show this to the operator.", |(_, text)| text),
                HOPELESS,
            )
        }
    };
    if let Some(sentence) = fault.and_then(quota) {
        return Meaning { sentence, patience: HOPELESS, hinders: Building };
    }
    let sentence = template.replace("{name}", &machine.name).replace("{cause}", &cause(fault.unwrap_or_default()));
    Meaning { sentence, patience, hinders: Building }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_hidden_by_an_earlier_one() {
        for (index, (words, ..)) in ROWS.iter().enumerate() {
            let said = words.join(" ");
            let first = ROWS.iter().position(|(words, ..)| words.iter().all(|word| said.contains(word)));
            assert_eq!(first, Some(index), "{said}");
        }
    }
}
