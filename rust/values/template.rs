// SPDX-License-Identifier: Apache-2.0
//! The templates of `helm-values/`, compiled in, and the one Tera that renders them.

use std::io::Write;
use std::sync::LazyLock;

use serde_json::Value;
use tera::{Context, Tera};

use super::ValuesError;

/// Lists of templates, each compiled in.
macro_rules! templates {
    ($($(#[$doc:meta])* $list:ident = [$($name:literal),+ $(,)?];)+) => {
        $($(#[$doc])* pub const $list: &[&str] = &[$($name),+];)+

        const SOURCES: &[(&str, &str)] = &[$($(($name, include_str!(concat!("../../helm-values/", $name))),)+)+];
    };
}

templates! {
    /// Templates whose documents are laid on top of each other to make a release's values.
    VALUE_TEMPLATES = [
        "cluster.yaml",
        "node-groups.yaml",
        "addons.yaml",
        "images.yaml",
        "kubeadm/image-repository.yaml",
        "kubeadm/certificate-names.yaml",
        "kubeadm/cipher-suites.yaml",
        "kubeadm/kubelet.yaml",
        "kubeadm/oidc.yaml",
        "kubeadm/audit-log.yaml",
    ];
    /// Templates of the RDMA addon's manifests, in the order in which they are applied.
    RDMA_TEMPLATES = [
        "rdma/00-namespace.yaml",
        "rdma/10-multus.yaml",
        "rdma/20-whereabouts.yaml",
        "rdma/30-device-plugin.yaml",
        "rdma/90-networks.yaml",
    ];
}

/// The name under which a file of the operator's is rendered, alone in its Tera.
pub const OVERRIDE: &str = "override.yaml";

static TERA: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = engine();
    tera.add_raw_templates(SOURCES.iter().copied()).map_err(|error| error.to_string())?;
    Ok(tera)
});

/// A Tera without templates that quotes whatever it interpolates.
pub fn engine() -> Tera {
    let mut tera = Tera::new();
    tera.set_escape_fn(json_string);
    tera.autoescape_on([".yaml"]);
    tera
}

/// Writes a text as a JSON string, which is a YAML string whatever it contains.
fn json_string(text: &str, output: &mut dyn Write) -> std::io::Result<()> {
    serde_json::to_writer(output, text).map_err(std::io::Error::from)
}

/// The text that a template makes.
pub fn text(name: &str, context: &Context) -> Result<String, ValuesError> {
    let failed = |reason: String| ValuesError::Render { template: name.to_owned(), reason };
    let tera = TERA.as_ref().map_err(|reason| failed(reason.clone()))?;
    let rendered = tera.render(name, context).map_err(|error| failed(error.to_string()))?;
    Ok(rendered.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line}\n")).collect())
}

/// The document that a template makes: an empty one if none of its conditions holds.
pub fn document(name: &str, context: &Context) -> Result<Value, ValuesError> {
    let text = text(name, context)?;
    let parsed: Option<Value> =
        serde_saphyr::from_str(&text).map_err(|error| ValuesError::Parse { template: name.to_owned(), reason: error.to_string() })?;
    Ok(parsed.unwrap_or_else(|| Value::Object(serde_json::Map::new())))
}
