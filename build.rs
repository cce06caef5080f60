// SPDX-License-Identifier: Apache-2.0
//! Compiles the core anew when what it embeds changes.

fn main() {
    for embedded in ["charts/openstack-cluster", "helm-values", "docs/examples", "tests/fixtures/requests"] {
        println!("cargo:rerun-if-changed={embedded}");
    }
}
