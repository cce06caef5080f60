// SPDX-License-Identifier: Apache-2.0
//! Where the cluster chart comes from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};

use super::HelmError;
use crate::settings::Settings;

/// The embedded cluster chart.
static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/charts/openstack-cluster");

/// A chart as Helm is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// A directory, an archive, an `oci://` reference, or a name in `repository`.
    pub reference: String,
    /// Chart repository, for a name.
    pub repository: Option<String>,
    /// Version, for a repository or an OCI reference.
    pub version: Option<String>,
}

/// The chart that the settings name; the embedded one is unpacked if it is not there yet.
///
/// `version` is what a template asks for.
///
/// # Errors
/// [`HelmError::Chart`] if the embedded chart cannot be unpacked, or the settings contradict each other.
pub fn chart(settings: &Settings, version: Option<&str>) -> Result<Chart, HelmError> {
    let version = version.map(str::to_owned).or_else(|| settings.chart_version.clone());
    let repository = settings.chart_repository.clone().filter(|repository| !repository.is_empty());
    match settings.chart.as_str() {
        "embedded" => {
            let directory = unpack(&settings.chart_directory)
                .map_err(|error| HelmError::Chart(format!("{}: {error}", settings.chart_directory.display())))?;
            Ok(Chart { reference: directory.display().to_string(), repository: None, version: None })
        }
        path if Path::new(path).exists() => Ok(Chart { reference: path.to_owned(), repository: None, version: None }),
        reference if reference.starts_with("oci://") => Ok(Chart { reference: reference.to_owned(), repository: None, version }),
        name if repository.is_some() => Ok(Chart { reference: name.to_owned(), repository, version }),
        other => Err(HelmError::Chart(format!("{other} is no directory or archive, and there is no chart_repository"))),
    }
}

/// Every file of the embedded chart with its content, in a fixed order.
fn files<'a>(directory: &'a Dir<'a>, into: &mut Vec<(&'a Path, &'a [u8])>) {
    for entry in directory.entries() {
        match entry {
            DirEntry::Dir(inner) => files(inner, into),
            DirEntry::File(file) => into.push((file.path(), file.contents())),
        }
    }
}

/// Unpacks the embedded chart below `parent`, in a directory named by its content.
///
/// It appears there whole or not at all, so that conductors starting side by side do not disturb each other.
fn unpack(parent: &Path) -> io::Result<PathBuf> {
    let mut all = Vec::new();
    files(&EMBEDDED, &mut all);
    all.sort_unstable();
    let mut hasher = Sha256::new();
    for (path, content) in &all {
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(content);
    }
    let digest: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let target = parent.join(format!("openstack-cluster-{digest}"));
    if target.is_dir() {
        return Ok(target);
    }
    let draft = parent.join(format!(".openstack-cluster-{digest}-{}", std::process::id()));
    for (path, content) in all {
        let file = draft.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&draft))?;
        fs::write(file, content)?;
    }
    match fs::rename(&draft, &target) {
        Err(_) if target.is_dir() => fs::remove_dir_all(&draft)?,
        other => other?,
    }
    Ok(target)
}
