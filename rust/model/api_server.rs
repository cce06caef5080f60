// SPDX-License-Identifier: Apache-2.0
//! How the Kubernetes API is reached, and whom it lets in.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

/// How the Kubernetes API is reached, and whom it lets in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiServer {
    /// Whether Octavia balances it.
    pub load_balancer: bool,
    /// Octavia provider.
    pub load_balancer_provider: String,
    /// Whether it has a floating IP.
    pub floating_ip: bool,
    /// Which floating IP; `None` makes one.
    pub floating_address: Option<IpAddr>,
    /// Ranges that may reach it; empty for all.
    pub allowed_ranges: Vec<IpNet>,
    /// Further names and addresses in its certificate.
    pub certificate_names: Vec<String>,
    /// TLS cipher suites, as its flag takes them.
    pub cipher_suites: Option<String>,
    /// What it writes about requests.
    pub audit_log: Option<AuditLog>,
    /// Whose tokens it takes.
    pub oidc: Option<Oidc>,
    /// Whether users log in with Keystone tokens.
    pub keystone_auth: bool,
    /// Keystone's URL for that.
    pub keystone_url: Option<String>,
}

/// How long the audit log is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLog {
    /// Days; 0 for ever.
    pub max_age: i64,
    /// Files; 0 for all.
    pub max_backup: i64,
    /// MB in a file.
    pub max_size: i64,
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Oidc {
    /// Its URL.
    pub issuer_url: String,
    /// Client that tokens are issued for.
    pub client_id: String,
    /// Claim with the user's name.
    pub username_claim: String,
    /// What is put before it; `-` for nothing, as the API server takes it.
    pub username_prefix: String,
    /// Claim with the user's groups.
    pub groups_claim: String,
    /// What is put before their names; empty for nothing.
    pub groups_prefix: String,
}
