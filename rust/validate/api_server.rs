// SPDX-License-Identifier: Apache-2.0
//! How the Kubernetes API is reached, and whom it lets in.

use super::Findings;
use crate::model::{ApiServer, AuditLog, LabelSet, Oidc};
use crate::problem::{Code, Problem};
use crate::request::ClusterRequest;

/// The API server that the labels ask for.
pub fn resolve(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> ApiServer {
    let server = ApiServer {
        load_balancer: labels.boolean("api_load_balancer_enabled"),
        load_balancer_provider: labels.text("octavia_provider").unwrap_or_default().to_owned(),
        floating_ip: labels.boolean("master_lb_floating_ip_enabled"),
        floating_address: labels.text("api_server_floating_ip").and_then(|address| address.parse().ok()),
        allowed_ranges: labels.ranges("api_master_lb_allowed_cidrs"),
        certificate_names: labels.list("api_server_cert_sans").into_iter().map(str::to_owned).collect(),
        cipher_suites: cipher_suites(labels, "api_server_tls_cipher_suites", findings),
        audit_log: labels.boolean("audit_log_enabled").then(|| audit_log(labels)),
        oidc: oidc(labels, findings),
        keystone_auth: labels.boolean("keystone_auth_enabled"),
        keystone_url: request.openstack.auth_url.clone(),
    };
    check_ways(&server, labels, findings);
    server
}

/// Suites of which Go's HTTP/2 needs one (RFC 9113, 9.2.2): without, neither API server nor kubelet starts.
const OF_HTTP2: [&str; 2] = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];

/// Cipher suites as the flags of Kubernetes' programs take them.
pub fn cipher_suites(labels: &LabelSet<'_>, name: &str, findings: &mut Findings) -> Option<String> {
    let suites = labels.list(name);
    if !suites.is_empty() && !suites.iter().any(|suite| OF_HTTP2.contains(suite)) {
        let message = "Kubernetes speaks HTTP/2, which needs a certain cipher suite";
        let problem = Problem::new(Code::LabelInvalid, labels.path(name), message, "Add one of these.");
        findings.report(problem.allowing(OF_HTTP2.join(", ")));
    }
    Some(suites.join(",")).filter(|suites| !suites.is_empty())
}

fn audit_log(labels: &LabelSet<'_>) -> AuditLog {
    let number = |name: &str| labels.integer(name).unwrap_or_default();
    AuditLog { max_age: number("audit_log_max_age"), max_backup: number("audit_log_max_backup"), max_size: number("audit_log_max_size") }
}

fn oidc(labels: &LabelSet<'_>, findings: &mut Findings) -> Option<Oidc> {
    let issuer_url = labels.text("oidc_issuer_url")?.to_owned();
    let text = |name: &str| labels.text(name).unwrap_or_default().to_owned();
    let client_id = text("oidc_client_id");
    if client_id.is_empty() {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("oidc_issuer_url"),
            "an OpenID Connect provider without a client says nothing about whom its tokens are for",
            "Set oidc_client_id too.",
        ));
    }
    let groups_prefix = Some(text("oidc_groups_prefix")).filter(|prefix| prefix != "-").unwrap_or_default();
    Some(Oidc {
        issuer_url,
        client_id,
        username_claim: text("oidc_username_claim"),
        username_prefix: text("oidc_username_prefix"),
        groups_claim: text("oidc_groups_claim"),
        groups_prefix,
    })
}

/// The labels that say how the API is reached must leave a way, and must not speak of one that is not there.
fn check_ways(server: &ApiServer, labels: &LabelSet<'_>, findings: &mut Findings) {
    if !server.load_balancer && !server.floating_ip {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("api_load_balancer_enabled"),
            "without a load balancer the Kubernetes API is reached by a floating IP, which master_lb_floating_ip_enabled switches off",
            "Switch one of the two on.",
        ));
    }
    if !server.load_balancer && !server.allowed_ranges.is_empty() {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("api_master_lb_allowed_cidrs"),
            "there is no load balancer that could hold other addresses back",
            "Switch api_load_balancer_enabled on, or remove the label.",
        ));
    }
    if !server.floating_ip && server.floating_address.is_some() {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("api_server_floating_ip"),
            "master_lb_floating_ip_enabled switches the floating IP off",
            "Switch it on, or remove the label.",
        ));
    }
}
